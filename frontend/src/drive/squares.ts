import type { Place } from '../shared/geodesy';

/** hazardmap/web/drive_page.py has the same. */
const SQUARE_DEG = 0.2;
const COLUMNS = 1800;
const METRE_DEG = 1 / 111_195;

/** Addresses of the squares of the coarse grid that hold whatever is within `reach_m` of a place. */
export function squaresAround({ lon, lat }: Place, reach_m: number): string[] {
  const high = reach_m * METRE_DEG;
  const wide = high / Math.max(0.01, Math.cos((lat * Math.PI) / 180));
  const found = new Set<string>();
  for (const at of steps(lon - wide, lon + wide)) {
    for (const row of steps(lat - high, lat + high)) {
      const column = ((((at + COLUMNS / 2) % COLUMNS) + COLUMNS) % COLUMNS) - COLUMNS / 2;
      if (row >= -450 && row < 450) found.add(`/drive/hazards/${column}/${row}.json`);
    }
  }
  return [...found].sort();
}

function steps(from: number, to: number): number[] {
  const first = Math.floor(from / SQUARE_DEG);
  return Array.from({ length: Math.floor(to / SQUARE_DEG) - first + 1 }, (_, i) => first + i);
}
