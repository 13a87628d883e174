import { byId, el, svg } from '../shared/dom';
import { ago, percent } from '../shared/format';
import { strings } from '../shared/strings';
import type { Section } from './api';
import { type Group, type Hazard, probabilityAt } from './hazard';
import { GROUPS } from './markers';

/** The hazards in view as rows, and the filter chips with their counts. */
export class HazardList {
  private readonly rows = byId('list');
  private readonly count = byId('list-count');
  private readonly notice = byId('list-notice');
  private readonly chips = new Map<Group, HTMLElement>();
  private section: Section = { now: 0, hazards: [], truncated: false };
  readonly shown = new Set<Group>(GROUPS);

  constructor(
    private readonly now_s: () => number,
    private readonly onPick: (id: string, row: HTMLElement) => void,
    private readonly onFilter: () => void,
  ) {
    this.rows.addEventListener('click', (event) => this.click(event));
    for (const group of GROUPS) this.addChip(group);
    byId('chips').hidden = false;
    this.addToggle();
  }

  show(section: Section): void {
    this.section = section;
    this.draw();
  }

  /** Ages and probabilities have moved on. */
  tick(): void {
    for (const hazard of this.section.hazards) {
      const row = this.rowOf(hazard.id);
      const small = row?.querySelector('small');
      const p = row?.querySelector('.row-p');
      if (small) small.textContent = this.about(hazard);
      if (p) p.textContent = this.percentNow(hazard);
    }
  }

  /** Draw all rows; focus stays on the row that has it. */
  private draw(): void {
    const { hazards, truncated } = this.section;
    const shown = hazards.filter((hazard) => this.shown.has(hazard.group));
    const focused = document.activeElement?.getAttribute('data-hazard');
    this.rows.replaceChildren(...shown.map((hazard) => this.row(hazard)));
    if (focused) this.rowOf(focused)?.focus({ preventScroll: true });
    const words = strings.inView(shown.length, truncated);
    if (this.count.textContent !== words) this.count.textContent = words;
    this.drawNotice(hazards.length - shown.length, shown.length);
    for (const [group, chip] of this.chips) {
      const number = hazards.filter((hazard) => hazard.group === group).length;
      const counter = chip.querySelector('.count');
      if (counter) counter.textContent = `${number}${truncated ? '+' : ''}`;
    }
  }

  rowOf(id: string): HTMLElement | null {
    return this.rows.querySelector(`[data-hazard="${CSS.escape(id)}"]`);
  }

  mark(id: string | null): void {
    for (const row of this.rows.querySelectorAll('[aria-current]')) row.removeAttribute('aria-current');
    if (id !== null) this.rowOf(id)?.setAttribute('aria-current', 'true');
  }

  private drawNotice(hidden: number, shown: number): void {
    this.notice.hidden = shown > 0;
    if (shown > 0) return;
    if (hidden === 0) {
      this.notice.textContent = strings.nothingInView;
      return;
    }
    const all = el('button', { type: 'button', class: 'button button-quiet' }, strings.showAll);
    all.addEventListener('click', () => this.setShown(GROUPS));
    this.notice.replaceChildren(`${strings.hiddenByFilter(hidden)} `, all);
  }

  private row(hazard: Hazard): HTMLElement {
    return el(
      'li',
      {},
      el(
        'a',
        { class: 'row', href: `/hazards/${hazard.id}/`, 'data-hazard': hazard.id },
        marker(hazard),
        el('span', { class: 'row-text' }, el('strong', {}, capitalised(hazard.label)), el('small', {}, this.about(hazard))),
        el('span', { class: 'row-p' }, this.percentNow(hazard)),
      ),
    );
  }

  private about(hazard: Hazard): string {
    const words: string[] = [ago(this.now_s() - hazard.last_seen)];
    if (!hazard.published) words.push(strings.unconfirmed);
    if (hazard.simulated) words.push(strings.simulated);
    return words.join(' · ');
  }

  private percentNow(hazard: Hazard): string {
    return percent(probabilityAt(hazard, this.now_s()));
  }

  private click(event: MouseEvent): void {
    const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    const row = (event.target as Element).closest<HTMLElement>('[data-hazard]');
    const id = row?.dataset.hazard;
    if (!plain || row === null || id === undefined) return;
    event.preventDefault();
    this.onPick(id, row);
  }

  private addChip(group: Group): void {
    const chip = document.querySelector<HTMLElement>(`.chip[data-group="${group}"]`);
    if (chip === null) return;
    this.chips.set(group, chip);
    chip.addEventListener('click', () => {
      const next = new Set(this.shown);
      if (!next.delete(group)) next.add(group);
      this.setShown([...next]);
    });
  }

  private setShown(groups: Iterable<Group>): void {
    this.shown.clear();
    for (const group of groups) this.shown.add(group);
    for (const [group, chip] of this.chips) chip.setAttribute('aria-pressed', String(this.shown.has(group)));
    this.draw();
    this.onFilter();
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
    draw(false);
  }
}

/** The hazard's symbol, as in the legend: dashed while unconfirmed. */
export function marker(hazard: Pick<Hazard, 'group' | 'published'>): SVGElement {
  const href = `#marker-${hazard.group}${hazard.published ? '' : '-open'}`;
  return svg('svg', { class: 'marker', width: '32', height: '32', 'aria-hidden': 'true' }, svg('use', { href }));
}

export function capitalised(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}
