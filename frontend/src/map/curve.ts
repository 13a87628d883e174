import type { Pass } from './hazard';

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

function faded(from: Point, until_s: number, half_life_s: number): Point[] {
  return Array.from({ length: SAMPLES + 1 }, (_, index) => {
    const after_s = ((until_s - from.at_s) * index) / SAMPLES;
    return { at_s: from.at_s + after_s, p: from.p * 2 ** (-after_s / half_life_s) };
  });
}
