import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Positions } from '../src/drive/positions';

describe('Positions', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('window', { setTimeout, clearTimeout });
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it('tells once that there has been none for ten seconds, and nothing after the stop', () => {
    let fix: (position: GeolocationPosition) => void = () => undefined;
    const geolocation = { watchPosition: (told: typeof fix) => ((fix = told), 1), clearWatch: () => undefined };
    vi.stubGlobal('navigator', { geolocation });
    const told: string[] = [];
    const positions = new Positions({
      placed: () => told.push('placed'),
      failed: () => told.push('failed'),
      silent: () => told.push('silent'),
    });
    const place = {} as GeolocationPosition;
    positions.start();
    fix(place);
    vi.advanceTimersByTime(9000);
    fix(place);
    vi.advanceTimersByTime(9999);
    expect(told).toEqual(['placed', 'placed']);
    vi.advanceTimersByTime(60_000);
    expect(told).toEqual(['placed', 'placed', 'silent']);
    fix(place);
    positions.stop();
    vi.advanceTimersByTime(60_000);
    expect(told.at(-1)).toBe('placed');
  });
});
