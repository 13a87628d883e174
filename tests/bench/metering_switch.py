"""The web server with a switch: a request with the header `X-Unmetered` is neither reserved nor
recorded. For the benchmark of what metering costs; everything else is the server that people run,
but that it does not load the log itself when nobody else does.
"""

from collections.abc import Callable, Iterable
from threading import local
from typing import Any

from hazardmap import wsgi
from hazardmap.api import buyers
from tiles import buyers as tile_buyers
from tiles import wsgi as tiles

wsgi.upkeep.watch_spending = lambda: None
tile_buyers.TILES_PER_MINUTE = 10**9  # the benchmark asks with one key
_request = local()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """WSGI."""
    _request.unmetered = "HTTP_X_UNMETERED" in environ
    return wsgi.application(environ, start_response)


def _switched(metering: Callable[..., Any], instead: Any) -> Callable[..., Any]:
    def maybe(*args: Any, **named: Any) -> Any:
        return instead if _request.unmetered else metering(*args, **named)

    return maybe


for module, name, instead in (
    (buyers, "check_affordable", None),
    (buyers, "reserve_together", {}),
    (buyers, "usage_record", None),
    (tiles, "meter", None),
):
    setattr(module, name, _switched(getattr(module, name), instead))
