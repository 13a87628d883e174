"""Make what tiles are made of anew."""

from typing import Any

from django.core.management.base import BaseCommand

from tiles.rebuild import rebuild


class Command(BaseCommand):
    help = (
        "Compare everything that tiles are made of with the map, and put right what differs. "
        "Everybody may go on meanwhile; it may be stopped and started again. "
        "Example: python manage.py rebuild_tiles"
    )

    def handle(self, *args: Any, **options: Any) -> None:
        done = 0
        for done in rebuild():
            self.stdout.write(f"{done} hazards and cells", ending="\r")
        self.stdout.write(f"{done} hazards and cells are in the tiles")
