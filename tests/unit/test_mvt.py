"""The few rules of protobuf and MVT, against the specification's own examples and bytes by hand."""

import mapbox_vector_tile
import pytest

from tiles import mvt


def test_numbers_are_written_as_protobuf_writes_them():
    assert mvt.varint(0) == b"\x00"
    assert mvt.varint(127) == b"\x7f"
    assert mvt.varint(300) == b"\xac\x02"
    assert mvt.padded_varint(1, 3) == b"\x81\x80\x00"
    with pytest.raises(ValueError, match="fit"):
        mvt.padded_varint(128, 1)


def test_geometry_is_that_of_the_specifications_examples():
    # Vector Tile Specification 2.1, 4.3.5: a point, a polygon.
    assert list(mvt.point(25, 17)) == [9, 50, 34]
    assert list(mvt.polygons([[(3, 6), (8, 12), (20, 34)]])) == [9, 6, 12, 18, 10, 12, 24, 44, 15]
    two = mvt.polygons([[(0, 0), (10, 0), (10, 10), (0, 10)], [(11, 11), (20, 11), (20, 20)]])
    first = [9, 0, 0, 26, 20, 0, 0, 20, 19, 0, 15]
    assert list(two) == [*first, 9, 22, 2, 18, 18, 0, 0, 18, 15]


def test_a_layer_is_these_bytes():
    head = mvt.header("a", ["k"], [mvt.uint_value(7)])
    assert head.hex(" ") == "78 02 0a 01 61 28 80 20 1a 01 6b 22 02 28 07"
    item = mvt.feature(5, mvt.tags([(0, 0)]), mvt.Shape.POINT, mvt.point(25, 17))
    assert item.hex(" ") == "12 0d 08 05 12 02 00 00 18 01 22 03 09 32 22"
    assert mvt.layer(head, item) == b"\x1a\x1e" + head + item


def test_every_sort_of_value_comes_back():
    values = {"a": "ä", "b": 0.5, "c": 2**40, "d": True, "e": False}
    written = [
        mvt.text_value("ä"),
        mvt.float_value(0.5),
        mvt.uint_value(2**40),
        mvt.bool_value(True),
        mvt.bool_value(False),
    ]
    head = mvt.header("all", values, written)
    item = mvt.feature(1, mvt.tags((i, i) for i in range(5)), mvt.Shape.POINT, mvt.point(1, 2))
    [found] = mapbox_vector_tile.decode(mvt.layer(head, item))["all"]["features"]
    assert found["properties"] == values
