import type { LayerSpecification, LineLayerSpecification, SymbolLayerSpecification } from 'maplibre-gl';
import type { TileJson } from './api';
import { expectedCount, hazardShown, pixels, presentProbability } from './expressions';
import type { Palette } from './palette';
import { capitalised } from './row';
import type { Vocabulary } from './vocabulary';

/** From this zoom on there are single hazards, below it areas. */
export const HAZARD_ZOOM = 12;
/** From this zoom on the coverage is known. */
export const COVERAGE_ZOOM = 10;
const RADIUS_ZOOM = 17;
const NAME_ZOOM = 15.5;
const HOUR_S = 3600;

export function cells(palette: Palette, tiles: TileJson, vocabulary: Vocabulary): LayerSpecification[] {
  const count = expectedCount(vocabulary, tiles.half_lives ?? {});
  const [c1, c2, c3, c4, c5] = palette.ramp;
  return [
    {
      id: 'cells',
      type: 'fill',
      source: 'hazards',
      'source-layer': 'cells',
      maxzoom: HAZARD_ZOOM,
      paint: {
        'fill-color': ['step', count, c1, 1, c2, 3, c3, 10, c4, 30, c5],
        'fill-opacity': ['step', count, 0, 0.05, 0.82],
        'fill-outline-color': palette.halo,
      },
    },
  ];
}

/** The number in each cell; names of places give way to it. */
export function cellCounts(palette: Palette): SymbolLayerSpecification {
  return {
    id: 'cell-counts',
    type: 'symbol',
    source: 'cell-counts',
    maxzoom: HAZARD_ZOOM,
    layout: {
      'text-field': ['get', 'words'],
      'text-font': ['sans-serif'],
      'text-size': ['interpolate', ['linear'], ['zoom'], 3, 11, 10, 15],
      'text-padding': 1,
      'symbol-sort-key': ['-', 0, ['get', 'count']],
    },
    paint: { 'text-color': palette.count, 'text-halo-color': palette.countEdge, 'text-halo-width': 1.6 },
  };
}

/** Where somebody has looked, by how long ago that was; what has no colour nobody has looked at. */
export function coverage(palette: Palette): LayerSpecification[] {
  const age = ['-', ['global-state', 'now'], ['get', 'looked_at']] as unknown as number;
  const [c1, c2, c3, c4] = palette.looked;
  return [
    {
      id: 'coverage',
      type: 'fill',
      source: 'coverage',
      'source-layer': 'coverage',
      minzoom: COVERAGE_ZOOM,
      paint: {
        'fill-color': ['step', age, c1, 6 * HOUR_S, c2, 24 * HOUR_S, c3, 7 * 24 * HOUR_S, c4],
        'fill-opacity': 0.55,
      },
    },
    {
      id: 'coverage-edges',
      type: 'line',
      source: 'coverage',
      'source-layer': 'coverage',
      minzoom: COVERAGE_ZOOM,
      paint: {
        // Fillings leave what is on the road to be seen; it is the edge that everybody can see.
        'line-color': c1,
        'line-width': ['step', age, 3, 6 * HOUR_S, 2.2, 24 * HOUR_S, 1.5, 7 * 24 * HOUR_S, 1],
        'line-offset': 1,
      },
    },
  ];
}

/** A work zone is a striped line beside which its devices stand. */
export function workzones(palette: Palette, vocabulary: Vocabulary): LayerSpecification[] {
  const devices = Object.entries(vocabulary.kinds).filter(([, kind]) => kind.group === 'construction');
  const line = {
    type: 'line',
    source: 'workzones',
    'source-layer': 'workzones',
    filter: ['any', ...devices.map(([name]) => ['in', name, ['global-state', 'kinds']] as unknown as boolean)],
  } as Pick<LineLayerSpecification, 'type' | 'source' | 'source-layer' | 'filter'>;
  const width = ['interpolate', ['linear'], ['zoom'], 8, 3, 13, 6, 18, 14] as unknown as number;
  return [
    {
      ...line,
      id: 'workzone-edges',
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': palette.zoneEdge, 'line-width': width },
    },
    {
      ...line,
      id: 'workzones',
      paint: {
        'line-color': palette.zone,
        'line-width': ['interpolate', ['linear'], ['zoom'], 8, 2, 13, 4, 18, 10],
        'line-dasharray': [2, 1.2],
      },
    },
  ];
}

