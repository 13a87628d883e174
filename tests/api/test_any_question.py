"""Whatever is asked, the answer is one that the document knows: never a failure of ours."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.asked import ask, post
from tests.map_scene import buyer, put_hazard

pytestmark = pytest.mark.django_db
MANY = settings(max_examples=60, deadline=None)
NAMES = ["bbox", "lon", "lat", "radius_m", "cell", "kind", "published", "min_probability"]
NAMES += ["min_severity", "max_age_s", "seen_from", "seen_to", "simulated", "limit", "after"]
NAMES += ["explain", "since", "corridor_m", "heading_deg", "speed_mps", "horizon_s", "spread_deg"]
numbers = st.floats() | st.floats(-180, 180) | st.integers(-(2**70), 2**70)
texts = (
    st.text(max_size=12)
    | numbers.map(str)
    | st.lists(numbers, min_size=4, max_size=4).map(lambda four: ",".join(map(str, four)))
    | st.datetimes().map(lambda at: f"{at.isoformat()}Z")
    | st.sampled_from(["true", "cost", "cow,cone", "8a1126d00007fff", "1.0_" + "0" * 32])
)
params = st.dictionaries(st.sampled_from(NAMES), texts, max_size=5)
places = st.tuples(numbers, numbers).map(list)
lines = st.lists(places, max_size=6)
bodies = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["LineString", "Polygon", "MultiPolygon", "Feature"]),
        "coordinates": lines | st.lists(lines, max_size=3),
    }
)


@pytest.fixture
def key():
    put_hazard(1, 1)
    return buyer()


@pytest.mark.parametrize("path", ["hazards", "hazards/ahead", "hazards/export", "changes"])
def test_any_query_is_answered_or_refused(client, key, path):
    @MANY
    @given(params)
    def asked(query):
        answer = ask(client, key.token, path, **query)
        assert answer.status_code in {200, 400}, query
        if answer.streaming:
            answer.getvalue()

    asked()


@pytest.mark.parametrize("path", ["in-region", "along-route"])
def test_any_query_and_body_are_answered_or_refused(client, key, path):
    @MANY
    @given(params, bodies | st.binary(max_size=20))
    def asked(query, body):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        assert post(client, key.token, path, body, **query).status_code in {200, 400}, (query, body)

    asked()
