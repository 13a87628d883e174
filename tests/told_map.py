"""A map of hazards that were there, were not, and of which nobody knows; what was said when."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from typing import NamedTuple
from uuid import UUID

from django.contrib.gis.geos import Point
from django.utils import timezone

from hazardmap.core.fusion.hazard import Evidence
from hazardmap.core.fusion.verdict import Ruling
from hazardmap.core.ids import uuid7
from hazardmap.hazards import mapping, models
from hazardmap.hazards.heir_models import Heir
from hazardmap.platform.ids import new_id
from hazardmap.platform.rows_put import rows_put
from tests import money_again
from tests.billing_scene import BEFORE, LAST
from tests.money_again import Said
from tests.told_scene import put_told, told

HOUR = timedelta(hours=1)
KNOWN_FROM = BEFORE.start + 120 * HOUR


class Story(NamedTuple):
    """Who reported (r) or denied (d) it in turn, what is believed at the end, what a moderator
    says; and whether it was there, None: nobody knows."""

    plan: str
    end: float
    real: bool | None
    checked: bool = True
    word: Ruling | None = None
    undone: bool = False


STORIES = (
    Story("rdrr", 0.9, real=True),
    Story("rdd", 0.05, real=False),
    Story("r", 0.9, real=None),
    Story("rr", 0.9, real=None, checked=False),  # two devices by themselves
    Story("rdrr", 0.9, real=False, word=Ruling.REJECT),
    Story("rdrr", 0.9, real=True, word=Ruling.REJECT, undone=True),
    Story("r", 0.9, real=True, word=Ruling.CONFIRM),
)


class Map:
    """said, real: of each hazard, for money_again."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.said: dict[UUID, list[Said]] = {}
        self.real: dict[UUID, bool | None] = {}
        self.lines: dict[UUID, list[Evidence]] = {}
        self.shown: dict[UUID, tuple[datetime, datetime]] = {}
        stories = [*STORIES, *STORIES]
        trails = [self._trail(story) for story in stories]
        self.ids = put_told([lines for lines, _ in trails])
        for id_, story, (lines, said) in zip(self.ids, stories, trails, strict=True):
            self.said[id_], self.real[id_], self.lines[id_] = said, story.real, lines
            if story.word is not None:
                _judge(lines[0], story.word, undone=story.undone)
        self.heirs = {new_id(): heir for heir in self.ids[::3]}
        for gone, heir in self.heirs.items():
            Heir.objects.create(gone_id=gone, heir_id=heir)
        self._show()

    def _trail(self, story: Story) -> tuple[list[Evidence], list[Said]]:
        lines: list[Evidence] = []
        said: list[Said] = []
        at, p = KNOWN_FROM + self.dice.randrange(20) * HOUR, 0.1
        who = self.dice.sample(range(1, 8), len(story.plan))
        for word, witness in zip(story.plan, who, strict=True):
            after = self.dice.uniform(p, 0.99) if word == "r" else self.dice.uniform(0.01, p)
            received_at = at + self.dice.choice([0, 0, 400]) * HOUR
            line = told(
                witness,
                p,
                after,
                at=at,
                received_at=received_at,
                seen=word == "r",
                real=story.end,
                observations=(uuid7(received_at, self.dice.randbytes(32)),) * (word == "r"),
                checked=story.checked,
            )
            lines.append(line)
            said.append(Said(witness, received_at, p, after))
            at, p = at + self.dice.randrange(1, 5) * HOUR, after
        return lines, said

    def _show(self) -> None:
        dice = self.dice
        for id_ in self.ids[::2]:
            start = KNOWN_FROM + dice.randrange(400) * HOUR + timedelta(minutes=20)
            self.shown[id_] = start, start + dice.randrange(1, 200) * HOUR
            for at, change in zip(self.shown[id_], ("appeared", "removed"), strict=True):
                models.HazardEvent.objects.create(
                    at=at, change=change, hazard_id=id_, hazard={"published": True}
                )

    def prove_false(self) -> None:
        """What was real looks to two others now as if it had never been; a moderator's word on it
        stands."""
        for id_, story in zip(self.ids, [*STORIES, *STORIES], strict=True):
            if not story.real or story.word is Ruling.CONFIRM:
                continue
            last = self.lines[id_][-1]
            for who in (8, 9):
                at = last.last_at + who * HOUR
                late = told(who, 0.1, 0.05, at=at, received_at=LAST.end, seen=False, real=0.05)
                row = mapping.evidence_row(id_, late)
                rows_put(models.Evidence, [row], unique="hazard_id, pass_id", over=False)
            self.real[id_] = False

    def bits(self, hazard: UUID, hour: datetime) -> dict[int, Fraction]:
        hazard = self.heirs.get(hazard, hazard)
        if hazard not in self.said:
            return {}
        return money_again.bits(self.said[hazard], self.real[hazard], hour)

    def in_tile(self, subject: str, hour: datetime) -> Sequence[UUID]:
        if not subject.startswith("hazards/0"):
            return ()
        return tuple(
            id_ for id_, (start, end) in self.shown.items() if start < hour + HOUR and end > hour
        )


def _judge(line: Evidence, word: Ruling, *, undone: bool) -> None:
    models.Verdict.objects.create(
        decision=word.value,
        kind="cow",
        position=Point(24.94, 60.17),
        cell=1,
        observations=[str(id_) for id_ in line.observations],
        undone_at=timezone.now() if undone else None,
    )
