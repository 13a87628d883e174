import type { Feature } from 'geojson';
import {
  type GeoJSONSource,
  type MapMouseEvent,
  Map as MapLibre,
  NavigationControl,
  type PaddingOptions,
  type StyleSpecification,
  setWorkerUrl,
} from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import 'maplibre-gl/dist/maplibre-gl.css';
import { type Place, circle, runningOn } from '../shared/geodesy';
import { cellLabels } from './cell_labels';
import { type Bbox, servedBbox } from './bounds';
import type { GlobalState } from './expressions';
import { NEAR_ZOOM, WORLD_FILES } from './ground';
import type { Hazard } from './hazard';
import type { Shown } from './history';
import { provideMarkers } from './markers';
import { type Way, mover } from './mover';
import { HAZARD_ZOOM } from './overlay';
import { DARK, LIGHT } from './palette';
import { pickAt } from './picking';
import { type Layers, mapStyle } from './style';
import type { TileId } from './touched';
import type { Vocabulary } from './vocabulary';
import { type Zone, boundsOf, middleOf } from './zone';

setWorkerUrl(workerUrl);

const CLOSE_ZOOM = 16;
const LEAST_ZONE_ZOOM = 14.5;
/** A browser that takes the graphics away mostly gives them back sooner. */
const PATIENCE_MS = 5000;
/** How much of the window the map is moved by a button. */
const MOVED_PART = 0.3;
const LIVE_LAYERS = ['hazards', 'hazard-names', 'cells', 'cell-counts', 'workzones', 'workzone-edges', 'radii'];
const darkScheme = window.matchMedia('(prefers-color-scheme: dark)');

export interface ViewOptions {
  container: HTMLElement;
  layers: Layers;
  vocabulary: Vocabulary;
  base: StyleSpecification | null;
  bounds: Bbox;
  state: Omit<GlobalState, 'cos_lat'>;
  embedded: boolean;
  words: Record<string, string>;
  padding(): PaddingOptions;
  onPick(id: string): void;
  onZone(id: string): void;
  onMoved(): void;
  onTrouble(): void;
  /** The graphics are gone, and do not come back. */
  onLost(): void;
}

/** Where the map is to go: a place, what a ring goes around, or a section. */
export type Goal = (Place & { role?: 'place' | 'me' }) | { ring: [number, number][] } | { bbox: Bbox };

export function canDraw(): boolean {
  return document.createElement('canvas').getContext('webgl2') !== null;
}

/** The drawn map: shows hazards as of `now`, tells what was picked and where the view went. */
export class MapView {
  private readonly map: MapLibre;
  private state: GlobalState;
  private near: boolean;
  private marked: Feature[] = [];
  private past: Shown[] | null = null;
  private withCoverage = false;
  private counted = '';

  constructor(private readonly options: ViewOptions) {
    this.map = new MapLibre({
      container: options.container,
      bounds: options.bounds,
      fitBoundsOptions: { padding: this.roomy(), maxZoom: CLOSE_ZOOM },
      hash: 'map',
      refreshExpiredTiles: false, // the page is told which tiles have changed
      attributionControl: options.base === null ? false : { compact: true },
      cooperativeGestures: options.embedded,
      locale: options.words,
      maxPitch: 0,
      dragRotate: false,
      minZoom: 1,
      maxZoom: 19,
    });
    this.near = this.map.getZoom() >= NEAR_ZOOM;
    this.state = { ...options.state, cos_lat: this.cosLat() };
    this.map.setStyle(this.style());
    this.map.touchZoomRotate.disableRotation();
    this.map.addControl(new NavigationControl({ showCompass: false }), 'bottom-right');
    this.put(mover((way) => this.move(way)));
    provideMarkers(this.map);
    this.listen();
  }

  private listen(): void {
    const { map, options } = this;
    map.once('idle', () => {
      document.body.dataset.ready = '1';
    });
    map.on('style.load', () => this.restore());
    map.on('zoom', () => this.fetchWorld());
    map.on('idle', () => this.countCells());
    map.on('moveend', () => {
      this.set({ cos_lat: this.cosLat() });
      options.onMoved();
    });
    map.on('click', (event) => this.click(event));
    map.on('mousemove', (event) => {
      map.getCanvas().style.cursor = pickAt(map, event.point) === null ? '' : 'pointer';
    });
    map.on('error', () => options.onTrouble());
    let lost: number | undefined;
    map.on('webglcontextlost', () => {
      lost = window.setTimeout(() => document.hidden || options.onLost(), PATIENCE_MS);
    });
    map.on('webglcontextrestored', () => window.clearTimeout(lost));
    darkScheme.addEventListener('change', () => map.setStyle(this.style()));
  }

