import type { Place } from '../shared/geodesy';
import type { Bbox } from './bounds';
import type { Details, Hazard } from './hazard';
import type { History } from './history';
import type { NearZone, Zone, ZoneDetails } from './zone';

export interface Section {
  now: number;
  hazards: Hazard[];
  zones: Zone[];
  truncated: boolean;
  /** The cell of H3 that it is about, null for a large section. */
  cell: string | null;
}

/** What the server finds for a search. */
export interface Found {
  streets: { name: string; bbox: Bbox }[];
  cell: { index: string; resolution: number; ring: [number, number][] } | null;
}

export interface Changes {
  now: number;
  cursor: number;
  more: boolean;
  changes: { change: string; hazard: Hazard }[];
}

/** TileJSON 3.0, with the half-life of every kind in seconds. */
export interface TileJson {
  tiles: string[];
  minzoom?: number;
  maxzoom?: number;
  half_lives?: Record<string, number>;
}

export class HttpError extends Error {
  constructor(readonly status: number) {
    super(`HTTP ${status}`);
  }
}

async function json<T>(address: string, signal?: AbortSignal): Promise<T> {
  const answer = await fetch(address, { headers: { Accept: 'application/json' }, signal: signal ?? null });
  if (!answer.ok) throw new HttpError(answer.status);
  return (await answer.json()) as T;
}

export function inAddress(bbox: Bbox): string {
  return bbox.map((value) => value.toFixed(6)).join(',');
}

export function fetchSection(bbox: Bbox, signal: AbortSignal): Promise<Section> {
  return json(`/map/hazards.json?bbox=${inAddress(bbox)}`, signal);
}

export function fetchHistory(bbox: Bbox, signal: AbortSignal): Promise<History> {
  return json(`/map/history.json?bbox=${inAddress(bbox)}`, signal);
}

export function fetchFound(text: string, signal: AbortSignal): Promise<Found> {
  return json(`/map/search.json?q=${encodeURIComponent(text)}`, signal);
}

export function fetchDetails(id: string, signal: AbortSignal): Promise<Details> {
  return json(`/map/hazards/${encodeURIComponent(id)}.json`, signal);
}

export function fetchZone(id: string, signal: AbortSignal): Promise<ZoneDetails> {
  return json(`/map/workzones/${encodeURIComponent(id)}.json`, signal);
}

/** The work zones nearest to a place, nearest first. */
export async function fetchNearestZones({ lon, lat }: Place): Promise<NearZone[]> {
  return (await json<{ zones: NearZone[] }>(`/map/workzones.json?at=${lon.toFixed(6)},${lat.toFixed(6)}`)).zones;
}

export function fetchChanges(since: number, signal: AbortSignal): Promise<Changes> {
  return json(`/map/changes.json?since=${since}`, signal);
}

export function fetchTileJson(layer: string): Promise<TileJson> {
  return json(`/tiles/v1/${layer}.json`);
}
