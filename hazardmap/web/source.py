"""The source code of the version that runs, as section 13 of the AGPL asks for."""

import io
import logging
import tarfile
from functools import lru_cache
from pathlib import Path
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from deploy.source_files import LIST, as_list, source_files, untracked_files
from hazardmap.platform.limited import limited

ROOT: Final = Path(__file__).resolve().parents[2]
RUNNING: Final = ("detection", "frontend", "hazardmap", "tiles")
COPIES_PER_MINUTE = 30

logger = logging.getLogger(__name__)


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
    for name in untracked_files(root, *RUNNING):
        logger.warning("%s is not tracked by git and so is missing in /source.tar.gz", name)
    names = source_files(root)
    listed = as_list(names)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name in names:
            tar.add(root / name, f"hazardmap/{name}", filter=_of_nobody)
        entry = tarfile.TarInfo(f"hazardmap/{LIST}")
        entry.size = len(listed)
        tar.addfile(entry, io.BytesIO(listed))
    return buffer.getvalue()


def _of_nobody(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry
