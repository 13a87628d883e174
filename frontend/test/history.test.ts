import { describe, expect, it } from 'vitest';
import { type History, type State, histogram, pastAt } from '../src/map/history';

const state = (at: number, isLive: boolean, p = 0.8): State => [at, isLive, true, p, at, 600, at];
const hazard = (id: string, first_seen: number, states: State[]) => ({
  ...{ id, kind: 'cone', label: 'cone', group: 'construction' as const, lon: 0, lat: 0, radius_m: 3 },
  ...{ first_seen, simulated: false, states },
});
const history: History = {
  now: 1000,
  since: 0,
  truncated: false,
  hazards: [
    hazard('gone', 100, [state(100, true), state(300, true, 0.9), state(500, false)]),
    hazard('cut', 50, [state(600, true)]), // of its states only the last is known
  ],
};

describe('pastAt', () => {
  const ids = (at_s: number) => pastAt(history, at_s).map(({ id }) => id);

  it('has what was on the map then, and nothing before it was seen or after it went', () => {
    expect(ids(40)).toEqual([]);
    expect(ids(100)).toEqual(['gone', 'cut']);
    expect(ids(499)).toEqual(['gone', 'cut']);
    expect(ids(500)).toEqual(['cut']);
  });

  it('knows what was known then, and not what came later', () => {
    expect(pastAt(history, 200)[0]).toMatchObject({ p: 0.8, last_seen: 100 });
    expect(pastAt(history, 300)[0]).toMatchObject({ p: 0.9, last_seen: 300 });
    expect(pastAt(history, 60)[0]).toMatchObject({ id: 'cut', last_seen: 60 });
  });
});

describe('histogram', () => {
  it('counts what was there in the middle of each stretch', () => {
    expect(histogram(history, 5, () => true)).toEqual([2, 2, 1, 1, 1]);
    expect(histogram(history, 5, ({ id }) => id === 'gone')).toEqual([1, 1, 0, 0, 0]);
  });
});
