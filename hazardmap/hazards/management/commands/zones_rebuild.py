"""Make the work zones of the map anew."""

from typing import Any

from django.core.management.base import BaseCommand

from hazardmap.hazards.services import zones_rebuild
from hazardmap.platform.unhurried import unhurried_session


class Command(BaseCommand):
    help = (
        "Make every work zone anew from the hazards on the map and the drives by them: in doubt. "
        "Zones keep their ids; workers may go on meanwhile, and what is right already stays as it "
        "is. Example: python manage.py zones_rebuild"
    )

    @unhurried_session()
    def handle(self, *args: Any, **options: Any) -> None:
        done = 0
        for done, count in zones_rebuild():
            self.stdout.write(f"{done} of {count} devices", ending="\r")
        self.stdout.write(f"work zones of {done} devices made anew")
