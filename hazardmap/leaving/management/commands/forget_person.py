"""Somebody asks to be forgotten by mail: `manage.py forget_person who@example.org`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from hazardmap.accounts.models import User
from hazardmap.accounts.services import AccountsRefused, account_leave
from hazardmap.leaving.person_forget import person_forget


class Command(BaseCommand):
    help = (
        "Delete an account with its pictures and tracks, after you have made sure who asks for it. "
        "What it saw stays on the map under a number that leads to nobody. "
        "Example: manage.py forget_person who@example.org"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["email"].lower()).first()
        if user is None:
            raise CommandError(f"There is no account {options['email']!r}.")
        try:
            account_leave(user=user)
        except AccountsRefused as refused:
            raise CommandError(str(refused)) from refused
        person_forget(account_id=user.pk, witness=user.witness)
        self.stdout.write("Forgotten.")
