/** Cells count time in units of ten minutes from here, in two bytes (docs: tile attributes). */
export const CELL_EPOCH_S = Date.UTC(2026, 0, 1) / 1000;
export const CELL_UNIT_S = 600;
export const CELL_UNITS = 65_536;

/** How many hazards of the shown kinds a cell is expected to hold at `now_s`: as the map colours it. */
export function countIn(
  properties: Record<string, unknown>,
  halfLives_s: Record<string, number>,
  kinds: ReadonlySet<string>,
  now_s: number,
): number {
  const age_s = ageOf(Number(properties.t0), Number(properties.t1), now_s);
  let sum = 0;
  for (const [kind, halfLife_s] of Object.entries(halfLives_s)) {
    const q = properties[kind];
    if (typeof q !== 'number' || !kinds.has(kind)) continue;
    sum += (2 ** (q / 16) - 1) * 2 ** (-Math.max(0, age_s) / halfLife_s);
  }
  return sum;
}

/** Seconds from the cell's time to `now_s`: of all times that share its two bytes, the nearest. */
function ageOf(t0: number, t1: number, now_s: number): number {
  const unwrapped = (now_s - CELL_EPOCH_S) / CELL_UNIT_S - (t0 + 256 * t1);
  return CELL_UNIT_S * (((unwrapped + 1.5 * CELL_UNITS) % CELL_UNITS) - 0.5 * CELL_UNITS);
}
