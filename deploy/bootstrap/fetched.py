"""Files from elsewhere: the model weights, the demo's picture and map extract, and its roads."""

import os
import tomllib
from pathlib import Path

from deploy.bootstrap.command import Command, run
from deploy.bootstrap.place import Place
from deploy.bootstrap.step import stamped


def fetch_all(place: Place) -> None:
    """Put the weights beside their manifest, the assets of the demo into `var/assets`."""
    weights = Path("detection/weights/manifest.toml")
    assets = Path("deploy/assets.toml")
    _stamped_fetch(place, "Model weights", "weights", weights)
    _export(place, weights)
    _stamped_fetch(place, "Pictures and map of the demo", "assets", assets)
    if os.environ.get("REAL") == "1":
        _stamped_fetch(place, "Real frames", "real", Path("deploy/real_frames.toml"))
    extract = place.var / "assets" / "Helsinki.osm.pbf"
    roads = place.var / "assets" / "roads.geojson"
    stamped(
        "Roads of the demo",
        lambda: _extract_roads(place, extract, roads),
        stamp=place.var / "stamps" / "roads",
        inputs=[extract],
        outputs=[roads],
    )


def _stamped_fetch(place: Place, title: str, name: str, manifest: Path) -> None:
    command: Command = [place.python, "-m", "detection.fetch", "--manifest", manifest]
    stamped(
        title,
        lambda: run(command, log=place.log(name), cwd=place.home),
        stamp=place.var / "stamps" / name,
        inputs=[place.home / manifest],
        outputs=_paths_in(place.home / manifest),
    )


def _export(place: Place, manifest: Path) -> None:
    """Workers start without PyTorch from the weights as ONNX, which each machine makes once."""
    folder = place.var / "detection"
    command: Command = [place.python, "-m", "detection.backends.export", "--manifest", manifest]
    stamped(
        "Models for this machine",
        lambda: run([*command, "--into", folder], log=place.log("weights"), cwd=place.home),
        stamp=place.var / "stamps" / "export",
        inputs=[place.home / manifest, place.home / "requirements.txt"],
        outputs=[folder / "onnx"],
    )


def _paths_in(manifest: Path) -> list[Path]:
    """Where the files of a manifest belong."""
    tables = tomllib.loads(manifest.read_text(encoding="utf-8"))["file"]
    return [manifest.parent / table["path"] for table in tables]


def _extract_roads(place: Place, extract: Path, roads: Path) -> None:
    partial = roads.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    command: Command = ["ogr2ogr", "-f", "GeoJSON", partial, extract, "lines"]
    options = ["-where", "highway is not null", "-oo", "USE_CUSTOM_INDEXING=NO"]
    run([*command, *options], log=place.log("assets"), cwd=place.home)
    partial.replace(roads)
