import type { Feature, FeatureCollection, Point } from 'geojson';
import { beside } from '../shared/geodesy';
import { countIn } from './cell_count';

/** A piece of a cell as a tile has it: cells at the edge of tiles come in several. */
export interface Piece {
  id?: string | number | undefined;
  properties: Record<string, unknown>;
  geometry: { type: string; coordinates?: unknown };
}

interface Extent {
  west: number;
  south: number;
  east: number;
  north: number;
  properties: Record<string, unknown>;
}

const LEAST = 0.05; // fewer are not drawn either

/** One point with a number for each cell: how many hazards of the shown kinds are expected in it. */
export function cellLabels(
  pieces: Piece[],
  halfLives_s: Record<string, number>,
  kinds: ReadonlySet<string>,
  now_s: number,
): FeatureCollection<Point> {
  const cells = new Map<string | number, Extent>();
  for (const piece of pieces) {
    if (piece.id !== undefined) cells.set(piece.id, widened(cells.get(piece.id), piece));
  }
  const features: Feature<Point>[] = [];
  for (const { west, south, east, north, properties } of cells.values()) {
    const count = countIn(properties, halfLives_s, kinds, now_s);
    if (count < LEAST) continue;
    features.push({
      type: 'Feature',
      properties: { count, words: inWords(count) },
      geometry: { type: 'Point', coordinates: [(west + east) / 2, (south + north) / 2] },
    });
  }
  return { type: 'FeatureCollection', features };
}

/** "<1", "12", "3k": as much as fits into a cell. */
export function inWords(count: number): string {
  const whole = Math.round(count);
  if (whole < 1) return '<1';
  return whole < 1000 ? String(whole) : `${Math.round(whole / 1000)}k`;
}

function widened(before: Extent | undefined, { geometry, properties }: Piece): Extent {
  const found = before ?? { west: Infinity, south: Infinity, east: -Infinity, north: -Infinity, properties };
  const visit = (at: unknown): void => {
    if (!Array.isArray(at)) return;
    const [given, lat] = at as unknown[];
    if (typeof given !== 'number' || typeof lat !== 'number') {
      at.forEach(visit);
      return;
    }
    // Across the antimeridian the pieces lie at either end of the world.
    const lon = Number.isFinite(found.west) ? beside(given, found.west) : given;
    found.west = Math.min(found.west, lon);
    found.east = Math.max(found.east, lon);
    found.south = Math.min(found.south, lat);
    found.north = Math.max(found.north, lat);
  };
  visit(geometry.coordinates);
  return found;
}
