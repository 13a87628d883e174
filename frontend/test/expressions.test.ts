import { type Feature, type GlobalProperties, createExpression } from '@maplibre/maplibre-gl-style-spec';
import type { ExpressionSpecification } from 'maplibre-gl';
import { describe, expect, it } from 'vitest';
import { expectedCount, groupShown, presentProbability } from '../src/map/expressions';
import { probabilityAt } from '../src/map/hazard';

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

describe('groupShown', () => {
  it('follows the chips', () => {
    expect(evaluated(groupShown, { group: 'wildlife' }, { groups: ['wildlife'] })).toBe(true);
    expect(evaluated(groupShown, { group: 'wildlife' }, { groups: ['obstacle'] })).toBe(false);
    expect(evaluated(groupShown, { group: 'wildlife' }, { groups: [] })).toBe(false);
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
  const all = ['construction', 'obstacle', 'wildlife'];

  it('decodes counts at the time of the cell', () => {
    expect(evaluated(count, cell, { now: at_s, groups: all })).toBeCloseTo(4, 9);
  });

  it('fades each kind by its own half-life', () => {
    const later = evaluated(count, cell, { now: at_s + 1200, groups: all });
    expect(later).toBeCloseTo(3 * 2 ** (-1200 / 86_400) + 0.5, 9);
  });

  it('takes the nearest time after the two bytes have wrapped', () => {
    const wrapped_s = at_s + 3 * 65_536 * 600;
    expect(evaluated(count, cell, { now: wrapped_s, groups: all })).toBeCloseTo(4, 9);
    const earlier = evaluated(count, cell, { now: wrapped_s - 3600, groups: all });
    expect(earlier).toBeCloseTo(4, 9);
    const later = evaluated(count, cell, { now: wrapped_s + 1200, groups: all });
    expect(later).toBeCloseTo(3 * 2 ** (-1200 / 86_400) + 0.5, 9);
  });

  it('counts shown groups only', () => {
    expect(evaluated(count, cell, { now: at_s, groups: ['wildlife'] })).toBeCloseTo(1, 9);
    expect(evaluated(count, cell, { now: at_s, groups: [] })).toBe(0);
  });
});
