"""How Django itself writes times, by language."""
