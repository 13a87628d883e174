import { byId, el } from '../shared/dom';
import { ago, duration, localTime, metres, percent } from '../shared/format';
import { strings } from '../shared/strings';
import { HttpError, fetchDetails } from './api';
import { Carousel } from './carousel';
import { type Details, type Hazard, probabilityAt } from './hazard';
import { capitalised, marker } from './list';
import { type Vocabulary, likelihood } from './vocabulary';

/** The details of one hazard: beside the map on a desktop, a sheet from below on a phone. */
export class Panel {
  private readonly root = byId('panel');
  private asked: AbortController | null = null;
  private details: Details | null = null;
  private live: { lead: HTMLElement; facts: HTMLElement } | null = null;

  constructor(
    private readonly vocabulary: Vocabulary,
    private readonly now_s: () => number,
    private readonly onClose: () => void,
  ) {
    document.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && !this.root.hidden) this.onClose();
    });
  }

  /** Load and show a hazard and move focus into the panel. Null if it cannot be had. */
  async open(id: string): Promise<Hazard | null> {
    if (this.root.hidden || this.details?.hazard.id !== id) {
      this.root.replaceChildren(this.closeButton(), el('p', { class: 'quiet' }, strings.loading));
    }
    this.root.hidden = false;
    document.body.classList.add('panel-open');
    this.root.focus({ preventScroll: true });
    return this.load(id);
  }

  /** Fetch the shown hazard again: it has changed. */
  async reload(id: string): Promise<Hazard | null> {
    return this.load(id);
  }

  close(): void {
    this.asked?.abort();
    this.details = null;
    this.live = null;
    this.root.hidden = true;
    document.body.classList.remove('panel-open');
  }

  /** Ages and probabilities have moved on. */
  tick(): void {
    if (this.details === null || this.live === null) return;
    this.live.lead.textContent = this.lead(this.details.hazard);
    this.live.facts.replaceChildren(...this.facts(this.details.hazard));
  }

  private async load(id: string): Promise<Hazard | null> {
    this.asked?.abort();
    const asked = new AbortController();
    this.asked = asked;
    try {
      const details = await fetchDetails(id, asked.signal);
      this.show(details);
      return details.hazard;
    } catch (error) {
      if (asked.signal.aborted) return null;
      const gone = error instanceof HttpError && error.status === 404;
      this.root.replaceChildren(
        this.closeButton(),
        el('p', { class: 'notice' }, gone ? strings.notFound : strings.detailsFailed),
      );
      return null;
    }
  }

  private show(details: Details): void {
    const { hazard, images } = details;
    const hadFocus = this.root.contains(document.activeElement);
    const title = el('h2', { id: 'panel-title', tabindex: '-1' }, capitalised(hazard.label));
    const lead = el('p', { class: 'lead' }, this.lead(hazard));
    const facts = el('dl', { class: 'facts' }, ...this.facts(hazard));
    this.details = details;
    this.live = { lead, facts };
    this.root.replaceChildren(
      this.closeButton(),
      el('div', { class: 'hazard-head' }, marker(hazard), el('div', {}, title, lead)),
      tags(hazard),
      images.length > 0 ? new Carousel(images, this.now_s).root : el('p', { class: 'quiet' }, strings.noImage),
      facts,
      el('p', { class: 'actions' }, el('a', { href: `/hazards/${hazard.id}/` }, strings.permalink)),
    );
    if (hadFocus) title.focus({ preventScroll: true });
  }

  private lead(hazard: Hazard): string {
    if (!hazard.live) return strings.gone;
    const p = probabilityAt(hazard, this.now_s());
    return strings.thereNow(capitalised(likelihood(this.vocabulary, p)), percent(p));
  }

  private facts(hazard: Hazard): HTMLElement[] {
    const now_s = this.now_s();
    const moment = (at_s: number) => `${ago(now_s - at_s)} (${localTime(at_s, now_s)})`;
    const pairs: [string, string][] = [
      [strings.lastSeen, moment(hazard.last_seen)],
      [strings.firstSeen, moment(hazard.first_seen)],
      [strings.drivers, String(hazard.witnesses)],
      [strings.passes, String(hazard.passes)],
      [strings.halves, duration(hazard.half_life)],
      [
        strings.position,
        `${hazard.lat.toFixed(5)}, ${hazard.lon.toFixed(5)} ${strings.within(metres(hazard.radius_m))}`,
      ],
    ];
    return pairs.map(([term, words]) => el('div', {}, el('dt', {}, term), el('dd', {}, words)));
  }

  private closeButton(): HTMLElement {
    const button = el('button', { type: 'button', class: 'close', 'aria-label': strings.close }, '×');
    button.addEventListener('click', () => this.onClose());
    return button;
  }
}

function tags(hazard: Hazard): HTMLElement {
  const certainty = hazard.confirmed
    ? strings.moderatorChecked
    : hazard.published
      ? strings.severalDrivers
      : strings.unconfirmed;
  return el(
    'p',
    { class: 'tags' },
    ...[hazard.state_words, hazard.severity_words, certainty].map((words) => el('span', { class: 'tag' }, words)),
    hazard.simulated ? el('span', { class: 'tag tag-simulated' }, strings.simulated) : null,
  );
}
