"""Reading the detector's recall table."""

import json
from dataclasses import asdict

import numpy as np
import pytest

from hazardmap.core.recall import DEFAULT_TABLE, RecallTable, recall_at, table_from_json

CONE = {"upto_m": [10, 30], "by_bin": [0.9, 0.5]}


def as_json(**changes):
    fields = {name: getattr(DEFAULT_TABLE, name) for name in RecallTable.__slots__}
    fields |= {"kinds": {"cone": CONE}, "default": asdict(DEFAULT_TABLE.default)}
    return json.loads(json.dumps(fields | changes))


def test_what_an_evaluation_writes_is_read_back():
    table = table_from_json(as_json(version="7", measured=True, dark_factor=0.4))
    assert (table.version, table.measured, table.dark_factor) == ("7", True, 0.4)
    assert table.default == DEFAULT_TABLE.default
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
        ({"pass_correlation": -0.1}, "pass_correlation"),
        ({"pass_correlation": float("nan")}, "pass_correlation"),
        ({"false_alarm_per_pass": 0}, "false_alarm_per_pass"),
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


def test_a_missing_field_is_named():
    data = as_json()
    del data["dark_factor"]
    with pytest.raises(ValueError, match="dark_factor"):
        table_from_json(data)
    with pytest.raises(ValueError, match="recall table"):
        table_from_json([])  # type: ignore[arg-type]
