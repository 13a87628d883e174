"""Labelled pictures: what is drawn into them, and what their source leaves open.

Sources label only their own kinds: a cone without a box in a picture of potholes says nothing. So
every picture carries the classes that are labelled *exhaustively* in it; whoever trains or measures
looks at no others.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import yaml
from numpy.typing import NDArray

CLASSES: Final = (
    "cone",
    "drum_barrel",
    "barrier",
    "roadwork_sign",
    "construction_vehicle",
    "worker",
    "pothole",
    "debris",
    "animal",
    "deer",
)
ANIMAL: Final = CLASSES.index("animal")
DEER: Final = CLASSES.index("deer")
# What the map calls a class, where that differs.
KINDS: Final = tuple("drum" if name == "drum_barrel" else name for name in CLASSES)
ALL: Final = frozenset(range(len(CLASSES)))
SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp"})

# What other data sets and COCO's weights call our classes.
_OTHER_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "traffic_cone": "cone",
        "safety_cone": "cone",
        "tubular_marker": "cone",
        "drum": "drum_barrel",
        "barrel": "drum_barrel",
        "traffic_drum": "drum_barrel",
        "barricade": "barrier",
        "vertical_panel": "barrier",
        "road_work_sign": "roadwork_sign",
        "work_sign": "roadwork_sign",
        "temporary_traffic_control_sign": "roadwork_sign",
        "work_vehicle": "construction_vehicle",
        **dict.fromkeys(
            ("bird", "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe"),
            "animal",
        ),
    }
)

_EVERYTHING: Final = " ".join(CLASSES)

# What each source labels wherever it is seen, judged on sheets of its pictures: a kind that no
# picture of a source shows is labelled exhaustively there too. Of all real animals only those of
# deer_easton are deer.
# raccoon_dataset leaves out the odd cat or dog beside the raccoon, and roboflow_traffic_cones one
# cone in ten or twenty: both cost a good network some precision.
EXHAUSTIVE: Final[Mapping[str, frozenset[int]]] = MappingProxyType(
    {
        source: frozenset(map(CLASSES.index, names.split()))
        for source, names in {
            "chitholian_potholes": "pothole animal deer drum_barrel",
            "coco_subset": _EVERYTHING,
            "deer_easton": _EVERYTHING,
            "indian_road_obstacles": "barrier pothole animal deer drum_barrel construction_vehicle",
            "raccoon_dataset": _EVERYTHING,
            "roboflow_construction_mosaics": "cone construction_vehicle worker drum_barrel",
            "roboflow_construction_site": (
                "cone construction_vehicle worker animal deer drum_barrel"
            ),
            "roboflow_pothole_vlkzu": "pothole animal deer drum_barrel",
            "roboflow_traffic_cones": "cone animal deer drum_barrel",
            "negatives_highway_vehicles": _EVERYTHING,
            "road_frames": _EVERYTHING,
            "drawn": _EVERYTHING,
        }.items()
    }
)
# Every animal of these is a deer, and their files say only "animal".
DEER_SOURCES: Final = frozenset({"deer_easton"})


class LabelsError(ValueError):
    """Why a data set cannot be read, in one sentence that names the file."""


@dataclass(frozen=True, slots=True, eq=False)
class LabelledPicture:
    """One picture and its boxes.

    source: which data set it is from. scene: pictures of one scene must not be told apart by
    statistics; `<source>/<file name>`, of which only what follows an `@` counts, until
    `detection.evaluate.scenes` finds what belongs together. classes: (n,) numbers in CLASSES.
    boxes: (n, 4) as YOLO writes them: x and y of the centre, width and height, in shares of the
    picture, 0..1. exhaustive: the classes that are labelled wherever they are seen. A deer has two
    boxes, one as animal and one as deer.
    """

    path: Path
    source: str
    split: str
    scene: str
    classes: NDArray[np.intp]
    boxes: NDArray[np.float64]
    exhaustive: frozenset[int]


def read_folder(root: Path, split: str) -> list[LabelledPicture]:
    """The pictures of `root/[…/]SOURCE/images/SPLIT`, with labels in `SOURCE/labels/SPLIT`.

    split: "train", "val" … Class numbers are positions in CLASSES. Sources that EXHAUSTIVE does not
    know are taken to label everything. In order of their paths; a picture without a label file is
    empty. Raises LabelsError.
    """
    pictures = [
        _picture(path, path.parent.parent.parent.name, split, dict(enumerate(range(len(CLASSES)))))
        for path in _pictures_below(root)
        if path.parent.name == split and path.parent.parent.name == "images"
    ]
    if not pictures:
        raise LabelsError(f"{root} has no pictures in any images/{split}")
    return pictures


def read_yaml(path: Path, split: str = "val") -> list[LabelledPicture]:
    """The pictures of one split of a data set in YOLO format.

    Names of classes are matched with CLASSES; boxes of other classes are left out. A picture's
    source is the folder above its `images`, or the start of its file name where EXHAUSTIVE knows
    that; any other source labels the classes of the file exhaustively, unless it has an own table
    `exhaustive: {source: [names]}`. Raises LabelsError.
    """
    table = _yaml(path)
    numbers = _class_numbers(table.get("names"), path)
    declared = _declared(table.get("exhaustive", {}), path)
    everything = frozenset(numbers.values())
    entry = table.get(split)
    if entry is None:
        there = [name for name in ("train", "val", "test") if table.get(name)]
        raise LabelsError(f"{path} has no `{split}:`, but {', '.join(there) or 'no split at all'}")
    root = _root(path, table.get("path", "."))
    pictures = []
    for place in entry if isinstance(entry, list) else [entry]:
        for picture in _listed(_place(root, str(place)), path):
            source = _source(picture, path.stem)
            exhaustive = declared.get(source, EXHAUSTIVE.get(source, everything))
            pictures.append(_picture(picture, source, split, numbers, exhaustive))
    if not pictures:
        raise LabelsError(f"{path}: no pictures in `{split}: {entry}`")
    return pictures


def class_number(name: str) -> int | None:
    """Our number of a class that others name so ("Traffic Cones", "cow"); None for what is none."""
    plain = re.sub(r"[\s-]+", "_", name.strip().lower())
    for spelt in (plain, plain.removesuffix("s")):
        ours = _OTHER_NAMES.get(spelt, spelt)
        if ours in CLASSES:
            return CLASSES.index(ours)
    return None


def _yaml(path: Path) -> dict[str, Any]:
    try:
        table = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise LabelsError(f"{path} cannot be read: {reason}") from error
    if not isinstance(table, dict):
        raise LabelsError(f"{path} is no YOLO data set: it needs `names` and `val`")
    return table


def _class_numbers(names: object, path: Path) -> dict[int, int]:
    """Number in the label files -> number in CLASSES, where there is one; -1 for all others."""
    if isinstance(names, list):
        names = dict(enumerate(names))
    if not isinstance(names, dict) or not all(isinstance(number, int) for number in names):
        raise LabelsError(f"{path}: `names` must be a list, or a table of numbers and names")
    ours = {number: class_number(str(name)) for number, name in names.items()}
    if all(number is None for number in ours.values()):
        raise LabelsError(f"{path}: none of its classes is one of {', '.join(CLASSES)}")
    return {theirs: -1 if number is None else number for theirs, number in ours.items()}


def _declared(table: object, path: Path) -> dict[str, frozenset[int]]:
    if not isinstance(table, dict):
        raise LabelsError(f"{path}: `exhaustive` must be a table of sources and lists of names")
    result = {}
    for source, names in table.items():
        numbers = [class_number(str(name)) for name in names] if isinstance(names, list) else [None]
        if None in numbers:
            raise LabelsError(f"{path}: `exhaustive: {source}` must list names of classes we know")
        result[str(source)] = frozenset(number for number in numbers if number is not None)
    return result


def _root(data: Path, path: object) -> Path:
    """Where a file's places begin: its `path`, or its own folder if that is of another machine."""
    root = data.parent / str(path)
    return root if root.is_dir() else data.parent


