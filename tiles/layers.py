"""The layers there are: what builds a tile of each, what describes it, how long it is right."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tiles.coverage import coverage_tile
from tiles.hazards import hazards_tile
from tiles.mercator import Tile
from tiles.roads import roads_tile
from tiles.tilejson import coverage_json, hazards_json, roads_json, workzones_json
from tiles.workzones import workzones_tile


@dataclass(frozen=True, slots=True)
class Layer:
    """build: from an address to a tile, None where it is empty. describe: TileJSON for an address
    template. max_age_s: what clients are told. keep_s: for how long a built tile is right; None:
    until the publisher forgets it.
    """

    name: str
    build: Callable[[Tile], bytes | None]
    describe: Callable[[str], dict[str, Any]]
    max_age_s: int
    keep_s: int | None


LAYERS: Final[Mapping[str, Layer]] = {
    layer.name: layer
    for layer in (
        Layer("hazards", hazards_tile, hazards_json, max_age_s=3, keep_s=None),
        Layer("workzones", workzones_tile, workzones_json, max_age_s=3, keep_s=None),
        Layer("coverage", coverage_tile, coverage_json, max_age_s=60, keep_s=60),
        Layer("roads", roads_tile, roads_json, max_age_s=3600, keep_s=86_400),
    )
}


def build(layer: str, tile: Tile) -> bytes | None:
    """A tile as bytes, None where it is empty. Raises KeyError on an unknown layer."""
    return LAYERS[layer].build(tile)
