import type { DataDrivenPropertyValueSpecification, LayerSpecification, SourceSpecification } from 'maplibre-gl';
import bordersUrl from 'basemap:borders';
import landUrl from 'basemap:land';
import placesUrl from 'basemap:places';
import type { Palette } from './palette';

/** From this zoom on nothing of the world map shows, so that it need not be fetched. */
export const NEAR_ZOOM = 13;
export const WORLD_FILES: Record<string, string> = { land: landUrl, borders: bordersUrl, places: placesUrl };
const FONT = ['sans-serif'];
const MAIN_ROADS = ['motorway', 'trunk', 'primary', 'motorway_link', 'trunk_link', 'primary_link'];
const MIDDLE_ROADS = ['secondary', 'tertiary', 'secondary_link', 'tertiary_link'];
/** Nobody drives there: a thin line is enough to know the place again. */
const PATHS = ['footway', 'path', 'steps', 'cycleway', 'trail', 'pedestrian', 'platform', 'corridor', 'elevator', 'track', 'bridleway'];
const NOTHING = { type: 'FeatureCollection' as const, features: [] };

/** Coasts, borders and places of our own. near: leave the files out until they are wanted. */
export function worldSources(near: boolean): Record<string, SourceSpecification> {
  const source = (name: string, tolerance?: number): SourceSpecification => ({
    type: 'geojson',
    data: near ? NOTHING : (WORLD_FILES[name] ?? NOTHING),
    maxzoom: 10,
    ...(tolerance === undefined ? {} : { tolerance }),
  });
  return { land: source('land', 0.5), borders: source('borders'), places: source('places') };
}

export function ground(palette: Palette): LayerSpecification[] {
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

export function roads(palette: Palette): LayerSpecification[] {
  const line = { type: 'line', source: 'roads', 'source-layer': 'roads' } as const;
  const order = ['match', ['get', 'highway'], MAIN_ROADS, 2, MIDDLE_ROADS, 1, 0] as unknown as number;
  const layout = { 'line-cap': 'round', 'line-join': 'round', 'line-sort-key': order } as const;
  const isPath = ['in', ['get', 'highway'], ['literal', PATHS]] as unknown as boolean;
  const isRoad = ['!', isPath] as unknown as boolean;
  return [
    {
      ...line,
      id: 'paths',
      minzoom: 14,
      filter: isPath,
      paint: {
        'line-color': palette.path,
        'line-width': ['interpolate', ['linear'], ['zoom'], 14, 0.5, 16, 1, 18, 2],
        'line-dasharray': [3, 1.5],
      },
    },
    {
      ...line,
      id: 'road-edges',
      filter: isRoad,
      layout,
      paint: { 'line-color': palette.roadEdge, 'line-width': roadWidth(1.6) },
    },
    {
      ...line,
      id: 'roads',
      filter: isRoad,
      layout,
      paint: {
        'line-color': ['match', ['get', 'highway'], MAIN_ROADS, palette.roadMain, palette.road],
        'line-width': roadWidth(0),
      },
    },
  ];
}

export function roadNames(palette: Palette): LayerSpecification[] {
  return [
    {
      id: 'road-names',
      type: 'symbol',
      source: 'roads',
      'source-layer': 'roads',
      minzoom: 14,
      filter: ['!', ['in', ['get', 'highway'], ['literal', PATHS]]],
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

export function places(palette: Palette): LayerSpecification[] {
  const rankShown = ['step', ['zoom'], 20, 3, 80, 4, 250, 5, 700, 6, 1800, 7, 5000];
  return [
    {
      id: 'places',
      type: 'symbol',
      source: 'places',
      maxzoom: NEAR_ZOOM,
      filter: ['<', ['get', 'rank'], rankShown as unknown as number],
      layout: {
        'text-field': ['get', 'name'],
        'text-font': FONT,
        'text-size': ['interpolate', ['linear'], ['zoom'], 2, 11, 8, 14],
        'text-padding': 8,
        'text-variable-anchor': ['center', 'bottom', 'top', 'left', 'right'],
        'text-radial-offset': 1.5,
        'symbol-sort-key': ['get', 'rank'],
      },
      paint: { 'text-color': palette.text, 'text-halo-color': palette.halo, 'text-halo-width': 1.5 },
    },
  ];
}
