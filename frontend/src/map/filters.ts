import { probabilityAt } from '../shared/decay';
import type { Hazard } from './hazard';

export type Shown = 'any' | 'confirmed' | 'unconfirmed';

/** What somebody wants to see. kinds: null for all. within_s: seen not longer ago; null for ever. */
export interface Filters {
  kinds: ReadonlySet<string> | null;
  within_s: number | null;
  leastP: number;
  state: Shown;
}

export const NO_FILTERS: Filters = { kinds: null, within_s: null, leastP: 0, state: 'any' };

/** The choices by their names in the address; the list of hazards (`/list/`) knows the same ones. */
export const SINCE: Record<string, number> = { '1h': 3600, '6h': 21_600, '24h': 86_400, '7d': 604_800 };
export const CONFIDENCE: Record<string, number> = { '0.5': 0.5, '0.8': 0.8 };
const NO_KIND = 'none';
const STATES: Shown[] = ['confirmed', 'unconfirmed'];

/** Which filter hides most of what is hidden; each is judged alone. */
export type FilterName = 'kind' | 'since' | 'confidence' | 'state';

/** The kinds that there are, and to which group each belongs. */
export type Kinds = Record<string, { group: string }>;

/** Read the filters from an address; what it does not know it takes for no filter. */
export function readFilters(params: URLSearchParams, known: Kinds): Filters {
  const asked = new Set(params.getAll('kind'));
  const all = Object.keys(known);
  const kinds = all.filter((kind) => asked.has(kind) || asked.has(known[kind]?.group ?? ''));
  const none = asked.has(NO_KIND);
  const state = STATES.find((name) => name === params.get('state'));
  return {
    kinds: !none && (kinds.length === 0 || kinds.length === all.length) ? null : new Set(kinds),
    within_s: choice(SINCE, params.get('since')) ?? null,
    leastP: choice(CONFIDENCE, params.get('confidence')) ?? 0,
    state: state ?? 'any',
  };
}

/** Only what is a choice: every object has a `constructor`. */
function choice(choices: Record<string, number>, name: string | null): number | undefined {
  return name !== null && Object.hasOwn(choices, name) ? choices[name] : undefined;
}

/** Write the filters over those of an address: a group by its name where all its kinds are on. */
export function writeFilters(filters: Filters, params: URLSearchParams, known: Kinds): void {
  params.delete('kind');
  for (const name of named(filters.kinds, known)) params.append('kind', name);
  put(params, 'since', nameOf(SINCE, filters.within_s));
  put(params, 'confidence', nameOf(CONFIDENCE, filters.leastP));
  put(params, 'state', filters.state === 'any' ? undefined : filters.state);
}

function named(kinds: ReadonlySet<string> | null, known: Kinds): string[] {
  if (kinds === null) return [];
  if (kinds.size === 0) return [NO_KIND];
  const names = [...kinds].map((kind) => {
    const group = known[kind]?.group;
    const whole = Object.keys(known).every((other) => known[other]?.group !== group || kinds.has(other));
    return whole && group !== undefined ? group : kind;
  });
  return [...new Set(names)];
}

export function nameOf(choices: Record<string, number>, value: number | null): string | undefined {
  return Object.keys(choices).find((name) => choices[name] === value);
}

function put(params: URLSearchParams, name: string, value: string | undefined): void {
  if (value === undefined) params.delete(name);
  else params.set(name, value);
}

export function filterNames(filters: Filters): FilterName[] {
  const on: [FilterName, boolean][] = [
    ['kind', filters.kinds !== null],
    ['since', filters.within_s !== null],
    ['confidence', filters.leastP > 0],
    ['state', filters.state !== 'any'],
  ];
  return on.filter(([, is]) => is).map(([name]) => name);
}

export function without(filters: Filters, name: FilterName): Filters {
  const none = { kind: { kinds: null }, since: { within_s: null }, confidence: { leastP: 0 }, state: { state: 'any' } };
  return { ...filters, ...(none[name] as Partial<Filters>) };
}

type Filtered = Pick<Hazard, 'kind' | 'last_seen' | 'p' | 't' | 'half_life' | 'published'>;

export function matches(hazard: Filtered, filters: Filters, now_s: number): boolean {
  return (
    (filters.kinds === null || filters.kinds.has(hazard.kind)) &&
    (filters.within_s === null || hazard.last_seen >= now_s - filters.within_s) &&
    (filters.leastP === 0 || probabilityAt(hazard, now_s) >= filters.leastP) &&
    (filters.state === 'any' || hazard.published === (filters.state === 'confirmed'))
  );
}

/** How many of each kind there are under the other filters: what switching a kind on would show. */
export function countKinds(hazards: Filtered[], filters: Filters, now_s: number): Map<string, number> {
  const others = without(filters, 'kind');
  const counts = new Map<string, number>();
  for (const hazard of hazards) {
    if (matches(hazard, others, now_s)) counts.set(hazard.kind, (counts.get(hazard.kind) ?? 0) + 1);
  }
  return counts;
}

/** The filter without which most of the hidden hazards would be seen; null where none alone helps. */
export function culprit(hazards: Filtered[], filters: Filters, now_s: number): FilterName | null {
  let worst: FilterName | null = null;
  let most = 0;
  for (const name of filterNames(filters)) {
    const rest = without(filters, name);
    const freed = hazards.filter((hazard) => matches(hazard, rest, now_s) && !matches(hazard, filters, now_s));
    if (freed.length > most) {
      most = freed.length;
      worst = name;
    }
  }
  return worst;
}
