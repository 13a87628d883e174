"""Laws of promotion: what makes a model worse, whatever the figures are."""

import json
from dataclasses import asdict, replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hazardmap.core.kinds import KINDS
from hazardmap.core.operation.promotion import (
    FALSE_ALARMS_LIMIT,
    LEAST_FALL,
    MOST_FALL,
    Measured,
    Metrics,
    metrics_from_json,
    objections,
)
from tests.made_up_models import metrics_of


def measured(most: float) -> st.SearchStrategy[Measured]:
    numbers = st.lists(st.floats(0, most), min_size=3, max_size=3).map(sorted)
    return numbers.map(lambda each: Measured(value=each[1], low=each[0], high=each[2]))


ap50 = st.dictionaries(st.sampled_from(sorted(KINDS)), measured(1.0), min_size=1, max_size=5)
models = st.builds(Metrics, st.just("m-1"), st.just("frozen-1"), ap50, measured(200.0))


@given(models)
def test_a_model_is_not_worse_than_itself(model):
    assert objections(model, model) == ()


@given(models, models)
def test_better_figures_never_add_an_objection(live, candidate):
    better = replace(
        candidate,
        ap50={kind: replace(ap, value=1.0, high=1.0) for kind, ap in candidate.ap50.items()},
        false_alarms_per_1000=Measured(0.0, 0.0, 0.0),
    )
    assert set(objections(live, better)) <= set(objections(live, candidate))
    assert all("does not look for" in sentence for sentence in objections(live, better))


@given(models, st.data())
def test_a_kind_that_is_given_up_is_named(live, data):
    kind = data.draw(st.sampled_from(sorted(live.ap50)))
    rest = {name: ap for name, ap in live.ap50.items() if name != kind}
    assert objections(live, replace(live, ap50=rest)) == (
        f"It does not look for {KINDS[kind].label}.",
    )


@given(models, st.data(), st.floats(0, 1))
def test_no_interval_forgives_a_large_fall_or_forbids_a_tiny_one(live, data, fall):
    kind = data.draw(st.sampled_from(sorted(live.ap50)))
    value = live.ap50[kind].value - fall
    assume(value >= 0)
    assume(min(abs(fall - LEAST_FALL), abs(fall - MOST_FALL)) > 1e-6)
    fallen = replace(live, ap50={**live.ap50, kind: Measured(value, 0.0, 1.0)})
    found = objections(live, fallen)
    if fall < LEAST_FALL:
        assert found == ()
    if fall > MOST_FALL:
        [sentence] = found
        assert KINDS[kind].label in sentence
        assert f"{value:.3f}" in sentence


@given(models, st.floats(0, 1000))
def test_more_false_alarms_than_the_limit_are_refused_unless_they_are_fewer(live, alarms):
    candidate = replace(live, false_alarms_per_1000=Measured(alarms, 0.0, 1000.0))
    refused = bool(objections(live, candidate))
    before = live.false_alarms_per_1000
    if alarms <= before.value:
        assert not refused
    elif alarms > FALSE_ALARMS_LIMIT or alarms > before.high:
        assert refused
    else:
        assert not refused


@given(models)
def test_metrics_survive_json(model):
    assert metrics_from_json(json.loads(json.dumps(asdict(model)))) == model


def test_figures_of_other_pictures_are_not_compared():
    live = metrics_from_json(metrics_of("a", cow=0.5))
    other = metrics_from_json(metrics_of("b", cow=0.9) | {"benchmark": "frozen-2"})
    assert objections(live, other) == ("b was measured on frozen-2 and a on frozen-1.",)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"model": ""}, "model is not a text"),
        ({"ap50": {}}, "ap50 is not an object"),
        ({"ap50": {"unicorn": {}}}, "unknown kinds"),
        ({"ap50": {"cow": {"value": 0.5}}}, "ap50.cow needs high, low, value"),
        ({"ap50": {"cow": {"value": 0.5, "low": 0.6, "high": 0.7}}}, "ap50.cow must hold"),
        ({"ap50": {"cow": {"value": float("nan"), "low": 0, "high": 1}}}, "ap50.cow must hold"),
        ({"ap50": {"cow": {"value": "0.5", "low": 0, "high": 1}}}, "value is not a number"),
        ({"false_alarms_per_1000": {"value": 2, "low": 1, "high": 1001}}, "false_alarms_per_1000"),
        ({"recall": 1}, "and nothing else"),
    ],
)
def test_a_wrong_field_is_named(change, words):
    with pytest.raises(ValueError, match=words):
        metrics_from_json(metrics_of("a", cow=0.5) | change)
