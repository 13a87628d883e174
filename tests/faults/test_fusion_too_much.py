"""One street is too much for the database: the rest of the map goes on, and it is tried later."""

import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from hazardmap.hazards import learned_models, models
from hazardmap.hazards.services import fuse_pending, stale_refuse
from hazardmap.hazards.services.stale_refuse import stale_mark
from hazardmap.inference.models import DetectionRun
from tests.detected import alike, contributor, drive, everything, fuse_in_turn, minutes_ago
from tests.detected import forget_map as map_forgotten
from tests.scenes import ahead

pytestmark = pytest.mark.django_db(transaction=True)
COW = ahead(45.0, "cow")
ELSEWHERE = (24.94, 60.60)
SHEEP = ahead(45.0, "sheep", start=ELSEWHERE)
_SLOW = """
    CREATE FUNCTION slow_for_a_test() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_sleep(%s); RETURN NEW; END $$;
    CREATE TRIGGER slow_for_a_test BEFORE INSERT OR UPDATE ON %s FOR EACH ROW %s
    EXECUTE FUNCTION slow_for_a_test();
"""


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture(autouse=True)
def _little_time() -> Iterator[None]:
    sql("SET statement_timeout = 1000")
    yield
    sql("SET statement_timeout = 30000; DROP FUNCTION IF EXISTS slow_for_a_test CASCADE")


def slow(table: str, south_of: float, seconds: float) -> None:
    """Writing what lies south of there takes a while."""
    where = f"WHEN (ST_Y(NEW.position::geometry) < {south_of})"
    sql(_SLOW % (seconds, table, where))


def due() -> None:
    DetectionRun.objects.filter(fused_at=None).update(retry_at=timezone.now())


def waiting() -> list[tuple[int, bool]]:
    """How often what waits was tried, and whether it waits for a time."""
    runs = DetectionRun.objects.filter(fused_at=None).order_by("id")
    return [(tries, at is not None) for tries, at in runs.values_list("attempts", "retry_at")]


def test_what_is_cancelled_waits_and_the_others_go_on(caplog: pytest.LogCaptureFixture) -> None:
    street = [drive(contributor(f"a{n}"), minutes_ago(40 - n), COW, frames=2) for n in range(2)]
    others = [
        drive(contributor(f"b{n}"), minutes_ago(20 - n), SHEEP, start=ELSEWHERE) for n in range(2)
    ]
    slow("hazards_view", 60.4, 1.3)
    with caplog.at_level(logging.ERROR):
        assert fuse_pending() == 24
    (told,) = [record.getMessage() for record in caplog.records]
    assert str(street[0][0]) in told
    assert "4 frames of its street wait" in told
    assert [hazard["kind"] for hazard in everything()] == ["sheep"]
    assert waiting() == [(1, True)] * 4
    assert fuse_pending() == 0, "not before its time"

    due()
    assert fuse_pending() == 4, "the second time it gets more time"
    assert waiting() == []
    found = everything()
    sql("DROP FUNCTION slow_for_a_test CASCADE; SET statement_timeout = 30000")
    map_forgotten()
    fuse_in_turn([[frame for one in (*street, *others) for frame in one]])
    assert alike(found, everything())


def test_each_time_it_waits_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hazardmap.platform.hardship.PATIENT", timedelta(seconds=1))
    drive(contributor("ann"), minutes_ago(40), COW, frames=1)
    slow("hazards_view", 60.4, 1.3)
    pauses = []
    for attempt in (1, 2):
        due()
        assert fuse_pending() == 0
        (run,) = DetectionRun.objects.all()
        assert (run.attempts, run.retry_at is not None) == (attempt, True)
        assert run.retry_at is not None
        pauses.append(run.retry_at - timezone.now())
    assert timedelta(seconds=50) < pauses[0] < pauses[1] - timedelta(seconds=50)


def test_what_somebody_else_holds_is_tried_later() -> None:
    drive(contributor("ann"), minutes_ago(40), COW, frames=3)
    drive(contributor("ben"), minutes_ago(30), SHEEP, start=ELSEWHERE, frames=3)
    sql("SET lock_timeout = 200")
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("LOCK TABLE hazards_look IN EXCLUSIVE MODE")
            assert fuse_pending() == 0
            cursor.execute("ROLLBACK")
    finally:
        other.close()
        sql("SET lock_timeout = 10000")
    assert waiting() == [(1, True)] * 6
    due()
    assert fuse_pending() == 6


def test_without_the_database_nothing_counts_as_tried() -> None:
    drive(contributor("ann"), minutes_ago(40), COW, frames=3)
    sql(
        "CREATE FUNCTION slow_for_a_test() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$; "
        "CREATE TRIGGER slow_for_a_test BEFORE INSERT ON hazards_view "
        "FOR EACH ROW EXECUTE FUNCTION slow_for_a_test()"
    )
    with pytest.raises(OperationalError):
        fuse_pending()
    assert waiting() == [(0, False)] * 3


def test_a_stale_place_that_is_too_much_holds_up_no_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("hazardmap.platform.hardship.PATIENT", timedelta(seconds=1))
    for number in range(2):
        drive(contributor(f"a{number}"), minutes_ago(40 - number), COW)
        drive(contributor(f"b{number}"), minutes_ago(20 - number), SHEEP, start=ELSEWHERE)
    fuse_pending()
    before = everything()
    models.Hazard.objects.update(p=0.01)
    stale_mark(None)
    cells = set(learned_models.StalePlace.objects.values_list("cell", flat=True))
    slow("hazards_hazard", 60.4, 1.3)
    with caplog.at_level(logging.ERROR):
        assert len(list(stale_refuse())) == len(cells)
    assert learned_models.StalePlace.objects.count() == len(caplog.records) >= 1
    assert [hazard["p"] > 0.5 for hazard in everything()].count(True) == 1
    assert list(stale_refuse()) == [], "not before its time"

    monkeypatch.undo()
    learned_models.StalePlace.objects.update(retry_at=timezone.now())
    assert list(stale_refuse())
    assert not learned_models.StalePlace.objects.exists()
    assert alike(everything(), before)
