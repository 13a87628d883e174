"""Which pictures figures are about: only those of the same ones may be compared."""

from collections.abc import Sequence
from hashlib import sha256

from detection.fetch import sha256_of
from detection.labelled import LabelledPicture


def benchmark_name(pictures: Sequence[LabelledPicture]) -> str:
    """ "val-" and the start of a hash of all pictures that are kept back, with their labels."""
    digest = sha256()
    kept = [picture for picture in pictures if picture.split != "train"]
    for picture in sorted(kept, key=lambda each: (each.source, each.path.name)):
        digest.update(f"{picture.source} {sha256_of(picture.path)}\n".encode())
        digest.update(picture.classes.tobytes() + picture.boxes.round(6).tobytes())
        digest.update(bytes(sorted(picture.exhaustive)))
    return f"val-{digest.hexdigest()[:12]}"
