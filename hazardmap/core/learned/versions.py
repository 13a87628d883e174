"""Versions of the parameters: what is learned, what is shipped, and how a version is kept."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, fields, replace
from enum import StrEnum
from typing import Any, Final

from hazardmap.core.fusion.lifecycle import Thresholds
from hazardmap.core.fusion.params import FusionParams
from hazardmap.core.kinds import KINDS
from hazardmap.core.learned.trust import newcomer
from hazardmap.core.seeing.recall import RecallTable, table_from_json

Json = dict[str, Any]

SHIPPED: Final = FusionParams(version="0", default_trust=newcomer())
"""What a map starts with: the tables of this release, and nobody known yet."""


class Part(StrEnum):
    """What a map learns. MISTAKES: what cameras miss and mistake, and how often things appear."""

    TRUST = "trust"
    HALF_LIVES = "half-lives"
    MISTAKES = "mistakes"


FIELDS: Final[Mapping[Part, tuple[str, ...]]] = {
    Part.TRUST: ("trusts", "aliases"),
    Part.HALF_LIVES: ("half_lives_s",),
    Part.MISTAKES: ("table", "births", "prior_phantom", "phantom_report", "alarm_repeats"),
}


def with_parts(params: FusionParams, source: FusionParams, parts: Iterable[Part]) -> FusionParams:
    """The parameters with these parts of another version."""
    names = [name for part in parts for name in FIELDS[part]]
    return replace(params, **{name: getattr(source, name) for name in names})


def version_json(params: FusionParams, live: RecallTable) -> Json:
    """All values as a version keeps them. live: the detector's own table, which is not kept."""
    table = replace(
        params.table,
        kinds=dict(params.table.kinds),
        dark_factors=dict(params.table.dark_factors),
        occluded_factors=dict(params.table.occluded_factors),
        false_alarms=dict(params.table.false_alarms),
    )
    values = asdict(replace(params, table=table))
    if params.table == live:
        values["table"] = None
    del values["version"]
    return values


def version_params(values: Mapping[str, Any], version: str, live: RecallTable) -> FusionParams:
    """What `version_json` kept. A table that was learned of another detector does not count, nor
    what this release does not know any more; what it did not know then has its shipped value.

    Raises ValueError or TypeError on what is no version.
    """
    known = {field.name for field in fields(FusionParams)}
    table = live
    if values["table"] is not None:
        table = table_from_json(values["table"])
        if table.version.rpartition("+")[0] != live.version:  # as core.learned.learning names it
            table = live
    return FusionParams(
        **{
            **{name: value for name, value in values.items() if name in known},
            "version": version,
            "table": table,
            "trusts": {int(witness): trust for witness, trust in values["trusts"].items()},
            "aliases": {int(witness): head for witness, head in values["aliases"].items()},
            "limits": Thresholds(**values["limits"]),
        }
    )


def moved_witnesses(old: FusionParams, new: FusionParams) -> set[int] | None:
    """Whose evidence counts otherwise in `new`; None where everybody's does."""
    if with_parts(replace(old, version=new.version), new, [Part.TRUST]) != new:
        return None
    known = {*old.trusts, *new.trusts, *old.aliases, *new.aliases}
    return {
        one
        for one in known
        if (old.trust(one), old.witness(one)) != (new.trust(one), new.witness(one))
    }


def differences(old: FusionParams, new: FusionParams) -> Iterator[str]:
    """What a new version changes, line by line, for people."""
    for kind in sorted(KINDS):
        before, after = old.half_life_s(kind), new.half_life_s(kind)
        if before != after:
            yield f"half-life of {kind}: {before / 3600:.2f} h -> {after / 3600:.2f} h"
    for kind in sorted({*old.births, *new.births}):
        if old.prior(kind) != new.prior(kind):
            yield f"prior of {kind}: {old.prior(kind):.4f} -> {new.prior(kind):.4f}"
    for name in ("prior_phantom", "phantom_report", "alarm_repeats", "default_trust"):
        if getattr(old, name) != getattr(new, name):
            yield f"{name}: {getattr(old, name):.4f} -> {getattr(new, name):.4f}"
    if old.table != new.table:
        before, after = old.table.false_alarm_per_pass, new.table.false_alarm_per_pass
        yield f"recall table: {old.table.version} -> {new.table.version}"
        yield f"false alarms per pass: {before:.5f} -> {after:.5f}"
    yield from _trust_differences(old, new)


def _trust_differences(old: FusionParams, new: FusionParams) -> Iterator[str]:
    moved = sorted(
        (new.trust(one) - old.trust(one), one)
        for one in {*old.trusts, *new.trusts}
        if new.trust(one) != old.trust(one)
    )
    if moved:
        up = sum(change > 0 for change, _ in moved)
        yield f"trust: {up} contributors gain, {len(moved) - up} lose, {len(new.trusts)} are known"
        for change, one in {*moved[:3], *moved[-3:]}:
            before = new.trust(one) - change
            yield f"  witness {one}: {before:.2f} -> {new.trust(one):.2f}"
    if old.aliases != new.aliases:
        yield f"accounts that are one witness with another: {_joined(old)} -> {_joined(new)}"


def _joined(params: FusionParams) -> int:
    return sum(member != head for member, head in params.aliases.items())
