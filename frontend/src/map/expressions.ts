import type { ExpressionSpecification } from 'maplibre-gl';
import { CELL_EPOCH_S, CELL_UNITS, CELL_UNIT_S } from './cell_count';
import type { Filters } from './filters';
import type { Vocabulary } from './vocabulary';

const ROUGHLY_S = 60;

const now = state('now');

/** What expressions read from the map, by name. judged_at: `now`, as often as a filter needs it. */
export interface GlobalState {
  now: number;
  kinds: string[];
  seen_after: number;
  least_p: number;
  judged_at: number;
  confirmed: 'any' | 'confirmed' | 'unconfirmed';
  cos_lat: number;
}

/**
 * The part of the state that filters need. It changes once a minute at most, since each change has
 * all tiles laid out again.
 */
export function filterState(filters: Filters, kinds: string[], now_s: number): Omit<GlobalState, 'now' | 'cos_lat'> {
  const roughly_s = Math.floor(now_s / ROUGHLY_S) * ROUGHLY_S;
  return {
    kinds: filters.kinds === null ? kinds : [...filters.kinds],
    seen_after: filters.within_s === null ? 0 : roughly_s - filters.within_s,
    least_p: filters.leastP,
    judged_at: filters.leastP === 0 ? 0 : roughly_s,
    confirmed: filters.state,
  };
}

function state(name: keyof GlobalState): ExpressionSpecification {
  return ['global-state', name];
}

/** A hazard's probability at a moment: p · 2^(−(moment − t)/half_life); before t it is p. */
export function probability(at: ExpressionSpecification): ExpressionSpecification {
  return ['*', ['get', 'p'], ['^', 2, ['/', ['min', 0, ['-', ['get', 't'], at]], ['get', 'half_life']]]];
}

export const presentProbability = probability(now);

/** Whether a hazard passes the filters, as `matches` says of one in a list. */
export const hazardShown: ExpressionSpecification = [
  'all',
  ['in', ['get', 'kind'], state('kinds')],
  ['>=', ['get', 'last_seen'], state('seen_after')],
  ['any', ['==', state('least_p'), 0], ['>=', probability(state('judged_at')), state('least_p')]],
  [
    'any',
    ['==', state('confirmed'), 'any'],
    ['==', ['to-boolean', ['get', 'published']], ['==', state('confirmed'), 'confirmed']],
  ],
];

/** Pixels on the screen for as many metres at a zoom; `cos_lat` is of the middle of the view. */
export function pixels(length_m: ExpressionSpecification, zoom: number): ExpressionSpecification {
  const metresAtEquator = 78_271.517 / 2 ** zoom;
  return ['/', length_m, ['*', metresAtEquator, state('cos_lat')]];
}

/** Units from the cell's time to `now`, before the wrap of the two bytes is undone. */
const unwrapped: ExpressionSpecification = [
  '-',
  ['/', ['-', now, CELL_EPOCH_S], CELL_UNIT_S],
  ['+', ['get', 't0'], ['*', 256, ['get', 't1']]],
];

/** Seconds from the cell's time to `now`: of all times that share its two bytes, the nearest. */
const cellAge: ExpressionSpecification = [
  '*',
  CELL_UNIT_S,
  ['-', ['%', ['+', unwrapped, 1.5 * CELL_UNITS], CELL_UNITS], 0.5 * CELL_UNITS],
];

/**
 * Expected number of hazards of the shown kinds in a cell at `now`. A cell holds per kind an
 * integer q, the count being 2^(q/16) − 1 at the cell's time; each kind fades by its own half-life.
 */
export function expectedCount(
  vocabulary: Pick<Vocabulary, 'kinds'>,
  halfLives_s: Record<string, number>,
): ExpressionSpecification {
  const terms = Object.entries(halfLives_s)
    .filter(([kind]) => kind in vocabulary.kinds)
    .map(
      ([kind, halfLife_s]): ExpressionSpecification => [
        'case',
        ['all', ['has', kind], ['in', kind, state('kinds')]],
        [
          '*',
          ['-', ['^', 2, ['/', ['get', kind], 16]], 1],
          ['^', 2, ['/', ['min', 0, ['-', 0, ['var', 'age']]], halfLife_s]],
        ],
        0,
      ],
    );
  return ['let', 'age', cellAge, ['+', 0, ...terms]];
}
