/** What the site says of how likely something is there: p at t (Unix seconds), halved every half_life seconds. */
export interface Fading {
  p: number;
  t: number;
  half_life: number;
}

/** The probability at `at_s` (Unix seconds): p · 2^(−(at − t)/half_life); before t it is p. */
export function probabilityAt({ p, t, half_life }: Fading, at_s: number): number {
  return p * 2 ** (-Math.max(0, at_s - t) / half_life);
}
