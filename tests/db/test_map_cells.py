"""The sums of cells are always what the hazards say."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import h3.api.basic_int as h3
import pytest
from django.core.management import call_command
from django.db import IntegrityError, connections, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from hazardmap.core.fusion.fuse import FusedHazard
from hazardmap.core.fusion.hazard import LIVE, Hazard, State
from hazardmap.core.geometry.grid import COARSEST_RES, FINEST_RES, parent
from hazardmap.hazards import cell_models, models
from hazardmap.hazards.cell_selectors import (
    CellState,
    cells_changed,
    cells_of,
    latest_cell_cursor,
)
from hazardmap.hazards.services import cells_rebuild, cells_refresh, expire_faded, fuse_pending
from hazardmap.hazards.services.feed_follow import feed_hold
from hazardmap.hazards.services.hazards_write import hazards_write
from tests.detected import contributor, drive, hazards, minutes_ago
from tests.map_scene import hazard_row, made_up
from tests.scenes import ahead

SPOTS = [
    (24.94, 60.17),
    (24.941, 60.17),
    (25.2, 60.3),
    (180.0, -17.0),
    (-179.9999, -17.0),
    (0.0, 90.0),
    (120.0, -89.9999),
    *(h3.cell_to_latlng(pentagon)[::-1] for pentagon in list(h3.get_pentagons(8))[:2]),
]


def told(*present: Hazard) -> None:
    """As fusion leaves them."""
    with transaction.atomic():
        hazards_write(present=[FusedHazard(one, ()) for one in present], gone={}, trails={})


def filled() -> list[CellState]:
    return [state for state in cells_changed(0, limit=10_000) if state.counts.by_kind]


def by_hand(cell: int, res: int, kind: str) -> tuple[float, object]:
    inside = [one for one in hazards() if one.state in LIVE and _in(one, cell, res)]
    at = max(one.t_ref for one in inside)
    fading = [
        one.p * 0.5 ** ((at - one.t_ref).total_seconds() / one.half_life_s)
        for one in inside
        if one.kind == kind
    ]
    return sum(fading), at


def _in(one: Hazard, cell: int, res: int) -> bool:
    return parent(hazard_row(one).cell, res) == cell


STEPS = st.lists(
    st.tuples(
        st.integers(0, 5),  # which hazard
        st.sampled_from(SPOTS),
        st.sampled_from(["cow", "cone", "pothole"]),
        st.sampled_from([*LIVE, State.CLEARED]),
        st.floats(0.05, 0.99),
        st.integers(0, 3),  # days ago
        st.booleans(),  # whether the sums are refreshed now
    ),
    min_size=1,
    max_size=9,
)


class SumsLaw(TestCase):
    @settings(max_examples=8)
    @given(steps=STEPS)
    def test_cells_are_what_the_hazards_say_and_what_a_rebuild_says(self, steps: list[Any]) -> None:
        known = [made_up(0.0, 0.0) for _ in range(6)]
        now = known[0].t_ref
        for which, (lon, lat), kind, state, p, days, refresh in steps:
            t_ref = now - timedelta(days=days)
            told(
                made_up(
                    lon,
                    lat,
                    kind,
                    id=known[which].id,
                    state=state,
                    p=p,
                    t_ref=t_ref,
                    published=False,
                )
            )
            if refresh:
                cells_refresh()
        cells_refresh()
        cursor = latest_cell_cursor()
        for state in filled():
            for kind, count in state.counts.by_kind.items():
                expected, at = by_hand(state.cell, state.res, kind)
                assert count.expected == pytest.approx(expected, rel=1e-9)
                assert state.counts.t_ref == at
        live = [one for one in hazards() if one.state in LIVE]
        for res in range(COARSEST_RES, FINEST_RES + 1):
            here = {parent(hazard_row(one).cell, res) for one in live}
            assert {state.cell for state in filled() if state.res == res} == here
        assert cells_refresh() == 0
        list(cells_rebuild())
        assert latest_cell_cursor() == cursor  # nothing had to be changed


@pytest.mark.django_db
def test_cells_follow_fusion_and_expiry() -> None:
    drive(contributor("ann"), minutes_ago(30), ahead(45.0, "cow"))
    drive(contributor("ben"), minutes_ago(20), ahead(45.0, "cow"))
    fuse_pending()
    assert cells_refresh() > 0
    (hazard,) = hazards()
    found = filled()
    assert sorted(state.res for state in found) == list(range(COARSEST_RES, FINEST_RES + 1))
    for state in found:
        assert state.counts.expected("cow", hazard.t_ref) == pytest.approx(hazard.p)
    seen = latest_cell_cursor()
    models.Hazard.objects.update(expires_at=minutes_ago(1))
    expire_faded()
    cells_refresh()
    assert filled() == []
    gone = cells_changed(seen, limit=100)
    assert {state.cell for state in gone} == {state.cell for state in found}
    assert cells_of([found[0].cell])[found[0].cell].counts.t_ref is None


@pytest.mark.django_db
def test_a_rebuild_mends_cells_that_are_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    told(made_up(24.94, 60.17), made_up(-70.0, -33.0))
    cells_refresh()
    right = {state.cell: state.counts for state in filled()}
    cell_models.Cell.objects.filter(res=FINEST_RES).update(counts={"cow": [9.0, 60.0]})
    call_command("cells_rebuild")
    assert "2 cells summed anew" in capsys.readouterr().out
    assert {state.cell: state.counts for state in filled()} == right


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [{"res": 9}, {"t_ref": None}, {"counts": {}}, {"counts": {"cow": [-1, 60]}}],
)
def test_impossible_cells_are_refused(wrong: dict[str, Any]) -> None:
    right = {"cell": 1, "res": 8, "t_ref": minutes_ago(1), "counts": {"cow": [1, 60]}, "cursor": 1}
    with pytest.raises(IntegrityError), transaction.atomic():
        cell_models.Cell.objects.create(**right | wrong)
    cell_models.Cell.objects.create(**right)


@pytest.mark.django_db(transaction=True)
def test_while_one_refreshes_others_go_on_and_lose_nothing() -> None:
    told(made_up(24.94, 60.17))
    assert cells_refresh() == 1

    def meanwhile() -> int:
        try:
            return cells_refresh()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            feed_hold("cells")
            told(made_up(-70.0, -33.0))
            assert pool.submit(meanwhile).result(60) == 0
        assert pool.submit(meanwhile).result(60) == 1
    assert len(filled()) == 2 * (FINEST_RES - COARSEST_RES + 1)
