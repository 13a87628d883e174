"""English, as the admin site has it."""
