"""Between which values the maps of each network lie: what computing in 8 bits needs to know.

    python -m detection.ranges --manifest detection/weights/manifest.toml --pictures FOLDER …

Looks at some pictures of every folder with every model of the manifest that bears 8 bits, and
writes `ranges.json` beside it. Ranges belong to weights: those of others are dropped, and weights
without any are computed in float.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import openvino as ov
from numpy.typing import NDArray
from openvino import opset13 as opset
from tqdm import tqdm

from detection.backends.centerface import CenterFace, network_of
from detection.backends.eight_bits import convolutions_of, join_swish
from detection.backends.export import DEFAULT_DIR, exported
from detection.backends.network import Precision, Tensor
from detection.backends.yolo import Yolo
from detection.labelled import SUFFIXES
from detection.manifest import RANGES, ManifestError, Model, Role, read_models

EACH: Final = 12
# Of the highest values of all pictures: what is beyond is cut off, so that all others have finer
# steps (compared in docs/benchmarks/detector.md).
HIGHEST: Final = 0.9

Ranges = dict[str, tuple[float, float]]


def measured(model: Model, pictures: Sequence[Path]) -> Ranges:
    """Layer -> the lowest value and nearly the highest one that the pictures lead to.

    Raises ManifestError, and OSError for a picture that cannot be read.
    """
    if model.role is Role.FACES:
        network: Path | bytes = network_of(model)
    else:
        network = exported(model, DEFAULT_DIR)
    tensors = _looks(model, tqdm(pictures, desc=model.name, disable=None))
    return _observed(network, model.eight_bits.exact, tensors)


def _observed(network: Path | bytes, exact: Sequence[str], tensors: Iterable[Tensor]) -> Ranges:
    core = ov.Core()
    read = core.read_model(network if isinstance(network, bytes) else str(network))
    join_swish(read)
    maps = {
        name: value
        for _, sources in convolutions_of(read, exact)
        for name, value in sources.items()
    }
    watched = ov.Model([opset.result(value) for value in maps.values()], read.get_parameters())
    precisely = {"INFERENCE_PRECISION_HINT": "f32"}
    request = core.compile_model(watched, "CPU", precisely).create_infer_request()
    seen = [
        [(float(values.min()), float(values.max())) for values in request.infer([each]).values()]
        for each in tensors
    ]
    lows, highs = np.array(seen).transpose(2, 1, 0)
    low, high = lows.min(axis=1), np.quantile(highs, HIGHEST, axis=1)
    pairs = zip(low.round(4).tolist(), high.round(4).tolist(), strict=True)
    return dict(zip(maps, pairs, strict=True))


def _looks(model: Model, pictures: Iterable[Path]) -> Iterator[Tensor]:
    """What the network is shown of every picture."""
    if model.role is Role.FACES:
        faces = CenterFace(model, threads=1)
        yield from (faces.fit(_read(path)) for path in pictures)
        return
    yolo = Yolo(model, threshold=model.threshold, device="cpu", threads=1, config_dir=DEFAULT_DIR)
    for path in pictures:
        picture = _read(path)
        height, width = picture.shape[:2]
        far = model.far_crop.part_of((width, height)) if model.far_crop else None
        for view in [picture] if far is None else [picture, far.of(picture)]:
            yield yolo.fit(view).tensor(view)[None]


def _read(path: Path) -> NDArray[np.uint8]:
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
    if picture is None:
        raise OSError(f"{path} is no picture that can be read")
    return np.asarray(picture, np.uint8)


def some_of(folders: Iterable[Path], each: int) -> list[Path]:
    """As many pictures of every folder, evenly spread over their names. Raises ValueError."""
    chosen: list[Path] = []
    for folder in folders:
        there = sorted(path for path in folder.glob("*") if path.suffix.lower() in SUFFIXES)
        if not there:
            raise ValueError(f"there are no pictures in {folder}")
        spread = np.linspace(0, len(there) - 1, min(each, len(there))).round().astype(int)
        chosen += [there[number] for number in spread]
    return chosen


def write_ranges(manifest: Path, folders: Sequence[Path], each: int = EACH) -> Path:
    """Measure all models that bear 8 bits; the file written. Raises as `measured`, ValueError."""
    pictures = some_of(folders, each)
    models, _ = read_models(manifest)
    table = {
        model.sha256: measured(model, pictures)
        for of_role in models.values()
        for model in of_role
        if model.precision is Precision.INT8
    }
    path = manifest.with_name(RANGES)
    half = path.with_name(f".{path.name}.partial")
    half.write_text(_text(table), encoding="utf-8")
    half.replace(path)
    return path


def _text(table: dict[str, Ranges]) -> str:
    """JSON with a layer on each line, so that a change can be read."""
    models = (
        f"{json.dumps(sha256)}: {{\n"
        + ",\n".join(f"  {json.dumps(layer)}: {json.dumps(pair)}" for layer, pair in ranges.items())
        + "\n}"
        for sha256, ranges in table.items()
    )
    return "{" + ",\n".join(models) + "}\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when the ranges are written, 1 with one sentence otherwise."""
    parser = argparse.ArgumentParser(
        prog="python -m detection.ranges",
        description="Measure what computing in 8 bits needs to know, and write it.",
        epilog="example: python -m detection.ranges --manifest detection/weights/manifest.toml "
        "--pictures ../shared/data/*/images/train",
    )
    parser.add_argument("--manifest", type=Path, required=True, help="TOML with [[model]] tables")
    parser.add_argument("--pictures", type=Path, required=True, nargs="+", help="folders of them")
    parser.add_argument("--each", type=int, default=EACH, help=f"of a folder (default: {EACH})")
    given = parser.parse_args(arguments)
    if given.each < 1:
        parser.error("--each must be 1 or more")
    try:
        written = write_ranges(given.manifest, given.pictures, given.each)
    except (ManifestError, OSError, ValueError) as error:
        sys.stderr.write(f"detection.ranges: {error}\n")
        return 1
    sys.stdout.write(f"written: {written}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
