import { byId, el } from '../shared/dom';
import { strings } from '../shared/strings';
import {
  CONFIDENCE,
  type FilterName,
  type Filters,
  NO_FILTERS,
  SINCE,
  type Shown,
  filterNames,
  nameOf,
  without,
} from './filters';
import type { Group } from './hazard';
import { GROUPS } from './markers';
import { capitalised } from './row';
import { type Vocabulary, kindsOf } from './vocabulary';

/** Where one chooses what to see: three chips for the groups, and all filters behind a button. */
export class FilterBar {
  private readonly chips = new Map<Group, HTMLElement>();
  private readonly kindCounts = new Map<string, HTMLElement>();
  private filters: Filters = NO_FILTERS;

  constructor(
    private readonly vocabulary: Vocabulary,
    private readonly onChange: (filters: Filters) => void,
  ) {
    for (const group of GROUPS) this.addChip(group);
    byId('chips').hidden = false;
    byId('filter').hidden = false;
    byId('filter-body').replaceChildren(...this.form());
    this.show(this.filters);
  }

  /** Show which filters are on. */
  show(filters: Filters): void {
    this.filters = filters;
    for (const [group, chip] of this.chips) {
      const kinds = kindsOf(this.vocabulary, group);
      const on = kinds.filter((kind) => this.isOn(kind)).length;
      chip.setAttribute('aria-pressed', on === kinds.length ? 'true' : on === 0 ? 'false' : 'mixed');
    }
    for (const input of byId('filter-body').querySelectorAll('input')) input.checked = this.isChosen(input);
    this.showActive();
  }

  /** Show how many of each kind there are; `more` if there are too many to count. */
  count(counts: Map<string, number>, more: boolean): void {
    const plus = more ? '+' : '';
    for (const [kind, counter] of this.kindCounts) counter.textContent = counts.has(kind) ? `${counts.get(kind)}${plus}` : more ? '' : '0';
    for (const [group, chip] of this.chips) {
      const sum = kindsOf(this.vocabulary, group).reduce((all, kind) => all + (counts.get(kind) ?? 0), 0);
      const counter = chip.querySelector('.count');
      if (counter) counter.textContent = `${sum}${plus}`;
    }
  }

  /** far: areas are shown, which know of no filter but the kind. */
  note(far: boolean): void {
    byId('filter-note').hidden = !far || filterNames(this.filters).every((name) => name === 'kind');
  }

  private isOn(kind: string): boolean {
    return this.filters.kinds === null || this.filters.kinds.has(kind);
  }

  private isChosen({ name, value }: HTMLInputElement): boolean {
    if (name === 'kind') return this.isOn(value);
    if (name === 'since') return value === (nameOf(SINCE, this.filters.within_s) ?? '');
    if (name === 'confidence') return value === (nameOf(CONFIDENCE, this.filters.leastP) ?? '');
    return value === this.filters.state;
  }

  private addChip(group: Group): void {
    const chip = document.querySelector<HTMLElement>(`.chip[data-group="${group}"]`);
    if (chip === null) return;
    this.chips.set(group, chip);
    chip.addEventListener('click', () => {
      const kinds = kindsOf(this.vocabulary, group);
      this.switchKinds(kinds, !kinds.every((kind) => this.isOn(kind)));
    });
  }

  private switchKinds(kinds: string[], on: boolean): void {
    const all = Object.keys(this.vocabulary.kinds);
    const next = new Set(all.filter((kind) => (kinds.includes(kind) ? on : this.isOn(kind))));
    this.onChange({ ...this.filters, kinds: next.size === all.length ? null : next });
  }

  private form(): HTMLElement[] {
    return [
      this.choices('since', strings.filterSince, [['', strings.anyTime], ...Object.keys(SINCE).map(sinceChoice)]),
      this.choices('confidence', strings.filterConfidence, [
        ['', strings.anyConfidence],
        ...Object.keys(CONFIDENCE).map((name): [string, string] => [name, strings.atLeast(CONFIDENCE[name] ?? 0)]),
      ]),
      this.choices('state', strings.filterState, [
        ['any', strings.anyState],
        ['confirmed', strings.confirmedOnly],
        ['unconfirmed', strings.unconfirmedOnly],
      ]),
      el('fieldset', { class: 'kinds' }, el('legend', {}, strings.filterKind), ...GROUPS.flatMap((group) => this.kindsOf(group))),
    ];
  }

