"""Reading the detector's recall table."""

import json
from dataclasses import asdict

import numpy as np
import pytest

from hazardmap.core.kinds import FAMILY
from hazardmap.core.seeing.recall import DEFAULT_TABLE, RecallTable, recall_at, table_from_json

CONE = {"upto_m": [10, 30], "by_bin": [0.9, 0.5]}


def as_json(**changes):
    fields = {name: getattr(DEFAULT_TABLE, name) for name in RecallTable.__slots__}
    fields |= {"kinds": {"cone": CONE}, "default": asdict(DEFAULT_TABLE.default)}
    fields["false_alarms"] = {"cone": 0.02, "drum": 0.03, "deer": 1e-6}
    fields |= {"dark_factors": {"cone": 0.9}, "occluded_factors": {"cone": 0.4}}
    return json.loads(json.dumps(fields | changes))


def test_what_an_evaluation_writes_is_read_back():
    table = table_from_json(as_json(version="7", measured=True, dark_factor=0.4))
    assert (table.version, table.measured, table.dark_factor) == ("7", True, 0.4)
    assert table.default == DEFAULT_TABLE.default
    assert (table.in_the_dark("cone"), table.in_the_dark("cow")) == (0.9, 0.4)
    assert table.behind_traffic("cone") == 0.4
    assert recall_at(table, "cone", np.array([5.0, 10.0, 29.0, 31.0])).tolist() == [
        0.9, 0.9, 0.5, 0.0,
    ]  # fmt: skip
    assert recall_at(table, "deer", np.array([5.0])).tolist() == [0.85]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"dark_factor": 1.5}, "dark_factor"),
        ({"dark_factor": "0.5"}, "dark_factor"),
        ({"occluded_factor": None}, "occluded_factor"),
        ({"dark_factors": {"cone": 1.5}}, "dark_factors.cone"),
        ({"occluded_factors": {"unicorn": 0.5}}, "unicorn"),
        ({"pass_correlation": -0.1}, "pass_correlation"),
        ({"pass_correlation": float("nan")}, "pass_correlation"),
        ({"false_alarm_per_pass": 0}, "false_alarm_per_pass"),
        ({"false_alarms": {"unicorn": 0.1}}, "unicorn"),
        ({"false_alarms": {"cone": 0}}, "false_alarms.cone"),
        ({"false_alarms": 0.1}, "false_alarms"),
        ({"score_true": [5]}, "score_true"),
        ({"score_false": [0.5, 2]}, "score_false"),
        ({"measured": 1}, "measured"),
        ({"kinds": []}, "kinds"),
        ({"kinds": {"unicorn": CONE}}, "unicorn"),
        ({"kinds": {"cone": {"upto_m": [10]}}}, "kinds.cone"),
        ({"kinds": {"cone": {"upto_m": [30, 10], "by_bin": [0.9, 0.5]}}}, "kinds.cone.upto_m"),
        ({"default": {"upto_m": [10, 30], "by_bin": [0.9]}}, "default"),
        ({"default": {"upto_m": [10], "by_bin": [1.1]}}, "default.by_bin"),
        ({"default": {"upto_m": [], "by_bin": []}}, "default.upto_m"),
        ({"surplus": 1}, "surplus"),
    ],
)
def test_a_wrong_table_is_refused_by_field(changes, field):
    with pytest.raises(ValueError, match=field.replace(".", r"\.")):
        table_from_json(as_json(**changes))


def test_false_alarms_of_a_family_add_up_and_unmeasured_ones_have_the_mean():
    table = table_from_json(as_json(false_alarm_per_pass=0.004))
    assert table.false_alarm(FAMILY["drum"]) == pytest.approx(0.05)
    assert table.false_alarm(FAMILY["cat"]) == pytest.approx(1e-6)
    assert table.false_alarm(FAMILY["pothole"]) == pytest.approx(0.004)
    assert table_from_json(as_json(false_alarms={"cone": 0.4, "drum": 0.4})).false_alarms == {
        "cone": 0.5
    }


def test_an_older_table_has_one_chance_and_one_factor_for_all_kinds():
    data = as_json()
    for name in ("false_alarms", "dark_factors", "occluded_factors"):
        del data[name]
    table = table_from_json(data)
    assert table.false_alarms == {}
    assert table.in_the_dark("cone") == table.dark_factor
    assert table.behind_traffic("cone") == table.occluded_factor


def test_a_missing_field_is_named():
    data = as_json()
    del data["dark_factor"]
    with pytest.raises(ValueError, match="dark_factor"):
        table_from_json(data)
    with pytest.raises(ValueError, match="recall table"):
        table_from_json([])  # type: ignore[arg-type]
