"""The labels of animals as a review has them (`reviewed.toml`), beside those delivered."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detection.evaluate.claims import DRAWN
from detection.evaluate.matching import Floats, corners
from detection.fetch import sha256_of
from detection.labelled import ANIMAL, LabelledPicture, LabelsError

REVIEW: Final = Path(__file__).with_name("reviewed.toml")
# Pixels by which a box that is taken out may differ from the delivered one it means.
SAME_PX: Final = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Correction:
    """What changes in one picture. out, put: (n, 4) left, top, right, bottom in pixels."""

    sha256: str
    size_px: tuple[int, int]
    out: Floats
    put: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Review:
    """looked_at: how many pictures were looked at. corrections: by source and name of the file."""

    looked_at: int
    corrections: Mapping[tuple[str, str], Correction]


def read_review(path: Path = REVIEW) -> Review:
    """Raises LabelsError."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        corrections = {
            (str(row["source"]), str(row["file"])): _correction(row) for row in table["picture"]
        }
        if len(corrections) != len(table["picture"]):
            raise ValueError("a picture stands in it twice")
        return Review(int(table["looked_at"]), corrections)
    except KeyError as error:
        raise LabelsError(f"{path} cannot be used: {error} is missing") from error
    except (OSError, ValueError, TypeError) as error:
        raise LabelsError(f"{path} cannot be used: {error}") from error


def reviewed(
    pictures: Sequence[LabelledPicture], review: Review
) -> tuple[list[LabelledPicture], NDArray[np.bool_]] | None:
    """All pictures, with the animals of the review, and which were looked at; None where these are
    not the pictures of the review. Raises LabelsError where one has other contents or labels.
    """
    looked_at = np.array([_counts(picture) for picture in pictures], bool)
    names = {_name(each) for each, chosen in zip(pictures, looked_at, strict=True) if chosen}
    if looked_at.sum() != review.looked_at or not names.issuperset(review.corrections):
        return None
    changed = [
        _corrected(each, review.corrections[_name(each)])
        if chosen and _name(each) in review.corrections
        else each
        for each, chosen in zip(pictures, looked_at, strict=True)
    ]
    return changed, looked_at


def _counts(picture: LabelledPicture) -> bool:
    kept_back = picture.split != "train" and not picture.source.startswith(DRAWN)
    return kept_back and ANIMAL in picture.exhaustive


def _name(picture: LabelledPicture) -> tuple[str, str]:
    return picture.source, picture.path.name


def _corrected(picture: LabelledPicture, by: Correction) -> LabelledPicture:
    if sha256_of(picture.path) != by.sha256:
        raise LabelsError(f"{picture.path} is another picture than the one that was reviewed")
    size = np.tile(by.size_px, 2)
    delivered = corners(picture.boxes) * size
    away = np.abs(delivered[:, None] - by.out[None]).max(axis=2, initial=0) <= SAME_PX
    away &= (picture.classes == ANIMAL)[:, None]
    if not away.any(axis=0).all():
        raise LabelsError(f"{picture.path} has no such box of an animal as the review takes out")
    keep = ~away.any(axis=1)
    put = np.concatenate([by.put[:, :2] + by.put[:, 2:], 2 * (by.put[:, 2:] - by.put[:, :2])], 1)
    return replace(
        picture,
        classes=np.concatenate([picture.classes[keep], np.full(len(put), ANIMAL, np.intp)]),
        boxes=np.concatenate([picture.boxes[keep], put / 2 / size]),
    )


def _correction(row: Mapping[str, Any]) -> Correction:
    width, height = map(int, row["size_px"])
    out, put = (_boxes(row.get(name, []), width, height, row["file"]) for name in ("out", "put"))
    return Correction(str(row["sha256"]), (width, height), out, put)


def _boxes(rows: Sequence[Mapping[str, Any]], width: int, height: int, file: str) -> Floats:
    for row in rows:
        left, top, right, bottom = row["box"]
        if not (0 <= left < right <= width and 0 <= top < bottom <= height):
            raise ValueError(
                f"{file} has the box {row['box']}, which is none in {width} x {height}"
            )
        if not row["why"]:
            raise ValueError(f"{file} has the box {row['box']} without a reason")
    return np.array([row["box"] for row in rows], np.float64).reshape(-1, 4)
