"""From where an API key may be used: pages of certain sites, certain networks, or anywhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import Final
from urllib.parse import urlsplit

from hazardmap.core.unfit import Unfit

Address = IPv4Address | IPv6Address
MOST: Final = 20
_HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class KeyLimits:
    """origins: `https://fleet.example`. networks: CIDR. Where both are empty, anything goes."""

    origins: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()

    @classmethod
    def read(cls, origins: Iterable[str], networks: Iterable[str]) -> "KeyLimits":
        """What people have typed, in one form. Raises Unfit."""
        limits = cls(
            tuple(sorted({_origin(text.strip()) for text in origins if text.strip()})),
            tuple(sorted({_network(text.strip()) for text in networks if text.strip()})),
        )
        if len(limits.origins) > MOST or len(limits.networks) > MOST:
            raise Unfit("A key has at most %(most)d origins and %(most)d networks.", most=MOST)
        return limits

    def refusal(self, origin: str | None, address: Address | None) -> str | None:
        """Why a request from there is refused; None if it is not.

        origin: of the page that asks (`origin_of`), None where no browser says so.
        """
        if self.origins and origin not in self.origins:
            return "This key may only be used by pages of its own origins."
        if self.networks and not any(_within(address, network) for network in self.networks):
            return "This key may not be used from this address."
        return None


def origin_of(origin: str | None, referer: str | None) -> str | None:
    """The origin that a browser tells by its headers; None where it tells none."""
    for text in (origin, referer):
        if text:
            try:
                return _origin_in(text)
            except ValueError:
                continue
    return None


def _origin(text: str) -> str:
    shown = text[:80]
    try:
        parts, origin = urlsplit(text), _origin_in(text)
    except ValueError:
        raise Unfit(
            "“%(typed)s” is no origin: write it like https://example.com.", typed=shown
        ) from None
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise Unfit(
            "“%(typed)s” is a page: an origin ends after its name, like %(origin)s.",
            typed=shown,
            origin=origin,
        )
    if parts.scheme == "http" and parts.hostname not in _HERE:
        raise Unfit("“%(typed)s” is not safe: an origin starts with https://.", typed=shown)
    return origin


def _origin_in(text: str) -> str:
    parts = urlsplit(text)
    default = {"https": 443, "http": 80}.get(parts.scheme)
    if default is None or not parts.hostname or parts.username is not None or len(text) > 2000:
        raise ValueError
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = "" if parts.port in {None, default} else f":{parts.port}"
    origin = f"{parts.scheme}://{host}{port}"
    if len(origin) > 200:
        raise ValueError
    return origin


def _network(text: str) -> str:
    try:
        return str(ip_network(text, strict=False))
    except ValueError:
        raise Unfit(
            "“%(typed)s” is no network: write it like 192.0.2.0/24 or 2001:db8::/32.",
            typed=text[:80],
        ) from None


def _within(address: Address | None, network: str) -> bool:
    # An address of IPv4 may come in the dress of IPv6: either form counts.
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return any(one is not None and one in ip_network(network) for one in (address, mapped))
