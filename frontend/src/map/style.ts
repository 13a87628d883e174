import type { LayerSpecification, SourceSpecification, StyleSpecification } from 'maplibre-gl';
import type { TileJson } from './api';
import type { GlobalState } from './expressions';
import { ground, places, roadNames, roads, worldSources } from './ground';
import { cellCounts, cells, coverage, hazardNames, hazards, pastHazards, radii, selection, workzones } from './overlay';
import type { Palette } from './palette';
import type { Vocabulary } from './vocabulary';

/** What the site serves; layers that it does not have are null. */
export interface Layers {
  hazards: TileJson;
  roads: TileJson | null;
  workzones: TileJson | null;
  coverage: TileJson | null;
}

interface Look {
  palette: Palette;
  tiles: Layers;
  vocabulary: Vocabulary;
  state: GlobalState;
  /** A style of somebody else's as the ground; null for our own. */
  base: StyleSpecification | null;
  /** Whether nothing of the world map is in sight. */
  near: boolean;
}

const NOTHING = { type: 'FeatureCollection' as const, features: [] };

/** The whole style: the ground, then what is on the road. */
export function mapStyle(look: Look): StyleSpecification {
  const { palette, tiles, base } = look;
  const ours = base === null ? { ...worldSources(look.near), ...vector('roads', tiles.roads) } : base.sources;
  const under = [...(base === null ? ground(palette) : base.layers), ...(tiles.coverage ? coverage(palette) : [])];
  const streets = base === null && tiles.roads ? roads(palette) : [];
  const names = base === null ? [...(tiles.roads ? roadNames(palette) : []), ...places(palette)] : [];
  return {
    ...(base ?? {}),
    version: 8,
    state: Object.fromEntries(Object.entries(look.state).map(([name, value]) => [name, { default: value }])),
    sources: {
      ...ours,
      ...vector('hazards', tiles.hazards),
      ...vector('workzones', tiles.workzones),
      ...vector('coverage', tiles.coverage),
      past: { type: 'geojson', data: NOTHING },
      'cell-counts': { type: 'geojson', data: NOTHING },
      selection: { type: 'geojson', data: NOTHING },
    },
    layers: [...under, ...streets, ...areas(look), ...names, cellCounts(palette), ...selection(palette), ...radii(palette), ...single(look)].map((layer) =>
      lettered(layer, base),
    ),
  };
}

function areas({ palette, tiles, vocabulary }: Look): LayerSpecification[] {
  return [
    ...cells(palette, tiles.hazards, vocabulary),
    ...(tiles.workzones ? workzones(palette, vocabulary) : []),
  ];
}

function single({ palette, vocabulary }: Look): LayerSpecification[] {
  return [hazardNames(palette, vocabulary), hazards(), ...pastHazards(palette, vocabulary)];
}

function vector(name: string, tiles: TileJson | null): Record<string, SourceSpecification> {
  if (tiles === null) return {};
  return {
    [name]: { type: 'vector', tiles: tiles.tiles, minzoom: tiles.minzoom ?? 0, maxzoom: tiles.maxzoom ?? 14 },
  };
}

/**
 * A style with glyphs of its own has only its own fonts: our text is set in one of them. Without
 * glyphs text is drawn from fonts of the device.
 */
function lettered(layer: LayerSpecification, base: StyleSpecification | null): LayerSpecification {
  if (!base?.glyphs || layer.type !== 'symbol' || base.layers.includes(layer)) return layer;
  const fonts = base.layers.map((other) => (other.type === 'symbol' ? other.layout?.['text-font'] : undefined));
  const font = fonts.find((names) => Array.isArray(names) && names.every((name) => typeof name === 'string'));
  const { 'text-field': _text, 'text-font': _font, ...drawn } = layer.layout ?? {};
  return { ...layer, layout: font ? { ...layer.layout, 'text-font': font as string[] } : drawn };
}
