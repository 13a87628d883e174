import { describe, expect, it } from 'vitest';
import { type Town, coordinates, isCell, townsLike } from '../src/map/query';

describe('coordinates', () => {
  it.each([
    ['60.17, 24.94', 60.17, 24.94],
    ['60.17 24.94', 60.17, 24.94],
    ['-33.9;151.2', -33.9, 151.2],
    ['24.94E, 60.17N', 60.17, 24.94],
    ['N60.17 W24.94', 60.17, -24.94],
    [`60°10'12"N 24°56'E`, 60.17, 24.933333],
    ['60,17 24,94', 60.17, 24.94],
    ['-33,9; 151,2', -33.9, 151.2],
    ['60,17, 24,94', 60.17, 24.94],
    ['60,17', 60, 17],
  ])('reads %s', (text, lat, lon) => {
    expect(coordinates(text)).toEqual({ lat, lon });
  });

  it('is quick with any gap', () => {
    const gap = ' '.repeat(77);
    expect(coordinates(`1°${gap}x`)).toBeNull();
    expect(coordinates(`60.17,${gap}24.94`)).toEqual({ lat: 60.17, lon: 24.94 });
  });

  it.each(['Helsinki', '60.17', '91, 0', '0, 181', '60N 24N', '1 2 3'])('leaves %s alone', (text) => {
    expect(coordinates(text)).toBeNull();
  });
});

describe('isCell', () => {
  it('knows an index of H3 by its form', () => {
    expect(isCell(' 8a1126ca5b17fff ')).toBe(true);
    expect(isCell('helsinki')).toBe(false);
  });
});

describe('townsLike', () => {
  const towns: Town[] = [
    ['Malmö', 'SE', 13, 55.6],
    ['Frankfurt am Main', 'DE', 8.7, 50.1],
    ['Mainz', 'DE', 8.3, 50],
  ];

  it('finds without accents and case, beginnings before later words', () => {
    expect(townsLike(towns, 'malmo', 5)).toEqual([towns[0]]);
    expect(townsLike(towns, 'main', 5)).toEqual([towns[2], towns[1]]);
    expect(townsLike(towns, 'MA', 1)).toEqual([towns[0]]);
    expect(townsLike(towns, ' ', 5)).toEqual([]);
  });
});
