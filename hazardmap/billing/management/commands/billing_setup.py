"""Take over who sells, at which prices and with which taxes."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hazardmap.billing.documents import terms_from
from hazardmap.billing.services import terms_set
from hazardmap.core.operation.document import Unreadable
from hazardmap.platform.given_file import given_text

EXAMPLE = """\
{
  "seller": {
    "prefix": "HM", "name": "Hazardmap Oy", "address": "Katu 1, 00100 Helsinki",
    "country": "FI", "tax_number": "FI12345678", "account": "FI21 1234 5600 0007 85",
    "tax_rules": [
      {"country": "FI", "category": "standard", "percent": "25.5", "since": "2024-09-01"},
      {"country": "DE", "business": true, "category": "reverse_charge", "since": "2013-01-01"},
      {"country": "DE", "business": false, "category": "standard", "percent": "19",
       "since": "2021-07-01"},
      {"category": "outside", "since": "2013-01-01"}
    ]
  },
  "plans": [{
    "code": "standard", "name": "Standard", "offered": true,
    "prices": {
      "currency": "EUR", "fee": "49.00", "commitment": "0", "contributors_percent": "50",
      "charges": [
        {"meter": "hazard", "model": "graduated", "included": 1000, "tiers": [
          {"up_to": 100000, "unit_price": "0.002"}, {"up_to": null, "unit_price": "0.001"}]},
        {"meter": "tile", "model": "package", "size": 1000, "price": "0.40"}
      ],
      "discounts": [{"name": "first year", "percent": "10"}]
    }
  }]
}
"""


class Command(BaseCommand):
    help = (
        "Take over the seller, its tax rules and the plans of a JSON file; --example prints one. "
        "Prices that have changed become a new version for new subscriptions. "
        "Example: python manage.py billing_setup terms.json"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument("path", nargs="?", type=Path, help="or - for standard input")
        source.add_argument("--example", action="store_true", help="print a file to start from")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["example"]:
            self.stdout.write(EXAMPLE, ending="")
            return
        path = options["path"]
        try:
            seller, plans = terms_from(json.loads(given_text(path)))
        except (OSError, UnicodeDecodeError, json.JSONDecodeError, Unreadable) as error:
            raise CommandError(f"{path}: {error}") from error
        for code, version in terms_set(seller=seller, plans=plans).items():
            self.stdout.write(f"{code}: version {version}")
