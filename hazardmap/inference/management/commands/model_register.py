"""Make a detector known."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from detection.manifest import ManifestError
from hazardmap.inference.services import model_register


class Command(BaseCommand):
    help = (
        "Register the hazard model of a manifest as a candidate, or renew the figures of one that "
        "is known. The files stay where they are: keep them, workers load them from there. "
        "Example: python manage.py model_register --manifest models/2/manifest.toml"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--manifest", type=Path, required=True)
        parser.add_argument(
            "--metrics",
            type=Path,
            help="its figures on the frozen benchmark; default: metrics.json beside the manifest",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            label = model_register(manifest=options["manifest"], metrics=options["metrics"])
        except ManifestError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{label} is registered")
