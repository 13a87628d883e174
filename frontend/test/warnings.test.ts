import { describe, expect, it } from 'vitest';
import { Course } from '../src/drive/course';
import { squaresAround } from '../src/drive/squares';
import { Announcer, type Hazard, warningsAhead, wedge } from '../src/drive/warnings';
import { moved } from '../src/shared/geodesy';
import { lengthWords, localeOf, rough, roughWords, speedWords, unitsOf } from '../src/shared/units';

const HERE = { lon: 24.94, lat: 60.17 };
const NOW_S = 1_800_000_000;

function hazard(id: string, ahead_m: number, more: Partial<Hazard> = {}): Hazard {
  const place = moved(HERE, 0, ahead_m);
  return { id, kind: 'cone', p: 0.9, t: NOW_S, half_life: 3600, severity: 1, published: true, ...place, ...more };
}

const north = wedge(HERE, 0, 20);

describe('warningsAhead', () => {
  it('makes one warning of a row, and another of what stands farther off', () => {
    const hazards = [hazard('c', 330), hazard('a', 200), hazard('b', 260), hazard('far', 500), hazard('cow', 220, { kind: 'cow' })];
    const found = warningsAhead(hazards, north, NOW_S);
    expect(found.map(({ kind, count }) => [kind, count])).toEqual([['cone', 3], ['cow', 1], ['cone', 1]]);
    expect(found[0]?.distance_m).toBeCloseTo(200, -1);
  });

  it('leaves out what has faded and what lies behind', () => {
    expect(warningsAhead([hazard('a', 200)], north, NOW_S + 3600)).toHaveLength(1);
    expect(warningsAhead([hazard('a', 200)], north, NOW_S + 2 * 3600)).toHaveLength(0);
    expect(warningsAhead([hazard('a', -200)], north, NOW_S)).toHaveLength(0);
  });

  it('looks farther at speed', () => {
    expect(wedge(HERE, 0, 5).reach_m).toBe(400);
    expect(wedge(HERE, 0, 30).reach_m).toBe(900);
    expect(wedge(HERE, 0, 100).reach_m).toBe(2000);
  });
});

describe('Announcer', () => {
  it('says each thing early, once more just before it, and then nothing', () => {
    const announcer = new Announcer();
    const said = [500, 480, 300, 110, 90, 40, -30, 500].map((metres) =>
      announcer.next(warningsAhead([hazard('a', metres)], wedge(HERE, 0, 20), NOW_S), 20, false)?.distance_m.toFixed(0),
    );
    expect(said.map((one) => one !== undefined)).toEqual([true, false, false, true, false, false, false, true]);
  });

  it('speaks twice of a work zone, however many cones come into reach on the way', () => {
    const announcer = new Announcer();
    const said = Array.from({ length: 90 }, (_, second) => {
      const cones = Array.from({ length: 40 }, (_, i) => hazard(`cone ${i}`, 700 + i * 25 - second * 20));
      return announcer.next(warningsAhead(cones, north, NOW_S), 20, false)?.distance_m;
    }).filter((distance_m) => distance_m !== undefined);
    expect(said).toHaveLength(2);
    expect(said[0]).toBeGreaterThan(500);
    expect(said[1]).toBeLessThanOrEqual(120);
  });

  it('lets what is near cut off what is far, and nothing else; what waited is said later', () => {
    const announcer = new Announcer();
    const next = (cow_m: number, pothole_m: number, talking: boolean) => {
      const hazards = [hazard('cow', cow_m, { kind: 'cow' }), hazard('hole', pothole_m, { kind: 'pothole' })];
      return announcer.next(warningsAhead(hazards, north, NOW_S), 20, talking)?.kind;
    };
    expect(next(300, 380, false)).toBe('cow');
    expect(next(280, 360, true)).toBeUndefined();
    expect(next(260, 340, false)).toBe('pothole');
    expect(next(110, 190, true)).toBe('cow');
    expect(next(35, 115, true)).toBeUndefined();
    expect(next(15, 95, false)).toBe('pothole');
  });
});

