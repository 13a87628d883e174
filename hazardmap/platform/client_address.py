"""Whose request this is, as far as limits go."""

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Where a request comes from."""
    return address_in(request.META)


def client_network(request: HttpRequest) -> str:
    """The same for all addresses that one customer of a provider may have: of IPv6, its /48."""
    address = client_address(request)
    return address[:14] if ":" in address else address


def address_in(environ: Mapping[str, str]) -> str:
    """Where a WSGI request comes from; of an IPv6 address its /64, which one household owns.

    The IPv4 addresses of all the world are one /64 where they come in the dress of IPv6.
    """
    address = whole_address_in(environ)
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or address.exploded[:19])
    return "" if address is None else str(address)


def whole_address_in(environ: Mapping[str, str]) -> IPv4Address | IPv6Address | None:
    """The address itself; None where there is none (a socket).

    Behind our own proxy (production) it is the last entry of X-Forwarded-For, the one that the
    proxy wrote; anywhere else that header is somebody's claim and is not read.
    """
    text = environ.get("REMOTE_ADDR", "")
    if settings.SECURE_PROXY_SSL_HEADER:
        text = environ.get("HTTP_X_FORWARDED_FOR", text).rsplit(",", 1)[-1].strip()
    try:
        return ip_address(text.partition("%")[0])
    except ValueError:
        return None
