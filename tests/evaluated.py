"""Made-up pictures and reports for the tests of the evaluation."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from detection.evaluate.predictions import Predicted
from detection.labelled import ALL, LabelledPicture

Box = tuple[float, float, float, float]


def picture(
    name: str,
    boxes: Sequence[tuple[int, Box]] = (),
    exhaustive: frozenset[int] = ALL,
    scene: str = "",
    source: str = "made_up",
) -> LabelledPicture:
    """boxes: class, and centre, width and height in shares."""
    return LabelledPicture(
        path=Path(f"{name}.jpg"),
        source=source,
        split="val",
        scene=scene or name,
        classes=np.array([number for number, _ in boxes], np.intp),
        boxes=np.array([box for _, box in boxes], np.float64).reshape(-1, 4),
        exhaustive=exhaustive,
    )


def reported(*reports: tuple[int, float, Box], size_px: tuple[int, int] = (640, 480)) -> Predicted:
    """reports: class, score, and centre, width and height in shares."""
    ordered = sorted(reports, key=lambda report: -report[1])
    centred = np.array([box for *_, box in ordered], np.float64).reshape(-1, 4)
    half = centred[:, 2:] / 2
    return Predicted(
        size_px,
        np.concatenate([centred[:, :2] - half, centred[:, :2] + half], axis=1),
        np.array([score for _, score, _ in ordered], np.float64),
        np.array([number for number, *_ in ordered], np.intp),
    )


def crowd(seed: int, count: int = 40) -> tuple[list[LabelledPicture], list[Predicted]]:
    """Random pictures of two classes with reports that are often right, by scenes of two."""
    rng = np.random.default_rng(seed)
    pictures, answers = [], []
    for i in range(count):
        boxes = [
            (int(rng.integers(2)), (*rng.uniform(0.2, 0.8, 2), *rng.uniform(0.05, 0.3, 2)))
            for _ in range(rng.integers(0, 4))
        ]
        near = [
            (number, rng.uniform(0.3, 1.0), tuple(np.array(box) + rng.normal(0, 0.01, 4)))
            for number, box in boxes
            if rng.random() < 0.8
        ]
        wrong = [
            (int(rng.integers(2)), rng.uniform(0.01, 0.7), (*rng.uniform(0.2, 0.8, 2), 0.1, 0.1))
            for _ in range(rng.integers(0, 3))
        ]
        pictures.append(picture(f"{i}", boxes, scene=f"scene {i // 2}"))
        answers.append(reported(*near, *wrong))
    return pictures, answers