def _place(root: Path, place: str) -> Path:
    """A split's place. Roboflow writes `../valid/images` for what lies beside the file."""
    where, beside = root / place, root / place.removeprefix("../")
    return beside if beside.exists() and not where.exists() else where


def _listed(where: Path, data: Path) -> Iterable[Path]:
    """The pictures of a folder, or of a text file with one path per line."""
    if where.is_dir():
        return _pictures_below(where)
    if where.is_file() and where.suffix == ".txt":
        lines = where.read_text(encoding="utf-8").split("\n")
        pictures = [where.parent / line.strip() for line in lines if line.strip()]
        missing = next((picture for picture in pictures if not picture.is_file()), None)
        if missing is not None:
            raise LabelsError(f"{where} names {missing}, which is not there")
        return pictures
    raise LabelsError(f"{data} names {where}, which is neither a folder nor a list of pictures")


def _pictures_below(folder: Path) -> Iterator[Path]:
    return iter(sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES))


def _source(picture: Path, otherwise: str) -> str:
    prefix = re.sub(r"[\W_]*\d*$", "", picture.stem)
    if prefix in EXHAUSTIVE:
        return prefix
    parts = picture.parts
    if "images" in parts[1:]:
        return parts[len(parts) - 1 - parts[::-1].index("images") - 1]
    return otherwise


