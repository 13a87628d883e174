"""The drawn hazards, one family a file, each in its true size."""
