"""The one table of hazard kinds: how long each stays, how far it is seen, how tall it stands.

Half-lives are priors: they are replaced by values learned from the map's own history. Heights are
typical heights of the whole object above the ground; they turn the height of a box into a range.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

MINUTE_S: Final = 60.0
HOUR_S: Final = 3600.0
DAY_S: Final = 86_400.0


class Group(StrEnum):
    """What a driver would call it, and what the map's three symbols stand for."""

    CONSTRUCTION = "construction"
    OBSTACLE = "obstacle"
    WILDLIFE = "wildlife"


GROUP_LABELS: Final[Mapping[Group, str]] = MappingProxyType(
    {Group.CONSTRUCTION: "Road work", Group.OBSTACLE: "Obstacles", Group.WILDLIFE: "Animals"}
)
SEVERITY_LABELS: Final[Mapping[int, str]] = MappingProxyType(
    {1: "be aware", 2: "slow down", 3: "danger to life"}
)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of hazard.

    name: the stable key used in the database, the tiles and the API.
    label: words for people, in English.
    half_life_s: seconds after which half of the existing hazards of this kind are gone.
    range_m: distance beyond which a camera cannot be expected to see it.
    height_m, height_sigma_m: typical height and its spread (one standard deviation); a height of
        0 means that the box height says nothing about the range (a pothole).
    severity: 1..3, in words SEVERITY_LABELS.
    board_m: typical height of what a detector boxes where it may hang over the road, as a sign
        on a post does; 0 for what always stands on it.
    """

    name: str
    label: str
    group: Group
    half_life_s: float
    range_m: float
    height_m: float
    height_sigma_m: float
    severity: int
    board_m: float = 0.0


_C, _O, _W = Group.CONSTRUCTION, Group.OBSTACLE, Group.WILDLIFE

_TABLE: Final = (
    Kind("cone", "traffic cone", _C, 4 * DAY_S, 60.0, 0.75, 0.15, 1),
    Kind("drum", "traffic drum", _C, 5 * DAY_S, 70.0, 1.0, 0.12, 1),
    Kind("barrier", "barrier", _C, 5 * DAY_S, 70.0, 1.1, 0.25, 2),
    Kind("roadwork_sign", "road work sign", _C, 5 * DAY_S, 80.0, 1.6, 0.5, 1, 1.0),
    Kind("construction_vehicle", "construction vehicle", _C, 8 * HOUR_S, 90.0, 3.0, 0.8, 2),
    Kind("worker", "road worker", _C, 2 * HOUR_S, 60.0, 1.75, 0.12, 3),
    Kind("debris", "debris on the road", _O, 4 * HOUR_S, 50.0, 0.4, 0.3, 3),
    Kind("pothole", "pothole", _O, 30 * DAY_S, 30.0, 0.0, 0.0, 2),
    Kind("deer", "deer", _W, 20 * MINUTE_S, 70.0, 1.3, 0.3, 3),
    Kind("moose", "moose", _W, 30 * MINUTE_S, 80.0, 2.0, 0.3, 3),
    Kind("boar", "wild boar", _W, 20 * MINUTE_S, 50.0, 0.8, 0.2, 3),
    Kind("bear", "bear", _W, 20 * MINUTE_S, 70.0, 1.1, 0.4, 3),
    Kind("cow", "cattle", _W, 40 * MINUTE_S, 80.0, 1.45, 0.2, 3),
    Kind("horse", "horse", _W, 40 * MINUTE_S, 80.0, 1.7, 0.25, 3),
    Kind("sheep", "sheep or goat", _W, 40 * MINUTE_S, 60.0, 0.85, 0.15, 2),
    Kind("dog", "dog", _W, 15 * MINUTE_S, 50.0, 0.6, 0.2, 2),
    Kind("cat", "cat", _W, 15 * MINUTE_S, 40.0, 0.3, 0.1, 1),
    Kind("bird", "large bird", _W, 5 * MINUTE_S, 40.0, 0.5, 0.3, 1),
    Kind("elephant", "elephant", _W, 40 * MINUTE_S, 100.0, 2.8, 0.5, 3),
    Kind("animal", "animal", _W, 20 * MINUTE_S, 60.0, 1.0, 0.5, 2),
)

KINDS: Final[Mapping[str, Kind]] = MappingProxyType({kind.name: kind for kind in _TABLE})
GROUPS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {group.value: frozenset(kind.name for kind in _TABLE if kind.group is group) for group in Group}
)
"""Group → its kinds. No kind is called as a group is."""
NAMES: Final = (*GROUPS, *sorted(KINDS))
"""Of groups and of kinds, as whoever asks for kinds may say them."""


def kinds_of(names: Iterable[str]) -> frozenset[str]:
    """Kinds as they are, and groups as their kinds. Raises ValueError on an unknown name."""
    names = frozenset(names)
    if unknown := sorted(names.difference(NAMES)):
        raise ValueError(
            f"{unknown[0]!r} is unknown; known are the groups {', '.join(GROUPS)} and the kinds "
            f"{', '.join(sorted(KINDS))}"
        )
    return frozenset[str]().union(*(GROUPS.get(name, {name}) for name in names))


ANIMAL: Final = "animal"
"""What an animal is called whose species nobody could tell."""
_UNNAMED: Final = 0.25  # what a report of an animal weighs against one that names its species


def compatible(a: str, b: str) -> bool:
    """Whether sightings of kinds a and b may be the same thing on the road.

    Detectors confuse one animal with another and a drum with a cone, but never a cow with a cone.
    Construction vehicles, workers and signs stay apart: they differ too much in size. Symmetric.
    Raises KeyError on an unknown kind.
    """
    if a == b:
        return True
    group = KINDS[a].group
    if group is not KINDS[b].group:
        return False
    return group is Group.WILDLIFE or {a, b} <= {"cone", "drum", "barrier"}


FAMILY: Final[Mapping[str, str]] = MappingProxyType(
    {kind: next(k for k in KINDS if compatible(k, kind)) for kind in KINDS}
)
"""Kind → the first kind that it may be confused with; `compatible` means the same family."""


def named(votes: Mapping[str, float]) -> str:
    """The kind with the most votes, of equal ones the first by the alphabet.

    votes: sums of scores by kind, one at least. Who says "animal" denies no species: one is named
    with a quarter of the votes for it.
    """
    weights = {kind: sum_ * (_UNNAMED if kind == ANIMAL else 1.0) for kind, sum_ in votes.items()}
    return min(weights, key=lambda kind: (-weights[kind], kind))
