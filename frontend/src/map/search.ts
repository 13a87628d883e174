import gazetteerUrl from 'basemap:gazetteer';
import { byId, el } from '../shared/dom';
import { countryName } from '../shared/format';
import { strings } from '../shared/strings';
import { type Found, fetchFound } from './api';
import type { Bbox } from './bounds';
import { type Town, coordinates, isCell, townsLike } from './query';
import type { Goal } from './view';

const DELAY_MS = 200;
const TOWNS = 6;

interface Option {
  words: string;
  kind: string;
  goal: Goal;
}

/** The search box: coordinates and towns are found here, streets and H3 cells by the server. */
export class Search {
  private readonly input = byId<HTMLInputElement>('search-text');
  private readonly found = byId('search-found');
  private options: Option[] = [];
  private active = -1;
  private timer: number | undefined;
  private asked: AbortController | null = null;
  private towns: Promise<Town[]> | null = null;

  constructor(private readonly onGoal: (goal: Goal, words: string) => void) {
    byId('search').hidden = false;
    this.input.addEventListener('focus', () => void this.gazetteer());
    this.input.addEventListener('input', () => {
      window.clearTimeout(this.timer);
      this.close(); // what was found was for other words
      this.timer = window.setTimeout(() => void this.search(), DELAY_MS);
    });
    this.input.addEventListener('keydown', (event) => this.key(event));
    this.input.addEventListener('blur', () => window.setTimeout(() => this.close(), 150));
    this.found.addEventListener('pointerdown', (event) => event.preventDefault()); // keeps the focus
    this.found.addEventListener('click', (event) => {
      const option = (event.target as Element).closest<HTMLElement>('[role=option]');
      if (option) this.choose(Number(option.dataset.index));
    });
  }

  focus(): void {
    this.input.focus();
    this.input.select();
  }

  private gazetteer(): Promise<Town[]> {
    this.towns ??= fetch(gazetteerUrl).then((answer) => answer.json() as Promise<Town[]>);
    return this.towns;
  }

  private async search(): Promise<void> {
    const text = this.input.value.trim();
    this.asked?.abort();
    if (text.length < 2) return this.close();
    const asked = new AbortController();
    this.asked = asked;
    const here = coordinates(text);
    const [towns, found] = await Promise.all([
      here ? [] : this.gazetteer().catch(() => [] as Town[]),
      here ? null : fetchFound(text, asked.signal).catch(() => null),
    ]);
    if (asked.signal.aborted) return;
    if (here) this.show([{ words: `${here.lat}, ${here.lon}`, kind: strings.foundCoordinates, goal: here }]);
    else this.show([...fromServer(found), ...(isCell(text) ? [] : townsLike(towns, text, TOWNS).map(fromTown))]);
  }

  private show(options: Option[]): void {
    this.options = options;
    this.active = options.length > 0 ? 0 : -1;
    this.found.replaceChildren(
      ...options.map(({ words, kind }, index) =>
        el(
          'li',
          { role: 'option', id: `found-${index}`, 'data-index': String(index) },
          el('span', {}, words),
          el('small', {}, kind),
        ),
      ),
    );
    if (options.length === 0) this.found.append(el('li', { class: 'empty', role: 'presentation' }, strings.nothingFound));
    this.found.hidden = false;
    this.input.setAttribute('aria-expanded', 'true');
    byId('search-state').textContent = strings.placesFound(options.length);
    this.drawActive();
  }

  private drawActive(): void {
    this.found.querySelectorAll('[role=option]').forEach((option, index) => {
      option.setAttribute('aria-selected', String(index === this.active));
      if (index === this.active) option.scrollIntoView({ block: 'nearest' });
    });
    if (this.active < 0) this.input.removeAttribute('aria-activedescendant');
    else this.input.setAttribute('aria-activedescendant', `found-${this.active}`);
  }

  private key(event: KeyboardEvent): void {
    const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (way !== undefined && this.options.length > 0) {
      event.preventDefault();
      this.active = (this.active + way + this.options.length) % this.options.length;
      this.drawActive();
    } else if (event.key === 'Enter') {
      event.preventDefault();
      void this.enter();
    } else if (event.key === 'Escape') {
      event.stopPropagation();
      if (this.found.hidden) this.input.value = '';
      this.close();
    }
  }

  private async enter(): Promise<void> {
    window.clearTimeout(this.timer);
    if (this.found.hidden) await this.search();
    if (this.active >= 0) this.choose(this.active);
  }

  private choose(index: number): void {
    const option = this.options[index];
    if (option === undefined) return;
    this.input.value = option.words;
    this.close();
    this.onGoal(option.goal, option.words);
  }

  private close(): void {
    this.found.hidden = true;
    this.input.setAttribute('aria-expanded', 'false');
    this.input.removeAttribute('aria-activedescendant');
  }
}

function fromServer(found: Found | null): Option[] {
  if (found === null) return [];
  const streets = found.streets.map(({ name, bbox }) => ({ words: name, kind: strings.foundStreet, goal: { bbox } }));
  if (found.cell === null) return streets;
  const { index, resolution, ring } = found.cell;
  return [{ words: index, kind: strings.foundCell(resolution), goal: { ring } }, ...streets];
}

function fromTown([name, country, lon, lat]: Town): Option {
  const reach_deg = 0.06;
  const bbox: Bbox = [lon - reach_deg, lat - reach_deg / 2, lon + reach_deg, lat + reach_deg / 2];
  return { words: name, kind: countryName(country), goal: { bbox } };
}
