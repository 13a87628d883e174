import type {
  DataDrivenPropertyValueSpecification,
  LayerSpecification,
  SourceSpecification,
  StyleSpecification,
} from 'maplibre-gl';
import bordersUrl from 'basemap:borders';
import landUrl from 'basemap:land';
import placesUrl from 'basemap:places';
import type { TileJson } from './api';
import { expectedCount, groupShown, presentProbability } from './expressions';
import type { Palette } from './palette';
import type { Vocabulary } from './vocabulary';

/** From this zoom on there are single hazards, below it areas. */
export const HAZARD_ZOOM = 12;
const FONT = ['sans-serif'];
const MAIN_ROADS = ['motorway', 'trunk', 'primary', 'motorway_link', 'trunk_link', 'primary_link'];
const MIDDLE_ROADS = ['secondary', 'tertiary', 'secondary_link', 'tertiary_link'];

export interface Layers {
  hazards: TileJson;
  roads: TileJson | null;
}

/** The whole style: coasts, borders and places of our own, roads and hazards from our tiles. */
export function mapStyle(palette: Palette, tiles: Layers, vocabulary: Vocabulary): StyleSpecification {
  const sources: Record<string, SourceSpecification> = {
    land: { type: 'geojson', data: landUrl, maxzoom: 10, tolerance: 0.5 },
    borders: { type: 'geojson', data: bordersUrl, maxzoom: 10 },
    places: { type: 'geojson', data: placesUrl, maxzoom: 10 },
    hazards: vector(tiles.hazards),
    selection: { type: 'geojson', data: { type: 'FeatureCollection', features: [] } },
  };
  if (tiles.roads !== null) sources.roads = vector(tiles.roads);
  return {
    version: 8,
    sources,
    layers: [
      ...ground(palette),
      ...(tiles.roads === null ? [] : roads(palette)),
      ...cells(palette, tiles.hazards, vocabulary),
      ...(tiles.roads === null ? [] : roadNames(palette)),
      ...places(palette),
      ...selection(palette),
      hazards(palette, vocabulary),
    ],
  };
}

function vector(tiles: TileJson): SourceSpecification {
  return {
    type: 'vector',
    tiles: tiles.tiles,
    minzoom: tiles.minzoom ?? 0,
    maxzoom: tiles.maxzoom ?? 14,
  };
}

function ground(palette: Palette): LayerSpecification[] {
  return [
    {
      id: 'sea',
      type: 'background',
      paint: {
        // The coast is 1:50m: at street level it would put streets into the sea, so it fades out.
        'background-color': ['interpolate', ['linear'], ['zoom'], 9.5, palette.sea, 11.5, palette.land],
      },
    },
    { id: 'land', type: 'fill', source: 'land', paint: { 'fill-color': palette.land } },
    {
      id: 'borders',
      type: 'line',
      source: 'borders',
      paint: {
        'line-color': palette.border,
        'line-width': ['interpolate', ['linear'], ['zoom'], 2, 0.4, 8, 1.2],
      },
    },
  ];
}

function roadWidth(extra_px: number): DataDrivenPropertyValueSpecification<number> {
  const at = (main: number, middle: number, small: number) =>
    [
      'match',
      ['get', 'highway'],
      MAIN_ROADS,
      main + extra_px,
      MIDDLE_ROADS,
      middle + extra_px,
      small + extra_px,
    ] as unknown as number;
  return [
    'interpolate',
    ['exponential', 1.6],
    ['zoom'],
    8,
    at(0.8, 0.4, 0.2),
    12,
    at(2.2, 1.4, 0.7),
    15,
    at(6, 4.5, 3),
    18,
    at(22, 17, 12),
  ];
}

function roads(palette: Palette): LayerSpecification[] {
  const line = { type: 'line', source: 'roads', 'source-layer': 'roads' } as const;
  const layout = { 'line-cap': 'round', 'line-join': 'round' } as const;
  return [
    {
      ...line,
      id: 'road-edges',
      layout,
      paint: { 'line-color': palette.roadEdge, 'line-width': roadWidth(1.6) },
    },
    {
      ...line,
      id: 'roads',
      layout,
      paint: {
        'line-color': ['match', ['get', 'highway'], MAIN_ROADS, palette.roadMain, palette.road],
        'line-width': roadWidth(0),
      },
    },
  ];
}

function roadNames(palette: Palette): LayerSpecification[] {
  return [
    {
      id: 'road-names',
      type: 'symbol',
      source: 'roads',
      'source-layer': 'roads',
      minzoom: 14,
      layout: {
        'symbol-placement': 'line',
        'symbol-spacing': 320,
        'text-field': ['coalesce', ['get', 'name'], ''],
        'text-font': FONT,
        'text-size': 12,
        'text-max-angle': 25,
      },
      paint: { 'text-color': palette.text, 'text-halo-color': palette.halo, 'text-halo-width': 1.4 },
    },
  ];
}

function places(palette: Palette): LayerSpecification[] {
  const rankShown = ['step', ['zoom'], 20, 3, 80, 4, 250, 5, 700, 6, 1800, 7, 5000];
  return [
    {
      id: 'places',
      type: 'symbol',
      source: 'places',
      maxzoom: 13,
      filter: ['<', ['get', 'rank'], rankShown as unknown as number],
      layout: {
        'text-field': ['get', 'name'],
        'text-font': FONT,
        'text-size': ['interpolate', ['linear'], ['zoom'], 2, 11, 8, 14],
        'text-padding': 8,
        'symbol-sort-key': ['get', 'rank'],
      },
      paint: { 'text-color': palette.text, 'text-halo-color': palette.halo, 'text-halo-width': 1.5 },
    },
  ];
}

function cells(palette: Palette, tiles: TileJson, vocabulary: Vocabulary): LayerSpecification[] {
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

function selection(palette: Palette): LayerSpecification[] {
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
      id: 'selection-ring',
      type: 'circle',
      source: 'selection',
      filter: ['==', ['geometry-type'], 'Point'],
      paint: {
        'circle-radius': 24,
        'circle-color': palette.accent,
        'circle-opacity': 0.16,
        'circle-stroke-color': palette.accent,
        'circle-stroke-width': 3,
      },
    },
  ];
}

function hazards(palette: Palette, vocabulary: Vocabulary): LayerSpecification {
  const label = [
    'match',
    ['get', 'kind'],
    ...Object.entries(vocabulary.kinds).flatMap(([name, kind]) => [name, kind.label]),
    '',
  ] as unknown as string;
  const opacity = ['interpolate', ['linear'], presentProbability, 0, 0.15, 0.2, 0.45, 0.5, 0.8, 0.8, 1];
  return {
    id: 'hazards',
    type: 'symbol',
    source: 'hazards',
    'source-layer': 'hazards',
    minzoom: HAZARD_ZOOM,
    filter: groupShown,
    layout: {
      'icon-image': ['concat', 'marker-', ['get', 'group'], ['case', ['to-boolean', ['get', 'published']], '', '-open']],
      'icon-size': ['interpolate', ['linear'], ['zoom'], 12, 0.75, 15, 1],
      'icon-allow-overlap': true,
      'symbol-sort-key': ['get', 'p'],
      'text-field': ['step', ['zoom'], '', 15.5, label],
      'text-font': FONT,
      'text-size': 12,
      'text-anchor': 'top',
      'text-offset': [0, 1.4],
      'text-optional': true,
    },
    paint: {
      'icon-opacity': opacity as unknown as number,
      'text-color': palette.text,
      'text-halo-color': palette.halo,
      'text-halo-width': 1.6,
    },
  };
}