  /** One of a few, as a row of pills. */
  private choices(name: string, title: string, pairs: [value: string, words: string][]): HTMLElement {
    const pills = pairs.map(([value, words]) => {
      const input = el('input', { type: 'radio', name, value });
      input.addEventListener('change', () => this.onChange(this.changed(name, value)));
      return el('label', { class: 'pill' }, input, el('span', {}, words));
    });
    return el('fieldset', { class: 'pills' }, el('legend', {}, title), ...pills);
  }

  private changed(name: string, value: string): Filters {
    if (name === 'since') return { ...this.filters, within_s: SINCE[value] ?? null };
    if (name === 'confidence') return { ...this.filters, leastP: CONFIDENCE[value] ?? 0 };
    return { ...this.filters, state: value as Shown };
  }

  private kindsOf(group: Group): HTMLElement[] {
    return kindsOf(this.vocabulary, group).map((kind) => {
      const input = el('input', { type: 'checkbox', name: 'kind', value: kind });
      input.addEventListener('change', () => this.switchKinds([kind], input.checked));
      const counter = el('small', { class: 'count' });
      this.kindCounts.set(kind, counter);
      return el('label', { class: 'kind' }, input, el('span', {}, capitalised(this.label(kind))), counter);
    });
  }

  private label(kind: string): string {
    return this.vocabulary.kinds[kind]?.label ?? kind;
  }

  private showActive(): void {
    const names = filterNames(this.filters);
    const root = byId('active-filters');
    root.hidden = names.length === 0;
    const chips = names.map((name) => {
      const words = capitalised(this.inWords(name));
      return this.chip(words, strings.removeFilter(words), without(this.filters, name));
    });
    if (names.length > 0) chips.push(this.chip(strings.clearAll, null, NO_FILTERS));
    root.replaceChildren(...chips);
  }

  private chip(words: string, label: string | null, next: Filters): HTMLElement {
    const button = el('button', { type: 'button', class: label === null ? 'clear' : 'active-filter' }, words);
    if (label !== null) {
      button.setAttribute('aria-label', label);
      button.append(el('span', { 'aria-hidden': 'true' }, ' ×'));
    }
    button.addEventListener('click', () => {
      this.onChange(next);
      // The button is gone; whoever used the keyboard goes on beside it.
      const rest = byId('active-filters').querySelector('button') ?? document.querySelector<HTMLElement>('.chip');
      rest?.focus();
    });
    return el('li', {}, button);
  }

  /** A filter in the words of its choice. */
  inWords(name: FilterName): string {
    const { kinds, within_s, leastP, state } = this.filters;
    if (name === 'since') return strings.seenWithin(nameOf(SINCE, within_s) ?? '');
    if (name === 'confidence') return strings.atLeast(leastP);
    if (name === 'state') return state === 'confirmed' ? strings.confirmedOnly : strings.unconfirmedOnly;
    return this.kindsInWords(kinds ?? new Set());
  }

  private kindsInWords(kinds: ReadonlySet<string>): string {
    const whole = GROUPS.filter((group) => kindsOf(this.vocabulary, group).every((kind) => kinds.has(kind)));
    const rest = [...kinds].filter((kind) => !whole.some((group) => kindsOf(this.vocabulary, group).includes(kind)));
    const words = [...whole.map((group) => this.vocabulary.groups[group]), ...rest.map((kind) => this.label(kind))];
    if (words.length === 0) return strings.noKinds;
    return words.length <= 2 ? capitalised(words.join(', ')) : strings.kindsChosen(kinds.size);
  }
}

function sinceChoice(name: string): [string, string] {
  return [name, strings.sinceChoice(name)];
}
