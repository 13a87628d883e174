"""Which addresses lie on the public internet, and nowhere else (SSRF)."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

_INTO_IPV4: Final = (
    IPv6Network("::/96"),  # IPv4-compatible, deprecated
    IPv6Network("64:ff9b::/96"),  # NAT64 (RFC 6052)
    IPv6Network("64:ff9b:1::/48"),  # NAT64 of a local network (RFC 8215)
    IPv6Network("2001::/32"),  # Teredo
    IPv6Network("2002::/16"),  # 6to4
)
"""Tunnels whose far end an IPv6 address only encodes: no receiver of ours needs them."""


def is_address(text: str) -> bool:
    """Whether this is an address, and not a name."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def is_public(text: str) -> bool:
    """Whether an address (without a port) is one of the public internet; False for no address.

    A scope ("%eth0") makes it local. An IPv4 address inside an IPv6 one counts as itself.
    """
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return _global(address.ipv4_mapped)
        if address.scope_id or any(address in network for network in _INTO_IPV4):
            return False
    return _global(address)


def _global(address: IPv4Address | IPv6Address) -> bool:
    local = address.is_private or address.is_reserved or address.is_multicast
    local = local or address.is_link_local or address.is_loopback or address.is_unspecified
    if isinstance(address, IPv6Address):
        local = local or address.is_site_local
    return address.is_global and not local
