"""Places by their names, for pages without a script: streets of the map, and towns of the world.

Towns are those of the map's search box: the file that the frontend's build made of GeoNames.
"""

import json
import unicodedata
from bisect import bisect_left
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from django.conf import settings

from hazardmap.hazards.road_selectors import streets_named

SHORTEST: Final = 2
_GAZETTEER: Final = "gazetteer-*.json"


class Place(NamedTuple):
    """about: what tells it from others of its name: a country's code, nothing for a street."""

    name: str
    about: str
    lon: float
    lat: float


class _Town(NamedTuple):
    """rank: 0 is the most populous of the world."""

    folded: str
    rank: int
    place: Place


def places_named(beginning: str, *, limit: int) -> list[Place]:
    """Places whose names begin so: towns of just this name, then streets, then other towns.

    Towns come with the most populous first. A country may follow behind a comma: "Vantaa, FI".
    """
    name, _, country = (part.strip() for part in beginning.partition(","))
    if len(name) < SHORTEST:
        return []
    towns = _towns_named(name, country.upper())
    whole = [town.place for town in towns if town.folded == _folded(name)]
    others = [town.place for town in towns if town.folded != _folded(name)]
    streets = [] if country else [_middle(street) for street in streets_named(name, limit=limit)]
    return [*whole, *streets, *others][:limit]


def _middle(street: tuple[str, tuple[float, float, float, float]]) -> Place:
    name, (west, south, east, north) = street
    return Place(name, "", (west + east) / 2, (south + north) / 2)


def _towns_named(name: str, country: str) -> list[_Town]:
    folded, towns = _folded(name), _towns()
    begin = bisect_left(towns, (folded,))
    found = []
    for town in towns[begin:]:
        if not town.folded.startswith(folded):
            break
        if country in {"", town.place.about}:
            found.append(town)
    return sorted(found, key=lambda town: town.rank)


@lru_cache(maxsize=1)
def _towns() -> list[_Town]:
    """In the order of their folded names; none where the frontend was not built."""
    folder = Path(str(settings.DJANGO_VITE["default"]["manifest_path"])).parent / "assets"
    files = sorted(folder.glob(_GAZETTEER), key=lambda path: path.stat().st_mtime)
    if not files:
        return []
    rows = json.loads(files[-1].read_bytes())
    return sorted(_Town(_folded(row[0]), rank, Place(*row)) for rank, row in enumerate(rows))


def _folded(name: str) -> str:
    """Without case and accents, as people type."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
