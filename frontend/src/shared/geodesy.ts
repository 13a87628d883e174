const EARTH_RADIUS_M = 6_371_008.8;
const RAD = Math.PI / 180;

export interface Place {
  lon: number;
  lat: number;
}

/** Great-circle distance in metres (haversine on the mean sphere; off by up to 0.5 %). */
export function distance_m(a: Place, b: Place): number {
  const dLat = (b.lat - a.lat) * RAD;
  const dLon = (b.lon - a.lon) * RAD;
  const h =
    Math.sin(dLat / 2) ** 2 +
    Math.cos(a.lat * RAD) * Math.cos(b.lat * RAD) * Math.sin(dLon / 2) ** 2;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** The place `length_m` away in a direction; for lengths far below the Earth's radius. */
export function moved(from: Place, towards_deg: number, length_m: number): Place {
  const turn = length_m / EARTH_RADIUS_M / RAD;
  return {
    lon: from.lon + (turn * Math.sin(towards_deg * RAD)) / Math.cos(from.lat * RAD),
    lat: from.lat + turn * Math.cos(towards_deg * RAD),
  };
}

/** The same meridian, by whole turns as close as can be to another: maybe beyond ±180. */
export function beside(lon: number, other: number): number {
  return lon + 360 * Math.round((other - lon) / 360);
}

/** A line as it is drawn: across the antimeridian its longitudes run on beyond ±180. */
export function runningOn(line: [number, number][]): [number, number][] {
  let last = line[0]?.[0] ?? 0;
  return line.map(([lon, lat]) => [(last = beside(lon, last)), lat]);
}

/** Any angle as 0 <= angle < 360. */
export function normalised_deg(angle_deg: number): number {
  const turned = ((angle_deg % 360) + 360) % 360;
  return turned === 360 ? 0 : turned;
}

/** A ring of `corners` points around a place, first point repeated at the end. */
export function circle(centre: Place, radius_m: number, corners = 64): [number, number][] {
  const dLat = radius_m / EARTH_RADIUS_M / RAD;
  const dLon = dLat / Math.max(0.01, Math.cos(centre.lat * RAD));
  return Array.from({ length: corners + 1 }, (_, index) => {
    const angle = (2 * Math.PI * (index % corners)) / corners;
    return [centre.lon + dLon * Math.sin(angle), centre.lat + dLat * Math.cos(angle)];
  });
}
