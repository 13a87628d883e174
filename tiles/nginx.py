"""The configuration of nginx for this site: a template filled from the settings."""

from pathlib import Path
from string import Template

from django.conf import settings

from hazardmap.core.access.tile_token import secret_name
from hazardmap.settings.env import REPOSITORY
from tiles.layers import LAYERS

TEMPLATE = REPOSITORY / "deploy" / "nginx" / "nginx.conf.template"


class _Percent(Template):
    """`%{name}`: a dollar is nginx's own."""

    delimiter = "%"


def nginx_config(*, listen: str, web: str, live: str, state: Path) -> str:
    """The text of nginx.conf. listen, web, live: as nginx writes addresses (`127.0.0.1:8000`,
    `unix:/path`). state: nginx's own folder for its process id and temporary files."""
    values = {
        "listen": listen,
        "web": web,
        "live": live,
        "state": state,
        "tiles": settings.TILE_FILES,
        "denied": settings.TILE_DENIED,
        "export": settings.TILE_EXPORT,
        "usage": settings.USAGE_LOG,
        "secrets": _map({secret_name(secret): secret for secret in settings.TILE_SECRETS}),
        "max_ages": _map({layer.name: str(layer.max_age_s) for layer in LAYERS.values()}),
    }
    return _Percent(TEMPLATE.read_text()).substitute(values)


def _map(pairs: dict[str, str]) -> str:
    return "\n".join(f'        "{key}" "{value}";' for key, value in pairs.items())
