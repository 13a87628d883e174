"""Versions of the parameters: learned from the map, written once, and then the map follows."""

from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from io import StringIO
from itertools import count
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hazardmap.core.fusion.verdict import Ruling
from hazardmap.core.learned.trust import newcomer
from hazardmap.core.learned.versions import Part
from hazardmap.hazards import checkpoint_models, learned_models, tasks
from hazardmap.hazards.params_now import params_now
from hazardmap.hazards.services import (
    area_refuse,
    fuse_pending,
    trust_snapshot,
    verdict_give,
    verdict_undo,
    version_propose,
    version_write,
    vote_give,
)
from hazardmap.hazards.services.company_keep import company_keep, company_kept
from hazardmap.hazards.services.version_make import Proposal
from hazardmap.inference.selectors import recall_table
from tests.detected import (
    alike,
    contributor,
    drive,
    everything,
    forget_map,
    fuse_in_turn,
    hazards,
    minutes_ago,
)
from tests.scenes import HELSINKI, Place, ahead

pytestmark = pytest.mark.django_db
company_find = import_module("hazardmap.hazards.services.company_find")
TRUE = (ahead(40.0, "cow"), ahead(50.0, "cow", right_m=-8.0))
INVENTED = ahead(24.0, "horse", right_m=5.0)  # so far aside that it is no cow, misplaced
ELSEWHERE = (24.94, 60.60)
WORLD = (-180.0, -90.0, 180.0, 90.0)
_number = count()


@pytest.fixture
def town() -> dict[str, Any]:
    """Three honest accounts and a liar take turns; two others drive far from them."""
    cars = {name: contributor(name) for name in ("liar", "ann", "ben", "cat", "far", "off")}
    passes = []
    for turn in range(4):
        for number, name in enumerate(("liar", "ann", "ben", "cat")):
            seen = (*TRUE, INVENTED) if name == "liar" else TRUE
            at = minutes_ago(60 - 12 * turn - number)
            passes.append(drive(cars[name], at, *seen, start=measured(HELSINKI), frames=8))
    sheep = ahead(40.0, "sheep", start=ELSEWHERE)
    for turn in range(6):
        at = minutes_ago(90 - 12 * turn)
        name = ("far", "off")[turn % 2]
        passes.append(drive(cars[name], at, sheep, start=measured(ELSEWHERE), frames=8))
    fuse_in_turn(passes)
    return {name: car.owner.witness for name, car in cars.items()} | {"passes": passes}


def measured(place: Place) -> Place:
    """Not quite the same each time, as by a receiver."""
    return place[0] + 1e-7 * next(_number), place[1]


def learn(**options: Any) -> str:
    out = StringIO()
    call_command("fusion_learn", stdout=out, stderr=StringIO(), **options)
    return out.getvalue()


def replayed_anew(passes: list[list[Any]]) -> list[dict[str, Any]]:
    forget_map()
    fuse_in_turn([[frame for one in passes for frame in one]])
    return everything()


def test_who_is_denied_by_others_is_believed_less_and_the_map_is_that_of_the_version(
    town: dict[str, Any],
) -> None:
    assert params_now().params.default_trust == newcomer() < 0.8
    told = learn()
    params = params_now().params
    assert params.trust(town["liar"]) < newcomer() < params.trust(town["ann"])
    assert f"witness {town['liar']}: 0.75 ->" in told
    (version,) = learned_models.FusionVersion.objects.all()
    assert (version.learned, params.version) == (["trust"], str(version.number))
    assert not params.half_lives_s
    assert not learned_models.StalePlace.objects.exists()
    live = everything()
    assert alike(live, replayed_anew(town["passes"])), "live state is a replay under the version"


def test_where_nothing_is_known_no_version_is_written() -> None:
    drive(contributor("ann"), minutes_ago(5), TRUE[0], frames=4)
    assert learn() == "nothing new is known: version 0 stays\n"
    assert not learned_models.FusionVersion.objects.exists()


def test_a_dry_run_says_the_same_and_writes_nothing(town: dict[str, Any]) -> None:
    before = everything()
    told = learn(dry_run=True)
    assert "trust: " in told
    assert not learned_models.FusionVersion.objects.exists()
    assert everything() == before
    assert learn().startswith(told)


def test_a_moderators_word_counts_for_trust_until_it_is_taken_back(town: dict[str, Any]) -> None:
    sheep = next(hazard for hazard in hazards() if hazard.kind == "sheep")
    verdict = verdict_give(hazard_id=sheep.id, decision=Ruling.REJECT)
    trust_snapshot()
    assert params_now().params.trust(town["far"]) < newcomer()
    verdict_undo(verdict_id=verdict)
    trust_snapshot()
    assert params_now().params.trust(town["far"]) > newcomer()
    assert [v.by for v in learned_models.FusionVersion.objects.all()] == ["schedule"] * 2


