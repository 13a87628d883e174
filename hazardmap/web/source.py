"""The source code of the version that runs, as section 13 of the AGPL asks for."""

import io
import tarfile
from functools import lru_cache
from pathlib import Path
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from hazardmap.platform.limited import limited

ROOT: Final = Path(__file__).resolve().parents[2]
# Code only: nothing that an operator may have put beside it (settings, data, weights, state).
PARTS: Final = (
    ".dockerignore",
    "LICENSE",
    "Makefile",
    "Procfile",
    "README.md",
    "constraints.txt",
    "deploy",
    "detection",
    "docs",
    "frontend",
    "hazardmap",
    "manage.py",
    "pyproject.toml",
    "requirements-dev.txt",
    "requirements.txt",
    "tests",
    "tiles",
)
SKIPPED: Final = frozenset({"__pycache__", "node_modules", "dist", "generated"})
CODE: Final = frozenset(
    {
        ".conf",
        ".css",
        ".html",
        ".in",
        ".js",
        ".json",
        ".md",
        ".mo",
        ".po",
        ".py",
        ".service",
        ".sh",
        ".sql",
        ".svg",
        ".template",
        ".toml",
        ".ts",
        ".txt",
        ".typed",
        ".xml",
        ".xsd",
        ".yaml",
        ".yml",
    }
)
NAMES: Final = frozenset(
    {".dockerignore", "Containerfile", "LICENSE", "Makefile", "Procfile", "example.env"}
)

COPIES_PER_MINUTE = 30


@require_safe
@limited("copies of the source", COPIES_PER_MINUTE)
def source(request: HttpRequest) -> HttpResponse:
    return HttpResponse(
        archive(ROOT),
        content_type="application/gzip",
        headers={"Content-Disposition": 'attachment; filename="hazardmap-source.tar.gz"'},
    )


@lru_cache(maxsize=1)
def archive(root: Path) -> bytes:
    """A tar.gz of the code below `root`; packed once, for a running version does not change."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for part in PARTS:
            if (root / part).exists():
                tar.add(root / part, f"hazardmap/{part}", filter=_code_only)
    return buffer.getvalue()


def _code_only(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    path = Path(entry.name)
    code = path.suffix in CODE and not path.name.startswith(".")
    folder = entry.isdir() and not path.name.startswith(".")
    if path.name in SKIPPED or not (code or folder or path.name in NAMES):
        return None
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry
