import { normalised_deg } from '../shared/geodesy';
import { steadyCourse_deg } from './course';

interface WebkitOrientation extends DeviceOrientationEvent {
  webkitCompassHeading?: number;
}

/**
 * Where the camera points, 0..360 clockwise from north, or null. At speed the course over ground
 * is better than a compass beside a car's steel; standing still it means nothing.
 */
export function bestHeading_deg(
  course_deg: number | null,
  speed_mps: number | null,
  compass_deg: number | null,
): number | null {
  return steadyCourse_deg(course_deg, speed_mps) ?? compass_deg;
}

/** Follows the compass; `compass_deg` is null where there is none that knows north. */
export class Compass {
  compass_deg: number | null = null;

  constructor() {
    window.addEventListener('deviceorientationabsolute', (event) => this.read(event));
    window.addEventListener('deviceorientation', (event) => this.read(event));
  }

  private read(event: WebkitOrientation): void {
    const turned_deg = window.screen.orientation?.angle ?? 0;
    if (event.webkitCompassHeading !== undefined) {
      this.compass_deg = normalised_deg(event.webkitCompassHeading + turned_deg);
    } else if (event.absolute) {
      const heading = cameraHeading_deg(event.alpha, event.beta, event.gamma);
      if (heading !== null) this.compass_deg = heading;
    }
  }
}

/**
 * Compass direction of the rear camera (the device's −z axis) from the Euler angles of a
 * DeviceOrientationEvent (W3C Device Orientation, section A.1: R = Z(alpha) X(beta) Y(gamma)),
 * whichever way the device is turned about that axis. Null where it points straight up or down.
 */
export function cameraHeading_deg(
  alpha_deg: number | null,
  beta_deg: number | null,
  gamma_deg: number | null,
): number | null {
  if (alpha_deg === null || beta_deg === null || gamma_deg === null) return null;
  const [a, b, g] = [alpha_deg, beta_deg, gamma_deg].map((angle) => (angle * Math.PI) / 180) as [number, number, number];
  const east = -Math.cos(a) * Math.sin(g) - Math.sin(a) * Math.sin(b) * Math.cos(g);
  const north = -Math.sin(a) * Math.sin(g) + Math.cos(a) * Math.sin(b) * Math.cos(g);
  if (Math.hypot(east, north) < 0.1) return null;
  return normalised_deg((Math.atan2(east, north) * 180) / Math.PI);
}
