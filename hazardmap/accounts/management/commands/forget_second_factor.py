"""Somebody has lost phone and recovery codes: `manage.py forget_second_factor who@example.org`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from hazardmap.accounts.models import User
from hazardmap.accounts.services import second_factor_take_off


class Command(BaseCommand):
    help = (
        "Take the second factor off an account, after you have made sure who asks for it. "
        "Example: manage.py forget_second_factor who@example.org"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["email"].lower()).first()
        if user is None:
            raise CommandError(f"There is no account {options['email']!r}.")
        second_factor_take_off(user=user)
        self.stdout.write("Signing in takes the password alone now.")
