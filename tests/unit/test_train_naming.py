"""Deer told from other animals by one row of the network; nothing else moves."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch

from detection.drawn import staging
from detection.drawn.layouts import Stand
from detection.drawn.picture import draw_picture
from detection.labelled import CLASSES, DEER
from detection.render.objects.cone import cone
from detection.render.objects.horse import horse
from detection.render.objects.quadruped import deer
from detection.render.solid import Shape
from detection.train import naming
from detection.train.network import build

WEIGHTS = Path("detection/weights/road.pt")


def test_a_row_is_found_that_tells_them_apart_and_a_picture_counts_once() -> None:
    rng = np.random.default_rng(1)
    is_deer = np.arange(400) % 2 == 0
    features = rng.normal(0, 1, (400, 5)).astype(np.float32)
    features[:, 2] += 40 + 6 * is_deer
    # One picture, full of reports that say the contrary.
    features, is_deer = np.vstack([features, features[:99]]), np.r_[is_deer, ~is_deer[:99]]
    weight = np.r_[np.ones(400), np.full(99, 1 / 99)].astype(np.float32)
    row, bias = naming.fit(naming.Places(features, is_deer, weight))
    said = (torch.from_numpy(features[:400]).double() @ row + bias).numpy() > 0
    assert (said == is_deer[:400]).mean() > 0.98


def test_only_what_says_deer_is_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for split, kind, thing in (("a", "deer", deer), ("b", "animal", horse), ("c", "cone", cone)):
        draw(tmp_path / split, kind, thing, monkeypatch)
    given = ["--data", str(tmp_path), "--out", str(tmp_path / "named.pt")]
    assert naming.main([str(WEIGHTS), *given]) == 0
    before, after = build(WEIGHTS), build(tmp_path / "named.pt")
    changed = {
        (name, kind)
        for (name, old), new in zip(
            before.state_dict().items(), after.state_dict().values(), strict=True
        )
        for kind in np.flatnonzero((old != new).reshape(len(old), -1).any(1) if old.ndim else [])
    }
    assert {kind for _, kind in changed} == {DEER}
    assert all(".cv3." in name for name, _ in changed)
    said = [scores(after, tmp_path / split / "drawn") for split in "abc"]
    assert said[0] > 0.5 > max(said[1:]), "a deer, a horse and a cone"


def test_without_a_deer_there_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    draw(tmp_path, "animal", horse, monkeypatch)
    given = ["--data", str(tmp_path), "--out", str(tmp_path / "named.pt")]
    assert naming.main([str(WEIGHTS), *given]) == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith("naming: the pictures show no deer")
    assert not (tmp_path / "named.pt").exists()


def draw(
    folder: Path,
    kind: str,
    thing: Callable[[np.random.Generator], Shape],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Pictures of one thing before the car."""

    def alone(_road: object, rng: np.random.Generator, **_: object) -> list[Stand]:
        return [Stand(kind, thing(rng), 0.0, float(rng.uniform(6, 18)))]

    monkeypatch.setattr(staging, "lay_out", alone)
    for part in ("images", "labels"):
        (folder / "drawn" / part / "train").mkdir(parents=True)
    for index in range(2):
        drawn = draw_picture([], "train", 3, index)
        lines = "".join(f"{int(row[0])} {' '.join(map(str, row[1:]))}\n" for row in drawn.labels)
        cv2.imwrite(str(folder / f"drawn/images/train/{index}.png"), drawn.rgb[..., ::-1])
        (folder / f"drawn/labels/train/{index}.txt").write_text(lines)


def scores(network: Any, source: Path) -> float:
    """The best score for a deer, in the mean of the pictures."""
    network.eval()
    best = []
    for path in sorted(source.rglob("*.png")):
        pixels, _ = naming._letterboxed(path)
        with torch.no_grad():
            best.append(float(network(pixels)[0][0, 4 + CLASSES.index("deer")].max()))
    return float(np.mean(best))
