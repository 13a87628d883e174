"""Create the accounts of the demonstration."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hazardmap.demo.accounts import NotADemo, demo_accounts


class Command(BaseCommand):
    help = "Create the demo's accounts, once. Example: python manage.py demo_accounts"

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            accounts = demo_accounts()
        except NotADemo as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{len(accounts.logins)} demo accounts")