/** What was searched for, the chosen work zone, and the chosen hazard with its 95 % radius. */
export function selection(palette: Palette): LayerSpecification[] {
  return [
    {
      id: 'selection-area',
      type: 'fill',
      source: 'selection',
      paint: { 'fill-color': palette.accent, 'fill-opacity': 0.14 },
    },
    {
      id: 'selection-edge',
      type: 'line',
      source: 'selection',
      paint: { 'line-color': palette.accent, 'line-width': 1.5, 'line-dasharray': [3, 2] },
    },
    {
      id: 'selection-zone',
      type: 'line',
      source: 'selection',
      filter: ['==', ['get', 'role'], 'zone'],
      paint: { 'line-color': palette.accent, 'line-width': 4, 'line-gap-width': 16 },
    },
    {
      id: 'selection-ring',
      type: 'circle',
      source: 'selection',
      filter: ['==', ['get', 'role'], 'hazard'],
      paint: {
        'circle-radius': 24,
        'circle-color': palette.accent,
        'circle-opacity': 0.16,
        'circle-stroke-color': palette.accent,
        'circle-stroke-width': 3,
      },
    },
    {
      id: 'selection-place',
      type: 'circle',
      source: 'selection',
      filter: ['in', ['get', 'role'], ['literal', ['place', 'me']]],
      paint: {
        'circle-radius': 8,
        'circle-color': palette.accent,
        'circle-stroke-color': palette.halo,
        'circle-stroke-width': 3,
      },
    },
  ];
}

/** The 95 % radius of each hazard, where it would be larger than the symbol. */
export function radii(palette: Palette): LayerSpecification[] {
  return [
    {
      id: 'radii',
      type: 'circle',
      source: 'hazards',
      'source-layer': 'hazards',
      minzoom: RADIUS_ZOOM,
      filter: hazardShown,
      paint: {
        'circle-radius': [
          'interpolate',
          ['exponential', 2],
          ['zoom'],
          RADIUS_ZOOM,
          pixels(['get', 'radius_m'], RADIUS_ZOOM),
          22,
          pixels(['get', 'radius_m'], 22),
        ],
        'circle-color': palette.text,
        'circle-opacity': 0.07,
        'circle-stroke-color': palette.text,
        'circle-stroke-opacity': 0.7,
        'circle-stroke-width': 1,
      },
    },
  ];
}

export function hazards(): LayerSpecification {
  return {
    ...marks(),
    id: 'hazards',
    source: 'hazards',
    'source-layer': 'hazards',
    minzoom: HAZARD_ZOOM,
    filter: hazardShown,
  };
}

/** In a layer of its own below the symbols: what is surest gets its name first, and its symbol on top. */
export function hazardNames(palette: Palette, vocabulary: Vocabulary): LayerSpecification {
  return {
    ...names(palette, vocabulary),
    id: 'hazard-names',
    source: 'hazards',
    'source-layer': 'hazards',
    minzoom: NAME_ZOOM,
    filter: hazardShown,
  };
}

/** Hazards as they were at a moment; `p` is what it was then. */
export function pastHazards(palette: Palette, vocabulary: Vocabulary): LayerSpecification[] {
  const marked = marks();
  return [
    { ...names(palette, vocabulary), id: 'past-names', source: 'past', minzoom: NAME_ZOOM },
    {
      ...marked,
      id: 'past',
      source: 'past',
      paint: { ...marked.paint, 'icon-opacity': opacity(['get', 'p']) },
    },
  ];
}

function marks(): SymbolLayerSpecification {
  return {
    id: '',
    type: 'symbol',
    source: '',
    layout: {
      'icon-image': ['concat', 'marker-', ['get', 'group'], ['case', ['to-boolean', ['get', 'published']], '', '-open']],
      'icon-size': ['interpolate', ['linear'], ['zoom'], 8, 0.5, 12, 0.65, 15, 0.8, 17, 1],
      'icon-allow-overlap': true,
      'symbol-sort-key': ['get', 'p'],
    },
    paint: { 'icon-opacity': opacity(presentProbability) },
  };
}

function names(palette: Palette, vocabulary: Vocabulary): SymbolLayerSpecification {
  const label = [
    'match',
    ['get', 'kind'],
    ...Object.entries(vocabulary.kinds).flatMap(([name, kind]) => [name, capitalised(kind.label)]),
    '',
  ] as unknown as string;
  return {
    id: '',
    type: 'symbol',
    source: '',
    layout: {
      'symbol-sort-key': ['-', 0, ['get', 'p']],
      'text-field': label,
      'text-font': ['sans-serif'],
      'text-size': 12,
      'text-variable-anchor': ['left', 'right', 'top'],
      'text-radial-offset': 1.9, // beside the symbol, whose place is taken
      'text-padding': 2,
    },
    paint: { 'text-color': palette.text, 'text-halo-color': palette.halo, 'text-halo-width': 1.8 },
  };
}

function opacity(p: unknown): number {
  return ['interpolate', ['linear'], p, 0, 0.4, 0.2, 0.6, 0.5, 0.85, 0.8, 1] as unknown as number;
}
