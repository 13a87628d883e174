#!/usr/bin/env python
"""Django's command line."""

import os
import sys

from hazardmap.settings.env import EnvError


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hazardmap.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    try:
        main()
    except EnvError as error:
        sys.exit(str(error))
