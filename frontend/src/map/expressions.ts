import type { ExpressionSpecification } from 'maplibre-gl';
import type { Vocabulary } from './vocabulary';

/** Cells count time in units of ten minutes from here, in two bytes (docs: tile attributes). */
const CELL_EPOCH_S = Date.UTC(2026, 0, 1) / 1000;
const CELL_UNIT_S = 600;
const CELL_UNITS = 65_536;

const now: ExpressionSpecification = ['global-state', 'now'];

/** A hazard's probability at `now`: p · 2^(−(now − t)/half_life); before t it is p. */
export const presentProbability: ExpressionSpecification = [
  '*',
  ['get', 'p'],
  ['^', 2, ['/', ['min', 0, ['-', ['get', 't'], now]], ['get', 'half_life']]],
];

/** Whether the hazard's group is switched on. */
export const groupShown: ExpressionSpecification = ['in', ['get', 'group'], ['global-state', 'groups']];

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
 * Expected number of hazards of the shown groups in a cell at `now`. A cell holds per kind an
 * integer q, the count being 2^(q/16) − 1 at the cell's time; each kind fades by its own half-life.
 */
export function expectedCount(
  vocabulary: Pick<Vocabulary, 'kinds'>,
  halfLives_s: Record<string, number>,
): ExpressionSpecification {
  const terms = Object.entries(halfLives_s).flatMap(([kind, halfLife_s]): ExpressionSpecification[] => {
    const group = vocabulary.kinds[kind]?.group;
    if (group === undefined) return [];
    return [
      [
        'case',
        ['all', ['has', kind], ['in', group, ['global-state', 'groups']]],
        [
          '*',
          ['-', ['^', 2, ['/', ['get', kind], 16]], 1],
          ['^', 2, ['/', ['min', 0, ['-', 0, ['var', 'age']]], halfLife_s]],
        ],
        0,
      ],
    ];
  });
  return ['let', 'age', cellAge, ['+', 0, ...terms]];
}
