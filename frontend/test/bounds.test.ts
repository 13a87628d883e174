import { describe, expect, it } from 'vitest';
import { readBounds, servedBbox } from '../src/map/bounds';

describe('readBounds', () => {
  it('reads what the server wrote, and nothing else', () => {
    expect(readBounds('24.1,60,25,61.5')).toEqual([24.1, 60, 25, 61.5]);
    expect(readBounds('177,-19,-179.5,-16')).toEqual([177, -19, 180.5, -16]);
    expect(readBounds('')).toBeNull();
    expect(readBounds(undefined)).toBeNull();
    expect(readBounds('1,2,3')).toBeNull();
    expect(readBounds('1,2,3,x')).toBeNull();
  });
});

describe('servedBbox', () => {
  it('keeps an ordinary view', () => {
    expect(servedBbox(24, 60, 25, 61)).toEqual([24, 60, 25, 61]);
  });

  it('makes a view past the antimeridian cross it', () => {
    expect(servedBbox(170, -10, 200, 10)).toEqual([170, -10, -160, 10]);
    expect(servedBbox(-200, -10, -170, 10)).toEqual([160, -10, -170, 10]);
  });

  it('makes a view of more than the world the world', () => {
    expect(servedBbox(-300, -95, 300, 95)).toEqual([-180, -90, 180, 90]);
  });
});
