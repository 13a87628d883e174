import type { Place } from '../shared/geodesy';

const SEMI_MAJOR_M = 6_378_137;
const ECCENTRICITY2 = 0.00669437999014;
const HERE_M = 0.01; // what is exactly at the vehicle is ahead of it, whatever rounding says
const RAD = Math.PI / 180;

/** A wedge ahead of a vehicle, as hazardmap/core/geometry/ahead.py has it. spread_deg: 0..60. */
export interface Ahead extends Place {
  heading_deg: number;
  reach_m: number;
  corridor_m: number;
  spread_deg: number;
}

export interface Met {
  /** As the crow flies. */
  distance_m: number;
  /** To the right of the line of sight (> 0), or to its left. */
  offset_m: number;
}

/** Where a place lies ahead; null where it does not. */
export function met(view: Ahead, place: Place): Met | null {
  const [east_m, north_m] = flattened(view, place);
  const heading = view.heading_deg * RAD;
  const along_m = east_m * Math.sin(heading) + north_m * Math.cos(heading);
  const offset_m = east_m * Math.cos(heading) - north_m * Math.sin(heading);
  const half_m = view.corridor_m + along_m * Math.tan(view.spread_deg * RAD);
  if (along_m < -HERE_M || along_m > view.reach_m || Math.abs(offset_m) > half_m) return null;
  return { distance_m: Math.hypot(east_m, north_m), offset_m };
}

/**
 * Metres east and north of `from`, with the ellipsoid's radii of curvature half-way: right to
 * 0.1 % over the 20 km of a wedge, outside the polar regions.
 */
function flattened(from: Place, to: Place): [number, number] {
  const middle = ((from.lat + to.lat) / 2) * RAD;
  const w2 = 1 - ECCENTRICITY2 * Math.sin(middle) ** 2;
  const across_m = SEMI_MAJOR_M / Math.sqrt(w2);
  const along_m = (SEMI_MAJOR_M * (1 - ECCENTRICITY2)) / w2 ** 1.5;
  const turn_deg = ((((to.lon - from.lon + 180) % 360) + 360) % 360) - 180;
  return [across_m * Math.cos(middle) * turn_deg * RAD, along_m * (to.lat - from.lat) * RAD];
}