def _picture(
    path: Path,
    source: str,
    split: str,
    numbers: Mapping[int, int],
    exhaustive: frozenset[int] | None = None,
) -> LabelledPicture:
    rows = [row for row in _rows(_label_path(path), numbers) if row[0] >= 0]
    if source in DEER_SOURCES:
        rows += [(DEER, *row[1:]) for row in rows if row[0] == ANIMAL]
    else:
        named = [(ANIMAL, *row[1:]) for row in rows if row[0] == DEER]
        rows += [row for row in named if row not in rows]
    table = np.array(rows, np.float64).reshape(-1, 5)
    if exhaustive is None:
        exhaustive = EXHAUSTIVE.get(source, ALL)
    return LabelledPicture(
        path=path,
        source=source,
        split=split,
        scene=f"{source}/{path.stem.rpartition('@')[2]}",
        classes=table[:, 0].astype(np.intp),
        boxes=table[:, 1:],
        exhaustive=exhaustive - {-1},
    )


def _label_path(picture: Path) -> Path:
    """As YOLO has it: the last `images` of the path becomes `labels`; else beside the picture."""
    parts = list(picture.parts)
    if "images" in parts:
        parts[len(parts) - 1 - parts[::-1].index("images")] = "labels"
    return Path(*parts).with_suffix(".txt")


def _rows(
    path: Path, numbers: Mapping[int, int]
) -> Iterator[tuple[int, float, float, float, float]]:
    """Class and box of each line; of a polygon, the box around it."""
    if not path.is_file():
        return
    for at, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            number, *values = line.split()
            shares = np.array(values, np.float64)
            label = numbers[int(float(number))]
        except (ValueError, KeyError) as error:
            raise LabelsError(f"{path}, line {at}: not a known class and a box: {line}") from error
        if shares.size > 4 and shares.size % 2 == 0:
            corners = shares.reshape(-1, 2)
            low, high = corners.min(axis=0), corners.max(axis=0)
            shares = np.concatenate([(low + high) / 2, high - low])
        if shares.size != 4 or not np.all((shares >= -0.01) & (shares <= 1.01)):
            raise LabelsError(f"{path}, line {at}: not four shares within 0..1: {line}")
        x, y, width, height = map(float, shares.clip(0, 1))
        if width > 0 and height > 0:
            yield label, x, y, width, height
