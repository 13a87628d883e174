"""The one grammar of questions about hazards: where, which, and how many at once."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from hazardmap.api.parameters import Parameter, Reader, moment, number, text_like, truth, whole
from hazardmap.api.problems import InvalidParameter
from hazardmap.core.answers.wanted import Wanted
from hazardmap.core.geometry.area import HALF_ROUND_M, Cell, Circle, Plain
from hazardmap.core.geometry.bbox import parse_bbox
from hazardmap.core.ids import id_or_none
from hazardmap.core.kinds import GROUPS, NAMES, kinds_of
from hazardmap.core.seeing.georeference import Fault

_NUMBER: Final = r"[+-]?\d{1,3}(\.\d*)?([eE][+-]?\d{1,3})?"
"""Any way in which a program writes a double that are degrees."""
_KIND: Final = f"({'|'.join(NAMES)})"
DEFAULT_LIMIT = 100
MAX_LIMIT = 1000
MAX_AGE_S = 10 * 365 * 86_400
ONE_AREA = "give bbox=west,south,east,north, or lon, lat and radius_m, or cell: one of the three"


def read_kinds(text: str) -> frozenset[str]:
    return kinds_of(text.split(","))


def read_id(text: str) -> UUID:
    found = id_or_none(text)
    if found is None:
        raise ValueError("must be an id (UUID)")
    return found


def read_latitude(text: str) -> float:
    try:
        return number(-90, 90)(text)
    except ValueError as error:
        try:
            number(-180, 180)(text)
        except ValueError:
            raise error from None
        raise ValueError(f"{error}; a longitude goes into lon") from None


LON: Final = Parameter("lon", number(-180, 180), "longitude in degrees", float)
LAT: Final = Parameter(
    "lat", Reader(read_latitude, number(-90, 90).rules), "latitude in degrees", float
)
BBOX: Final = Parameter(
    "bbox",
    parse_bbox,
    "west,south,east,north; west > east crosses the antimeridian",
    text_like(rf"^{_NUMBER}(, ?{_NUMBER}){{3}}$"),
)
CELL: Final = Parameter(
    "cell",
    Cell.read,
    "a cell of H3, resolution 0 to 10, in hexadecimal",
    text_like("^8[0-9a][0-9a-f]{13}$"),
)
AREA: Final = (
    BBOX,
    LON,
    LAT,
    Parameter("radius_m", number(0, HALF_ROUND_M), "all within this distance of lon, lat", float),
    CELL,
)
MADE_UP: Final = Parameter(
    "simulated",
    truth,
    "true: only what rests on made-up frames; false: only what does not; default both",
    bool,
)
FILTERS: Final = (
    Parameter(
        "kind",
        read_kinds,
        f"kinds, or groups of them ({', '.join(GROUPS)}), separated by commas",
        text_like(f"^{_KIND}(,{_KIND})*$"),
    ),
    Parameter("published", truth, "only with two witnesses or confirmed; default true", bool, True),
    Parameter("min_probability", number(0, 1), "that it is there now, 0..1", float, 0.0),
    Parameter("min_severity", whole(1, 3), "1 be aware, 2 slow down, 3 danger to life", int, 1),
    Parameter("max_age_s", number(0, MAX_AGE_S), "seconds since it was last seen, at most", float),
    Parameter("seen_from", moment, "seen at this time or later", datetime),
    Parameter("seen_to", moment, "seen at this time or before", datetime),
    MADE_UP,
)
SIMULATED: Final = Parameter(
    "simulated", truth, "what made-up frames show too; default false", bool, False
)
"""Of feeds for drivers: they never hold what is made up alone."""
AT: Final = Parameter(
    "at", moment, "what the map said then; probabilities and ages are as of then", datetime
)
LIMIT: Final = Parameter(
    "limit",
    whole(1, MAX_LIMIT),
    f"1 to {MAX_LIMIT}, default {DEFAULT_LIMIT}",
    int,
    DEFAULT_LIMIT,
)
AFTER: Final = Parameter("after", read_id, "id of the last hazard of the page before")


def time_of(values: dict[str, Any], now: datetime) -> datetime:
    """The time that is asked about. Raises InvalidParameter where it is yet to come."""
    at: datetime = values["at"] or now
    if at > now:
        raise InvalidParameter([Fault("at", "has not come yet")])
    return at


def area_of(values: dict[str, Any]) -> Plain:
    """The one area that is asked about. Raises InvalidParameter."""
    area = area_if_any(values)
    if area is None:
        raise InvalidParameter([Fault("bbox", ONE_AREA)])
    return area


def area_if_any(values: dict[str, Any]) -> Plain | None:
    """The same where none need be given. Raises InvalidParameter."""
    circle = {name: values[name] for name in ("lon", "lat", "radius_m")}
    given = [name for name in ("bbox", "cell") if values[name] is not None]
    given += ["radius_m"] * any(value is not None for value in circle.values())
    if not given:
        return None
    if len(given) > 1:
        raise InvalidParameter([Fault(name, ONE_AREA) for name in given])
    if given == ["radius_m"]:
        if missing := [name for name, value in circle.items() if value is None]:
            rule = "missing: a circle needs lon, lat and radius_m"
            raise InvalidParameter([Fault(name, rule) for name in missing])
        return Circle(**circle)
    area: Plain = values[given[0]]
    return area


def wanted_of(values: dict[str, Any], now: datetime) -> Wanted:
    """Which hazards, as of now. Raises InvalidParameter."""
    seen_from, seen_to = values["seen_from"], values["seen_to"]
    if seen_from is not None and seen_to is not None and seen_to < seen_from:
        raise InvalidParameter([Fault("seen_to", "is before seen_from")])
    return Wanted(
        at=now,
        kinds=values["kind"],
        published=values["published"],
        min_probability=values["min_probability"],
        min_severity=values["min_severity"],
        max_age_s=values["max_age_s"],
        seen_from=seen_from,
        seen_to=seen_to,
        simulated=values["simulated"],
    )
