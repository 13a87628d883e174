"""Whatever has happened, the map that is told is what its evidence says when it is replayed."""

import random
from collections.abc import Callable
from dataclasses import asdict
from uuid import UUID

import pytest

from hazardmap.accounts.models import Device
from hazardmap.core.fusion.hazard import LIVE
from hazardmap.core.fusion.verdict import Ruling
from hazardmap.core.geometry.geodesy import moved
from hazardmap.hazards import mapping
from hazardmap.hazards.models import HazardEvent, View
from hazardmap.hazards.services import (
    area_refuse,
    expire_faded,
    fuse_pending,
    picture_forget,
    verdict_give,
    verdict_undo,
    vote_give,
    witness_forget,
)
from tests.detected import alike, contributor, drive, events, hazards, minutes_ago
from tests.scenes import HELSINKI, Truth, ahead

pytestmark = pytest.mark.django_db
CONE, POTHOLE = ahead(45.0, "cone"), ahead(48.0, "pothole", right_m=9.0)
BETWEEN = ahead(46.0, "cone", right_m=4.0)
AROUND = (24.9, 60.1, 25.0, 60.2)


def seen(device: Device, minutes: float, *things: Truth) -> None:
    drive(device, minutes_ago(minutes), *things)
    fuse_pending()


def test_what_was_cleared_stays_so_when_those_who_saw_nothing_leave() -> None:
    for number in range(2):
        seen(contributor(f"saw{number}"), 600 - number, CONE)
    past = [contributor(f"past{number}") for number in range(5)]
    for number, device in enumerate(past):
        seen(device, 400 - 10 * number)
    (cleared,) = hazards()
    assert cleared.state not in LIVE
    told = events(cleared.id)
    views = View.objects.count()
    elsewhere = moved(*HELSINKI, 90.0, 2000.0)[:2]
    drive(past[0], minutes_ago(300), start=elsewhere)
    fuse_pending()
    assert View.objects.count() > views
    for device in past:
        witness_forget(witness=device.owner.witness)
    assert View.objects.count() == views, "where he drove past nothing is forgotten"
    assert not View.objects.filter(device_id__in=[device.id for device in past]).exists()
    list(area_refuse(AROUND))
    (still,) = hazards()
    assert events(cleared.id) == told
    assert alike(asdict(still), asdict(cleared))


class Life:
    """Things that happen to a street, in any order."""

    def __init__(self, dice: random.Random) -> None:
        self.dice, self.minutes = dice, 900.0
        self.drivers: list[Device] = []
        self.words: list[UUID] = []
        self.frames: list[tuple[Device, list[UUID]]] = []

    def go_on(self) -> None:
        acts: list[Callable[[], object]] = [self.drive] * 4
        acts += [self.vote, self.judge, self.undo, self.forget_picture, self.leave, expire_faded]
        self.dice.choice(acts)()

    def drive(self) -> None:
        if not self.drivers or self.dice.random() < 0.6:
            self.drivers.append(contributor(f"driver{len(self.drivers)}{self.dice.random()}"))
        device = self.dice.choice(self.drivers)
        self.minutes -= self.dice.uniform(2, 40)
        late = self.dice.choice([0, 0, 0, 100])
        things = self.dice.choice([(), (), (CONE,), (CONE, POTHOLE), (BETWEEN,), (POTHOLE,)])
        at = minutes_ago(self.minutes + late)
        edge = self.dice.random() < 0.2
        self.frames.append((device, drive(device, at, *things, edge=edge)))
        fuse_pending()

    def vote(self) -> None:
        live = [one for one in hazards() if one.state in LIVE]
        if live and self.drivers:
            who = self.dice.choice(self.drivers).owner_id
            hazard = self.dice.choice(live)
            vote_give(hazard_id=hazard.id, account_id=who, stands=self.dice.random() < 0.5)

    def judge(self) -> None:
        live = [one for one in hazards() if one.state in LIVE]
        if live:
            decision = self.dice.choice([Ruling.CONFIRM, Ruling.REJECT, Ruling.RELABEL])
            kind = "deer" if decision is Ruling.RELABEL else ""
            hazard = self.dice.choice(live)
            self.words.append(verdict_give(hazard_id=hazard.id, decision=decision, kind=kind))

    def undo(self) -> None:
        if self.words:
            verdict_undo(verdict_id=self.words.pop(self.dice.randrange(len(self.words))))

    def forget_picture(self) -> None:
        if self.frames:
            device, frames = self.dice.choice(self.frames)
            picture_forget(frame_id=self.dice.choice(frames), account_id=device.owner_id)

    def leave(self) -> None:
        if self.drivers:
            device = self.drivers.pop(self.dice.randrange(len(self.drivers)))
            self.frames = [one for one in self.frames if one[0] != device]
            witness_forget(witness=device.owner.witness)


@pytest.mark.parametrize("seed", range(4))
def test_the_map_that_is_told_is_what_its_evidence_says(seed: int) -> None:
    life = Life(random.Random(seed))
    for _ in range(16):
        life.go_on()
    expire_faded()
    told = hazards()
    for hazard in told:
        last = HazardEvent.objects.filter(hazard_id=hazard.id).latest("cursor")
        if hazard.state in LIVE:
            assert mapping.hazard_from_json(last.hazard) == hazard
        else:
            assert last.change == "removed"
    assert told
    list(area_refuse(AROUND))
    assert alike([asdict(one) for one in hazards()], [asdict(one) for one in told])
