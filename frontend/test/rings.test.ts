import { describe, expect, it } from 'vitest';
import { planarRing, unwrapped } from '../build/basemap/rings';

describe('unwrapped', () => {
  it('runs on past the antimeridian in both directions', () => {
    expect(unwrapped([[179, 0], [-179, 1], [-178, 2]])).toEqual([[179, 0], [181, 1], [182, 2]]);
    expect(unwrapped([[-179, 0], [179, 1], [-179, 2]])).toEqual([[-179, 0], [-181, 1], [-179, 2]]);
  });
});

describe('planarRing', () => {
  it('leaves an ordinary ring as it is', () => {
    const ring = [[10, 10], [20, 10], [20, 20], [10, 10]];
    expect(planarRing(ring)).toEqual(ring);
  });

  it('closes a ring around the south pole along the edge of the map', () => {
    const ring = planarRing([[-180, -70], [-60, -75], [60, -75], [180, -70]]);
    expect(ring.slice(-3)).toEqual([[180, -90], [-180, -90], [-180, -70]]);
  });
});
