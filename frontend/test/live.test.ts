import { describe, expect, it } from 'vitest';
import { around, holds } from '../src/map/live/area';
import { tileAt } from '../src/map/live/heard';
import { Touched, withParents } from '../src/map/touched';

describe('the area that is listened to', () => {
  it('has room around a view, so that a small move needs no new stream', () => {
    const area = around([[24, 60, 25, 61]]);
    expect(holds(area, [24.4, 60.4, 25.4, 61.4])).toBe(true);
    expect(holds(area, [25, 60, 26, 61])).toBe(false);
  });

  it('holds the views of all pages, also across the antimeridian', () => {
    const views: [number, number, number, number][] = [[24, 60, 25, 61], [170, -10, -170, 10]];
    for (const view of views) expect(holds(around(views), view)).toBe(true);
    expect(holds([170, -10, -170, 10], [175, -5, -175, 5])).toBe(true);
    expect(holds([170, -10, -170, 10], [165, -5, -175, 5])).toBe(false);
  });
});

describe('touched tiles', () => {
  it('are those of a place at every zoom, as the server numbers them', () => {
    expect(tileAt(24.9414, 60.1719)).toBe('16/37308/18968');
    expect(withParents('2/3/1')).toEqual([
      { z: 2, x: 3, y: 1 },
      { z: 1, x: 1, y: 0 },
      { z: 0, x: 0, y: 0 },
    ]);
    expect(withParents('nonsense')).toEqual([]);
  });

  it('are taken once', () => {
    const touched = new Touched();
    touched.add(['1/1/1', '1/0/1']);
    touched.add(['1/1/1']);
    expect(touched.take()).toHaveLength(3);
    expect(touched.take()).toEqual([]);
  });
});
