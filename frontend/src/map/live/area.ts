import type { Bbox } from '../bounds';

const MARGIN = 0.5; // of the views, on each side: small moves need no new stream

/** Whether all of `inner` lies in `outer`; west > east crosses the antimeridian. */
export function holds(outer: Bbox, inner: Bbox): boolean {
  if (inner[1] < outer[1] || inner[3] > outer[3]) return false;
  return spans(inner).every(([left, right]) => spans(outer).some(([west, east]) => left >= west && right <= east));
}

function spans([west, , east]: Bbox): [number, number][] {
  if (west <= east) return [[west, east]];
  return [
    [west, 180],
    [-180, east],
  ];
}

/** One area around several views, with a margin; all longitudes if one crosses the antimeridian. */
export function around(views: Bbox[]): Bbox {
  const of = (side: 0 | 1 | 2 | 3) => views.map((view) => view[side]);
  const crosses = views.some(([west, , east]) => west > east);
  const wide = MARGIN * Math.max(...views.map(([west, , east]) => east - west));
  const high = MARGIN * Math.max(...views.map(([, south, , north]) => north - south));
  return [
    crosses ? -180 : Math.max(-180, Math.min(...of(0)) - wide),
    Math.max(-90, Math.min(...of(1)) - high),
    crosses ? 180 : Math.min(180, Math.max(...of(2)) + wide),
    Math.min(90, Math.max(...of(3)) + high),
  ];
}
