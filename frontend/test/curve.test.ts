import { describe, expect, it } from 'vitest';
import { curveOf, placed } from '../src/map/curve';

const HALF_LIFE_S = 600;
const passes = [
  { at: 1000, p_after: 0.8 },
  { at: 1600, p_after: 0.9 },
];

describe('curveOf', () => {
  it('fades from each pass to the next and jumps there', () => {
    const curve = curveOf(passes, HALF_LIFE_S, 2200, 9000);
    const p = (at_s: number) => curve?.until_now.filter((point) => point.at_s === at_s).map((point) => point.p);
    expect(p(1000)).toEqual([0.8]);
    expect(p(1600)?.[0]).toBeCloseTo(0.4, 9);
    expect(p(1600)?.[1]).toBeCloseTo(0.9, 9);
    expect(p(2200)?.[0]).toBeCloseTo(0.45, 9);
  });

  it('looks ahead, but not beyond the end', () => {
    const ahead = curveOf(passes, HALF_LIFE_S, 2200, 9000)?.ahead;
    expect(ahead?.[0]).toMatchObject({ at_s: 2200 });
    expect(ahead?.at(-1)?.at_s).toBeCloseTo(2620, 6);
    expect(curveOf(passes, HALF_LIFE_S, 2200, 2300)?.end_s).toBe(2300);
    expect(curveOf(passes, HALF_LIFE_S, 2200, null)?.end_s).toBe(2200);
  });

  it('is none where nobody has looked', () => {
    expect(curveOf([], HALF_LIFE_S, 0, null)).toBeNull();
  });
});

describe('placed', () => {
  const at = (hazard: { first_seen: number; last_seen: number; t: number }, hours: number[]) =>
    placed(hazard, hours.map((hour) => ({ at: hour * 3600 }))).map((pass) => pass.at);

  it('knows of the first pass and the last what is told of the hazard', () => {
    expect(at({ first_seen: 4200, last_seen: 12_000, t: 12_240 }, [1, 2, 3])).toEqual([4200, 7200, 12_240]);
    expect(at({ first_seen: 4200, last_seen: 5400, t: 9000 }, [1, 1])).toEqual([4200, 5400]);
  });

  it('leaves a pass in its hour where the hazard was seen in another', () => {
    expect(at({ first_seen: 0, last_seen: 20_000, t: 20_000 }, [3, 4])).toEqual([3 * 3600, 4 * 3600]);
  });
});
