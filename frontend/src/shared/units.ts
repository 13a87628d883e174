const FOOT_M = 0.3048;
const YARD_M = 0.9144;
const MILE_M = 1609.344;

/** How the people of a place count lengths on the road. */
export type Units = 'metric' | 'feet' | 'yards';

/** Of a language tag and a time zone: miles and feet in the USA and Liberia, miles and yards in Britain. */
export function unitsOf(tag: string, zone: string): Units {
  const region = /^[a-z]{2,3}(?:-[A-Z][a-z]{3})?-([A-Z]{2})(?:-|$)/.exec(tag)?.[1];
  // American English is what devices come with anywhere: their clock must be American too.
  if (region === 'US' && !mayBeAmerican(zone)) return zone === 'Europe/London' ? 'yards' : 'metric';
  if (region === 'US' || region === 'LR') return 'feet';
  return region === 'GB' ? 'yards' : 'metric';
}

/** Also where the browser does not tell its zone, or does not know those of a country. */
function mayBeAmerican(zone: string): boolean {
  const usa = new Intl.Locale('und-US') as Intl.Locale & { timeZones?: string[]; getTimeZones?(): string[] };
  const zones = usa.getTimeZones?.() ?? usa.timeZones;
  return zones === undefined || zones.includes(zone) || /^(UTC|Etc\/)/.test(zone);
}

/** Those of the reader: the page's language says nothing of them, the browser's region does. */
export const readersUnits: Units = unitsOf(
  globalThis.navigator?.language ?? '',
  new Intl.DateTimeFormat().resolvedOptions().timeZone,
);

/** English of the world: the day before the month, 24 hours. */
const WORLDS_ENGLISH = 'en-GB';

/** How the reader's country writes the page's language: "en-IE" and not "en", which is American. */
export const readersLocale: string = localeOf(
  globalThis.document?.documentElement.lang ?? 'en',
  globalThis.navigator?.languages ?? [],
);

export function localeOf(language: string, wanted: readonly string[]): string {
  const found = wanted.find((tag) => tag.startsWith(`${language}-`)) ?? language;
  // Browsers put "en-US" behind other languages of their own accord.
  const american = found === 'en-US' && wanted[0]?.endsWith('-US');
  return found === 'en' || (found === 'en-US' && !american) ? WORLDS_ENGLISH : found;
}

interface Written {
  amount: number;
  unit: 'meter' | 'kilometer' | 'foot' | 'yard' | 'mile';
}

/** A length as people of a place would say it, rounded to what matters to a driver. */
export function length(length_m: number, units: Units): Written {
  if (units === 'metric') {
    if (length_m >= 1000) return { amount: shortened(length_m / 1000), unit: 'kilometer' };
    return { amount: length_m < 10 ? shortened(length_m) : Math.round(length_m), unit: 'meter' };
  }
  if (length_m >= MILE_M / 4) return { amount: shortened(length_m / MILE_M), unit: 'mile' };
  if (units === 'feet') return { amount: Math.round(length_m / FOOT_M), unit: 'foot' };
  return { amount: Math.round(length_m / YARD_M), unit: 'yard' };
}

/** In words of a language: "1.2 km" or, long, "1.2 kilometres". */
export function lengthWords(length_m: number, language: string, units: Units): string {
  return written(length(length_m, units), language, 'short');
}

/** As one would say it to a driver: "350 m", or, to be spoken, "350 metres". */
export function roughWords(length_m: number, language: string, units: Units, display: 'short' | 'long' = 'short'): string {
  const { amount, unit } = length(length_m, units);
  const far = unit === 'kilometer' || unit === 'mile';
  return written({ amount: far ? amount : rough(amount), unit }, language, display);
}

/** To 50 above 100, to 10 below, and never nothing. */
export function rough(amount: number): number {
  const step = amount >= 100 ? 50 : 10;
  return Math.max(step, Math.round(amount / step) * step);
}

function written({ amount, unit }: Written, language: string, unitDisplay: 'short' | 'long'): string {
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay }).format(amount);
}

const KMH_PER_MPS = 3.6;
const MPH_PER_MPS = 3600 / MILE_M;

/** A speed: "50 km/h" or "31 mph". */
export function speedWords(speed_mps: number, language: string, units: Units): string {
  const [amount, unit] =
    units === 'metric'
      ? [speed_mps * KMH_PER_MPS, 'kilometer-per-hour']
      : [speed_mps * MPH_PER_MPS, 'mile-per-hour'];
  return new Intl.NumberFormat(language, { style: 'unit', unit, maximumFractionDigits: 0 }).format(amount);
}

/** One digit behind the point below ten, none above. */
function shortened(amount: number): number {
  return amount < 10 ? Math.round(amount * 10) / 10 : Math.round(amount);
}
