import { describe, expect, it } from 'vitest';
import { type Filters, NO_FILTERS, countKinds, culprit, matches, readFilters, without, writeFilters } from '../src/map/filters';

const NOW_S = 1_800_000_000;
const KINDS = {
  cone: { group: 'construction' },
  deer: { group: 'wildlife' },
  moose: { group: 'wildlife' },
  pothole: { group: 'obstacle' },
};
const cone = { kind: 'cone', last_seen: NOW_S - 1800, p: 0.9, t: NOW_S - 1800, half_life: 86_400, published: true };
const old = { ...cone, last_seen: NOW_S - 90_000, p: 0.6, t: NOW_S - 90_000 };
const deer = { ...cone, kind: 'deer', half_life: 1200, published: false };
const ALL: Filters = { kinds: new Set(['cone', 'deer']), within_s: 86_400, leastP: 0.5, state: 'unconfirmed' };

describe('filters in the address', () => {
  it('come back as they were written', () => {
    for (const filters of [NO_FILTERS, ALL, { ...NO_FILTERS, kinds: new Set<string>() }, { ...NO_FILTERS, leastP: 0.8 }]) {
      const params = new URLSearchParams('hz=1&kind=bird&since=7d');
      writeFilters(filters, params, KINDS);
      expect(readFilters(params, KINDS)).toEqual(filters);
      expect(params.get('hz')).toBe('1');
    }
  });

  it('are the ones that the list of hazards takes', () => {
    const params = new URLSearchParams();
    writeFilters(ALL, params, KINDS);
    expect(params.toString()).toBe('kind=construction&kind=deer&since=24h&confidence=0.5&state=unconfirmed');
  });

  it('are none where they make no sense', () => {
    const params = new URLSearchParams('kind=unicorn&since=1y&confidence=2&state=over');
    expect(readFilters(params, KINDS)).toEqual(NO_FILTERS);
    expect(readFilters(new URLSearchParams('kind=cone&kind=wildlife&kind=pothole'), KINDS).kinds).toBeNull();
  });
});

describe('matches', () => {
  it('judges by what is left of a probability', () => {
    expect(matches(deer, { ...NO_FILTERS, leastP: 0.5 }, NOW_S - 1800)).toBe(true);
    expect(matches(deer, { ...NO_FILTERS, leastP: 0.5 }, NOW_S)).toBe(false);
  });

  it('needs all filters to agree', () => {
    expect(matches(cone, { ...ALL, state: 'any' }, NOW_S)).toBe(true);
    expect(matches(cone, ALL, NOW_S)).toBe(false);
    expect(matches(old, { ...ALL, state: 'any' }, NOW_S)).toBe(false);
  });
});

describe('what the filters do', () => {
  const hazards = [cone, cone, old, deer];

  it('counts what a kind would show, whatever kinds are on', () => {
    const recent = { ...NO_FILTERS, kinds: new Set<string>(), within_s: 3600 };
    expect(countKinds(hazards, recent, NOW_S)).toEqual(new Map([['cone', 2], ['deer', 1]]));
  });

  it('names the filter that hides most, and none where it takes two to show anything', () => {
    const filters: Filters = { ...NO_FILTERS, within_s: 3600, kinds: new Set(['deer']) };
    expect(culprit(hazards, filters, NOW_S)).toBe('kind');
    expect(culprit(hazards, without(filters, 'kind'), NOW_S)).toBe('since');
    expect(culprit([old], filters, NOW_S)).toBeNull();
  });
});
