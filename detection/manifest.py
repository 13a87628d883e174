"""Which models the engine runs, read from a manifest and checked against their hashes.

Beside the `[[file]]` tables (see `detection.fetch`) a manifest has one `[[model]]` table per
model, of which several may look for hazards; `detection/weights/manifest.toml` shows every field.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeVar

from detection.backends.network import EightBits, Precision
from detection.far import FarCrop
from detection.fetch import FetchError, PinnedFile, pinned_files, read_manifest, sha256_of

T = TypeVar("T")

SHIPPED: Final = Path(__file__).parent / "weights" / "manifest.toml"
# Beside the manifest, for models that bear 8 bits; without it they are computed in float.
RANGES: Final = "ranges.json"


class ManifestError(Exception):
    """Why the models of a manifest cannot be used, in one sentence."""


class Role(StrEnum):
    """What a model is for."""

    HAZARDS = "hazards"
    FACES = "faces"
    PLATES = "plates"


@dataclass(frozen=True, slots=True)
class Model:
    """One model with its weights.

    path: the weights, there and with the hash `sha256`. threshold: working confidence, 0..1;
    thresholds: kind -> its own where it differs. long_side_px: what a frame is scaled to for it.
    classes: names inside the weights, in order. kinds: class -> kind of hazard. context: classes
    that hide hazards and are none. precision: the coarsest arithmetic that its results bear.
    eight_bits: how it is computed in the coarsest of all. far_crop: what of the frame is looked at
    a second time by itself. mirrored: whether the network looks at the mirrored frame as well.
    """

    name: str
    version: str
    role: Role
    path: Path
    sha256: str
    licence: str
    threshold: float
    long_side_px: int
    classes: tuple[str, ...]
    kinds: Mapping[str, str]
    context: frozenset[str]
    thresholds: Mapping[str, float] = field(default_factory=dict)
    precision: Precision = Precision.FLOAT32
    eight_bits: EightBits = field(default_factory=EightBits)
    far_crop: FarCrop | None = None
    mirrored: bool = False

    def threshold_of(self, label: str) -> float:
        """Working confidence of a class."""
        return self.thresholds.get(self.kinds.get(label, label), self.threshold)

    @property
    def coarsest(self) -> Precision:
        """The coarsest arithmetic that it can be computed in: 8 bits need ranges."""
        without = self.precision is Precision.INT8 and not self.eight_bits.ranges
        return Precision.BFLOAT16 if without else self.precision

    @property
    def least_threshold(self) -> float:
        """The lowest working confidence of any class."""
        return min([self.threshold, *self.thresholds.values()])

    @property
    def label(self) -> str:
        """Name, version and the start of the hash: what a result says it was made with."""
        return f"{self.name}-{self.version}-{self.sha256[:8]}"


@dataclass(frozen=True, slots=True)
class Hazards:
    """The models that look for hazards, in the order of the manifest; at least one."""

    models: tuple[Model, ...]

    @property
    def name(self) -> str:
        return "+".join(model.name for model in self.models)

    @property
    def version(self) -> str:
        """Names and versions of all: what a recall table is about."""
        return "+".join(f"{model.name}-{model.version}" for model in self.models)

    @property
    def label(self) -> str:
        """Like `version`, with the hashes: what a result says it was made with."""
        return "+".join(model.label for model in self.models)

    @property
    def sha256(self) -> str:
        """The hash of the weights; of several models the hash of their hashes."""
        if len(self.models) == 1:
            return self.models[0].sha256
        return sha256("+".join(model.sha256 for model in self.models).encode()).hexdigest()

    @property
    def kinds(self) -> Mapping[str, str]:
        """model/class -> kind of hazard."""
        return {
            f"{model.name}/{label}": kind
            for model in self.models
            for label, kind in model.kinds.items()
        }


@dataclass(frozen=True, slots=True)
class Manifest:
    """The models of an engine. recall: JSON file with the recall table of `hazards`."""

    hazards: Hazards
    faces: Model
    plates: Model
    recall: Path


def load_manifest(path: Path, own_hazards: Path | None = None) -> Manifest:
    """Read a manifest and check every file that it names.

    own_hazards: a second manifest whose "hazards" models (`.pt` or `.onnx` of the operator's
    own) replace the first one's. Raises ManifestError with what is wrong and what helps.
    """
    models, recall = read_models(path)
    missing = {role for role in Role if not models[role]}
    if missing:
        raise ManifestError(f"{path} has no model for {', '.join(sorted(missing))}")
    if own_hazards is not None:
        own, recall = read_models(own_hazards)
        if not own[Role.HAZARDS]:
            raise ManifestError(f'{own_hazards} has no model with role = "hazards"')
        models[Role.HAZARDS] = own[Role.HAZARDS]
    hazards = Hazards(tuple(models[Role.HAZARDS]))
    if recall is None:
        raise ManifestError(f'{hazards.name} needs recall = "…": its recall table, a JSON file')
    _check_recall(recall, hazards.version)
    [faces], [plates] = models[Role.FACES], models[Role.PLATES]
    return Manifest(hazards, faces, plates, recall)


def read_models(path: Path) -> tuple[dict[Role, list[Model]], Path | None]:
    """The models of one manifest by role, with the right files, and where the recall table is.

    Raises ManifestError.
    """
    try:
        files = {file.path: file for file in pinned_files(path)}
        tables = read_manifest(path).get("model", [])
    except FetchError as error:
        raise ManifestError(str(error)) from error
    models: dict[Role, list[Model]] = {role: [] for role in Role}
    ranges = _ranges(path.with_name(RANGES))
    recalls = set()
    for table in tables:
        try:
            model = _model(table, path.parent, files, ranges)
        except ValueError as error:
            raise ManifestError(f"{path}: a [[model]] is wrong: {error}") from error
        _check_alone(path, model, models[model.role])
        _check_classes(model)
        _check_numbers(model)
        _check_file(files[model.path])
        models[model.role].append(model)
        if model.role is Role.HAZARDS and "recall" in table:
            recalls.add((path.parent / _text(table, "recall")).resolve())
    if len(recalls) > 1:
        raise ManifestError(f"{path}: all models of hazards together have one recall table")
    return models, next(iter(recalls), None)


def _model(
    table: Mapping[str, Any],
    folder: Path,
    files: Mapping[Path, PinnedFile],
    ranges: Mapping[str, Mapping[str, tuple[float, float]]],
) -> Model:
    """Raises ValueError naming the field."""
    path = (folder / _text(table, "path")).resolve()
    if path not in files:
        raise ValueError(f"no [[file]] has the path {table['path']}")
    kinds = _read(table, "kinds", dict, {})
    thresholds = _read(table, "thresholds", dict, {})
    return Model(
        name=_text(table, "name"),
        version=_text(table, "version"),
        role=_read(table, "role", Role),
        path=path,
        sha256=files[path].sha256,
        licence=files[path].licence,
        threshold=_read(table, "threshold", float),
        long_side_px=_read(table, "long_side_px", int),
        classes=_read(table, "classes", tuple),
        kinds=MappingProxyType(kinds),
        context=_read(table, "context", frozenset, []),
        thresholds=MappingProxyType({kind: _read(thresholds, kind, float) for kind in thresholds}),
        precision=_read(table, "precision", Precision, Precision.FLOAT32),
        eight_bits=EightBits(ranges.get(files[path].sha256, {}), _read(table, "exact", tuple, [])),
        far_crop=_read(table, "far_crop", FarCrop.read) if "far_crop" in table else None,
        mirrored=_read(table, "mirrored", _yes_or_no, False),
    )


def _ranges(path: Path) -> dict[str, dict[str, tuple[float, float]]]:
    """Hash of weights -> layer -> lowest and highest value, as `detection.ranges` writes them."""
    if not path.exists():
        return {}
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        return {
            sha256: {layer: (float(low), float(high)) for layer, (low, high) in ranges.items()}
            for sha256, ranges in table.items()
        }
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ManifestError(f"cannot read the ranges {path}: {error}") from error


def _text(table: Mapping[str, Any], name: str) -> str:
    return _read(table, name, str)


def _yes_or_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("must be true or false")
    return value


def _read(table: Mapping[str, Any], name: str, read: Callable[[Any], T], *default: Any) -> T:
    """A field as what it should be; of `default`, where it may be left out."""
    if name not in table and not default:
        raise ValueError(f"{name} is missing")
    value = table.get(name, *default)
    try:
        return read(value)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{name} = {value!r}: {error}") from error


def _check_alone(path: Path, model: Model, others: list[Model]) -> None:
    """Only hazards may have several models, and those need names of their own."""
    if others and model.role is not Role.HAZARDS:
        raise ManifestError(f"{path} has two models for {model.role}")
    if model.name in {other.name for other in others}:
        raise ManifestError(f"{path} has two models with the name {model.name}")


def _check_classes(model: Model) -> None:
    named = model.kinds.keys() | model.context
    if unknown := named - set(model.classes):
        raise ManifestError(f"{model.name} has no class {', '.join(sorted(unknown))}")
    if both := model.kinds.keys() & model.context:
        raise ManifestError(f"{model.name}: {', '.join(sorted(both))} is both hazard and context")
    if unknown := model.thresholds.keys() - set(model.kinds.values()):
        raise ManifestError(f"{model.name} has a threshold but no kind {', '.join(unknown)}")


def _check_numbers(model: Model) -> None:
    for kind, value in {"": model.threshold, **model.thresholds}.items():
        if not 0 < value < 1:
            where = f"the threshold of {kind}" if kind else "threshold"
            raise ManifestError(f"{model.name}: {where} must lie between 0 and 1, not {value}")
    if model.long_side_px < 32 or model.long_side_px % 32:
        raise ManifestError(f"{model.name}: long_side_px must be a multiple of 32")


def _check_file(file: PinnedFile) -> None:
    if not file.path.is_file():
        helps = "put it there" if file.package is None else 'run "make up" to fetch it'
        raise ManifestError(f"the weights {file.path} are missing: {helps}")
    if not file.is_in_place():
        raise ManifestError(
            f"the weights {file.path} are not the ones that the manifest pins "
            f"(hash {sha256_of(file.path)[:12]}…, expected {file.sha256[:12]}…)"
        )


def _check_recall(path: Path, version: str) -> None:
    """The table must be there and be about this model: another one's would mislead the map."""
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ManifestError(f"cannot read the recall table {path}: {error}") from error
    if not isinstance(table, dict) or table.get("version") != version:
        raise ManifestError(f'{path} is not the recall table of "{version}" (field "version")')
