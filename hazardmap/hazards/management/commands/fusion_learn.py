"""Learn the parameters of fusion from the map's own history."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hazardmap.core.learned.versions import Part, differences
from hazardmap.hazards.backlog import stale
from hazardmap.hazards.selectors import published_count
from hazardmap.hazards.services import (
    Proposal,
    VersionMoved,
    stale_refuse,
    version_propose,
    version_write,
)
from hazardmap.platform.this_user import this_user
from hazardmap.platform.unhurried import unhurried_session


class Command(BaseCommand):
    help = (
        "Learn how far each contributor is to be believed, from how later passes of others and "
        "moderators judged his reports; say what changes, write a new version of the parameters, "
        "and evaluate the map anew where it matters. A run that was stopped after the version was "
        "written is finished by the workers. Half-lives and what cameras mistake are learned on "
        "request only: they take a replay of all evidence, and on a map with few passes they may "
        "make it worse. Example: python manage.py fusion_learn --dry-run"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--half-lives", action="store_true", help="how long each kind stays")
        parser.add_argument(
            "--mistakes",
            action="store_true",
            help="what cameras miss and mistake, and how often things appear",
        )
        parser.add_argument(
            "--forget", action="store_true", help="drop what earlier versions learned of these two"
        )
        parser.add_argument("--dry-run", action="store_true", help="only say what would change")
        parser.add_argument("--by", help="who does it; default: this machine's user")

    @unhurried_session()
    def handle(self, *args: Any, **options: Any) -> None:
        asked = {Part.HALF_LIVES: options["half_lives"], Part.MISTAKES: options["mistakes"]}
        proposal = version_propose(
            also=[part for part, wanted in asked.items() if wanted],
            forget=options["forget"],
            progress=lambda done, count: self._progress(f"{done} of {count} places replayed"),
        )
        for line in differences(proposal.old, proposal.new):
            self.stdout.write(line)
        if not proposal.changes:
            self.stdout.write(f"nothing new is known: version {proposal.old.version} stays")
        elif not options["dry_run"]:
            self._take(proposal, options["by"] or this_user())

    def _take(self, proposal: Proposal, by: str) -> None:
        before = published_count()
        try:
            waiting = version_write(proposal, by=by)
        except VersionMoved as moved:
            raise CommandError(f"Nothing is written, so learn again: {moved}.") from moved
        for done, _ in enumerate(stale_refuse(), 1):
            self._progress(f"{done} of {waiting} places looked at")
        if left := stale().places:
            self.stdout.write(f"{left} places are left to the workers, who try them again")
        self.stdout.write(f"published hazards: {before} -> {published_count()}")

    def _progress(self, text: str) -> None:
        self.stderr.write(text, ending="\r")
