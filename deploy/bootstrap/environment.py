"""The settings of a stack as environment variables, for `hazardmap.settings.env`."""

import os
import re
import shlex
from collections.abc import Mapping
from pathlib import Path

from deploy.bootstrap.failure import BootstrapError
from deploy.bootstrap.place import Place
from deploy.bootstrap.secret import secret

# Folders of HAZARDMAP_VAR that the application may write to; all else there is the caller's.
WRITABLE = (
    "blobs",
    "usage",
    "tiles",
    "export",
    "denied",
    "mail",
    "celery",
    "detection",
    "demo",
    "home",
)


def settings_of(
    place: Place, addresses: Mapping[str, str], *, mode: str, var: Path, secrets: Path
) -> dict[str, str]:
    """The settings of one stack. `mode` is HAZARDMAP_ENV; `var` is made, with its folders.

    HAZARDMAP_… settings and BASEMAP_STYLE_URL in the caller's environment are kept, those named
    here come first.
    """
    var.mkdir(parents=True, exist_ok=True)
    for name in WRITABLE:
        place.account.make_folder(var / name)
    given = {
        name: value
        for name, value in os.environ.items()
        if name.startswith("HAZARDMAP_") or name == "BASEMAP_STYLE_URL"
    }
    return given | {
        "HAZARDMAP_ENV": mode,
        "HAZARDMAP_SECRET_KEY": secret(secrets / "secret_key"),
        "HAZARDMAP_VAR": str(var),
        "HAZARDMAP_HOST": host(),
        "HAZARDMAP_PORT": str(port()),
        "OMP_NUM_THREADS": str(max(1, (os.cpu_count() or 2) - 1)),  # a core stays for the web
        **addresses,
    }


def service_environment(place: Place, settings: Mapping[str, str]) -> dict[str, str]:
    """All that a process of the stack sees: the settings, and nothing private of the caller's."""
    return {
        "PATH": f"{place.python.parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": f"{settings['HAZARDMAP_VAR']}/home",
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        **settings,
    }


def host() -> str:
    """HAZARDMAP_HOST, default 127.0.0.1."""
    return os.environ.get("HAZARDMAP_HOST") or "127.0.0.1"


def port() -> int:
    """HAZARDMAP_PORT, default 8000. Raises `BootstrapError` where it is no port."""
    return _port("HAZARDMAP_PORT", "8000")


def live_port() -> int:
    """HAZARDMAP_LIVE_PORT, by default the one after `port()`."""
    return _port("HAZARDMAP_LIVE_PORT", str(port() + 1))


def _port(name: str, default: str) -> int:
    text = os.environ.get(name) or default
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 0 < int(text) < 65536:
        raise BootstrapError(f"{name} is {text!r}; it must be a port from 1 to 65535.")
    return int(text)


def write_environment(path: Path, environment: Mapping[str, str]) -> None:
    """Keep an environment in the 0600 file `path`, one shell-quoted NAME=value a line."""
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    text = "".join(f"{name}={shlex.quote(value)}\n" for name, value in environment.items())
    with os.fdopen(handle, "wb") as sink:
        sink.write(text.encode())


def read_environment(path: Path) -> dict[str, str]:
    """What `write_environment` kept."""
    words = shlex.split(path.read_bytes().decode())
    return dict(word.split("=", 1) for word in words)
