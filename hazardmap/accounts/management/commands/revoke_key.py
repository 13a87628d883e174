"""Revoke an API key: `manage.py revoke_key abcdefghijklmnop`."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from hazardmap.accounts.services import key_report_leaked, key_revoke

REVOKED = "Revoked: at once for the API, within ten seconds for tiles."


class Command(BaseCommand):
    help = (
        "Revoke an API key by its public id, for example: manage.py revoke_key abcdefghijklmnop. "
        "With --leaked, whole keys that were found somewhere, one a line from standard input: "
        "manage.py revoke_key --leaked < found.txt; their owners are told by mail."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument(
            "kid", nargs="?", help="the 16 characters after hm_key_; also in the admin's list"
        )
        which.add_argument("--leaked", action="store_true", help="read found keys, each a line")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["leaked"]:
            self._leaked([line for line in sys.stdin.read().split() if line])
        elif not key_revoke(kid=options["kid"]):
            raise CommandError(f"There is no live key {options['kid']!r}.")
        else:
            self.stdout.write(REVOKED)

    def _leaked(self, tokens: list[str]) -> None:
        kids = [key_report_leaked(token=token) for token in tokens]
        for kid in filter(None, kids):
            self.stdout.write(f"{kid}: {REVOKED}")
        unknown = kids.count(None)
        if unknown or not kids:
            raise CommandError(f"{unknown} of {len(kids)} are no keys of this site.")
