"""Hazards in each format of an export, as a stream of bytes that needs no more room as it grows."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Final, NamedTuple

from hazardmap.api.geojson import MEDIA_TYPE as GEOJSON
from hazardmap.api.geojson import HazardProperties, times
from hazardmap.core.answers.feature import feature, timestamp, written
from hazardmap.core.fusion.hazard import Hazard
from hazardmap.platform.csv_file import csv_lines

JSON = "application/json"
NDJSON = "application/x-ndjson"
CSV = "text/csv"
PARQUET = "application/vnd.apache.parquet"
ROWS_AT_ONCE = 500

Writer = Callable[[Iterable[Hazard], datetime, datetime | None], Iterator[bytes]]
"""From hazards, as of when, and when the map last changed."""


class Format(NamedTuple):
    """ending: of a file's name."""

    write: Writer
    ending: str


def _geojson(
    hazards: Iterable[Hazard], now: datetime, changed_at: datetime | None
) -> Iterator[bytes]:
    head = {"type": "FeatureCollection", **times(now, changed_at)}
    yield written(head)[:-1] + b',"features":['
    yield from _joined(
        (b",\n" if number else b"\n") + written(feature(hazard, now))
        for number, hazard in enumerate(hazards)
    )
    yield b"\n]}\n"


def _ndjson(hazards: Iterable[Hazard], now: datetime, _: datetime | None) -> Iterator[bytes]:
    return _joined(written(feature(hazard, now)) + b"\n" for hazard in hazards)


def _csv(hazards: Iterable[Hazard], now: datetime, _: datetime | None) -> Iterator[bytes]:
    return _joined(line.encode() for line in csv_lines(_rows(hazards, now)))


def _rows(hazards: Iterable[Hazard], now: datetime) -> Iterator[Sequence[object]]:
    """Names of columns come first, also where nothing follows."""
    columns = list(HazardProperties().fields)
    yield ["id", "lon", "lat", *columns]
    for hazard in hazards:
        properties = feature(hazard, now)["properties"]
        yield [hazard.id, hazard.lon, hazard.lat, *(_cell(properties[name]) for name in columns)]


def _cell(value: object) -> object:
    """Times and truth as in JSON."""
    if isinstance(value, bool):
        return str(value).lower()
    return timestamp(value) if isinstance(value, datetime) else value


def _parquet(
    hazards: Iterable[Hazard], now: datetime, changed_at: datetime | None
) -> Iterator[bytes]:
    # Its library takes 60 MB of a process: only those that need it load it.
    from hazardmap.api.geoparquet import written  # noqa: PLC0415 - see above

    return written(hazards, now, changed_at)


def _joined(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Lines in chunks that are worth a packet."""
    while some := b"".join(islice(lines, ROWS_AT_ONCE)):
        yield some


FORMATS: Final[dict[str, Format]] = {
    GEOJSON: Format(_geojson, "geojson"),
    JSON: Format(_geojson, "geojson"),
    NDJSON: Format(_ndjson, "ndjson"),
    CSV: Format(_csv, "csv"),
    PARQUET: Format(_parquet, "parquet"),
}
"""By media type; the first is the one for who accepts anything."""
