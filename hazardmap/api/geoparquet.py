"""Hazards as GeoParquet 1.1 (geoparquet.org), written group by group as they come."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from struct import Struct
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from hazardmap.api.geojson import times
from hazardmap.core.decay import probability_at
from hazardmap.core.fusion.hazard import Hazard
from hazardmap.core.kinds import KINDS

ROWS_IN_GROUP = 10_000
_POINT = Struct("<BIdd")  # well-known binary: little end first, a point
_TIME = pa.timestamp("us", tz="UTC")

_COLUMNS: Final[dict[str, tuple[pa.DataType, Callable[[Hazard, datetime], Any]]]] = {
    "id": (pa.string(), lambda one, _: str(one.id)),
    "geometry": (pa.binary(), lambda one, _: _POINT.pack(1, 1, one.lon, one.lat)),
    "kind": (pa.string(), lambda one, _: one.kind),
    "group": (pa.string(), lambda one, _: KINDS[one.kind].group.value),
    "state": (pa.string(), lambda one, _: one.state.value),
    "probability": (
        pa.float64(),
        lambda one, now: probability_at(one.p, one.t_ref, one.half_life_s, now),
    ),
    "p": (pa.float64(), lambda one, _: one.p),
    "t": (_TIME, lambda one, _: one.t_ref),
    "half_life_s": (pa.float64(), lambda one, _: one.half_life_s),
    "radius_m": (pa.float64(), lambda one, _: one.radius_m),
    "severity": (pa.int8(), lambda one, _: one.severity),
    "first_seen": (_TIME, lambda one, _: one.first_seen),
    "last_seen": (_TIME, lambda one, _: one.last_seen),
    "expires_at": (_TIME, lambda one, _: one.expires_at),
    "passes": (pa.int32(), lambda one, _: one.passes),
    "witnesses": (pa.int32(), lambda one, _: one.witnesses),
    "published": (pa.bool_(), lambda one, _: one.published),
    "confirmed": (pa.bool_(), lambda one, _: one.confirmed),
    "simulated": (pa.bool_(), lambda one, _: one.simulated),
}
_GEO: Final = {
    "version": "1.1.0",
    "primary_column": "geometry",
    "columns": {"geometry": {"encoding": "WKB", "geometry_types": ["Point"]}},
}


def written(
    hazards: Iterable[Hazard], now: datetime, changed_at: datetime | None
) -> Iterator[bytes]:
    """A file in chunks, one for each group of rows. Its metadata say as of when it is true."""
    about = times(now, changed_at)
    schema = pa.schema(
        [pa.field(name, type_, nullable=False) for name, (type_, _) in _COLUMNS.items()],
        metadata={"geo": json.dumps(_GEO), "hazardmap": json.dumps(about)},
    )
    sink = _Sink()
    with pq.ParquetWriter(pa.PythonFile(sink, "w"), schema, compression="zstd") as writer:
        rest = iter(hazards)
        while some := list(islice(rest, ROWS_IN_GROUP)):
            columns = [
                pa.array([read(one, now) for one in some], type_)
                for type_, read in _COLUMNS.values()
            ]
            writer.write_batch(pa.record_batch(columns, schema=schema))
            yield sink.taken()
    yield sink.taken()


class _Sink:
    """A file that gives away what was written to it."""

    closed = False

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        self._size += len(data)
        return len(data)

    def tell(self) -> int:
        return self._size

    def flush(self) -> None:
        """Nothing is held back here."""

    def close(self) -> None:
        """What was written last is still to be taken."""

    def taken(self) -> bytes:
        data = b"".join(self._parts)
        self._parts.clear()
        return data
