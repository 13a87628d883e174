"""Ids that sort by time and can be derived again."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from hazardmap.core.ids import child_id, uuid7

AT = datetime(2026, 5, 4, 12, 0, 0, 123_999, tzinfo=UTC)


def test_layout_is_that_of_version_7():
    made = uuid7(AT, b"0123456789")
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == int(AT.timestamp() * 1000)


def test_later_ids_sort_later():
    assert uuid7(AT, b"\xff" * 10) < uuid7(AT + timedelta(milliseconds=1), b"\x00" * 10)


def test_the_zone_of_the_time_does_not_matter():
    zone = datetime.fromisoformat("2026-05-04T14:00:00.123999+02:00")
    assert uuid7(zone, b"0123456789") == uuid7(AT, b"0123456789")


def test_children_keep_the_time_and_differ_by_their_parts():
    parent = uuid7(AT, b"0123456789")
    child = child_id(parent, "a", "b")
    assert child == child_id(parent, "a", "b")
    assert child.int >> 80 == parent.int >> 80
    assert child.version == 7
    others = {child_id(parent, "ab"), child_id(parent, "b", "a"), child_id(parent, "a", "b", "")}
    assert len(others | {child, parent, child_id(UUID(int=parent.int ^ 1), "a", "b")}) == 6


@pytest.mark.parametrize(
    ("at", "entropy"),
    [
        (AT.replace(tzinfo=None), b"0123456789"),
        (datetime(1969, 1, 1, tzinfo=UTC), b"0123456789"),
        (AT, b"short"),
    ],
)
def test_bad_input_is_refused(at, entropy):
    with pytest.raises(ValueError, match="id"):
        uuid7(at, entropy)
