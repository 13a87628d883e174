import type { Map as MapLibre, MapGeoJSONFeature, PointLike } from 'maplibre-gl';

const TOUCH_PX = 10;

interface Screen {
  x: number;
  y: number;
}

/** What lies under a pointer or a finger. */
type Picked =
  | { what: 'hazard'; id: string }
  | { what: 'workzone'; id: string }
  | { what: 'cell' }
  | null;

export function pickAt(map: MapLibre, at: Screen): Picked {
  const id = nearestHazard(map, at);
  if (id !== null) return { what: 'hazard', id };
  const [zone] = found(map, around(at, TOUCH_PX / 2), ['workzones']);
  if (zone !== undefined) return { what: 'workzone', id: String(zone.properties.id) };
  return found(map, [at.x, at.y], ['cells']).length > 0 ? { what: 'cell' } : null;
}

/** The id of the nearest hazard, of those of the moment that is shown. */
function nearestHazard(map: MapLibre, at: Screen): string | null {
  let nearest: { id: string; away_px: number } | null = null;
  for (const feature of found(map, around(at, TOUCH_PX), ['hazards', 'past'])) {
    if (feature.geometry.type !== 'Point') continue;
    const there = map.project(feature.geometry.coordinates as [number, number]);
    const away_px = Math.hypot(there.x - at.x, there.y - at.y);
    if (nearest === null || away_px < nearest.away_px) nearest = { id: String(feature.properties.id), away_px };
  }
  return nearest?.id ?? null;
}

function around({ x, y }: Screen, reach_px: number): [PointLike, PointLike] {
  return [
    [x - reach_px, y - reach_px],
    [x + reach_px, y + reach_px],
  ];
}

function found(map: MapLibre, where: PointLike | [PointLike, PointLike], names: string[]): MapGeoJSONFeature[] {
  const layers = names.filter((name) => map.getLayer(name) !== undefined);
  return layers.length === 0 ? [] : map.queryRenderedFeatures(where, { layers });
}
