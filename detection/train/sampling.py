"""The endless training set: sample number i of a seed is always the same square.

Nothing is stored: a run that was killed goes on with the next number, and any number of loader
processes deliver the same samples.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from detection.labelled import ALL, ANIMAL, CLASSES, DEER, LabelledPicture
from detection.train.augment import Boxes, Picture, Square, mosaic, placed, recoloured
from detection.train.pasting import Album, pasted

LONGEST_PX: Final = 960  # larger pictures are shrunk once
# Of decoded pictures each loader process keeps the last that it used, up to so many bytes.
KEPT_BYTES: Final = 2_000_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """picture: 3 x side x side uint8 RGB. boxes: n x 5, class, then centre and size in shares.

    judged: (classes,) 1.0 where the picture's labels of a class are complete, else 0.0.
    """

    picture: torch.Tensor
    boxes: torch.Tensor
    judged: torch.Tensor


class SampleSet(torch.utils.data.Dataset[Sample]):
    """Samples of labelled pictures, drawn from their sources by share.

    Raises ValueError where a source of `shares` has no pictures.
    """

    def __init__(
        self,
        pictures: Sequence[LabelledPicture],
        shares: Mapping[str, float],
        *,
        seed: int,
        side_px: int,
        seen_px: int,
        far_px: int = 0,
        mosaic_share: float,
        pasted_share: float = 0.0,
    ) -> None:
        self._of_source: dict[str, list[LabelledPicture]] = {source: [] for source in shares}
        for picture in pictures:
            if picture.source in self._of_source:
                self._of_source[picture.source].append(picture)
        empty = [source for source, found in self._of_source.items() if not found]
        if empty:
            raise ValueError(f"no training pictures of {', '.join(empty)}")
        self._sources = list(shares)
        weights = np.array([shares[source] for source in self._sources], float)
        self._chances = weights / weights.sum()
        self._seed, self._side_px = seed, side_px
        self._seen_px, self._far_px = seen_px, far_px
        self._mosaic_share, self._pasted_share = mosaic_share, pasted_share
        self._album = self._made_album() if pasted_share else None
        self._decoded: OrderedDict[str, Picture] = OrderedDict()
        self._kept_bytes = 0

    @property
    def digest(self) -> str:
        """Of the pictures by name, size and number of boxes: what a run was begun with."""
        rows = sorted(
            f"{source} {p.path.name} {p.path.stat().st_size} {len(p.classes)}"
            for source, pictures in self._of_source.items()
            for p in pictures
        )
        return sha256("\n".join(rows).encode()).hexdigest()

    def __getitem__(self, number: int) -> Sample:
        rng = np.random.default_rng([self._seed, number])
        source = self._sources[rng.choice(len(self._sources), p=self._chances)]
        if rng.random() < self._mosaic_share:
            # Only pictures with the same complete labels share a mosaic: one mask holds for it.
            alike = self._alike(source)
            squares = [self._square(rng, alike) for _ in range(4)]
            square = mosaic(rng, squares, self._side_px)
        else:
            square = self._square(rng, [source])
        if self._album and rng.random() < self._pasted_share and self._complete(source):
            square = pasted(rng, square, self._album.cut(rng, self._picture))
        picture = recoloured(rng, square.picture)[:, :, ::-1].transpose(2, 0, 1)
        judged = np.zeros(len(CLASSES), np.float32)
        judged[list(self._of_source[source][0].exhaustive)] = 1.0
        return Sample(
            torch.from_numpy(np.ascontiguousarray(picture)),
            torch.from_numpy(_centred(square.boxes, self._side_px)),
            torch.from_numpy(judged),
        )

    def _alike(self, source: str) -> list[str]:
        judged = self._of_source[source][0].exhaustive
        return [s for s in self._sources if self._of_source[s][0].exhaustive == judged]

    def _square(self, rng: np.random.Generator, sources: Sequence[str]) -> Square:
        chances = np.array([self._chances[self._sources.index(source)] for source in sources])
        found = self._of_source[sources[rng.choice(len(sources), p=chances / chances.sum())]]
        labelled = found[rng.integers(len(found))]
        picture = self._picture(labelled)
        boxes = _pixels(labelled, picture.shape[1], picture.shape[0])
        return placed(
            rng, picture, boxes, side_px=self._side_px, seen_px=self._seen_px, far_px=self._far_px
        )

    def _complete(self, source: str) -> bool:
        """Whether every kind that may be pasted is judged in this source's pictures."""
        return self._of_source[source][0].exhaustive == ALL

    def _made_album(self) -> Album:
        """Of real pictures."""
        real = [source for source in self._sources if source != "drawn"]
        full = [picture for source in real for picture in self._of_source[source]]
        empty = [
            picture
            for source in real
            if self._complete(source)
            for picture in self._of_source[source]
            if not len(picture.classes)
        ]
        return Album(full, empty)

    def _picture(self, labelled: LabelledPicture) -> Picture:
        key = str(labelled.path)
        if key in self._decoded:
            self._decoded.move_to_end(key)
            return self._decoded[key]
        picture = _read(key)
        self._decoded[key] = picture
        self._kept_bytes += picture.nbytes
        while self._kept_bytes > KEPT_BYTES:
            self._kept_bytes -= self._decoded.popitem(last=False)[1].nbytes
        return picture


def _read(path: str) -> Picture:
    picture = cv2.imread(path, cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError(f"{path} is not a picture that OpenCV can read")
    shrink = LONGEST_PX / max(picture.shape)
    if shrink < 1:
        picture = cv2.resize(picture, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    return np.asarray(picture, np.uint8)


def _pixels(labelled: LabelledPicture, width: int, height: int) -> Boxes:
    """Class, left, top, right, bottom; of a deer's two boxes only that as deer.

    The loss knows that a deer is an animal.
    """
    deer = labelled.boxes[labelled.classes == DEER]
    double = np.array([bool(len(deer)) and box in deer.tolist() for box in labelled.boxes.tolist()])
    keep = ~((labelled.classes == ANIMAL) & double.astype(bool))
    size = np.array([width, height], float)
    middle, half = labelled.boxes[keep, :2] * size, labelled.boxes[keep, 2:] * size / 2
    return np.column_stack([labelled.classes[keep], middle - half, middle + half]).astype(
        np.float32
    )


def _centred(boxes: Boxes, side_px: int) -> NDArray[np.float32]:
    middle = (boxes[:, 1:3] + boxes[:, 3:5]) / (2 * side_px)
    size = (boxes[:, 3:5] - boxes[:, 1:3]) / side_px
    return np.column_stack([boxes[:, 0], middle, size]).astype(np.float32)


def batched(samples: Sequence[Sample]) -> dict[str, torch.Tensor]:
    """A batch as ultralytics' losses read it, and `judged` (batch, classes)."""
    counts = [len(sample.boxes) for sample in samples]
    boxes = torch.cat([sample.boxes for sample in samples])
    return {
        "img": torch.stack([sample.picture for sample in samples]),
        "batch_idx": torch.repeat_interleave(
            torch.arange(len(samples), dtype=torch.float32), torch.tensor(counts)
        ),
        "cls": boxes[:, :1],
        "bboxes": boxes[:, 1:],
        "judged": torch.stack([sample.judged for sample in samples]),
    }
