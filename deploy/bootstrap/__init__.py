"""Brings hazardmap up on a bare Debian 12 machine; standard library only."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  # the system's python is what it is
    raise SystemExit(f"hazardmap needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
