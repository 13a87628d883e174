"""What stands on the road as a SituationPublication of DATEX II, version 3 (docs.datex2.eu).

A snapshot: what is not in it any more is over. The order of elements is that of the standard's
schemas.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID
from xml.etree.ElementTree import Element, QName, SubElement, register_namespace, tostring

from hazardmap.api.dialects.told import Told, Version, Zone, one_line, seconds
from hazardmap.core.decay import probability_at
from hazardmap.core.derived.workzone import Place
from hazardmap.core.fusion.hazard import Hazard
from hazardmap.core.kinds import KINDS

MEDIA_TYPE: Final = "application/xml"
NAMESPACES: Final[Mapping[str, str]] = {
    "d2": "http://datex2.eu/schema/3/d2Payload",
    "com": "http://datex2.eu/schema/3/common",
    "sit": "http://datex2.eu/schema/3/situation",
    "loc": "http://datex2.eu/schema/3/locationReferencing",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
for _prefix, _address in NAMESPACES.items():
    register_namespace(_prefix, _address)
WGS84: Final = "http://www.opengis.net/def/crs/EPSG/0/4326"
CERTAIN, PROBABLE = 0.95, 0.5
_SEVERITY: Final = {1: "low", 2: "medium", 3: "high"}


class _Record(NamedTuple):
    """Which record says it, and the elements that it has of its own."""

    type: str
    own: tuple[tuple[str, str], ...]


def _animal(type_: str) -> _Record:
    own = (("mobilityOfObstruction/mobilityType", "unknown"), ("animalPresenceType", type_))
    return _Record("AnimalPresenceObstruction", own)


def _works(type_: str) -> _Record:
    return _Record("MaintenanceWorks", (("roadMaintenanceType", type_),))


_ANIMALS, _LARGE = _animal("animalsOnTheRoad"), _animal("largeAnimalsOnTheRoad")
_SMALL, _WILD = _animal("smallAnimalsOnTheRoad"), _animal("wildAnimalsOnTheRoad")
ROADWORKS: Final = _works("roadworks")
RECORDS: Final[Mapping[str, _Record]] = {
    "cone": ROADWORKS,
    "drum": ROADWORKS,
    "barrier": ROADWORKS,
    "roadwork_sign": ROADWORKS,
    "construction_vehicle": ROADWORKS,
    "worker": _works("maintenancePeopleOnRoad"),
    "debris": _Record(
        "GeneralObstruction",
        (("mobilityOfObstruction/mobilityType", "stationary"), ("obstructionType", "debris")),
    ),
    "pothole": _Record(
        "NonWeatherRelatedRoadConditions",
        (("nonWeatherRelatedRoadConditionType", "roadSurfaceInPoorCondition"),),
    ),
    "deer": _WILD,
    "boar": _WILD,
    "moose": _LARGE,
    "bear": _LARGE,
    "cow": _LARGE,
    "horse": _LARGE,
    "elephant": _LARGE,
    "dog": _SMALL,
    "cat": _SMALL,
    "bird": _SMALL,
    "sheep": _ANIMALS,
    "animal": _ANIMALS,
}


def feed(
    told: Told,
    versions: Mapping[UUID, Version],
    *,
    country: str,
    publisher: str,
    now: datetime,
) -> bytes:
    """The document as XML. versions: of every hazard. publisher: a name that stands for this map
    for ever, in a country (two small letters)."""
    root = Element(_name("d2:payload"), lang="en", modelBaseVersion="3")
    _typed(root, "sit:SituationPublication")
    _add(root, "com:publicationTime", seconds(now))
    creator = SubElement(root, _name("com:publicationCreator"))
    _add(creator, "com:country", country)
    _add(creator, "com:nationalIdentifier", publisher)
    for zone in told.zones:
        _situation(root, _of_zone(zone, now))
    for hazard in told.hazards:
        _situation(root, _of_hazard(hazard, versions[hazard.id], now))
    text: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return text


class _Facts(NamedTuple):
    """What a record says, whatever it is about. probability: now, 0..1."""

    id: str
    record: _Record
    started_at: datetime
    seen_at: datetime
    version: Version
    ends_at: datetime
    probability: float
    severity: int
    says: str
    simulated: bool
    place: Callable[[Element], None]


def _of_zone(one: Zone, now: datetime) -> _Facts:
    zone = one.zone
    return _Facts(
        id=str(zone.id),
        record=ROADWORKS,
        started_at=zone.started_at,
        seen_at=zone.last_seen,
        version=Version(int(one.updated_at.timestamp() * 1000), one.updated_at),
        ends_at=zone.ends_by(0.5),
        probability=probability_at(zone.p, zone.t_ref, zone.half_life_s, now),
        severity=zone.severity,
        says="road work",
        simulated=zone.simulated,
        place=lambda record: _line(record, one_line(zone)),
    )


def _of_hazard(hazard: Hazard, version: Version, now: datetime) -> _Facts:
    kind = KINDS[hazard.kind]
    return _Facts(
        id=str(hazard.id),
        record=RECORDS[hazard.kind],
        started_at=hazard.first_seen,
        seen_at=hazard.last_seen,
        version=version,
        ends_at=hazard.expires_at,
        probability=probability_at(hazard.p, hazard.t_ref, hazard.half_life_s, now),
        severity=hazard.severity,
        says=kind.label,
        simulated=hazard.simulated,
        place=lambda record: _point(record, hazard),
    )


def _situation(root: Element, facts: _Facts) -> None:
    situation = SubElement(root, _name("sit:situation"), id=facts.id)
    _add(situation, "sit:situationVersionTime", seconds(facts.version.at))
    header = SubElement(situation, _name("sit:headerInformation"))
    _add(header, "com:informationStatus", "test" if facts.simulated else "real")
    version, id_ = str(facts.version.number), f"{facts.id}_1"
    record = SubElement(situation, _name("sit:situationRecord"), id=id_, version=version)
    _typed(record, f"sit:{facts.record.type}")
    _add(record, "sit:situationRecordCreationTime", seconds(facts.started_at))
    _add(record, "sit:situationRecordObservationTime", seconds(facts.seen_at))
    _add(record, "sit:situationRecordVersionTime", seconds(facts.version.at))
    _add(record, "sit:probabilityOfOccurrence", _belief(facts.probability))
    _add(record, "sit:severity", _SEVERITY[facts.severity])
    validity = SubElement(record, _name("sit:validity"))
    _add(validity, "com:validityStatus", "active")  # whatever its end, which is an estimate
    period = SubElement(validity, _name("com:validityTimeSpecification"))
    _add(period, "com:overallStartTime", seconds(facts.started_at))
    _add(period, "com:overallEndTime", seconds(facts.ends_at))
    comment = SubElement(record, _name("sit:generalPublicComment"))
    text = SubElement(SubElement(comment, _name("sit:comment")), _name("com:values"))
    said = f"{facts.says}, probability {facts.probability:.2f}"
    SubElement(text, _name("com:value"), lang="en").text = said
    facts.place(record)
    for path, value in facts.record.own:
        *outer, last = path.split("/")
        inner = record
        for name in outer:
            inner = SubElement(inner, _name(f"sit:{name}"))
        _add(inner, f"sit:{last}", value)


def _belief(probability: float) -> str:
    """The one slot that the standard has for it."""
    if probability >= CERTAIN:
        return "certain"
    return "probable" if probability >= PROBABLE else "riskOf"


def _point(record: Element, hazard: Hazard) -> None:
    location = SubElement(record, _name("sit:locationReference"))
    _typed(location, "loc:PointLocation")
    point = SubElement(location, _name("loc:pointByCoordinates"))
    where = SubElement(point, _name("loc:pointCoordinates"))
    _add(where, "loc:latitude", f"{hazard.lat:.7f}")
    _add(where, "loc:longitude", f"{hazard.lon:.7f}")
    accuracy = SubElement(where, _name("loc:horizontalPositionAccuracy"))
    _add(accuracy, "loc:accuracyPercentile95", f"{hazard.radius_m:.1f}")


def _line(record: Element, line: Sequence[Place]) -> None:
    """In the direction of travel, latitude first as in EPSG:4326."""
    location = SubElement(record, _name("sit:locationReference"))
    _typed(location, "loc:LinearLocation")
    string = SubElement(location, _name("loc:gmlLineString"), srsDimension="2", srsName=WGS84)
    _add(string, "loc:posList", " ".join(f"{lat:.7f} {lon:.7f}" for lon, lat in line))


def _typed(element: Element, name: str) -> None:
    """As a QName, so that its prefix is declared."""
    value = QName(_name(name))
    element.set(_name("xsi:type"), value)  # type: ignore[arg-type]  # typeshed knows texts only


def _add(parent: Element, name: str, text: str) -> None:
    SubElement(parent, _name(name)).text = text


def _name(prefixed: str) -> str:
    prefix, _, local = prefixed.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"