describe('rough', () => {
  it.each([[4, 10], [47, 50], [149, 150], [226, 250], [940, 950]])('%d is said as %d', (amount, said) => {
    expect(rough(amount)).toBe(said);
  });
});

describe('squaresAround', () => {
  it('asks for one square in its middle and for four near its corner', () => {
    expect(squaresAround({ lon: 0.1, lat: 0.1 }, 6000)).toEqual(['/drive/hazards/0/0.json']);
    expect(squaresAround({ lon: 0.01, lat: -0.01 }, 6000)).toHaveLength(4);
  });

  it('goes on beyond the antimeridian and ends at the poles', () => {
    expect(squaresAround({ lon: 180, lat: 0.1 }, 6000)).toEqual(['/drive/hazards/-900/0.json', '/drive/hazards/899/0.json']);
    expect(squaresAround({ lon: 0.1, lat: 90 }, 100).every((address) => address.includes('/449.'))).toBe(true);
  });
});

describe('Course', () => {
  it('believes the phone at speed, and else the way it has gone', () => {
    const course = new Course();
    expect(course.at(HERE, 0, null, null)).toBeNull();
    expect(course.at(moved(HERE, 90, 3), 1000, null, null)).toBeNull();
    expect(course.at(moved(HERE, 90, 20), 2000, null, null)).toBeCloseTo(90, 0);
    expect(course.speed_mps).toBeCloseTo(10, 1);
    expect(course.at(moved(HERE, 90, 21), 3000, 180, 10)).toBe(180);
    expect(course.at(moved(HERE, 90, 22), 4000, 270, 0.5)).toBe(180);
    expect(course.at(moved(HERE, 90, 40), 5000, null, 10)).toBeCloseTo(90, 0);
  });
});

describe('lengths', () => {
  it('are in the units of the country and the words of the language', () => {
    const tags = ['en-US', 'en-GB', 'de-DE', 'en'];
    expect(tags.map((tag) => unitsOf(tag, 'America/Indianapolis'))).toEqual(['feet', 'yards', 'metric', 'metric']);
    expect(lengthWords(200, 'en', 'feet')).toBe('656 ft');
    expect(roughWords(200, 'en', 'yards', 'long')).toBe('200 yards');
    expect(lengthWords(1609, 'en', 'feet')).toBe('1 mi');
    expect(lengthWords(1250, 'de', 'metric')).toMatch(/^1,3\skm$/);
    expect(roughWords(48, 'fi', 'metric', 'long')).toMatch(/^50\smetriä$/);
    expect(localeOf('en', ['de-DE', 'en-IE', 'en'])).toBe('en-IE');
    expect(localeOf('fi', ['de-DE', 'en-IE'])).toBe('fi');
    expect([['en-US', 'en'], ['es-US', 'en-US']].map((wanted) => localeOf('en', wanted))).toEqual(['en-US', 'en-US']);
    expect([['pt-BR', 'en-US', 'en'], ['sw'], ['en']].map((wanted) => localeOf('en', wanted))).toEqual(['en-GB', 'en-GB', 'en-GB']);
    expect(speedWords(13.9, 'en', 'metric')).toBe('50 km/h');
    expect(speedWords(13.9, 'en', 'yards')).toBe('31 mph');
  });

  it('are those of where an American device is, if its clock is set there', () => {
    const zones = ['Africa/Nairobi', 'Pacific/Auckland', 'America/Sao_Paulo', 'Europe/London', 'Pacific/Honolulu', 'UTC'];
    const units = ['metric', 'metric', 'metric', 'yards', 'feet', 'feet'];
    expect(zones.map((zone) => unitsOf('en-US', zone))).toEqual(units);
    expect(unitsOf('en-GB', 'Pacific/Auckland')).toBe('yards');
  });
});
