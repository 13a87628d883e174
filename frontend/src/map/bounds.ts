/** west, south, east, north in degrees; west > east crosses the antimeridian. */
export type Bbox = [number, number, number, number];

export const WORLD: Bbox = [-180, -85, 180, 85];

/** What the server put into `data-bounds`: "w,s,e,n", or nothing where there are no hazards. East of ±180 it runs on. */
export function readBounds(text: string | undefined): Bbox | null {
  const values = (text ?? '').split(',').map(Number);
  if (text === undefined || text === '' || values.length !== 4 || values.some(Number.isNaN)) return null;
  const [west, south, east, north] = values as Bbox;
  return [west, south, east < west ? east + 360 : east, north];
}

/** A view as the server takes it: within ±180 and ±90, crossing the antimeridian as west > east. */
export function servedBbox(west: number, south: number, east: number, north: number): Bbox {
  const low = Math.max(-90, south);
  const high = Math.min(90, north);
  if (east - west >= 360) return [-180, low, 180, high];
  return [wrapped(west), low, wrapped(east), high];
}

function wrapped(lon: number): number {
  return lon < -180 || lon > 180 ? ((((lon + 180) % 360) + 360) % 360) - 180 : lon;
}
