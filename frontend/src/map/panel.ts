import { probabilityAt } from '../shared/decay';
import { byId, el, isPlain } from '../shared/dom';
import { duration, localTime, metres, momentOf, percent } from '../shared/format';
import { strings } from '../shared/strings';
import { ago } from './ago';
import { HttpError, fetchDetails, fetchZone } from './api';
import { Carousel } from './carousel';
import type { Details, Hazard } from './hazard';
import { capitalised, marker, row } from './row';
import { type Vocabulary, likelihood } from './vocabulary';
import { why } from './why';
import type { Zone, ZoneDetails } from './zone';

type Fact = [term: string, words: string, more?: string];

/** The details of one hazard: beside the map on a desktop, a sheet from below on a phone. */
export class Panel {
  private readonly root = byId('panel');
  private asked: AbortController | null = null;
  private details: Details | null = null;
  private live: { lead: HTMLElement; fresh: HTMLElement; facts: HTMLElement } | null = null;
  private carousel: Carousel | null = null;

  constructor(
    private readonly vocabulary: Vocabulary,
    private readonly now_s: () => number,
    private readonly onClose: () => void,
    private readonly onShare: () => void,
    private readonly onPick: (id: string) => void,
  ) {
    this.root.addEventListener('click', (event) => this.click(event));
    document.addEventListener('keydown', (event) => {
      const elsewhere = byId<HTMLDialogElement>('dialog').open;
      if (event.key === 'Escape' && !this.root.hidden && !elsewhere) this.onClose();
    });
  }

  /** Load and show a hazard and move focus into the panel. Null if it cannot be had. */
  async open(id: string): Promise<Hazard | null> {
    if (this.root.hidden || this.details?.hazard.id !== id) this.say('quiet', strings.loading);
    this.unfold();
    return this.reload(id);
  }

  /** Fetch the shown hazard again: it has changed. */
  async reload(id: string): Promise<Hazard | null> {
    const details = await this.fetched((signal) => fetchDetails(id, signal), (found) => this.show(found));
    return details?.hazard ?? null;
  }

  /** Load and show a work zone and move focus into the panel. Null if it cannot be had. */
  async openZone(id: string): Promise<Zone | null> {
    this.forget();
    this.say('quiet', strings.loading);
    this.unfold();
    const details = await this.fetched((signal) => fetchZone(id, signal), (found) => this.showZone(found), strings.zoneNotFound);
    return details?.zone ?? null;
  }

  private showZone({ zone, road, devices }: ZoneDetails): void {
    const now_s = this.now_s();
    const title = el('h2', { id: 'panel-title', tabindex: '-1' }, strings.workZone);
    const lead = zone.live ? this.likely(probabilityAt(zone, now_s)) : strings.gone;
    const facts: Fact[] = [
      [strings.zoneLength, metres(zone.length_m)],
      [strings.lastSeen, ago(now_s - zone.last_seen), localTime(zone.last_seen, now_s)],
      [strings.firstSeen, ago(now_s - zone.first_seen), localTime(zone.first_seen, now_s)],
      [strings.zoneDevices, String(zone.devices)],
    ];
    if (zone.live) facts.push([strings.expectedEnd, momentOf(zone.expected_end), strings.halfGone]);
    const fresh = [strings.seenAgo(ago(now_s - zone.last_seen)), road].filter((words) => words !== '').join(' · ');
    const parts = [
      head(marker({ group: 'construction', published: true }), this.buttons(), title, el('p', { class: 'lead' }, lead), el('p', { class: 'fresh' }, fresh)),
      zone.simulated ? el('p', { class: 'tags' }, el('span', { class: 'tag tag-simulated' }, strings.simulated)) : null,
      list(facts),
      devices.length === 0 ? null : el('h3', {}, strings.zoneAlong),
      devices.length === 0 ? null : el('ul', { class: 'rows' }, ...devices.map((device) => row(device, now_s))),
      el('p', { class: 'actions' }, el('a', { class: 'button button-quiet', href: `/workzones/${zone.id}/` }, strings.zonePage)),
    ];
    this.root.replaceChildren(...parts.filter((part) => part !== null));
    title.focus({ preventScroll: true });
  }

  /** A device of a work zone is chosen: its evidence opens in the place of the zone's. */
  private click(event: MouseEvent): void {
    const id = (event.target as Element).closest<HTMLElement>('[data-hazard]')?.dataset.hazard;
    if (id === undefined || !isPlain(event)) return;
    event.preventDefault();
    this.onPick(id);
  }

  close(): void {
    this.asked?.abort();
    this.forget();
    this.root.hidden = true;
    document.body.classList.remove('panel-open');
  }

  step(by: -1 | 1): void {
    this.carousel?.step(by);
  }

