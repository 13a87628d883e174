import { lengthWords, readersLocale, readersUnits } from './units';

const language = document.documentElement.lang || 'en';
const clock = new Intl.DateTimeFormat(readersLocale, { hour: '2-digit', minute: '2-digit' });
const clockSeconds = new Intl.DateTimeFormat(readersLocale, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});
const dayAndClock = new Intl.DateTimeFormat(readersLocale, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];

/** Local wall-clock time; with the date where it was not within the last 18 hours. */
export function localTime(at_s: number, now_s: number): string {
  const format = now_s - at_s < 18 * 3600 ? clock : dayAndClock;
  return format.format(at_s * 1000);
}

/** hh:mm:ss, local. */
export function timeOfDay(at: Date): string {
  return clockSeconds.format(at);
}

/** A share 0..1 as whole per cent. */
export function percent(share: number): string {
  return `${Math.round(100 * share)}\u00a0%`;
}

/** A length in the units of the reader's country. */
export function metres(length_m: number): string {
  return lengthWords(length_m, readersLocale, readersUnits);
}

/** "4 days", "20 min": a length of time in its largest fitting unit. */
export function duration(length_s: number): string {
  const [unit, seconds] = UNITS.find(([, size]) => length_s >= size) ?? ['second', 1];
  return new Intl.NumberFormat(readersLocale, {
    style: 'unit',
    unit,
    unitDisplay: 'long',
    maximumFractionDigits: 0,
  }).format(length_s / seconds);
}

const dayNames = new Intl.DateTimeFormat(readersLocale, { weekday: 'short' });
const moments = new Intl.DateTimeFormat(readersLocale, {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});
const countries = 'DisplayNames' in Intl ? new Intl.DisplayNames(language, { type: 'region' }) : null;

export function dayOfWeek(at_s: number): string {
  return dayNames.format(at_s * 1000);
}

/** "Thu, 26 Nov, 14:00", local. */
export function momentOf(at_s: number): string {
  return moments.format(at_s * 1000);
}

/** The name of a country by its ISO code. */
export function countryName(code: string): string {
  return countries?.of(code) ?? code;
}
