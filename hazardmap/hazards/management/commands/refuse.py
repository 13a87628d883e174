"""Evaluate an area of the map anew."""

from typing import Any

import h3.api.basic_int as h3
from django.core.management.base import BaseCommand, CommandError, CommandParser

from hazardmap.core.geometry.bbox import parse_bbox
from hazardmap.hazards.services import BoxOrCell, area_refuse
from hazardmap.platform.unhurried import unhurried_session

WORLD = "-180,-90,180,90"


class Command(BaseCommand):
    help = (
        "Evaluate an area of the map anew from its evidence, from the beginning, with the present "
        "parameters: after a new detector or in doubt. Workers may go on meanwhile; what is "
        "right already stays as it is and tells the feed nothing. Examples: "
        "python manage.py refuse --area 24.9,60.1,25.0,60.2; "
        "python manage.py refuse --cell 871126d36ffffff; "
        f"the whole map: python manage.py refuse --area={WORLD}"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        area = parser.add_mutually_exclusive_group(required=True)
        area.add_argument("--area", metavar="WEST,SOUTH,EAST,NORTH", help="in degrees")
        area.add_argument("--cell", help="an H3 cell, as hexadecimal digits")

    @unhurried_session()
    def handle(self, *args: Any, **options: Any) -> None:
        done = 0
        for done, count in area_refuse(_area(options["area"], options["cell"])):
            self.stdout.write(f"{done} of {count} places", ending="\r")
        self.stdout.write(f"{done} places evaluated anew")


def _area(bbox: str | None, cell: str | None) -> BoxOrCell:
    if bbox is not None:
        try:
            return parse_bbox(bbox)
        except ValueError as error:
            raise CommandError(f"--area {bbox}: {error}.") from error
    try:
        number = int(cell or "", 16)
    except ValueError:
        number = 0
    if not h3.is_valid_cell(number):
        raise CommandError(f"--cell {cell}: must be an H3 cell in hexadecimal digits.")
    return number
