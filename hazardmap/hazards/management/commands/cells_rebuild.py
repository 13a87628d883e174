"""Sum the cells of the map anew."""

from typing import Any

from django.core.management.base import BaseCommand

from hazardmap.hazards.services import cells_rebuild
from hazardmap.platform.unhurried import unhurried_session


class Command(BaseCommand):
    help = (
        "Sum the expected hazards of every cell anew, as the low zooms of the map show them: in "
        "doubt. Workers may go on meanwhile; what is right already stays as it is. "
        "Example: python manage.py cells_rebuild"
    )

    @unhurried_session()
    def handle(self, *args: Any, **options: Any) -> None:
        done = 0
        for done, count in cells_rebuild():
            self.stdout.write(f"{done} of {count} cells", ending="\r")
        self.stdout.write(f"{done} cells summed anew")
