"""Which pictures show the same scene: statistics must not count them as independent."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from detection.fingerprint import difference_hash
from detection.labelled import LabelledPicture

# Bits of 64 in which the hashes of two pictures of one scene differ at most. At 10 the frames of
# one clip and the retakes of one cone fall together; at 14 smooth asphalt does, too.
ALIKE_BITS: Final = 10
# The small side that a JPEG may be decoded to for its hash: a quarter of the time.
SMALL_PX: Final = 160


def with_scenes(pictures: Sequence[LabelledPicture]) -> list[LabelledPicture]:
    """The same pictures; those of one source that look alike have the scene of the first of them,
    and so have those whose scene was one already.

    Alike is transitive: a clip whose frames differ little from one to the next is one scene.
    """
    hashes = np.array([_hash(picture) for picture in pictures], np.uint64)
    known = scene_numbers(pictures)
    result = list(pictures)
    for source in {picture.source for picture in pictures}:
        members = np.array([i for i, picture in enumerate(pictures) if picture.source == source])
        groups = _groups(hashes[members], known[members])
        for first, number in zip(members[groups], members, strict=True):
            result[number] = replace(pictures[number], scene=pictures[first].scene)
    return result


def scene_numbers(pictures: Sequence[LabelledPicture]) -> NDArray[np.intp]:
    """0, 1, 2 … for each picture, equal where the scene is."""
    names = [picture.scene for picture in pictures]
    return np.unique(names, return_inverse=True)[1].astype(np.intp)


def folds(scenes: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    """A fold 0 … count-1 for each picture; no scene is in two, and the folds have like sizes."""
    rng = np.random.default_rng(0)
    sizes = np.bincount(scenes)
    result = np.zeros(len(sizes), np.intp)
    filled = np.zeros(count, np.intp)
    shuffled = rng.permutation(len(sizes))
    for scene in shuffled[np.argsort(-sizes[shuffled], kind="stable")]:
        result[scene] = np.argmin(filled)
        filled[result[scene]] += sizes[scene]
    return result[scenes]


def _hash(picture: LabelledPicture) -> int:
    with Image.open(picture.path) as image:
        image.draft("RGB", (SMALL_PX, SMALL_PX))
        return difference_hash(np.asarray(image.convert("RGB")))


def _groups(hashes: NDArray[np.uint64], scenes: NDArray[np.intp]) -> NDArray[np.intp]:
    """For each picture the index of the first of its group of neighbours of neighbours …"""
    first = np.arange(len(hashes))
    for i in range(len(hashes)):
        alike = np.bitwise_count(hashes[i] ^ hashes[:i]) <= ALIKE_BITS
        near = np.flatnonzero(alike | (scenes[:i] == scenes[i]))
        if len(near):
            joined = {int(first[j]) for j in near} | {i}
            first[np.isin(first, list(joined))] = min(joined)
    return first
