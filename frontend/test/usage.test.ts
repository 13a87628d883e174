import { expect, test } from 'vitest';
import { readUsage, stacked } from '../src/portal/usage';

test('bars stand on those below them', () => {
  expect(stacked([[1, 2], [3, 4], [0, 1]])).toEqual([[1, 2], [4, 6], [4, 7]]);
  expect(stacked([])).toEqual([]);
});

test('one point or no product is no chart', () => {
  const usage = { by: 'day', names: ['tiles'], data: [[0, 86400], [1, 2]] };
  expect(readUsage(JSON.stringify(usage))).toEqual(usage);
  expect(readUsage(JSON.stringify({ ...usage, data: [[0], [1]] }))).toBeNull();
  expect(readUsage(JSON.stringify({ ...usage, names: [], data: [[0, 86400]] }))).toBeNull();
});
