"""Nothing that is not the public internet passes for it, however it is written."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hazardmap.core.messages.public_address import is_public

IPV4 = st.ip_addresses(v=4)


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0", "255.255.255.255", "224.0.0.1", "192.0.2.1",  # noqa: S104
        "198.18.0.1", "240.0.0.1",
        "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::7f00:1", "64:ff9b::7f00:1",
        "64:ff9b:1::1", "2002:7f00:1::", "2001:0:1::1", "2001:db8::1", "2606:4700::1%x",
        "localhost", "", "1", "0x7f.1", "017700000001", "127.1",
    ],
)  # fmt: skip
def test_known_addresses_of_the_inside_are_refused(text):
    assert not is_public(text)


@pytest.mark.parametrize("text", ["9.9.9.9", "::ffff:9.9.9.9", "2606:4700:4700::1111"])
def test_addresses_of_the_internet_are_not(text):
    assert is_public(text)


@given(IPV4)
def test_an_ipv4_address_is_judged_alike_inside_an_ipv6_one(address: IPv4Address):
    assert is_public(f"::ffff:{address}") == is_public(str(address))


@given(IPV4)
def test_no_tunnel_leads_anywhere(address: IPv4Address):
    number = int(address)
    for prefix, shift in (("64:ff9b::", 0), ("::", 0), ("2002::", 80)):
        wrapped = IPv6Address(int(IPv6Address(prefix)) | number << shift)
        assert not is_public(str(wrapped))


@given(st.ip_addresses())
def test_what_passes_is_global(address):
    if is_public(str(address)):
        assert ip_address(str(address)).is_global
        assert not address.is_multicast
