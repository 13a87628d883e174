import { type Place, distance_m, moved } from '../shared/geodesy';

export const SPACING_M = 6;
const SHORTEST_MS = 1000;
/** Beyond this a position says too little about where the picture was taken. */
export const WORST_ACCURACY_M = 50;

export interface Fix extends Place {
  accuracy_m: number;
  at_ms: number;
}

/** Whether to take a frame at `fix`, the last one having been taken at `last`. */
export function isDue(last: Fix | null, fix: Fix): boolean {
  if (fix.accuracy_m > WORST_ACCURACY_M) return false;
  if (last === null) return true;
  const since_ms = fix.at_ms - last.at_ms;
  const soon = since_ms >= 0 && since_ms < SHORTEST_MS; // below 0 the phone's clock was put back
  return !soon && distance_m(last, fix) >= SPACING_M;
}

const LONGEST_CARRY_MS = 2000;

/**
 * Where the car is at `now_ms`, the fix being some time old: carried along its course at its speed.
 * A phone's fix is often a second late, which is 20 m on a country road.
 */
export function carried(
  fix: Fix,
  course_deg: number | null,
  speed_mps: number | null,
  now_ms: number,
): Place {
  const late_ms = now_ms - fix.at_ms;
  const known = course_deg !== null && Number.isFinite(course_deg) && speed_mps !== null;
  if (!known || late_ms <= 0 || late_ms > LONGEST_CARRY_MS) return fix;
  return moved(fix, course_deg, (speed_mps * late_ms) / 1000);
}
