"""What must be there before the first step, each with the sentence that says what to do."""

import importlib.util
import os
import shutil
import socket
from pathlib import Path

from deploy.bootstrap.failure import BootstrapError

FRESH_BYTES = 10 * 10**9  # torch with its CUDA libraries is most of it
AGAIN_BYTES = 10**9


def check_machine(clone: Path) -> None:
    """Raise `BootstrapError` with one sentence for each thing that is missing."""
    missing = [sentence for sentence in (*_programs(), *_system(), *_disk(clone)) if sentence]
    if missing:
        raise BootstrapError("\n".join(missing))


def check_port(setting: str, host: str, port: int) -> None:
    """Raise `BootstrapError` where another program listens on the port. setting: chooses it."""
    try:
        with socket.create_server((host, port)):
            return
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise BootstrapError(
            f"{setting}: nothing can listen on {host} port {port} ({reason}); "
            f"choose another one, for example `make up {setting}=8010`."
        ) from None


def _programs() -> list[str]:
    return [
        f"{program} is missing: apt-get install {program}."
        for program in ("git", "make")
        if not shutil.which(program)
    ]


def _system() -> list[str]:
    sentences = []
    release = _os_release()
    if (release.get("ID"), release.get("VERSION_ID")) != ("debian", "12"):
        sentences.append(
            f"This is {release.get('PRETTY_NAME', 'an unknown system')}; packages are installed "
            "for Debian 12 only, so use that, or the container files in deploy/."
        )
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        sentences.append("Python cannot make virtual environments: apt-get install python3-venv.")
    if not Path("/etc/ssl/certs/ca-certificates.crt").exists():
        sentences.append(
            "The certificates to download with are missing: apt-get install ca-certificates."
        )
    return sentences


def _os_release() -> dict[str, str]:
    try:
        lines = Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    pairs = (line.split("=", 1) for line in lines if "=" in line)
    return {name: value.strip('"') for name, value in pairs}


def _disk(clone: Path) -> list[str]:
    needed = AGAIN_BYTES if (clone / ".venv").exists() else FRESH_BYTES
    free = shutil.disk_usage(clone).free
    if free >= needed:
        return []
    return [
        f"The disk of {clone} has {free / 1e9:.1f} GB free; "
        f"{needed / 1e9:.0f} GB are needed (PyTorch is large)."
    ]
