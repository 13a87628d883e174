import type { Position } from 'geojson';

const DECIMALS = 1e3; // about 100 m, finer than the 1:50m data

/**
 * A line whose neighbouring points never jump across the antimeridian: longitudes run on past
 * ±180 instead. Without this a renderer draws the jump as a line around the world.
 */
export function unwrapped(line: Position[]): Position[] {
  let shift = 0;
  let before: number | undefined;
  return line.map((point) => {
    const lon = point[0] ?? 0;
    const lat = point[1] ?? 0;
    if (before !== undefined && lon - before > 180) shift -= 360;
    if (before !== undefined && lon - before < -180) shift += 360;
    before = lon;
    return [rounded(lon + shift), rounded(lat)];
  });
}

/**
 * A ring fit for drawing on a plane. One that goes around a pole (Antarctica) does not close after
 * unwrapping; it is closed along the edge of the map, at the pole's latitude.
 */
export function planarRing(ring: Position[]): Position[] {
  const open = unwrapped(ring);
  const first = open[0];
  const last = open.at(-1);
  if (first === undefined || last === undefined || first[0] === last[0]) return open;
  const pole = (first[1] ?? 0) < 0 ? -90 : 90;
  return [...open, [last[0] ?? 0, pole], [first[0] ?? 0, pole], first];
}

function rounded(value: number): number {
  return Math.round(value * DECIMALS) / DECIMALS;
}