  /** Change what expressions read; what is as before costs nothing. */
  set(changes: Partial<GlobalState>): void {
    for (const [name, value] of Object.entries(changes)) {
      if (JSON.stringify(this.state[name as keyof GlobalState]) === JSON.stringify(value)) continue;
      this.state = { ...this.state, [name]: value };
      if (this.map.style?.stylesheet) this.map.setGlobalStateProperty(name, value);
    }
    if ('now' in changes || 'kinds' in changes) this.countCells();
  }

  /** Fetch these tiles again, or all in view. */
  refresh(source: string, tiles?: TileId[]): void {
    if (this.map.getSource(source) !== undefined) this.map.refreshTiles(source, tiles);
  }

  bbox(): Bbox {
    const bounds = this.map.getBounds();
    return servedBbox(bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth());
  }

  /** Put a button beside those that zoom. */
  addButton(button: HTMLElement): void {
    const group = document.createElement('div');
    group.className = 'maplibregl-ctrl maplibregl-ctrl-group';
    group.append(button);
    this.put(group);
  }

  private put(group: HTMLElement): void {
    this.map.addControl({ onAdd: () => group, onRemove: () => group.remove() }, 'bottom-right');
  }

  private move([x, y]: Way): void {
    const { clientWidth, clientHeight } = this.map.getContainer();
    this.map.panBy([x * clientWidth * MOVED_PART, y * clientHeight * MOVED_PART]);
  }

  focus(): void {
    this.map.getCanvas().focus();
  }

  zoom(): number {
    return this.map.getZoom();
  }

  showCoverage(on: boolean): void {
    this.withCoverage = on;
    this.arrange();
  }

  /** Show hazards of the past in place of the live ones; null for now. */
  showPast(past: Shown[] | null): void {
    this.past = past;
    this.arrange();
    const features = (past ?? []).map(
      ({ lon, lat, ...properties }): Feature => ({
        type: 'Feature',
        properties,
        geometry: { type: 'Point', coordinates: [lon, lat] },
      }),
    );
    this.map.getSource<GeoJSONSource>('past')?.setData({ type: 'FeatureCollection', features });
  }

  /** Ring a hazard, wherever it is; null takes the ring away. */
  point(hazard: Place | null): void {
    this.mark(hazard === null ? [] : [point('hazard', hazard)]);
  }

  /** Mark a hazard with its 95 % radius and bring it into view. */
  select(hazard: Hazard): void {
    this.update(hazard);
    const zoom = Math.max(this.map.getZoom(), CLOSE_ZOOM);
    this.map.easeTo({ center: [hazard.lon, hazard.lat], zoom, padding: this.options.padding() });
  }

