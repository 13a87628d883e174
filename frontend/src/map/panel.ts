import { byId, el } from '../shared/dom';
import { ago, duration, localTime, metres, momentOf, percent } from '../shared/format';
import { strings } from '../shared/strings';
import { HttpError, fetchDetails } from './api';
import { Carousel } from './carousel';
import { type Details, type Hazard, probabilityAt } from './hazard';
import { capitalised, marker } from './row';
import { type Vocabulary, likelihood } from './vocabulary';
import { why } from './why';

type Fact = [term: string, words: string, more?: string];

/** The details of one hazard: beside the map on a desktop, a sheet from below on a phone. */
export class Panel {
  private readonly root = byId('panel');
  private asked: AbortController | null = null;
  private details: Details | null = null;
  private live: { lead: HTMLElement; facts: HTMLElement } | null = null;
  private carousel: Carousel | null = null;

  constructor(
    private readonly vocabulary: Vocabulary,
    private readonly now_s: () => number,
    private readonly onClose: () => void,
    private readonly onShare: () => void,
  ) {
    document.addEventListener('keydown', (event) => {
      const elsewhere = byId<HTMLDialogElement>('dialog').open;
      if (event.key === 'Escape' && !this.root.hidden && !elsewhere) this.onClose();
    });
  }

  /** Load and show a hazard and move focus into the panel. Null if it cannot be had. */
  async open(id: string): Promise<Hazard | null> {
    if (this.root.hidden || this.details?.hazard.id !== id) {
      this.root.replaceChildren(this.closeButton(), el('p', { class: 'quiet' }, strings.loading));
    }
    this.unfold();
    return this.load(id);
  }

  /** Fetch the shown hazard again: it has changed. */
  async reload(id: string): Promise<Hazard | null> {
    return this.load(id);
  }

  /** Show a work zone from what its tile says. */
  openZone(zone: Record<string, unknown>): void {
    this.asked?.abort();
    this.details = null;
    this.live = null;
    const now_s = this.now_s();
    const number = (name: string) => Number(zone[name] ?? 0);
    const p = probabilityAt({ p: number('p'), t: number('t'), half_life: number('half_life') }, now_s);
    const title = el('h2', { id: 'panel-title', tabindex: '-1' }, strings.workZone);
    const symbol = { group: 'construction', published: true } as const;
    this.root.replaceChildren(
      this.closeButton(),
      el('div', { class: 'hazard-head' }, marker(symbol), el('div', {}, title, el('p', { class: 'lead' }, this.likely(p)))),
      list([
        [strings.zoneLength, metres(number('length_m'))],
        [strings.zoneDevices, String(number('devices'))],
        [strings.lastSeen, ago(now_s - number('last_seen')), localTime(number('last_seen'), now_s)],
        [strings.firstSeen, ago(now_s - number('first_seen')), localTime(number('first_seen'), now_s)],
      ]),
    );
    this.unfold();
    title.focus({ preventScroll: true });
  }

  close(): void {
    this.asked?.abort();
    this.details = null;
    this.live = null;
    this.carousel = null;
    this.root.hidden = true;
    document.body.classList.remove('panel-open');
  }

  step(by: -1 | 1): void {
    this.carousel?.step(by);
  }

  toggleBoxes(): void {
    this.carousel?.toggleBoxes();
  }

  /** Ages and probabilities have moved on. */
  tick(): void {
    if (this.details === null || this.live === null) return;
    this.live.lead.textContent = this.lead(this.details.hazard);
    this.live.facts.replaceChildren(...list(this.facts(this.details)).children);
  }

  private unfold(): void {
    this.root.hidden = false;
    this.root.scrollTop = 0;
    document.body.classList.add('panel-open');
    this.root.focus({ preventScroll: true });
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
      this.root.replaceChildren(this.closeButton(), el('p', { class: 'notice' }, trouble(error)));
      return null;
    }
  }

  private show(details: Details): void {
    const { hazard, images } = details;
    const hadFocus = this.root.contains(document.activeElement);
    const title = el('h2', { id: 'panel-title', tabindex: '-1' }, capitalised(hazard.label));
    const lead = el('p', { class: 'lead' }, this.lead(hazard));
    const facts = list(this.facts(details));
    const again = this.details?.hazard.id === hazard.id && this.carousel !== null;
    if (!again) this.carousel = images.length > 0 ? new Carousel(images, hazard.id, this.now_s) : null;
    this.details = details;
    this.live = { lead, facts };
    const parts = [
      this.closeButton(),
      el('div', { class: 'hazard-head' }, marker(hazard), el('div', {}, title, lead)),
      tags(hazard),
      this.carousel?.root ?? el('p', { class: 'quiet' }, strings.noImage),
      votes(hazard),
      why(details, this.now_s()),
      facts,
      this.actions(hazard),
    ];
    this.root.replaceChildren(...parts.filter((part) => part !== null));
    if (hadFocus) title.focus({ preventScroll: true });
  }

  private lead(hazard: Hazard): string {
    return hazard.live ? this.likely(probabilityAt(hazard, this.now_s())) : strings.gone;
  }

  private likely(p: number): string {
    return strings.thereNow(capitalised(likelihood(this.vocabulary, p)), percent(p));
  }

  private facts({ hazard, images, road }: Details): Fact[] {
    const now_s = this.now_s();
    const models = [...new Set(images.map((image) => image.model_version))];
    const facts: Fact[] = [
      [strings.lastSeen, ago(now_s - hazard.last_seen), localTime(hazard.last_seen, now_s)],
      [strings.firstSeen, ago(now_s - hazard.first_seen), localTime(hazard.first_seen, now_s)],
      [strings.halves, duration(hazard.half_life)],
      [
        strings.position,
        `${hazard.lat.toFixed(5)}, ${hazard.lon.toFixed(5)}`,
        strings.within(metres(hazard.radius_m)),
      ],
    ];
    if (hazard.live) facts.splice(3, 0, [strings.leaves, momentOf(hazard.expires_at), strings.unlessSeen]);
    if (road !== '') facts.unshift([strings.road, road]);
    if (models.length > 0) facts.push([strings.model, models.join(', ')]);
    return facts;
  }

  private actions(hazard: Hazard): HTMLElement {
    const share = el('button', { type: 'button', class: 'button button-quiet' }, strings.share);
    share.addEventListener('click', () => this.onShare());
    return el(
      'p',
      { class: 'actions' },
      el('a', { class: 'button button-quiet', href: `/hazards/${hazard.id}/` }, strings.permalink),
      share,
    );
  }

  private closeButton(): HTMLElement {
    const button = el('button', { type: 'button', class: 'close', 'aria-label': strings.close }, '×');
    button.addEventListener('click', () => this.onClose());
    return button;
  }
}

function trouble(error: unknown): string {
  if (!(error instanceof HttpError)) return strings.detailsFailed;
  return { 404: strings.notFound, 429: strings.tooMany }[error.status] ?? strings.detailsFailed;
}

function list(facts: Fact[]): HTMLElement {
  const rows = facts.map(([term, words, more]) =>
    el('div', {}, el('dt', {}, term), el('dd', {}, words, more ? el('small', {}, more) : null)),
  );
  return el('dl', { class: 'facts' }, ...rows);
}

/** What somebody says who has been there; the page of the hazard takes it. */
function votes(hazard: Hazard): HTMLElement | null {
  if (!hazard.live) return null;
  const link = (words: string) => el('a', { class: 'button button-quiet', href: `/hazards/${hazard.id}/#vote` }, words);
  return el('p', { class: 'votes' }, el('span', {}, strings.wereYouThere), link(strings.stillThere), link(strings.isGone));
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
