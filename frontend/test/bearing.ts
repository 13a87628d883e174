import { type Place, normalised_deg } from '../src/shared/geodesy';

const RAD = Math.PI / 180;

/** Initial bearing from a to b, 0..360 clockwise from north. */
export function bearing_deg(a: Place, b: Place): number {
  const dLon = (b.lon - a.lon) * RAD;
  const y = Math.sin(dLon) * Math.cos(b.lat * RAD);
  const x =
    Math.cos(a.lat * RAD) * Math.sin(b.lat * RAD) -
    Math.sin(a.lat * RAD) * Math.cos(b.lat * RAD) * Math.cos(dLon);
  return normalised_deg(Math.atan2(y, x) / RAD);
}