  /** Keep the mark where the hazard now is, without moving the view. */
  update(hazard: Hazard): void {
    this.mark([
      { type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [circle(hazard, hazard.radius_m)] } },
      point('hazard', hazard),
    ]);
  }

  /** Mark a work zone and bring all of it into view. */
  selectZone(zone: Zone): void {
    this.mark([{ type: 'Feature', properties: { role: 'zone' }, geometry: { type: 'LineString', coordinates: runningOn(zone.line) } }]);
    const maxZoom = Math.max(this.map.getZoom(), CLOSE_ZOOM);
    const fit = (padding: PaddingOptions) =>
      this.map.cameraForBounds(boundsOf(zone), { padding, absolutePadding: true, maxZoom });
    // Where what covers the map leaves no room beside it, the whole of the screen is to show it.
    const beside = fit(this.roomy());
    const whole = { top: 0, right: 0, bottom: 0, left: 0 };
    const fitting = beside ?? fit(whole);
    // Beside a phone's sheet there is hardly room for it: it is still to be seen what it is.
    const tooFar = fitting === undefined || (fitting.zoom ?? 0) < LEAST_ZONE_ZOOM;
    const camera = tooFar ? { center: middleOf(zone), zoom: LEAST_ZONE_ZOOM } : fitting;
    this.map.easeTo({ ...camera, padding: beside || tooFar ? this.options.padding() : whole });
  }

  centre(): Place {
    const { lng, lat } = this.map.getCenter().wrap();
    return { lon: lng, lat };
  }

  deselect(): void {
    this.mark([]);
    this.map.easeTo({ padding: this.options.padding() });
  }

  goTo(goal: Goal): void {
    const room = { padding: this.roomy(), absolutePadding: true, maxZoom: CLOSE_ZOOM + 1 };
    if ('bbox' in goal) {
      this.map.fitBounds(goal.bbox, room);
    } else if ('ring' in goal) {
      this.mark([{ type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [goal.ring] } }]);
      const [lons, lats] = [goal.ring.map(([lon]) => lon), goal.ring.map(([, lat]) => lat)];
      this.map.fitBounds([Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)], room);
    } else {
      this.mark([point(goal.role ?? 'place', goal)]);
      this.map.jumpTo({ center: [goal.lon, goal.lat], zoom: Math.max(this.map.getZoom(), 15), padding: this.options.padding() });
    }
  }

  private mark(features: Feature[]): void {
    this.marked = features;
    this.map.getSource<GeoJSONSource>('selection')?.setData({ type: 'FeatureCollection', features });
  }

  private style(): StyleSpecification {
    const { layers, vocabulary, base } = this.options;
    const palette = darkScheme.matches ? DARK : LIGHT;
    return mapStyle({ palette, tiles: layers, vocabulary, base, state: this.state, near: this.near });
  }

  /** After a style has been loaded, show what was shown before. */
  private restore(): void {
    this.counted = '';
    this.mark(this.marked);
    this.showPast(this.past);
  }

  private arrange(): void {
    const visible = (layer: string, on: boolean) => {
      if (this.map.getLayer(layer)) this.map.setLayoutProperty(layer, 'visibility', on ? 'visible' : 'none');
    };
    for (const layer of LIVE_LAYERS) visible(layer, this.past === null);
    visible('past', this.past !== null);
    visible('coverage', this.withCoverage);
    visible('coverage-edges', this.withCoverage);
  }

  /** Write into each cell how many hazards are expected in it, as of now. */
  private countCells(): void {
    const source = this.map.getSource<GeoJSONSource>('cell-counts');
    if (source === undefined || this.map.getSource('hazards') === undefined) return;
    const far = this.map.getZoom() < HAZARD_ZOOM && this.past === null;
    if (!far && this.counted === '') return;
    const pieces = far ? this.map.querySourceFeatures('hazards', { sourceLayer: 'cells' }) : [];
    const { half_lives } = this.options.layers.hazards;
    const labels = cellLabels(pieces, half_lives ?? {}, new Set(this.state.kinds), this.state.now);
    const written = far ? JSON.stringify(labels.features.map(({ geometry, properties }) => [geometry.coordinates, properties?.words])) : '';
    if (written === this.counted) return;
    this.counted = written;
    source.setData(labels);
  }

  private fetchWorld(): void {
    if (!this.near || this.map.getZoom() >= NEAR_ZOOM) return;
    this.near = false;
    for (const [name, url] of Object.entries(WORLD_FILES)) this.map.getSource<GeoJSONSource>(name)?.setData(url);
  }

  private cosLat(): number {
    return Math.max(0.05, Math.cos((this.map.getCenter().lat * Math.PI) / 180));
  }

  private roomy(): PaddingOptions {
    const padding = this.options.padding();
    const room_px = 48;
    return {
      top: (padding.top ?? 0) + room_px,
      right: (padding.right ?? 0) + room_px,
      bottom: (padding.bottom ?? 0) + room_px,
      left: (padding.left ?? 0) + room_px,
    };
  }

  private click(event: MapMouseEvent): void {
    const picked = pickAt(this.map, event.point);
    if (picked?.what === 'hazard') this.options.onPick(picked.id);
    else if (picked?.what === 'workzone') this.options.onZone(picked.id);
    else if (picked?.what === 'cell') {
      const zoom = Math.min(HAZARD_ZOOM + 0.5, this.map.getZoom() + 2.5);
      this.map.easeTo({ center: event.lngLat, zoom });
    }
  }
}

function point(role: 'hazard' | 'place' | 'me', { lon, lat }: Place): Feature {
  return { type: 'Feature', properties: { role }, geometry: { type: 'Point', coordinates: [lon, lat] } };
}
