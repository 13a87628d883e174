import { byId, el, isPlain, tellHeight } from '../shared/dom';
import { type Place, distance_m } from '../shared/geodesy';
import { strings } from '../shared/strings';
import { ago } from './ago';
import type { Shown } from './history';
import { renew, row } from './row';
import { type Zone, middleOf, zoneRow } from './zone';

/** What the list shows. moment: in words, where it is not now. hiding: what hides the others. */
interface Listed {
  hazards: Shown[];
  zones: Zone[];
  /** Where the reader is, if that is known: what is nearest comes first then. */
  me: Place | null;
  hidden: number;
  truncated: boolean;
  moment: string | null;
  /** What is said where there is nothing. */
  nothing: string;
  hiding: { words: string; clear: () => void; clearAll: () => void } | null;
}

/** The hazards in view as rows; on a phone a sheet that unfolds. */
export class HazardList {
  private readonly rows = document.getElementById('list');
  private listed: Listed | null = null;

  constructor(
    private readonly onPick: (id: string) => void,
    private readonly onZone: (id: string) => void,
    /** A row is under the pointer or has the focus; null when none is. */
    private readonly onPoint: (id: string | null) => void,
  ) {
    this.rows?.addEventListener('click', (event) => this.click(event));
    this.rows?.addEventListener('keydown', (event) => this.step(event));
    for (const kind of ['focusin', 'mouseover']) this.rows?.addEventListener(kind, (event) => this.onPoint(idOf(event)));
    for (const kind of ['focusout', 'mouseleave']) this.rows?.addEventListener(kind, () => this.onPoint(null));
    if (this.rows) this.addToggle();
  }

  show(listed: Listed, at_s: number): void {
    if (this.rows === null) return;
    this.listed = listed;
    const focused = [...this.rows.querySelectorAll('.row')].indexOf(document.activeElement as Element);
    const { hazard, zone } = (focused < 0 ? null : (document.activeElement as HTMLElement))?.dataset ?? {};
    const away_m = (place: Place) => (listed.me === null ? null : distance_m(listed.me, place));
    const drawn = [
      ...nearestFirst(listed.zones, (zone) => away_m(middleOf(zone))).map(([zone, away]) => zoneRow(zone, at_s, away)),
      ...nearestFirst(listed.hazards, away_m).map(([hazard, away]) => row(hazard, at_s, away)),
    ];
    this.rows.replaceChildren(...sameRows(this.rows, drawn));
    if (focused >= 0) this.refocus(hazard ? this.rowOf(hazard) : zone ? this.zoneRowOf(zone) : null, focused);
    const count = byId('list-count');
    const words = strings.inView(listed.hazards.length, listed.truncated, listed.moment ?? '');
    if (count.textContent !== words) count.textContent = words;
    this.freshness(at_s);
    this.notice(listed);
  }

  /** Ages and probabilities have moved on. */
  tick(at_s: number): void {
    if (this.rows === null) return;
    for (const hazard of this.listed?.hazards ?? []) {
      const shown = this.rowOf(hazard.id);
      if (shown) renew(shown, hazard, at_s);
    }
    this.freshness(at_s);
  }

  rowOf(id: string): HTMLElement | null {
    return this.rows?.querySelector(`[data-hazard="${CSS.escape(id)}"]`) ?? null;
  }

  zoneRowOf(id: string): HTMLElement | null {
    return this.rows?.querySelector(`[data-zone="${CSS.escape(id)}"]`) ?? null;
  }

  mark(id: string | null): void {
    for (const row of this.rows?.querySelectorAll('[aria-current]') ?? []) row.removeAttribute('aria-current');
    if (id !== null) (this.rowOf(id) ?? this.zoneRowOf(id))?.setAttribute('aria-current', 'true');
  }

  /** Move focus to the first row, and unfold the list where it is folded. */
  focus(): void {
    const toggle = document.getElementById('list-toggle');
    if (toggle?.getAttribute('aria-expanded') === 'false') toggle.click();
    (this.rows?.querySelector<HTMLElement>('.row') ?? this.rows)?.focus();
  }

  /** Take the focus, where what had it is gone: the list, or on a phone the button that unfolds it. */
  hold(): void {
    this.rows?.focus({ preventScroll: true });
    if (document.activeElement !== this.rows) document.getElementById('list-toggle')?.focus({ preventScroll: true });
  }

