import { strings } from '../shared/strings';

const relative = new Intl.RelativeTimeFormat(document.documentElement.lang || 'en', { numeric: 'always', style: 'short' });

/** "20 min. ago" for a moment `age_s` seconds back, which is told in full ten minutes. */
export function ago(age_s: number): string {
  if (age_s < 600) return strings.lessThanTenMinutes;
  if (age_s < 3600) return relative.format(-10 * Math.floor(age_s / 600), 'minute');
  if (age_s < 86_400) return relative.format(-Math.floor(age_s / 3600), 'hour');
  return relative.format(-Math.floor(age_s / 86_400), 'day');
}
