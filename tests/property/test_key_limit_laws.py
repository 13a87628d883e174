"""Where a key may be used, for any origin and network."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hazardmap.core.access.key_limits import KeyLimits, origin_of

HOSTS = st.from_regex(r"[a-z]{1,10}(\.[a-z]{2,5}){1,2}", fullmatch=True)
PORTS = st.one_of(st.none(), st.integers(1, 65_535))


@given(HOSTS, PORTS, HOSTS)
def test_an_origin_admits_its_own_pages_and_no_others(host, port, other):
    text = f"https://{host.upper()}" + (f":{port}" if port else "")
    limits = KeyLimits.read([f" {text}/ "], [])
    assert KeyLimits.read(limits.origins, []) == limits, "reading again changes nothing"
    assert limits.refusal(origin_of(text, None), None) is None
    assert limits.refusal(origin_of(None, f"{text}/a/page?q=1#x"), None) is None
    assert limits.refusal(origin_of(f"{text}.{other}" if not port else text + "1", None), None)
    assert limits.refusal(None, None)


@given(st.ip_addresses(), st.integers(0, 32), st.ip_addresses())
def test_a_network_admits_its_own_addresses_and_no_others(inside, bits, any_address):
    network = f"{inside}/{bits}"
    limits = KeyLimits.read([], [network])
    assert limits.refusal(None, inside) is None
    forms = {any_address, getattr(any_address, "ipv4_mapped", None) or any_address}
    within = any(form in ip_network(network, strict=False) for form in forms)
    assert (limits.refusal(None, any_address) is None) == within


@given(st.ip_addresses(v=4), st.integers(0, 32))
def test_an_address_of_ipv4_in_the_dress_of_ipv6_is_itself(inside, bits):
    """So a socket for both reports it."""
    limits = KeyLimits.read([], [f"{inside}/{bits}"])
    assert limits.refusal(None, ip_address(f"::ffff:{inside}")) is None


@given(st.ip_addresses(v=6), PORTS)
def test_an_origin_may_be_an_address_of_ipv6(address, port):
    text = f"https://[{address}]" + (f":{port}" if port else "")
    limits = KeyLimits.read([text], [])
    assert KeyLimits.read(limits.origins, []) == limits
    assert limits.refusal(origin_of(text, None), None) is None


@pytest.mark.parametrize(
    "wrong",
    [
        *("fleet.example", "http://fleet.example", "https://", "ftp://x.example", "https://a/b"),
        *("https://u@x.example", "javascript:alert(1)", "https://x.example:99999", "*"),
    ],
)
def test_what_is_no_origin_is_refused_in_words(wrong):
    with pytest.raises(ValueError, match="origin"):
        KeyLimits.read([wrong], [])


def test_a_local_page_may_be_http_and_bounds_hold():
    assert KeyLimits.read(["http://localhost:5173"], []).origins == ("http://localhost:5173",)
    assert KeyLimits.read(["http://localhost:80"], []).origins == ("http://localhost",)
    with pytest.raises(ValueError, match="no network"):
        KeyLimits.read([], ["300.1.1.1"])
    with pytest.raises(ValueError, match="at most 20"):
        KeyLimits.read([f"https://a{n}.example" for n in range(21)], [])
