import { describe, expect, it } from 'vitest';
import { probabilityAt } from '../src/shared/decay';
import { likelihood } from '../src/map/vocabulary';

const HAZARD = { p: 0.8, t: 1000, half_life: 600 };

describe('probabilityAt', () => {
  it.each([
    [0, 0.8],
    [1000, 0.8],
    [1600, 0.4],
    [2200, 0.2],
  ])('at %d it is %d', (at, p) => {
    expect(probabilityAt(HAZARD, at)).toBeCloseTo(p, 12);
  });
});

describe('likelihood', () => {
  const vocabulary = { likelihoods: [[0.8, 'very likely'], [0.5, 'likely'], [0, 'unlikely']] as [number, string][] };

  it.each([
    [1, 'very likely'],
    [0.8, 'very likely'],
    [0.79, 'likely'],
    [0, 'unlikely'],
  ])('%d is %s', (p, words) => {
    expect(likelihood(vocabulary, p)).toBe(words);
  });
});
