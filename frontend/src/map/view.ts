import type { Feature } from 'geojson';
import {
  type GeoJSONSource,
  type MapMouseEvent,
  Map as MapLibre,
  NavigationControl,
  type PaddingOptions,
  setWorkerUrl,
} from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import 'maplibre-gl/dist/maplibre-gl.css';
import { circle } from '../shared/geodesy';
import type { Bbox } from './api';
import { servedBbox } from './bounds';
import type { Hazard } from './hazard';
import { provideMarkers } from './markers';
import { DARK, LIGHT } from './palette';
import { HAZARD_ZOOM, type Layers, mapStyle } from './style';
import type { Vocabulary } from './vocabulary';

setWorkerUrl(workerUrl);

const CLOSE_ZOOM = 16;
const TOUCH_PX = 10;
const darkScheme = window.matchMedia('(prefers-color-scheme: dark)');

export interface ViewOptions {
  container: HTMLElement;
  layers: Layers;
  vocabulary: Vocabulary;
  bounds: Bbox;
  now_s: number;
  groups: string[];
  padding(): PaddingOptions;
  onPick(id: string): void;
  onMoved(): void;
}

export function canDraw(): boolean {
  return document.createElement('canvas').getContext('webgl2') !== null;
}

/** The drawn map: shows hazards as of `now`, tells what was picked and where the view went. */
export class MapView {
  private readonly map: MapLibre;
  private selected: Hazard | null = null;

  constructor(private readonly options: ViewOptions) {
    this.map = new MapLibre({
      container: options.container,
      style: this.style(),
      globalState: { now: options.now_s, groups: options.groups },
      bounds: options.bounds,
      fitBoundsOptions: { padding: this.roomy(), maxZoom: CLOSE_ZOOM },
      hash: 'map',
      attributionControl: false,
      maxPitch: 0,
      dragRotate: false,
      minZoom: 1,
      maxZoom: 19,
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.addControl(new NavigationControl({ showCompass: false }), 'bottom-right');
    provideMarkers(this.map);
    this.map.once('idle', () => {
      document.body.dataset.ready = '1';
    });
    this.map.on('moveend', options.onMoved);
    this.map.on('click', (event) => this.click(event));
    this.map.on('mousemove', (event) => {
      const over = this.hazardAt(event) !== null || this.cellAt(event);
      this.map.getCanvas().style.cursor = over ? 'pointer' : '';
    });
    darkScheme.addEventListener('change', () => this.recolour());
  }

  setNow(now_s: number): void {
    this.map.setGlobalStateProperty('now', now_s);
  }

  setGroups(groups: string[]): void {
    this.map.setGlobalStateProperty('groups', groups);
  }

  /** Fetch the hazard tiles in view again. */
  refresh(): void {
    if (this.map.getSource('hazards') !== undefined) this.map.refreshTiles('hazards');
  }

  bbox(): Bbox {
    const bounds = this.map.getBounds();
    return servedBbox(bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth());
  }

  /** Mark a hazard with its 95 % radius and bring it into view. */
  select(hazard: Hazard): void {
    this.selected = hazard;
    this.drawSelection();
    const zoom = Math.max(this.map.getZoom(), CLOSE_ZOOM);
    this.map.easeTo({ center: [hazard.lon, hazard.lat], zoom, padding: this.options.padding() });
  }

  /** Keep the mark where the hazard now is, without moving the view. */
  update(hazard: Hazard): void {
    this.selected = hazard;
    this.drawSelection();
  }

  deselect(): void {
    this.selected = null;
    this.drawSelection();
    this.map.easeTo({ padding: this.options.padding() });
  }

  private style() {
    const { layers, vocabulary } = this.options;
    return mapStyle(darkScheme.matches ? DARK : LIGHT, layers, vocabulary);
  }

  private recolour(): void {
    const state = this.map.getGlobalState();
    this.map.setStyle(this.style());
    for (const [name, value] of Object.entries(state)) this.map.setGlobalStateProperty(name, value);
    this.drawSelection();
  }

  private drawSelection(): void {
    const source = this.map.getSource<GeoJSONSource>('selection');
    if (source === undefined) {
      this.map.once('load', () => this.drawSelection());
      return;
    }
    source.setData({ type: 'FeatureCollection', features: selectionOf(this.selected) });
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
    const id = this.hazardAt(event);
    if (id !== null) this.options.onPick(id);
    else if (this.cellAt(event)) {
      const zoom = Math.min(HAZARD_ZOOM + 0.5, this.map.getZoom() + 2.5);
      this.map.easeTo({ center: event.lngLat, zoom });
    }
  }

  /** The id of the nearest hazard under a pointer or a finger. */
  private hazardAt(event: MapMouseEvent): string | null {
    if (this.map.getLayer('hazards') === undefined) return null;
    const { x, y } = event.point;
    const around: [[number, number], [number, number]] = [
      [x - TOUCH_PX, y - TOUCH_PX],
      [x + TOUCH_PX, y + TOUCH_PX],
    ];
    let nearest: { id: string; away_px: number } | null = null;
    for (const feature of this.map.queryRenderedFeatures(around, { layers: ['hazards'] })) {
      if (feature.geometry.type !== 'Point') continue;
      const at = this.map.project(feature.geometry.coordinates as [number, number]);
      const away_px = Math.hypot(at.x - x, at.y - y);
      if (nearest === null || away_px < nearest.away_px) {
        nearest = { id: String(feature.properties.id), away_px };
      }
    }
    return nearest?.id ?? null;
  }

  private cellAt(event: MapMouseEvent): boolean {
    if (this.map.getLayer('cells') === undefined) return false;
    return this.map.queryRenderedFeatures(event.point, { layers: ['cells'] }).length > 0;
  }
}

/** The 95 % radius around a hazard and the hazard's own point. */
function selectionOf(hazard: Hazard | null): Feature[] {
  if (hazard === null) return [];
  const ring = circle(hazard, hazard.radius_m);
  return [
    { type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [ring] } },
    { type: 'Feature', properties: {}, geometry: { type: 'Point', coordinates: [hazard.lon, hazard.lat] } },
  ];
}
