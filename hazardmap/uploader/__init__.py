"""Sends pictures and videos of drives from where they lie: `hazardmap-upload`, `manage.py upload`.

No Django, no database: it is installed alone (pyproject.toml), on a machine that has neither.
"""