  /** Give the focus back to a row that was drawn anew; where it is gone, to the one that is in its place. */
  private refocus(same: HTMLElement | null, place: number): void {
    const rows = [...(this.rows?.querySelectorAll<HTMLElement>('.row') ?? [])];
    const next = same ?? rows[Math.min(place, rows.length - 1)];
    if (next) next.focus({ preventScroll: same !== null });
    else this.hold();
  }

  /** How new and how sure what is listed is, in one line. */
  private freshness(at_s: number): void {
    const line = byId('list-fresh');
    const { hazards, zones, moment } = this.listed ?? { hazards: [], zones: [], moment: null };
    const words = zones.length > 0 ? [strings.zonesInView(zones.length)] : [];
    if (hazards.length > 0 && moment === null) {
      words.push(strings.confirmedOf(hazards.filter((hazard) => hazard.published).length));
      words.push(strings.newestSeen(ago(at_s - Math.max(...hazards.map((hazard) => hazard.last_seen)))));
    }
    line.hidden = words.length === 0;
    const parts = words.map((part) => el('span', {}, part)); // each keeps together
    line.replaceChildren(...parts.flatMap((part) => [part, ' ']));
  }

  private notice({ hazards, zones, hidden, hiding, nothing }: Listed): void {
    const notice = byId('list-notice');
    const empty = hazards.length === 0 && (zones.length === 0 || hidden > 0);
    notice.hidden = !empty;
    if (!empty) return;
    if (hidden === 0 || hiding === null) {
      notice.textContent = nothing;
      return;
    }
    const button = (words: string, action: () => void) => {
      const made = el('button', { type: 'button', class: 'button button-quiet' }, words);
      made.addEventListener('click', action);
      return made;
    };
    notice.replaceChildren(
      el('span', {}, strings.hiddenBy(hidden, hiding.words)),
      button(strings.removeFilter(hiding.words), hiding.clear),
      button(strings.clearAll, hiding.clearAll),
    );
  }

  private click(event: MouseEvent): void {
    const { hazard, zone } = (event.target as Element).closest<HTMLElement>('.row')?.dataset ?? {};
    if (!isPlain(event) || (hazard ?? zone) === undefined) return;
    event.preventDefault();
    if (hazard !== undefined) this.onPick(hazard);
    else if (zone !== undefined) this.onZone(zone);
  }

  private step(event: KeyboardEvent): void {
    const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (way === undefined) return;
    const rows = [...(this.rows?.querySelectorAll<HTMLElement>('.row') ?? [])];
    const next = rows[rows.indexOf(document.activeElement as HTMLElement) + way];
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
  }

  /** On a phone the list starts folded; on a desktop the button is not shown. */
  private addToggle(): void {
    const toggle = byId('list-toggle');
    const draw = (open: boolean) => {
      document.body.classList.toggle('list-folded', !open);
      toggle.setAttribute('aria-expanded', String(open));
      toggle.setAttribute('aria-label', open ? strings.hideList : strings.showList);
    };
    toggle.addEventListener('click', () => draw(toggle.getAttribute('aria-expanded') !== 'true'));
    toggle.hidden = false;
    const sheet = document.querySelector<HTMLElement>('.side-main');
    if (sheet) tellHeight(sheet, '--sheet');
    draw(false);
  }
}

/** With how far away each is; in their old order where that is not known. */
function nearestFirst<T>(all: T[], away_m: (one: T) => number | null): [one: T, away_m: number | null][] {
  const pairs = all.map((one): [T, number | null] => [one, away_m(one)]);
  return pairs.sort(([, a], [, b]) => (a ?? 0) - (b ?? 0));
}

/** The rows as drawn, in the elements that are there already: a dialog gives the focus back to those. */
function sameRows(list: HTMLElement, drawn: HTMLElement[]): HTMLElement[] {
  const links = [...list.querySelectorAll('.row')].map((link): [string | null, Element] => [link.getAttribute('href'), link]);
  const there = new Map(links);
  for (const item of drawn) {
    const link = item.querySelector('.row');
    const old = there.get(link?.getAttribute('href') ?? null);
    if (!link || !old) continue;
    old.replaceChildren(...link.childNodes);
    link.replaceWith(old);
  }
  return drawn;
}

/** The hazard of the row that an event is about. */
function idOf(event: Event): string | null {
  return (event.target as Element).closest<HTMLElement>('[data-hazard]')?.dataset.hazard ?? null;
}
