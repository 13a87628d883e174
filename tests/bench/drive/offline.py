"""The same drives without a site: every frame looked at once, fused by `hazardmap.core` alone.

Drives and what was seen in them are kept under var/drives, the latter by the label of the weights
and by their thresholds, so that a change of fusion is measured in seconds. It leaves out what only
the site does: limits of uploads, doubted frames, late arrivals. Frames are looked at one network
after the other as the worker does, without blurring.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

import numpy as np
from PIL import Image
from tqdm import tqdm

from detection.backends.runtime import fastest
from detection.evaluate.drive import pictures_of, render_drives
from detection.hazards import HazardFinder
from detection.manifest import SHIPPED as SHIPPED_WEIGHTS
from detection.manifest import Manifest, load_manifest
from detection.quality import judge
from hazardmap.core.fusion.fuse import observe
from hazardmap.core.fusion.hazard import LIVE
from hazardmap.core.geometry.box import Box
from hazardmap.core.learned.versions import SHIPPED
from hazardmap.core.seeing.camera import (
    DEFAULT_CAMERA,
    STATED_HEADING_SIGMA_DEG,
    STATED_HFOV_SIGMA_DEG,
)
from hazardmap.core.seeing.observation import Observation, View
from hazardmap.core.seeing.recall import table_from_json
from hazardmap.footage.exif import read_georeference
from tests.bench.drive.scoring import Shown
from tests.fuse import fuse

DRIVES: Final = Path("var/drives")
ASSETS: Final = Path("var/assets")
LOOKED_AT_AFTER: Final = timedelta(minutes=2)

Json = dict[str, Any]


def weights() -> Manifest:
    """Those that HAZARDMAP_WEIGHTS names, else the shipped ones."""
    return load_manifest(Path(os.environ.get("HAZARDMAP_WEIGHTS") or SHIPPED_WEIGHTS))


def mapped(seed: int, manifest: Manifest) -> tuple[Json, list[Shown]]:
    """The truth of a street and what fusion makes of its drives."""
    [folder] = render_drives(DRIVES, ASSETS, [seed])
    views: list[View] = []
    observations: list[Observation] = []
    for frame in _looked_at(folder, manifest):
        view = _view(folder, frame)
        views.append(view)
        for number, report in enumerate(frame["hazards"]):
            id_ = uuid5(view.frame_id, str(number))
            seen = observe(view, id_, report["name"], report["score"], _box(report))
            if isinstance(seen, Observation):
                observations.append(seen)
    params = replace(SHIPPED, table=table_from_json(json.loads(manifest.recall.read_text())))
    now = max(view.captured_at for view in views) + LOOKED_AT_AFTER
    found = [one.hazard for one in fuse(views, observations, params, now=now)]
    shown = [Shown(h.kind, h.lon, h.lat, h.published) for h in found if h.state in LIVE]
    return json.loads((folder / "truth.json").read_text()), shown


def _looked_at(folder: Path, manifest: Manifest) -> Sequence[Json]:
    """What the hazard networks see in each frame of a folder, looked at once."""
    enough = sorted(
        (m.label, m.threshold, m.long_side_px, *fastest(m.coarsest, "cpu"), *m.thresholds.items())
        for m in manifest.hazards.models
    )
    digest = sha256(repr(enough).encode()).hexdigest()[:8]
    kept = folder / f"{manifest.hazards.label}-{digest}.json"
    if not kept.is_file():
        finder = HazardFinder(
            manifest.hazards, device="cpu", threads=1, config_dir=Path("var/detection")
        )
        frames = [
            _frame(finder, folder, path)
            for path in tqdm(pictures_of(folder), unit="frame", disable=None, desc=folder.name)
        ]
        kept.write_text(json.dumps(frames))
    looked_at: list[Json] = json.loads(kept.read_text())
    return looked_at


def _frame(finder: HazardFinder, folder: Path, path: Path) -> Json:
    rgb = np.asarray(Image.open(path).convert("RGB"))
    [seen] = finder.find([rgb])
    quality = judge(rgb, seen.surely)
    return {
        "file": path.relative_to(folder).as_posix(),
        "aspect": rgb.shape[1] / rgb.shape[0],
        "usable": quality.usable,
        "dark": quality.dark,
        "hazards": [asdict(report) for report in seen.hazards],
        "context": [asdict(report) for report in seen.context],
    }


def _view(folder: Path, frame: Json) -> View:
    drive = int(frame["file"].split("/")[0].rpartition("-")[2])
    with Image.open(folder / frame["file"]) as picture:
        said = read_georeference(picture)
    if not (said.captured_at and said.lon and said.lat and said.accuracy_m and said.hfov_deg):
        raise ValueError(f"{frame['file']} does not say where and when it was taken")
    camera = replace(DEFAULT_CAMERA, hfov_deg=said.hfov_deg, hfov_sigma_deg=STATED_HFOV_SIGMA_DEG)
    return View(
        frame_id=uuid5(NAMESPACE_URL, frame["file"]),
        device_id=UUID(int=drive),
        witness=drive,
        captured_at=said.captured_at,
        lon=said.lon,
        lat=said.lat,
        accuracy_m=said.accuracy_m,
        heading_deg=said.heading_deg,
        heading_sigma_deg=STATED_HEADING_SIGMA_DEG,
        speed_mps=said.speed_mps,
        camera=camera,
        usable=frame["usable"],
        dark=frame["dark"],
        occluders=tuple(_box(report) for report in frame["context"]),
        aspect=frame["aspect"],
        simulated=True,
    )


def _box(report: Json) -> Box:
    return Box(report["left"], report["top"], report["right"], report["bottom"])
