import type { Place } from '../shared/geodesy';

/** A town: name, country code, longitude, latitude; the file has the most populous first. */
export type Town = [name: string, country: string, lon: number, lat: number];

const NUMBER = String.raw`(\d{1,3}(?:\.\d+)?)(?:\s*°\s*(?:(\d{1,2}(?:\.\d+)?)\s*['′]\s*)?(?:(\d{1,2}(?:\.\d+)?)\s*["″]\s*)?)?`;
const PART = String.raw`([NSEW])?\s*([+-])?\s*${NUMBER}\s*([NSEW])?`;
const PAIR = new RegExp(`^\\s*${PART}\\s*[,;\\s]\\s*${PART}\\s*$`, 'i');
const CELL = /^8[0-9a-f]{14}$/i;

/**
 * Coordinates as people write them: latitude first, unless letters say otherwise; decimals, or
 * degrees with minutes and seconds. A comma divides the two, or else is a decimal comma. Null for
 * anything else.
 */
export function coordinates(text: string): Place | null {
  const even = text.replace(/\s+/g, ' '); // a long gap has many ways to be divided among what may be a space
  const found = PAIR.exec(even) ?? PAIR.exec(even.replace(/(\d),(?=\d)/g, '$1.'));
  if (found === null) return null;
  const one = angle(found.slice(1, 7));
  const two = angle(found.slice(7, 13));
  const swapped = /[EW]/.test(one.letter) || /[NS]/.test(two.letter);
  if (swapped && (/[NS]/.test(one.letter) || /[EW]/.test(two.letter))) return null;
  const [lat, lon] = swapped ? [two.deg, one.deg] : [one.deg, two.deg];
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lon, lat } : null;
}

function angle([before, sign, degrees, minutes, seconds, after]: (string | undefined)[]): { deg: number; letter: string } {
  const letter = (before ?? after ?? '').toUpperCase();
  const size = round(Number(degrees) + Number(minutes ?? 0) / 60 + Number(seconds ?? 0) / 3600);
  const negative = (sign === '-') !== (letter === 'S' || letter === 'W');
  return { deg: negative ? -size : size, letter };
}

/** To a hand's breadth: of a sixtieth nobody wants to read all digits. */
function round(degrees: number): number {
  return Number(degrees.toFixed(6));
}

/** Whether this may be the index of an H3 cell. */
export function isCell(text: string): boolean {
  return CELL.test(text.trim());
}

/** Without accents and case, so that "Malmo" finds "Malmö". */
function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase('en');
}

/** Towns whose names begin so, then those with a later word that does; the largest first. */
export function townsLike(towns: Town[], text: string, limit: number): Town[] {
  const wanted = plain(text.trim());
  if (wanted === '') return [];
  const names = towns.map((town) => plain(town[0]));
  const first = towns.filter((_, index) => names[index]?.startsWith(wanted));
  const later = towns.filter((_, index) => names[index]?.includes(` ${wanted}`) || names[index]?.includes(`-${wanted}`));
  return [...first, ...later].slice(0, limit);
}
