import { probabilityAt } from '../shared/decay';
import { el, svg } from '../shared/dom';
import { metres, percent } from '../shared/format';
import { strings } from '../shared/strings';
import { ago } from './ago';
import type { Hazard } from './hazard';
import type { Shown } from './history';

/** A hazard as a row of the list, as of a moment. away_m: from where the reader is, if that is known. */
export function row(hazard: Shown, at_s: number, away_m: number | null = null): HTMLElement {
  return el(
    'li',
    {},
    el(
      'a',
      { class: 'row', href: `/hazards/${hazard.id}/`, 'data-hazard': hazard.id },
      marker(hazard),
      el(
        'span',
        { class: 'row-text' },
        el('strong', {}, capitalised(hazard.label)),
        el('small', away_m === null ? {} : { 'data-away': metres(away_m) }, about(hazard, at_s, away_m === null ? '' : metres(away_m))),
      ),
      likely(percentAt(hazard, at_s)),
    ),
  );
}

/** How likely it is, with what those who listen do not see at the head of the list. */
export function likely(words: string): HTMLElement {
  return el('span', { class: 'row-p' }, el('span', { class: 'unseen' }, `${strings.likelyThere} `), words);
}

/** Ages and probabilities have moved on. */
export function renew(shown: HTMLElement, hazard: Shown, at_s: number): void {
  const small = shown.querySelector('small');
  const p = shown.querySelector('.row-p');
  if (small) small.textContent = about(hazard, at_s, small.dataset.away ?? '');
  if (p?.lastChild) p.lastChild.textContent = percentAt(hazard, at_s);
}

function about(hazard: Shown, at_s: number, away: string): string {
  const words = [ago(at_s - hazard.last_seen)];
  if (away !== '') words.push(strings.away(away));
  if (!hazard.published) words.push(strings.unconfirmed);
  if (hazard.simulated) words.push(strings.simulated);
  return words.join('\u00a0· '); // no line begins with a dot
}

function percentAt(hazard: Shown, at_s: number): string {
  return percent(probabilityAt(hazard, at_s));
}

/** The hazard's symbol, as in the legend: dashed while unconfirmed. */
export function marker(hazard: Pick<Hazard, 'group' | 'published'>): SVGElement {
  const href = `#marker-${hazard.group}${hazard.published ? '' : '-open'}`;
  return svg('svg', { class: 'marker', width: '32', height: '32', 'aria-hidden': 'true' }, svg('use', { href }));
}

export function capitalised(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}
