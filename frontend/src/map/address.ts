import { type Filters, type Kinds, readFilters, writeFilters } from './filters';

/** What the address says beside the view, which MapLibre keeps in `#map=`. */
export interface Address {
  hazard: string | null;
  /** The work zone that is open, where no hazard is. */
  zone: string | null;
  filters: Filters;
  /** Unix seconds of the moment that is shown; null is now. */
  at_s: number | null;
  coverage: boolean;
}

export function readAddress(kinds: Kinds): Address {
  const params = new URLSearchParams(window.location.search);
  const at_ms = Date.parse(params.get('at') ?? '');
  return {
    hazard: params.get('hz') || null,
    zone: params.get('hz') ? null : params.get('zone') || null,
    filters: readFilters(params, kinds),
    at_s: Number.isNaN(at_ms) ? null : at_ms / 1000,
    coverage: params.get('coverage') === '1',
  };
}

/** Write into the address; `push` makes a step that the back button takes back. */
export function writeAddress(address: Address, kinds: Kinds, how: 'push' | 'replace' = 'push'): void {
  const url = new URL(window.location.href);
  const params = url.searchParams;
  const { hazard, zone, filters, at_s, coverage } = address;
  writeFilters(filters, params, kinds);
  const set = (name: string, value: string | null) => (value === null ? params.delete(name) : params.set(name, value));
  set('hz', hazard);
  set('zone', zone);
  set('at', at_s === null ? null : new Date(at_s * 1000).toISOString().replace(/:\d\d\.\d+/, ''));
  set('coverage', coverage ? '1' : null);
  if (url.href === window.location.href) return;
  if (how === 'push') window.history.pushState(null, '', url);
  else window.history.replaceState(null, '', url);
}
