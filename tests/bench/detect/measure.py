"""The parts of the detector, each timed in every round."""

import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import cv2
import numpy as np

from detection.backends.centerface import CenterFace
from detection.backends.letterbox import scaled_px
from detection.backends.pytorch import gpu
from detection.backends.runtime import fastest
from detection.backends.yolo import Yolo
from detection.decode import Decoded, Decoder
from detection.engine import Engine, FrameResult
from detection.hazards import HazardFinder
from detection.manifest import SHIPPED, Model, load_manifest
from detection.mirror import mirrored
from tests.bench.detect.frames import frames
from tests.shipped_models import CONFIG

TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass
class Timings:
    """seconds: name of a part -> CPU seconds per frame, one for each round."""

    frames: str
    backends: str
    rounds: int
    seconds: dict[str, list[float]] = field(default_factory=dict)

    def median_ms(self, name: str) -> float:
        return statistics.median(self.seconds[name]) * 1000


def measured(rounds: int) -> Timings:
    """Run every part in every round, after a round that does not count."""
    what, images = frames()
    manifest = load_manifest(SHIPPED)
    cv2.setNumThreads(1)
    hazards = HazardFinder(manifest.hazards, device="cpu", threads=1, config_dir=CONFIG)
    plates = Yolo(
        manifest.plates,
        threshold=manifest.plates.threshold,
        device="cpu",
        threads=1,
        config_dir=CONFIG,
    )
    faces = CenterFace(manifest.faces, threads=1)
    with Decoder() as decoder:
        pictures = [answer.rgb for answer in map(decoder.decode, images) if _is(answer)]
    models = manifest.hazards.models
    gpu()  # imports torch before ultralytics is, as the engine would
    loops = list(zip(models, _plain_loops(models), strict=True))
    plain = [
        (net, np.ascontiguousarray(view[:, :, ::-1]))
        for model, net in loops
        for view in _views(model, pictures)
    ]
    once = [(net, np.ascontiguousarray(p[:, :, ::-1])) for _, net in loops for p in pictures]
    fitted = [
        (yolo, yolo.fit(view).tensor(view)[None])
        for model, yolo in zip(models, hazards.networks, strict=True)
        for view in _views(model, pictures)
    ]
    fitted_plates = [plates.fit(picture).tensor(picture)[None] for picture in pictures]
    fitted_faces = [faces.fit(picture) for picture in pictures]
    parts: dict[str, Callable[[], object]] = {
        "pytorch loop": lambda: [net(view) for net, view in plain],
        "pytorch loop, one look": lambda: [net(view) for net, view in once],
        "hazards": lambda: [hazards.find([picture]) for picture in pictures],
        "hazards bare": lambda: [yolo.run(tensor) for yolo, tensor in fitted],
        "plates": lambda: [plates.find([picture]) for picture in pictures],
        "plates bare": lambda: [plates.run(tensor) for tensor in fitted_plates],
        "faces": lambda: [faces.find(picture) for picture in pictures],
        "faces bare": lambda: [faces.run(tensor) for tensor in fitted_faces],
    }
    ways = [(model.name, *fastest(model.coarsest, "cpu")) for model in models]
    backends = ", ".join(f"{name} on {backend} in {precision}" for name, backend, precision in ways)
    timings = Timings(what, backends, rounds)
    with (
        Engine(manifest, device="cpu", config_dir=CONFIG) as engine,
        tempfile.TemporaryDirectory() as folder,
    ):
        for number in range(-1, rounds):
            taken = {name: _cpu_s(part) for name, part in parts.items()}
            before_s = _decoder_s(engine)
            taken["worker without decoder"] = _cpu_s(lambda: _work(engine, images, Path(folder)))
            taken["worker"] = taken["worker without decoder"] + _decoder_s(engine) - before_s
            if number >= 0:
                for name, seconds in taken.items():
                    timings.seconds.setdefault(name, []).append(seconds / len(images))
    return timings


def _views(model: Model, pictures: list[np.ndarray]) -> list[np.ndarray]:
    """Every picture, mirrored too and its far crop where the model has it: what all look at."""
    mirrors = [mirrored(picture) for picture in pictures] if model.mirrored else []
    parts = [
        (picture, model.far_crop.part_of((picture.shape[1], picture.shape[0])))
        for picture in (pictures if model.far_crop else [])
    ]
    return [*pictures, *mirrors, *(part.of(picture) for picture, part in parts if part)]


def _plain_loops(models: Sequence[Model]) -> list[Callable[[np.ndarray], object]]:
    from ultralytics import YOLO  # type: ignore[attr-defined]  # noqa: PLC0415 - after its settings

    nets = [YOLO(str(model.path), task="detect", verbose=False) for model in models]
    return [
        lambda bgr, net=net, most_px=model.long_side_px: net.predict(
            bgr, imgsz=scaled_px(max(bgr.shape[:2]), most_px), device="cpu", verbose=False
        )
        for model, net in zip(models, nets, strict=True)
    ]


def _work(engine: Engine, images: list[bytes], folder: Path) -> None:
    """What a worker does with claimed frames, with files in place of rows."""
    for number, result in enumerate(engine.process(images)):
        assert isinstance(result, FrameResult)
        record = asdict(result) | {"blurred_jpeg": f"{number}.jpg"}
        for name, content in (
            (f"{number}.jpg", result.blurred_jpeg),
            (f"{number}.json", json.dumps(record).encode()),
        ):
            with (folder / name).open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())


def _is(answer: object) -> bool:
    assert isinstance(answer, Decoded), answer
    return True


def _cpu_s(part: Callable[[], object]) -> float:
    begun = time.process_time()
    part()
    return time.process_time() - begun


def _decoder_s(engine: Engine) -> float:
    """CPU seconds of the decoder's process so far."""
    process = engine._decoder._process
    if process is None:
        return 0.0
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S
