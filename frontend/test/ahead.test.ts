import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Ahead, type Met, met } from '../src/drive/ahead';
import type { Place } from '../src/shared/geodesy';

interface Case {
  view: Ahead;
  place: Place;
  met: Met | null;
}

// What hazardmap/core/geometry/ahead.py says; tests/unit/test_drive_ahead_cases.py keeps it so.
const cases = JSON.parse(readFileSync(new URL('ahead.cases.json', import.meta.url), 'utf8')) as Case[];

describe('met', () => {
  it.each(cases)('says what the server says: $view.lat, $view.heading_deg°', ({ view, place, met: expected }) => {
    const found = met(view, place);
    if (expected === null) return expect(found).toBeNull();
    const close_m = 0.002 * expected.distance_m + 0.05;
    expect(Math.abs((found?.distance_m ?? Infinity) - expected.distance_m)).toBeLessThan(close_m);
    expect(Math.abs((found?.offset_m ?? Infinity) - expected.offset_m)).toBeLessThan(close_m);
  });
});