def test_two_phones_in_one_car_and_one_track_under_two_names_are_one_witness(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    car, passenger, thief, loner = (contributor(name) for name in ("car", "pass", "mal", "lone"))
    for number in range(24):
        start = (24.94 + 0.004 * number, 60.17)
        beside = (start[0] + 0.00001, 60.17)
        cow = ahead(30.0, "cow", start=start)
        at = minutes_ago(50 - number / 2)
        drive(car, at, cow, start=start, frames=3)
        drive(passenger, at + timedelta(seconds=1), cow, start=beside, frames=3)
        drive(thief, at + timedelta(minutes=20), cow, start=start, frames=3)
        drive(loner, at + timedelta(minutes=10), cow, start=measured(start), frames=3)
    fuse_pending()
    assert {hazard.witnesses for hazard in hazards()} == {4}
    told = learn()
    assert "accounts that are one witness with another: 0 -> 2" in told
    params = params_now().params
    assert len({params.witness(one.owner.witness) for one in (car, passenger, thief)}) == 1
    assert {hazard.witnesses for hazard in hazards()} == {2}
    monkeypatch.setattr(company_find, "WINDOW", timedelta(0))
    trust_snapshot()
    assert params_now().params.aliases == params.aliases, "a week in which they do not drive"
    long_ago = timezone.now() - timedelta(days=181)
    assert learned_models.Company.objects.update(found_at=long_ago) == 2
    trust_snapshot()
    assert {hazard.witnesses for hazard in hazards()} == {2}, "until the places are evaluated"
    tasks.stale_refuse()
    assert {hazard.witnesses for hazard in hazards()} == {4}, "half a year later"


def test_who_is_found_together_again_is_kept_from_then_on() -> None:
    company_keep([(1, 2), (3, 4), (1, 2)])
    learned_models.Company.objects.update(found_at=timezone.now() - timedelta(days=179))
    company_keep([(1, 2)])
    assert company_kept() == [(1, 2), (3, 4)]
    learned_models.Company.objects.filter(one=3).update(
        found_at=timezone.now() - timedelta(days=181)
    )
    assert company_kept() == [(1, 2)]


def test_workers_finish_what_a_stopped_command_left_and_only_where_it_matters(
    town: dict[str, Any],
) -> None:
    learn()
    passes = town["passes"]
    more = [drive(contributor("new"), minutes_ago(1), *TRUE, frames=8)]
    fuse_in_turn(more)
    kept = checkpoint_models.Checkpoint.objects.count()
    assert kept >= 2
    waiting = version_write(version_propose(), by="somebody")
    assert learned_models.StalePlace.objects.count() == waiting > 0
    digest = params_now().digest
    carried = checkpoint_models.Checkpoint.objects.filter(params=digest).count()
    assert 1 <= carried < kept, "a place where nobody's trust has moved goes on from where it was"
    with CaptureQueriesContext(connection) as asked:
        tasks.stale_refuse()
    assert not [one for one in asked if "COUNT(*)" in one["sql"]], "nobody is told how many wait"
    assert not learned_models.StalePlace.objects.exists()
    assert alike(everything(), replayed_anew([*passes, *more]))


def test_a_word_counts_by_the_trust_of_who_has_only_voted_there(town: dict[str, Any]) -> None:
    sheep = next(hazard for hazard in hazards() if hazard.kind == "sheep")
    voter = contributor("voter").owner
    vote_give(hazard_id=sheep.id, account_id=voter.pk, stands=False)
    doubted, old = everything(), params_now().params
    new = replace(old, trusts={**old.trusts, voter.witness: 0.1})
    assert version_write(Proposal(old, new, (Part.TRUST,)), by="somebody") > 0
    tasks.stale_refuse()
    believed = everything()
    changed = [one["kind"] for one, other in zip(believed, doubted, strict=True) if one != other]
    assert changed == ["sheep"]
    (after,) = (one for one in hazards() if one.kind == "sheep")
    assert after.p > next(one["p"] for one in doubted if one["kind"] == "sheep")
    list(area_refuse(WORLD))
    assert alike(everything(), believed)


def test_a_version_that_is_written_while_another_is_learned_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each knows nothing of what the other has learned: the schedule gives way, people are told."""
    old = params_now().params
    slow = Proposal(old, replace(old, trusts={7: 0.5}), (Part.TRUST,))
    longer = replace(old, half_lives_s={"cow": 7200.0})
    version_write(Proposal(old, longer, (Part.HALF_LIVES,)), by="somebody")
    written = params_now().params
    for module in ("services.version_make", "management.commands.fusion_learn"):
        learning = import_module(f"hazardmap.hazards.{module}")
        monkeypatch.setattr(learning, "version_propose", lambda **_: slow)
    trust_snapshot()
    with pytest.raises(CommandError, match=f"version {written.version} was written meanwhile"):
        learn()
    assert learned_models.FusionVersion.objects.count() == 1
    assert params_now().params == written
    assert written.half_lives_s == {"cow": 7200.0}


def test_half_lives_and_mistakes_are_learned_on_request_kept_and_forgotten(
    town: dict[str, Any],
) -> None:
    told = learn(half_lives=True, mistakes=True)
    learned = params_now().params
    assert "half-life of cow" in told
    assert learned.half_lives_s
    assert learned.table.version.endswith("+1")
    assert learned_models.FusionVersion.objects.get().learned == [part.value for part in Part]
    assert {h.half_life_s for h in hazards() if h.kind == "cow"} == {learned.half_life_s("cow")}
    live = everything()
    assert alike(live, replayed_anew(town["passes"]))
    fuse_in_turn([drive(contributor("new"), minutes_ago(1), *TRUE, frames=8)])
    learn()
    assert params_now().params.half_lives_s == learned.half_lives_s
    assert params_now().params.table == learned.table
    learn(forget=True)
    assert not params_now().params.half_lives_s
    assert params_now().params.table == recall_table()
