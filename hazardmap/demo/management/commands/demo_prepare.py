"""Create what the demonstration needs before its first frame."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from hazardmap.demo.accounts import NotADemo, demo_accounts
from hazardmap.demo.detector import demo_detector
from hazardmap.demo.sales import demo_sales
from hazardmap.hazards.road_selectors import has_roads
from hazardmap.hazards.services import RoadsUnreadable
from hazardmap.inference.services import ModelRefused
from hazardmap.settings.env import ENV, Mode
from tiles.roads import roads_replace


class Command(BaseCommand):
    help = (
        "Create the demo's accounts, a month of usage, and the streets of its map, once. "
        "Example: python manage.py demo_prepare"
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            accounts = demo_accounts()
            if not has_roads():
                roads_replace(path=settings.ASSETS / "roads.geojson")
            demo_detector()
            if ENV.mode is Mode.DEMO:
                demo_sales(accounts)
        except (NotADemo, RoadsUnreadable, ModelRefused) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{len(accounts.logins)} demo accounts")
