import { createRequire } from 'node:module';
import type { Position } from 'geojson';
import type { Topology } from 'topojson-specification';
import { describe, expect, it } from 'vitest';
import { borders, land } from '../build/basemap/countries';

const world = createRequire(import.meta.url)('world-atlas/countries-50m.json') as Topology;

describe('the built basemap', () => {
  it('has no line that jumps around the world', () => {
    const lines = [...land(world).coordinates.flat(), ...borders(world).coordinates];
    expect(lines.length).toBeGreaterThan(1000);
    const jumps = lines.flatMap((line) => line.slice(1).filter((point, index) => jump(point, line[index])));
    expect(jumps).toEqual([]);
  });
});

/** The only long straight lines are the edges of the map along the pole. */
function jump(point: Position, before: Position | undefined): boolean {
  return Math.abs((point[0] ?? 0) - (before?.[0] ?? 0)) > 180 && point[1] !== -90;
}
