"""Who is at the command line."""

import getpass


def this_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "command line"  # a container's user may have no name
