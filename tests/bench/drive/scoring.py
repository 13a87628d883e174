"""Hold a map against the truth of the drives that filled it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from hazardmap.core.geometry.geodesy import between
from hazardmap.core.kinds import compatible

NEAR_M: Final = 40.0
MATCH_M: Final = 10.0


@dataclass(frozen=True, slots=True)
class Shown:
    """A hazard on the map."""

    kind: str
    lon: float
    lat: float
    published: bool


@dataclass(frozen=True, slots=True)
class Score:
    """Counts that may be added up over drives.

    objects: things that a frame shows from NEAR_M or less. found: those of them that the map has;
    named: those under their own kind; published: those that two witnesses vouch for. false: hazards
    on the map that are no thing of the truth; false_published: those of them that two witnesses
    vouch for. km: driven, all cameras together.
    """

    objects: int = 0
    found: int = 0
    named: int = 0
    published: int = 0
    false: int = 0
    false_published: int = 0
    km: float = 0.0

    def __add__(self, other: "Score") -> "Score":
        return Score(
            self.objects + other.objects,
            self.found + other.found,
            self.named + other.named,
            self.published + other.published,
            self.false + other.false,
            self.false_published + other.false_published,
            self.km + other.km,
        )

    @property
    def recall(self) -> float:
        return self.found / self.objects

    @property
    def false_per_km(self) -> float:
        return self.false / self.km


def score(truth: Mapping[str, Any], shown: Sequence[Shown]) -> Score:
    """truth: parsed truth.json of `detection.render.drive`; at least one object came near.

    Each hazard stands for at most one object and each object for at most one hazard: of the kinds
    that the map itself takes for the same thing, at most MATCH_M apart, the closest pairs first.
    What is left of the hazards is false, a second one for the same object too.
    """
    objects = truth["objects"]
    matched = _matched(objects, shown)
    near = _near(truth["drives"])
    false = [hazard for j, hazard in enumerate(shown) if j not in matched.values()]
    hits = [(objects[i], shown[j]) for i, j in matched.items() if objects[i]["id"] in near]
    return Score(
        objects=len(near),
        found=len(hits),
        named=sum(thing["kind"] == hazard.kind for thing, hazard in hits),
        published=sum(hazard.published for _, hazard in hits),
        false=len(false),
        false_published=sum(hazard.published for hazard in false),
        km=sum(_length_m(drive["frames"]) for drive in truth["drives"]) / 1000,
    )


def mistakes(truth: Mapping[str, Any], shown: Sequence[Shown]) -> list[str]:
    """Every false hazard and every thing that was missed, in words."""
    objects = truth["objects"]
    matched, near = _matched(objects, shown), _near(truth["drives"])
    words = []
    for j, hazard in enumerate(shown):
        if j not in matched.values():
            away_m, kind = min(
                (between(o["lon"], o["lat"], hazard.lon, hazard.lat)[1], o["kind"]) for o in objects
            )
            state = "published" if hazard.published else "unconfirmed"
            words.append(f"false: {hazard.kind}, {state}, {away_m:.1f} m from a {kind}")
    missed = [o for i, o in enumerate(objects) if o["id"] in near and i not in matched]
    return [*words, *(f"missed: {thing['kind']}" for thing in missed)]


def _matched(objects: Sequence[Mapping[str, Any]], shown: Sequence[Shown]) -> dict[int, int]:
    """Index of the hazard for each index of an object that has one."""
    distances_m = sorted(
        (between(thing["lon"], thing["lat"], hazard.lon, hazard.lat)[1], i, j)
        for i, thing in enumerate(objects)
        for j, hazard in enumerate(shown)
        if compatible(thing["kind"], hazard.kind)
    )
    found: dict[int, int] = {}
    for distance_m, i, j in distances_m:
        if distance_m <= MATCH_M and i not in found and j not in found.values():
            found[i] = j
    return found


def _near(drives: Iterable[Mapping[str, Any]]) -> set[int]:
    """Ids of the objects that any frame of any drive shows from NEAR_M or less."""
    return {
        box["object"]
        for drive in drives
        for frame in drive["frames"]
        for box in frame["boxes"]
        if box["distance_m"] <= NEAR_M
    }


def _length_m(frames: Sequence[Mapping[str, Any]]) -> float:
    return sum(
        between(one["lon"], one["lat"], other["lon"], other["lat"])[1]
        for one, other in pairwise(frames)
    )
