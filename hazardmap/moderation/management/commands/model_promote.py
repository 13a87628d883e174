"""Make a registered detector the live one."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hazardmap.inference.services import ModelRefused
from hazardmap.moderation.services import model_promote
from hazardmap.platform.this_user import this_user


class Command(BaseCommand):
    help = (
        "Make a registered model the live one, unless it is worse on the frozen benchmark than "
        "the model in use. Workers change over before their next frames; the audit log keeps who "
        "did it. Example: python manage.py model_promote road-kinds-2-1f3a9c04"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("label", help="as `model_list` prints it")
        parser.add_argument(
            "--force",
            metavar="REASON",
            help="promote it even if it is worse or was not measured; the reason is recorded",
        )
        parser.add_argument("--by", help="who promotes; default: this machine's user")

    def handle(self, *args: Any, **options: Any) -> None:
        reason = options["force"]
        if reason is not None and not reason.strip():
            raise CommandError("--force needs a reason.")
        try:
            promotion = model_promote(
                label=options["label"],
                by=options["by"] or this_user(),
                overrule=(reason or "").strip(),
            )
        except ModelRefused as refused:
            raise CommandError(str(refused)) from refused
        for objection in promotion.objections:
            self.stdout.write(f"overruled: {objection}")
        instead = f" instead of {promotion.replaced}" if promotion.replaced else ""
        self.stdout.write(f"{promotion.label} is live{instead}")
