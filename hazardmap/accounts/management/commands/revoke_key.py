"""Revoke an API key: `manage.py revoke_key abcdefghijklmnop`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from hazardmap.accounts.services import key_revoke


class Command(BaseCommand):
    help = "Revoke an API key by its public id, for example: manage.py revoke_key abcdefghijklmnop"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kid", help="the 16 characters after hm_key_; also in the admin's list")

    def handle(self, *args: Any, **options: Any) -> None:
        if not key_revoke(kid=options["kid"]):
            raise CommandError(f"There is no live key {options['kid']!r}.")
        self.stdout.write("Revoked: at once for the API, within ten seconds for tiles.")
