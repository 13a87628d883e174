"""What a device says of a frame is stored as it was sent, and read back the same."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from hazardmap.core.geometry.box import Box
from hazardmap.core.kinds import KINDS
from hazardmap.core.seeing.edge import (
    LEAST_CROP_SHARE,
    MAX_BOXES,
    EdgeDetection,
    EdgeReport,
    as_json,
    read_edge,
)


def boxes(least: float = 0.0) -> st.SearchStrategy[Box]:
    """Up to the edges of the frame, wider and higher than the least."""
    ends = st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted)
    ends = (ends | st.just([0.0, 1.0])).filter(lambda pair: pair[1] - pair[0] > least)
    return st.builds(lambda h, v: Box(h[0], v[0], h[1], v[1]), ends, ends)


reports = st.builds(
    EdgeReport,
    model=st.sampled_from(["animals-1", "all-2"]),
    crop=boxes(LEAST_CROP_SHARE),
    detections=st.lists(
        st.builds(
            EdgeDetection, st.sampled_from(sorted(KINDS)), st.sampled_from([0.0, 0.5, 1.0]), boxes()
        ),
        max_size=3,
    ).map(tuple),
    occluders=st.lists(boxes(), max_size=3).map(tuple),
    complete=st.booleans(),
)


@settings(max_examples=25, deadline=None)
@given(reports)
def test_a_report_is_read_back_as_it_was_sent(report):
    stored = json.loads(json.dumps(as_json(report)))
    assert read_edge(stored, models=["animals-1", "all-2"]) == report
    assert isinstance(read_edge(stored, models=[]), list), "a model that nobody knows"


def test_a_report_has_a_hundred_boxes_at_most_and_may_have_them():
    one = [0.1, 0.1, 0.2, 0.2]
    said = {"model": "all-2", "occluders": [one] * MAX_BOXES}
    found = read_edge(said, models=["all-2"])
    assert isinstance(found, EdgeReport)
    assert (len(found.occluders), found.detections) == (MAX_BOXES, ())
    assert found.crop == Box(0.0, 0.0, 1.0, 1.0), "who sends no crop sends the whole frame"
    assert not found.complete, "who does not say so denies nothing"
    assert isinstance(read_edge(said | {"occluders": [one] * 101}, models=["all-2"]), list)
