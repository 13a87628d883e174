"""Which models the engine runs, read from a manifest and checked against their hashes.

Beside the `[[file]]` tables (see `detection.fetch`) a manifest has one `[[model]]` table per
model; `detection/weights/manifest.toml` shows every field.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

from detection.fetch import FetchError, PinnedFile, pinned_files, read_manifest, sha256_of


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

    path: the weights, there and with the hash `sha256`. threshold: working confidence, 0..1.
    long_side_px: what a frame is scaled to for it. classes: names inside the weights, in order.
    kinds: class -> kind of hazard. context: classes that hide hazards and are none.
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

    @property
    def label(self) -> str:
        """Name, version and the start of the hash: what a result says it was made with."""
        return f"{self.name}-{self.version}-{self.sha256[:8]}"


@dataclass(frozen=True, slots=True)
class Manifest:
    """The three models of an engine. recall: JSON file with the recall table of `hazards`."""

    hazards: Model
    faces: Model
    plates: Model
    recall: Path


def load_manifest(path: Path, own_hazards: Path | None = None) -> Manifest:
    """Read a manifest and check every file that it names.

    own_hazards: a second manifest whose "hazards" model (a `.pt` or `.onnx` of the operator's
    own) replaces the first one's. Raises ManifestError with what is wrong and what helps.
    """
    models, recall = _load(path)
    missing = set(Role) - models.keys()
    if missing:
        raise ManifestError(f"{path} has no model for {', '.join(sorted(missing))}")
    if own_hazards is not None:
        own, recall = _load(own_hazards)
        if Role.HAZARDS not in own:
            raise ManifestError(f'{own_hazards} has no model with role = "hazards"')
        models[Role.HAZARDS] = own[Role.HAZARDS]
    hazards = models[Role.HAZARDS]
    if recall is None:
        raise ManifestError(f'{hazards.name} needs recall = "…": its recall table, a JSON file')
    _check_recall(recall, f"{hazards.name}-{hazards.version}")
    return Manifest(hazards, models[Role.FACES], models[Role.PLATES], recall)


def _load(path: Path) -> tuple[dict[Role, Model], Path | None]:
    """The models of one manifest by role, and the path of the recall table."""
    try:
        files = {file.path: file for file in pinned_files(path)}
        tables = read_manifest(path).get("model", [])
    except FetchError as error:
        raise ManifestError(str(error)) from error
    models: dict[Role, Model] = {}
    recall = None
    for table in tables:
        try:
            model = _model(table, path.parent, files)
        except (KeyError, TypeError, ValueError) as error:
            raise ManifestError(f"{path}: a [[model]] is wrong: {error!r} in {table}") from error
        if model.role in models:
            raise ManifestError(f"{path} has two models for {model.role}")
        _check_classes(model)
        _check_file(files[model.path])
        models[model.role] = model
        if model.role is Role.HAZARDS and "recall" in table:
            recall = (path.parent / table["recall"]).resolve()
    return models, recall


def _model(table: dict[str, Any], folder: Path, files: Mapping[Path, PinnedFile]) -> Model:
    path = (folder / table["path"]).resolve()
    if path not in files:
        raise ValueError(f"no [[file]] has the path {table['path']}")
    return Model(
        name=str(table["name"]),
        version=str(table["version"]),
        role=Role(table["role"]),
        path=path,
        sha256=files[path].sha256,
        licence=files[path].licence,
        threshold=float(table["threshold"]),
        long_side_px=int(table["long_side_px"]),
        classes=tuple(table["classes"]),
        kinds=MappingProxyType(dict(table.get("kinds", {}))),
        context=frozenset(table.get("context", [])),
    )


def _check_classes(model: Model) -> None:
    named = model.kinds.keys() | model.context
    if unknown := named - set(model.classes):
        raise ManifestError(f"{model.name} has no class {', '.join(sorted(unknown))}")
    if both := model.kinds.keys() & model.context:
        raise ManifestError(f"{model.name}: {', '.join(sorted(both))} is both hazard and context")
    if not 0 < model.threshold < 1:
        raise ManifestError(f"{model.name}: threshold must lie between 0 and 1")
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
