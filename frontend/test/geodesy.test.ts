import { describe, expect, it } from 'vitest';
import { circle, distance_m, moved, normalised_deg, runningOn } from '../src/shared/geodesy';
import { bearing_deg } from './bearing';

const HELSINKI = { lon: 24.9414, lat: 60.1719 };

describe('distance_m', () => {
  it('knows one degree of latitude', () => {
    expect(distance_m({ lon: 0, lat: 0 }, { lon: 0, lat: 1 })).toBeCloseTo(111_195, 0);
  });

  it('crosses the antimeridian the short way', () => {
    expect(distance_m({ lon: 179.9, lat: 0 }, { lon: -179.9, lat: 0 })).toBeCloseTo(22_239, 0);
  });
});

describe('moved', () => {
  it.each([0, 45, 90, 200, 359])('goes as far and in the direction asked for (%d°)', (towards) => {
    const there = moved(HELSINKI, towards, 25);
    expect(distance_m(HELSINKI, there)).toBeCloseTo(25, 2);
    expect(bearing_deg(HELSINKI, there)).toBeCloseTo(towards, 1);
  });
});

describe('circle', () => {
  it('is closed and everywhere as far from the centre', () => {
    const ring = circle(HELSINKI, 40);
    expect(ring.at(-1)).toEqual(ring[0]);
    for (const [lon, lat] of ring) expect(distance_m(HELSINKI, { lon, lat })).toBeCloseTo(40, 1);
  });
});

describe('runningOn', () => {
  it('goes on beyond the antimeridian, either way', () => {
    const lons = (...line: [number, number][]) => runningOn(line).map(([lon]) => Math.round(lon * 10) / 10);
    expect(lons([179.9, -16.8], [-179.9, -16.7], [-179.8, -16.7])).toEqual([179.9, 180.1, 180.2]);
    expect(lons([-179.9, 1], [179.9, 1])).toEqual([-179.9, -180.1]);
    expect(lons([24.9, 60], [25, 60])).toEqual([24.9, 25]);
  });
});

describe('normalised_deg', () => {
  it.each([
    [-90, 270],
    [360, 0],
    [725, 5],
    [-1e-15, 0],
  ])('%d is %d', (angle, result) => {
    expect(normalised_deg(angle)).toBeCloseTo(result, 9);
    expect(normalised_deg(angle)).toBeLessThan(360);
  });
});
