const FIRST_MS = 1000;
const LONGEST_MS = 60_000;

/**
 * How long to wait after `failures` failures in a row: doubling up to a minute, with jitter
 * (half to all of it) so that phones do not come back all at once. `random` is 0..1.
 */
export function backoff_ms(failures: number, random: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 10));
  return full * (0.5 + 0.5 * random);
}
