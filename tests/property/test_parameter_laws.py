"""What the documents say of a parameter is what its reader enforces, no more and no less."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hazardmap.api import dialect_feeds, grammar
from hazardmap.api.ogc import collections
from hazardmap.api.ogc.parameters import read_limit
from hazardmap.api.v1 import changes, deliveries, hazards, ways, workzones
from hazardmap.core.geometry.bbox import parse_bbox

TABLES = (
    *(hazards.IN_AREA, hazards.PAGE, ways.ON_ROUTE, ways.AHEAD, changes.FEED, deliveries.PAGE),
    *(workzones.ZONES, dialect_feeds.PARAMETERS),
    *(one.parameters for one in collections.COLLECTIONS.values()),
)
PARAMETERS = list({id(one): one for table in TABLES for one in table}.values())
lons, lats = st.floats(-180, 180), st.floats(-90, 90)
writers = st.sampled_from([repr, "{:.12E}".format, "{:+.20f}".format])


@given(st.tuples(lons, lats, lons, lats), writers, st.sampled_from([",", ", "]))
def test_every_box_that_a_program_writes_is_in_the_document(box, write, comma):
    west, lat, east, other = box
    text = comma.join(map(write, (west, min(lat, other), east, max(lat, other))))
    parse_bbox(text)
    assert re.search(grammar.BBOX.schema()["pattern"], text), text


@pytest.mark.parametrize("one", PARAMETERS, ids=lambda one: one.name)
def test_the_bounds_of_the_document_are_those_of_the_reader(one):
    schema = one.schema()
    schema |= schema.pop("anyOf", [{}])[0]  # besides a number, one may say a word
    step = 1 if schema["type"] == "integer" else 0.001
    if "minimum" in schema:
        assert one.read(str(schema["minimum"])) == schema["minimum"]
        assert one.read(str(schema["maximum"])) == schema["maximum"]
        with pytest.raises(ValueError, match="must be"):
            one.read(str(schema["minimum"] - step))
        above = str(schema["maximum"] + step)
        if getattr(one.read, "read", None) is read_limit:  # the standard has it so
            assert one.read(above) == schema["maximum"]
        else:
            with pytest.raises(ValueError, match="must be"):
                one.read(above)
    else:
        assert schema["type"] not in {"integer", "number"}, "a number without bounds"
    for word in schema.get("enum", ()):
        assert one.read(word) == word
        with pytest.raises(ValueError, match="must be"):
            one.read(f"{word}x")
    assert schema.get("default") == one.default
