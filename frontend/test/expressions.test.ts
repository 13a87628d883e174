import { type Feature, type GlobalProperties, createExpression } from '@maplibre/maplibre-gl-style-spec';
import type { ExpressionSpecification } from 'maplibre-gl';
import { describe, expect, it } from 'vitest';
import { expectedCount, filterState, hazardShown, pixels, presentProbability } from '../src/map/expressions';
import { type Filters, NO_FILTERS, matches } from '../src/map/filters';
import { probabilityAt } from '../src/shared/decay';

const CELL_EPOCH_S = Date.UTC(2026, 0, 1) / 1000;

/** What MapLibre's own interpreter makes of an expression. */
function evaluated(
  expression: ExpressionSpecification,
  properties: Record<string, unknown>,
  state: Record<string, unknown>,
): unknown {
  const compiled = createExpression(expression, 'layers[0].paint.icon-opacity', null, state);
  if (compiled.result === 'error') throw new Error(compiled.value.map((error) => error.message).join());
  return compiled.value.evaluate({ zoom: 5 } as GlobalProperties, { type: 'Point', properties } as unknown as Feature);
}

describe('presentProbability', () => {
  it.each([0, 1000, 1300, 9000])('fades as the list does, at %d', (now) => {
    const hazard = { p: 0.9, t: 1000, half_life: 600 };
    const faded = evaluated(presentProbability, hazard, { now });
    expect(faded).toBeCloseTo(probabilityAt(hazard, now), 9);
  });
});

describe('hazardShown', () => {
  const now_s = 1_800_000_000; // a whole minute, as often as the map judges anew
  const hazards = [
    { kind: 'cone', last_seen: now_s - 1800, p: 0.9, t: now_s - 1800, half_life: 86_400, published: true },
    { kind: 'cone', last_seen: now_s - 7200, p: 0.9, t: now_s - 7200, half_life: 86_400, published: false },
    { kind: 'deer', last_seen: now_s - 1800, p: 0.9, t: now_s - 1800, half_life: 1200, published: true },
  ];
  const asked: Filters[] = [
    NO_FILTERS,
    { ...NO_FILTERS, kinds: new Set(['deer']) },
    { ...NO_FILTERS, kinds: new Set() },
    { ...NO_FILTERS, within_s: 3600 },
    { ...NO_FILTERS, leastP: 0.5 },
    { ...NO_FILTERS, state: 'unconfirmed' },
    { ...NO_FILTERS, state: 'confirmed', kinds: new Set(['cone']) },
  ];

  it.each(asked)('says on the map what the list says: %o', (filters) => {
    const state = filterState(filters, ['cone', 'deer'], now_s);
    const drawn = hazards.map((hazard) => evaluated(hazardShown, hazard, { ...state }));
    expect(drawn).toEqual(hazards.map((hazard) => matches(hazard, filters, now_s)));
  });

  it('changes with time only where a filter asks for it, and once a minute', () => {
    expect(filterState(NO_FILTERS, [], now_s + 700)).toEqual(filterState(NO_FILTERS, [], now_s));
    const recent = { ...NO_FILTERS, within_s: 3600 };
    expect(filterState(recent, [], now_s + 59)).toEqual(filterState(recent, [], now_s));
    expect(filterState(recent, [], now_s + 61)).not.toEqual(filterState(recent, [], now_s));
  });
});

describe('pixels', () => {
  it('knows the size of the world and its stretching towards the poles', () => {
    expect(evaluated(pixels(40_075_016 as never, 0), {}, { cos_lat: 1 })).toBeCloseTo(512, 2);
    expect(evaluated(pixels(10 as never, 16), {}, { cos_lat: 0.5 })).toBeCloseTo(16.75, 1);
  });
});

describe('expectedCount', () => {
  const kinds = {
    cone: { label: 'cone', group: 'construction' as const },
    deer: { label: 'deer', group: 'wildlife' as const },
  };
  const count = expectedCount({ kinds }, { cone: 86_400, deer: 1200 });
  // 300 units of ten minutes after the epoch; 3 cones and 1 deer were expected then.
  const cell = { t0: 300 % 256, t1: 1, cone: 32, deer: 16 };
  const at_s = CELL_EPOCH_S + 300 * 600;
  const all = ['cone', 'deer'];

  it('decodes counts at the time of the cell', () => {
    expect(evaluated(count, cell, { now: at_s, kinds: all })).toBeCloseTo(4, 9);
  });

  it('fades each kind by its own half-life', () => {
    const later = evaluated(count, cell, { now: at_s + 1200, kinds: all });
    expect(later).toBeCloseTo(3 * 2 ** (-1200 / 86_400) + 0.5, 9);
  });

  it('takes the nearest time after the two bytes have wrapped', () => {
    const wrapped_s = at_s + 3 * 65_536 * 600;
    expect(evaluated(count, cell, { now: wrapped_s, kinds: all })).toBeCloseTo(4, 9);
    const earlier = evaluated(count, cell, { now: wrapped_s - 3600, kinds: all });
    expect(earlier).toBeCloseTo(4, 9);
    const later = evaluated(count, cell, { now: wrapped_s + 1200, kinds: all });
    expect(later).toBeCloseTo(3 * 2 ** (-1200 / 86_400) + 0.5, 9);
  });

  it('counts shown kinds only', () => {
    expect(evaluated(count, cell, { now: at_s, kinds: ['deer'] })).toBeCloseTo(1, 9);
    expect(evaluated(count, cell, { now: at_s, kinds: [] })).toBe(0);
  });
});
