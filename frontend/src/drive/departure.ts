import { type Place, distance_m } from '../shared/geodesy';
import { WORST_ACCURACY_M } from './pacing';

/** Nothing is recorded so near to where a drive starts, there or back: that is where people live. */
export const QUIET_M = 200;

/** Whether a drive is away from the place where it started. What it knows stays on the phone. */
export class Departure {
  private from: Place | null = null;
  left = false;

  at(place: Place, accuracy_m: number): void {
    if (accuracy_m > WORST_ACCURACY_M) return;
    this.from ??= { lon: place.lon, lat: place.lat };
    this.left = distance_m(this.from, place) >= QUIET_M;
  }
}
