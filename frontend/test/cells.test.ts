import { describe, expect, it } from 'vitest';
import { CELL_EPOCH_S, countIn } from '../src/map/cell_count';
import { type Piece, cellLabels, inWords } from '../src/map/cell_labels';

const HALF_LIVES = { cone: 86_400, deer: 1200 };
const ALL = new Set(['cone', 'deer']);
// 3 cones and 1 deer, 300 units of ten minutes after the epoch.
const CELL = { t0: 300 % 256, t1: 1, cone: 32, deer: 16 };
const AT_S = CELL_EPOCH_S + 300 * 600;

function piece(id: number, west: number, east: number, properties: Record<string, unknown> = CELL): Piece {
  const ring = [[west, 60], [east, 60], [east, 61], [west, 60]];
  return { id, properties, geometry: { type: 'Polygon', coordinates: [ring] } };
}

describe('countIn', () => {
  it('says what the map colours by', () => {
    expect(countIn(CELL, HALF_LIVES, ALL, AT_S)).toBeCloseTo(4, 9);
    expect(countIn(CELL, HALF_LIVES, new Set(['deer']), AT_S + 1200)).toBeCloseTo(0.5, 9);
    expect(countIn(CELL, HALF_LIVES, ALL, AT_S + 3 * 65_536 * 600)).toBeCloseTo(4, 9);
  });
});

describe('cellLabels', () => {
  it('writes one number into a cell that lies in two tiles', () => {
    const { features } = cellLabels([piece(1, 24, 25), piece(1, 25, 26), piece(2, 30, 31)], HALF_LIVES, ALL, AT_S);
    expect(features.map(({ geometry }) => geometry.coordinates)).toEqual([[25, 60.5], [30.5, 60.5]]);
    expect(features.map(({ properties }) => properties?.words)).toEqual(['4', '4']);
  });

  it('writes it where the cell is, if that lies on the antimeridian', () => {
    const { features } = cellLabels([piece(1, 179, 180), piece(1, -180, -178)], HALF_LIVES, ALL, AT_S);
    expect(features.map(({ geometry }) => geometry.coordinates)).toEqual([[180.5, 60.5]]);
  });

  it('leaves out what nobody would see', () => {
    expect(cellLabels([piece(1, 24, 25)], HALF_LIVES, new Set(), AT_S).features).toEqual([]);
  });
});

describe('inWords', () => {
  it.each([[0.4, '<1'], [0.6, '1'], [12.4, '12'], [999, '999'], [12_345, '12k']])('%d is %s', (count, words) => {
    expect(inWords(count)).toBe(words);
  });
});
