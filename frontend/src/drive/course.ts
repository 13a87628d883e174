import { type Place, distance_m, normalised_deg } from '../shared/geodesy';

const STEP_M = 8;
const STEADY_SPEED_MPS = 2;

/** The phone's own course, 0..360; null where it stands about and its course means nothing. */
export function steadyCourse_deg(course_deg: number | null, speed_mps: number | null): number | null {
  if (speed_mps === null || speed_mps < STEADY_SPEED_MPS) return null;
  return course_deg !== null && Number.isFinite(course_deg) ? normalised_deg(course_deg) : null;
}

/** In which direction the phone moves, from its own course or from where it was before. */
export class Course {
  private last: (Place & { at_ms: number }) | null = null;
  private direction_deg: number | null = null;
  /** Null until it has moved. */
  speed_mps: number | null = null;

  /** Take the next position. Returns the heading, 0..360, null while it is unknown. */
  at(place: Place, at_ms: number, heading_deg: number | null, speed_mps: number | null): number | null {
    const steady_deg = steadyCourse_deg(heading_deg, speed_mps);
    if (steady_deg !== null) this.direction_deg = steady_deg;
    if (speed_mps !== null) this.speed_mps = speed_mps;
    const step_m = this.last === null ? 0 : distance_m(this.last, place);
    if (this.last === null || step_m >= STEP_M) {
      if (this.last !== null) {
        if (steady_deg === null) this.direction_deg = bearing_deg(this.last, place);
        const passed_s = (at_ms - this.last.at_ms) / 1000;
        if (speed_mps === null && passed_s > 0) this.speed_mps = step_m / passed_s;
      }
      this.last = { lon: place.lon, lat: place.lat, at_ms };
    }
    return this.direction_deg;
  }
}

function bearing_deg(from: Place, to: Place): number {
  const rad = Math.PI / 180;
  const east = (to.lon - from.lon) * Math.cos(from.lat * rad);
  return normalised_deg(Math.atan2(east, to.lat - from.lat) / rad);
}
