"""Render a dashcam drive along a real street."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from hazardmap.inference.services.demo_drive import RoadsError, demo_drive


class Command(BaseCommand):
    help = (
        "Render dashcam drives with cones, drums, barriers, signs, debris and animals at known "
        "places, as JPEGs with GPS EXIF and a ground truth. "
        "Example: python manage.py demo_drive --out var/drive --seed 7 && "
        "HAZARDMAP_TOKEN=… python manage.py upload var/drive/drive-1"
    )
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own name and type

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--out", type=Path, required=True, help="folder to write to")
        parser.add_argument("--seed", type=int, default=1, help="another seed, another street")
        parser.add_argument(
            "--drives", type=int, default=2, help="dashcams on the same street, 1 to 9"
        )
        parser.add_argument("--objects", type=int, help="things on the road, 1 to 60")
        parser.add_argument("--spacing", type=float, default=6.0, help="of frames, 1 to 50 m")
        parser.add_argument("--start", type=datetime.fromisoformat, help="default: just now")

    def handle(self, *args: Any, **options: Any) -> None:
        with tqdm(unit="frame", disable=None) as bar:

            def progress(done: int, total: int) -> None:
                bar.total = total
                bar.update()

            try:
                summary = demo_drive(
                    out=options["out"],
                    seed=options["seed"],
                    drives=options["drives"],
                    objects=options["objects"],
                    start=options["start"],
                    frame_spacing_m=options["spacing"],
                    progress=progress,
                )
            except (RoadsError, OSError, ValueError) as error:
                raise CommandError(str(error)) from error
        self.stdout.write(
            f"{summary.frames} frames of {summary.objects} things in {summary.street}: "
            f"{options['out']} (what is really there: {summary.truth})"
        )
