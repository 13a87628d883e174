import { probabilityAt } from '../shared/decay';
import { el } from '../shared/dom';
import { metres, percent } from '../shared/format';
import { type Place, runningOn } from '../shared/geodesy';
import { strings } from '../shared/strings';
import { ago } from './ago';
import type { Bbox } from './bounds';
import type { Filters } from './filters';
import type { Hazard } from './hazard';
import { likely } from './row';

/** Road work along a stretch of road; times are Unix seconds. */
export interface Zone {
  id: string;
  live: boolean;
  /** Of the devices along it. */
  kinds: string[];
  /** Longitudes and latitudes, in the direction of travel. */
  line: [number, number][];
  length_m: number;
  devices: number;
  p: number;
  t: number;
  half_life: number;
  first_seen: number;
  last_seen: number;
  /** Half of all such zones are gone by then. */
  expected_end: number;
  simulated: boolean;
}

export interface NearZone extends Zone {
  distance_m: number;
}

export interface ZoneDetails {
  zone: Zone;
  /** The name of the road, where one is known. */
  road: string;
  devices: Hazard[];
}

export function zoneMatches(zone: Zone, filters: Filters, now_s: number): boolean {
  return (
    filters.state !== 'unconfirmed' &&
    (filters.kinds === null || zone.kinds.some((kind) => filters.kinds?.has(kind))) &&
    (filters.within_s === null || zone.last_seen >= now_s - filters.within_s) &&
    (filters.leastP === 0 || probabilityAt(zone, now_s) >= filters.leastP)
  );
}

export function middleOf({ line }: Zone): Place {
  const [lon, lat] = line[Math.floor(line.length / 2)] ?? [0, 0];
  return { lon, lat };
}

export function boundsOf(zone: Zone): Bbox {
  const line = runningOn(zone.line);
  const [lons, lats] = [line.map(([lon]) => lon), line.map(([, lat]) => lat)];
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

/** A zone as a row of the list, as of a moment. away_m: from where the reader is, if that is known. */
export function zoneRow(zone: Zone, at_s: number, away_m: number | null): HTMLElement {
  const words = [ago(at_s - zone.last_seen)];
  if (away_m !== null) words.push(strings.away(metres(away_m)));
  if (zone.simulated) words.push(strings.simulated);
  return el(
    'li',
    {},
    el(
      'a',
      { class: 'row', href: `/workzones/${zone.id}/`, 'data-zone': zone.id },
      el('i', { class: 'zone-sign', 'aria-hidden': 'true' }),
      el(
        'span',
        { class: 'row-text' },
        el('strong', {}, `${strings.workZone}, ${metres(zone.length_m)}`),
        el('small', {}, words.join(' · ')),
      ),
      likely(percent(probabilityAt(zone, at_s))),
    ),
  );
}
