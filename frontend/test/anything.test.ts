import { afterEach, describe, expect, it, vi } from 'vitest';
import { outcomeOf } from '../src/drive/server';
import { readAddress, writeAddress } from '../src/map/address';
import { readBounds } from '../src/map/bounds';
import { readFilters, writeFilters } from '../src/map/filters';
import { coordinates, isCell } from '../src/map/query';

const KINDS = { cone: { group: 'construction' }, sign: { group: 'construction' }, cow: { group: 'wildlife' } };
const ROUNDS = 500;

/** The same numbers from 0 to below 1 for the same seed (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Texts of pieces that mean something to what reads them, often several times, up to 80 characters. */
function texts(seed: number, pieces: string[]): string[] {
  const next = numbers(seed);
  const below = (end: number) => Math.floor(next() * end);
  const one = () => (pieces[below(pieces.length)] ?? '').repeat(next() < 0.2 ? below(80) : 1);
  return Array.from({ length: ROUNDS }, () => Array.from({ length: 1 + below(12) }, one).join('').slice(0, 80));
}

describe('whatever is typed', () => {
  it('is a place on the Earth, or none', () => {
    for (const text of texts(1, ['1', '60.17', '999', ' ', '\t', '°', "'", '"', ',', ';', 'N', 'w', '-', '+', '.', 'é'])) {
      const found = coordinates(text);
      if (found !== null) expect(Math.abs(found.lat) <= 90 && Math.abs(found.lon) <= 180, text).toBe(true);
      isCell(text);
    }
  });
});

describe('whatever stands in an address', () => {
  afterEach(() => vi.unstubAllGlobals());

  const pieces = [
    ...['&kind=', '&kind=', '&since=', '&confidence=', '&state=', '&at=', '&hz=', '&zone=', '&coverage=', '&', '='],
    ...['cone', 'construction', 'none', '7d', '0.5', 'confirmed', '2026-11-28T12:00Z', '1', '9', '-', '%2e', '%'],
    ...['constructor', '__proto__'],
  ];

  it('leads to filters that are written and read as the same', () => {
    for (const text of texts(2, pieces)) {
      const filters = readFilters(new URLSearchParams(text), KINDS);
      const written = new URLSearchParams(text);
      writeFilters(filters, written, KINDS);
      expect(readFilters(written, KINDS), text).toEqual(filters);
      expect(Number.isFinite(filters.leastP) && (filters.within_s === null || Number.isFinite(filters.within_s)), text).toBe(true);
    }
  });

  it('leads to an address that is written and read as the same', () => {
    for (const text of texts(3, pieces)) {
      const location = { href: `https://map.example/?${text}`, search: `?${text}` };
      const replaceState = (_: null, __: string, url: URL) => Object.assign(location, { href: url.href, search: url.search });
      vi.stubGlobal('window', { location, history: { replaceState } });
      const address = readAddress(KINDS);
      if (address.at_s !== null) address.at_s = Math.floor(address.at_s / 60) * 60; // to the minute
      writeAddress(address, KINDS, 'replace');
      expect(readAddress(KINDS), text).toEqual(address);
    }
  });
});

describe('whatever a server says', () => {
  it('of the bounds is four numbers, or nothing', () => {
    for (const text of texts(4, ['1', '-', '.', ',', ' ', 'e', 'NaN', 'Infinity', '180,', '60,'])) {
      const bounds = readBounds(text);
      if (bounds !== null) expect(bounds.every(Number.isFinite), text).toBe(true);
    }
  });

  it('to an upload is accepted, refused or tried again after a time', async () => {
    const next = numbers(5);
    const bodies = texts(6, ['{', '}', '"id"', ':', '"x"', ',', '"detail"', '"errors"', '[', ']', 'null', '1', '"pointer"', '{"errors":[null]}', '{"errors":{"0":1}}']);
    const waits = texts(7, ['1', '-', 'e', '9', 'Wed, 21 Oct 2026', ' ', 'Infinity']);
    for (const [i, body] of bodies.entries()) {
      const status = [200, 202, 400, 401, 403, 413, 422, 429, 500, 503][Math.floor(next() * 10)] ?? 200;
      const type = next() < 0.5 ? 'application/problem+json' : 'text/html';
      const headers = new Headers({ 'Content-Type': type, 'Retry-After': waits[i]?.trim() ?? '' });
      const outcome = await outcomeOf(new Response(next() < 0.3 ? '{"errors":[null],"detail":1}' : body, { status, headers }));
      if (outcome.kind === 'later' && outcome.wait_ms !== null) expect(Number.isFinite(outcome.wait_ms)).toBe(true);
      if (outcome.kind === 'refused') expect(outcome.reason).not.toBe('');
    }
  });
});
