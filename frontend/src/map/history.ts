import type { Hazard } from './hazard';

/** From when (Unix seconds), on the map, published, p, t, half-life, last seen. */
export type State = [
  at: number,
  isLive: boolean,
  published: boolean,
  p: number,
  t: number,
  half_life: number,
  last_seen: number,
];

type PastHazard = Pick<
  Hazard,
  'id' | 'kind' | 'label' | 'group' | 'lon' | 'lat' | 'radius_m' | 'first_seen' | 'simulated'
> & { states: State[] };

export interface History {
  now: number;
  since: number;
  hazards: PastHazard[];
  truncated: boolean;
}

/** A hazard as a list and a marker need it. */
export type Shown = Omit<PastHazard, 'states'> &
  Pick<Hazard, 'published' | 'p' | 't' | 'half_life' | 'last_seen'>;

/**
 * What was on the map at a moment. Of each hazard only the latest states are known: before the
 * first of them, and after it was first seen, it is taken to have been as in that one.
 */
export function pastAt(history: History, at_s: number): Shown[] {
  return history.hazards.flatMap(({ states, ...hazard }) => {
    const state = stateAt(states, hazard.first_seen, at_s);
    if (state === null) return [];
    const [, , published, p, t, half_life, last_seen] = state;
    return [{ ...hazard, published, p, t, half_life, last_seen: Math.min(last_seen, at_s) }];
  });
}

function stateAt(states: State[], first_seen: number, at_s: number): State | null {
  let found: State | null = null;
  for (const state of states) {
    if (state[0] > at_s) break;
    found = state;
  }
  if (found === null && at_s >= first_seen) found = states[0] ?? null;
  return found?.[1] ? found : null;
}

/** How many of `counted` hazards were there in the middle of each of `bars` equal stretches. */
export function histogram(history: History, bars: number, counted: (hazard: Shown, at_s: number) => boolean): number[] {
  const width_s = (history.now - history.since) / bars;
  return Array.from({ length: bars }, (_, index) => {
    const at_s = history.since + (index + 0.5) * width_s;
    return pastAt(history, at_s).filter((hazard) => counted(hazard, at_s)).length;
  });
}
