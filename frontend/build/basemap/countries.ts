import type { MultiLineString, MultiPolygon, Position } from 'geojson';
import { feature, mesh } from 'topojson-client';
import type { GeometryCollection, GeometryObject, Topology } from 'topojson-specification';
import { planarRing, unwrapped } from './rings.ts';

type Properties = Record<string, unknown>;

/** All dry land. */
export function land(world: Topology): MultiPolygon {
  const coordinates: Position[][][] = [];
  for (const { geometry } of feature(world, named(world, 'land')).features) {
    if (geometry.type === 'Polygon') coordinates.push(geometry.coordinates.map(planarRing));
    if (geometry.type === 'MultiPolygon') {
      coordinates.push(...geometry.coordinates.map((polygon) => polygon.map(planarRing)));
    }
  }
  return { type: 'MultiPolygon', coordinates };
}

/** Borders between two countries, each once, without coasts. */
export function borders(world: Topology): MultiLineString {
  const lines = mesh(world, named(world, 'countries'), (left, right) => left !== right);
  return { type: 'MultiLineString', coordinates: lines.coordinates.map(unwrapped) };
}

function named(world: Topology, name: string): GeometryCollection<Properties> {
  const found = world.objects[name] as GeometryObject<Properties> | undefined;
  if (found?.type !== 'GeometryCollection') throw new Error(`world-atlas has no ${name}`);
  return found;
}
