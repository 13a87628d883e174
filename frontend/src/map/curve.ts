import type { Hazard, Pass } from './hazard';

export interface Point {
  at_s: number;
  p: number;
}

/** How sure the map was: after each pass, fading until the next. ahead: if nobody looks again. */
export interface Curve {
  begin_s: number;
  end_s: number;
  until_now: Point[];
  ahead: Point[];
}

const SAMPLES = 16;
const AHEAD_SHARE = 0.35;
const LEAST_AHEAD_S = 300;
const HOUR_S = 3600;
const TEN_MINUTES_S = 600;

/** From the first pass to now, and some way on; null where nothing is known. passes: oldest first. */
export function curveOf(
  passes: Pick<Pass, 'at' | 'p_after'>[],
  half_life_s: number,
  now_s: number,
  expires_s: number | null,
): Curve | null {
  const first = passes[0];
  if (first === undefined) return null;
  const until_now = passes.flatMap((pass, index) => {
    const next_s = passes[index + 1]?.at ?? now_s;
    return faded({ at_s: pass.at, p: pass.p_after }, Math.max(pass.at, next_s), half_life_s);
  });
  const last = until_now.at(-1) ?? { at_s: first.at, p: first.p_after };
  const wanted_s = now_s + Math.max(LEAST_AHEAD_S, AHEAD_SHARE * (now_s - first.at));
  const end_s = expires_s === null ? now_s : Math.max(now_s, Math.min(wanted_s, expires_s));
  return { begin_s: first.at, end_s, until_now, ahead: faded(last, end_s, half_life_s) };
}

/**
 * Passes are told by their hours; when the first and the last of them were is told of the hazard, to
 * ten minutes. Without that it would fade for most of an hour before anybody has seen it.
 */
export function placed<T extends Pick<Pass, 'at'>>(
  { first_seen, last_seen, t }: Pick<Hazard, 'first_seen' | 'last_seen' | 't'>,
  passes: T[],
): T[] {
  const last_s = within(t, last_seen, TEN_MINUTES_S) ? t : last_seen; // what was judged then is what was seen
  return passes.map((pass, i) => {
    const known_s = i === passes.length - 1 ? last_s : first_seen;
    return within(known_s, pass.at, HOUR_S) ? { ...pass, at: known_s } : pass;
  });
}

function within(at_s: number, begin_s: number, length_s: number): boolean {
  return at_s >= begin_s && at_s < begin_s + length_s;
}

function faded(from: Point, until_s: number, half_life_s: number): Point[] {
  return Array.from({ length: SAMPLES + 1 }, (_, index) => {
    const after_s = ((until_s - from.at_s) * index) / SAMPLES;
    return { at_s: from.at_s + after_s, p: from.p * 2 ** (-after_s / half_life_s) };
  });
}