  report(): void {
    this.carousel?.reportShown();
  }

  toggleBoxes(): void {
    this.carousel?.toggleBoxes();
  }

  /** Ages and probabilities have moved on. */
  tick(): void {
    if (this.details === null || this.live === null) return;
    this.live.lead.textContent = this.lead(this.details.hazard);
    this.live.fresh.textContent = this.fresh(this.details);
    this.live.facts.replaceChildren(...list(this.facts(this.details)).children);
  }

  private unfold(): void {
    this.root.hidden = false;
    this.root.scrollTop = 0;
    document.body.classList.add('panel-open');
    this.root.focus({ preventScroll: true });
  }

  /** Ask for something instead of what was asked for before, and show it. Null if it cannot be had. */
  private async fetched<T>(ask: (signal: AbortSignal) => Promise<T>, show: (found: T) => void, gone = strings.notFound): Promise<T | null> {
    this.asked?.abort();
    const asked = new AbortController();
    this.asked = asked;
    try {
      const found = await ask(asked.signal);
      show(found);
      return found;
    } catch (error) {
      if (!asked.signal.aborted) this.say('notice', trouble(error, gone));
      return null;
    }
  }

  private forget(): void {
    this.details = null;
    this.live = null;
    this.carousel = null;
  }

  /** Words in the place of details: there is nothing to share yet, or any more. */
  private say(manner: 'quiet' | 'notice', words: string): void {
    const close = el('div', { class: 'panel-buttons' }, this.closeButton());
    this.root.replaceChildren(close, el('p', { class: manner }, words));
  }

  private show(details: Details): void {
    const { hazard, images } = details;
    const focused = this.root.contains(document.activeElement) ? (document.activeElement as HTMLElement) : null;
    const title = el('h2', { id: 'panel-title', tabindex: '-1' }, capitalised(hazard.label));
    const lead = el('p', { class: 'lead' }, this.lead(hazard));
    const fresh = el('p', { class: 'fresh' }, this.fresh(details));
    const facts = list(this.facts(details));
    const again = this.details?.hazard.id === hazard.id && this.carousel !== null;
    if (!again) this.carousel = images.length > 0 ? new Carousel(images, hazard.id, this.now_s) : null;
    this.details = details;
    this.live = { lead, fresh, facts };
    const parts = [
      head(marker(hazard), this.buttons(), title, lead, fresh),
      tags(hazard),
      this.carousel?.root ?? el('p', { class: 'quiet' }, withheld(hazard) ? strings.noImageYet : strings.noImage),
      votes(hazard),
      why(details, this.now_s()),
      facts,
      el('p', { class: 'actions' }, el('a', { class: 'button button-quiet', href: `/hazards/${hazard.id}/` }, strings.permalink)),
    ];
    this.root.replaceChildren(...parts.filter((part) => part !== null));
    if (focused === null) return;
    const stays = focused !== this.root && this.root.contains(focused);
    (stays ? focused : title).focus({ preventScroll: true });
  }

  private lead(hazard: Hazard): string {
    return hazard.live ? this.likely(probabilityAt(hazard, this.now_s())) : strings.gone;
  }

  /** How old it is and who says so, before everything else. */
  private fresh({ hazard, road }: Details): string {
    const words = [strings.seenBy(ago(this.now_s() - hazard.last_seen), hazard.witnesses), road];
    return words.filter((part) => part !== '').join(' · ');
  }

  private likely(p: number): string {
    return strings.thereNow(likelihood(this.vocabulary, p), percent(p));
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

  /** What one does with a panel, in its corner: before its title, from where one tabs on to what it holds. */
  private buttons(): HTMLElement {
    const share = el('button', { type: 'button', class: 'panel-share' }, strings.share);
    share.addEventListener('click', () => this.onShare());
    return el('div', { class: 'panel-buttons' }, share, this.closeButton());
  }

  private closeButton(): HTMLElement {
    const close = el('button', { type: 'button', class: 'close', 'aria-label': strings.close }, '×');
    close.addEventListener('click', () => this.onClose());
    return close;
  }
}

function head(symbol: SVGElement, ...words: HTMLElement[]): HTMLElement {
  return el('div', { class: 'hazard-head' }, symbol, el('div', {}, ...words));
}

function trouble(error: unknown, gone: string): string {
  if (!(error instanceof HttpError)) return strings.detailsFailed;
  return { 404: gone, 429: strings.tooMany }[error.status] ?? strings.detailsFailed;
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

/** As the server says of its pictures: on the word of one account, or of what is hardly there, nobody sees any. */
function withheld(hazard: Hazard): boolean {
  return hazard.live && !hazard.published && !hazard.confirmed;
}
