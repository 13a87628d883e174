import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { TileJson } from '../src/map/api';
import { DARK, LIGHT, type Palette } from '../src/map/palette';
import type { Vocabulary } from '../src/map/vocabulary';

vi.stubGlobal('document', { documentElement: { lang: 'en' } });
vi.stubGlobal('navigator', { language: 'en', languages: ['en'] });
const { cells, coverage, hazards, radii } = await import('../src/map/overlay');
afterAll(() => vi.unstubAllGlobals());

const GRAPHICS = 3; // WCAG 2.2, 1.4.11
const TEXT = 4.5; // 1.4.3
const LIKELY = 0.5; // below it a symbol is to be pale: it is rather not there any more

const css = readFileSync('src/site/tokens.css', 'utf-8');
const [light = '', dark = ''] = css.split('@media screen and (prefers-color-scheme: dark)');
const themes = [
  { name: 'light', palette: LIGHT, tokens: tokens(light) },
  { name: 'dark', palette: DARK, tokens: { ...tokens(light), ...tokens(dark) } },
];
const template = readFileSync('../hazardmap/web/templates/web/markers.html', 'utf-8');
const markers = [...template.matchAll(/group="(\w+)" color="(#\w{6})"/g)].map(([, , colour]) => colour as string);

function tokens(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/--([\w-]+): (#\w{6});/g)].map(([, name, colour]) => [name, colour]));
}

function channels(colour: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}

function luminance(rgb: number[]): number {
  const [r = 0, g = 0, b = 0] = rgb.map((one) => (one / 255 <= 0.04045 ? one / 255 / 12.92 : ((one / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** How far a colour, drawn so opaquely, stands out from its ground. */
function contrast(colour: string, ground: string, opacity = 1): number {
  const under = channels(ground);
  const drawn = channels(colour).map((one, index) => one * opacity + (under[index] ?? 0) * (1 - opacity));
  const [low = 0, high = 0] = [luminance(drawn), luminance(under)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/** Numbers of a layer's expression, as it is drawn. */
function painted(layer: { paint?: object } | undefined, property: string): unknown[] {
  const value: unknown = (layer?.paint as Record<string, unknown> | undefined)?.[property];
  return Array.isArray(value) ? value : [value];
}

function roadsAndLand({ land, road, roadMain }: Palette): string[] {
  return [land, road, roadMain];
}

describe.each(themes)('in the $name theme', ({ palette, tokens: token }) => {
  const word = (name: string): string => token[name] ?? expect.fail(`no token --${name}`);

  it('tells a symbol from the road, by its colour or its white rim', () => {
    const stops = painted(hazards(), 'icon-opacity');
    const opacity = stops[stops.indexOf(LIKELY) + 1] as number;
    expect(markers).toHaveLength(3);
    for (const ground of roadsAndLand(palette)) {
      for (const marker of markers) {
        const seen = Math.max(contrast(marker, ground, opacity), contrast('#ffffff', ground, opacity));
        expect(seen, `${marker} on ${ground}`).toBeGreaterThanOrEqual(GRAPHICS);
      }
      const zone = Math.max(contrast(palette.zone, ground), contrast(palette.zoneEdge, ground));
      expect(zone, `a work zone on ${ground}`).toBeGreaterThanOrEqual(GRAPHICS);
      expect(contrast(palette.accent, ground), `ring on ${ground}`).toBeGreaterThanOrEqual(GRAPHICS);
    }
    for (const marker of markers) expect(contrast('#ffffff', marker), `sign in ${marker}`).toBeGreaterThanOrEqual(GRAPHICS);
  });

  it('tells areas from the land', () => {
    const [area] = cells(palette, { half_lives: {} } as TileJson, { kinds: {} } as Vocabulary);
    const opacity = painted(area, 'fill-opacity').at(-1) as number;
    for (const step of palette.ramp) {
      expect(contrast(step, palette.land, opacity), step).toBeGreaterThanOrEqual(GRAPHICS);
    }
    const [, edges] = coverage(palette);
    expect(contrast(painted(edges, 'line-color')[0] as string, palette.land)).toBeGreaterThanOrEqual(GRAPHICS);
    const [radius] = radii(palette);
    const round = painted(radius, 'circle-stroke-opacity')[0] as number;
    expect(contrast(palette.text, palette.land, round)).toBeGreaterThanOrEqual(GRAPHICS);
  });

  it('writes on the map legibly', () => {
    expect(contrast(palette.text, palette.halo)).toBeGreaterThanOrEqual(TEXT);
    expect(contrast(palette.text, palette.land)).toBeGreaterThanOrEqual(TEXT);
    expect(contrast(palette.count, palette.countEdge)).toBeGreaterThanOrEqual(TEXT);
  });

  it('shows focus, fields, charts and the legend', () => {
    for (const ground of ['surface', 'ground', 'accent-soft'].map(word)) {
      for (const graphic of ['accent', 'line-strong', 'good', 'note', 'bad', 'zone-edge', 'c1', 'c2', 'c4', 'l1'].map(word)) {
        expect(contrast(graphic, ground), `${graphic} on ${ground}`).toBeGreaterThanOrEqual(GRAPHICS);
      }
      for (const text of ['ink', 'ink-2', 'accent', 'good', 'bad'].map(word)) {
        expect(contrast(text, ground), `${text} on ${ground}`).toBeGreaterThanOrEqual(TEXT);
      }
    }
    expect(contrast(word('accent-ink'), word('accent'))).toBeGreaterThanOrEqual(TEXT);
    expect(palette.ramp).toEqual([1, 2, 3, 4, 5].map((step) => word(`c${step}`)));
    expect(palette.looked).toEqual([1, 2, 3, 4].map((step) => word(`l${step}`)));
  });
});
