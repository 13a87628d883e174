"""Let a candidate look at live frames beside the live detector."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hazardmap.inference.services import ModelRefused, model_shadow


class Command(BaseCommand):
    help = (
        "Run a registered model as a shadow on a share of the live frames, while no frame waits. "
        "Nothing that it reports reaches the map; `model_compare` tells how it does. "
        "Example: python manage.py model_shadow road-kinds-2-1f3a9c04 --one-in 20"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("label", help="as `model_list` prints it")
        share = parser.add_mutually_exclusive_group(required=True)
        share.add_argument("--one-in", type=int, metavar="N", help="look at one frame in N")
        share.add_argument("--off", action="store_true", help="end the trial")

    def handle(self, *args: Any, **options: Any) -> None:
        label, one_in = options["label"], options["one_in"]
        try:
            model_shadow(label=label, one_in=one_in)
        except ModelRefused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(
            f"{label} is no shadow any more"
            if options["off"]
            else f"{label} looks at one frame in {one_in}"
        )
