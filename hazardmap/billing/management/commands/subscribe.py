"""Sell a plan to an organisation."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from hazardmap.billing.documents import buyer_from
from hazardmap.billing.refused import BillingRefused
from hazardmap.billing.services import customer_set, subscribe
from hazardmap.core.operation.document import Unreadable
from hazardmap.platform import arguments
from hazardmap.platform.given_file import given_text


class Command(BaseCommand):
    help = (
        "Subscribe an organisation to the newest prices of a plan from an hour on (UTC, now "
        "unless given); what it had before ends then. --buyer is a JSON object with seller (its "
        "prefix), currency, name, address, country and tax_number, needed the first time. Example: "
        "python manage.py subscribe 0192… standard --buyer buyer.json --start 2026-11-01T00"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("organisation", type=UUID)
        parser.add_argument("plan")
        parser.add_argument("--buyer", type=Path, help="a file, or - for standard input")
        parser.add_argument("--start", type=arguments.moment, metavar="YYYY-MM-DDTHH")

    def handle(self, *args: Any, **options: Any) -> None:
        organisation, path = options["organisation"], options["buyer"]
        start = options["start"] or timezone.now()
        try:
            with transaction.atomic():
                if path is not None:
                    buyer = buyer_from(json.loads(given_text(path)))
                    customer_set(organisation_id=organisation, buyer=buyer)
                new = subscribe(organisation_id=organisation, plan=options["plan"], start=start)
        except (OSError, UnicodeDecodeError, json.JSONDecodeError, Unreadable) as error:
            raise CommandError(f"{path}: {error}") from error
        except BillingRefused as refused:
            raise CommandError(f"{refused}.") from refused
        self.stdout.write(
            f"{organisation} has {new.plan}, version {new.version}, "
            f"from {new.start:%Y-%m-%d %H:%M} UTC on"
        )
