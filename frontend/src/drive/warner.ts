import { byId, el, svg } from '../shared/dom';
import { type Place, distance_m } from '../shared/geodesy';
import { localTime } from '../shared/format';
import { readersLocale, readersUnits, roughWords } from '../shared/units';
import { Course } from './course';
import { squaresAround } from './squares';
import { strings } from './strings';
import type { Voice } from './voice';
import { Announcer, type Hazard, type Warning, warningsAhead, wedge } from './warnings';

interface Vocabulary {
  kinds: Record<string, { label: string; group: string }>;
}

interface Square {
  now_s: number;
  hazards: Hazard[];
}

const AROUND_M = 6000;
const AGAIN_MS = 60_000;
const AGAIN_AFTER_FAILURE_MS = 10_000;
const SHOWN = 4;

/** Shows and speaks what lies ahead. Positions stay in this object; only squares are asked for. */
export class Warner {
  private readonly course = new Course();
  private readonly announcer = new Announcer();
  private readonly words: Vocabulary = JSON.parse(byId('vocabulary').textContent ?? '');
  private squares = new Map<string, Square>();
  private asked: { place: Place; at_ms: number; ok: boolean } | null = null;
  private warning = false;
  private place: Place | null = null;
  private heading_deg: number | null = null;

  constructor(private readonly voice: Voice) {}

  start(): void {
    this.voice.say(strings.warningsOn);
    this.say(strings.waitingForPlace);
    this.warning = true;
  }

  stop(): void {
    this.warning = false;
    this.voice.silence();
    byId('ahead').replaceChildren();
    this.say(strings.warningsOff);
  }

  /** Where the phone is is not known any more: nor is how far it is to anything. */
  unplaced(): void {
    this.place = null;
    byId('ahead').replaceChildren();
    this.say(strings.placeLost);
  }

  /** The phone is somewhere else. */
  async moved({ coords, timestamp }: GeolocationPosition): Promise<void> {
    this.place = { lon: coords.longitude, lat: coords.latitude };
    this.heading_deg = this.course.at(this.place, timestamp, coords.heading, coords.speed);
    this.warn();
    if (await this.fetchAround(this.place)) this.warn();
  }

  private warn(): void {
    if (!this.warning || this.place === null || this.squares.size === 0) return;
    if (this.heading_deg === null) return this.say(strings.waitingForHeading);
    const speed_mps = this.course.speed_mps;
    const hazards = [...this.squares.values()].flatMap((square) => square.hazards);
    const view = wedge(this.place, this.heading_deg, speed_mps);
    const warnings = warningsAhead(hazards, view, Date.now() / 1000);
    byId('ahead').replaceChildren(...warnings.slice(0, SHOWN).map((one) => this.item(one)));
    const reach = roughWords(view.reach_m, readersLocale, readersUnits);
    this.say(warnings.length === 0 ? strings.nothingAhead(reach) : '');
    const next = this.announcer.next(warnings, speed_mps, this.voice.talking);
    if (next !== null) this.voice.say(this.sentence(next));
  }

  private sentence(warning: Warning): string {
    const distance = roughWords(warning.distance_m, readersLocale, readersUnits, 'long');
    return strings.ahead(this.label(warning), distance, warning.count, warning.published);
  }

  private label({ kind }: Warning): string {
    return this.words.kinds[kind]?.label ?? kind;
  }

  private item(warning: Warning): HTMLLIElement {
    const group = this.words.kinds[warning.kind]?.group ?? 'obstacle';
    const open = warning.published ? '' : '-open';
    const use = svg('use', { href: `#marker-${group}${open}` });
    const label = this.label(warning) + (warning.count > 1 ? ` ×\u00a0${warning.count}` : '');
    return el(
      'li',
      { class: `ahead-item severity-${warning.severity}` },
      svg('svg', { class: 'marker', width: '40', height: '40', 'aria-hidden': 'true' }, use),
      el('span', { class: 'ahead-label' }, label, warning.published ? null : el('small', {}, strings.unconfirmed)),
      el('strong', {}, roughWords(warning.distance_m, readersLocale, readersUnits)),
    );
  }

  /** Ask for the squares around, if it is time to. Returns whether anything has come. */
  private async fetchAround(place: Place): Promise<boolean> {
    const wait_ms = this.asked?.ok === false ? AGAIN_AFTER_FAILURE_MS : AGAIN_MS;
    const last = this.asked;
    if (last !== null && Date.now() - last.at_ms < wait_ms && distance_m(last.place, place) < AROUND_M / 2) {
      return false;
    }
    const asked = { place, at_ms: Date.now(), ok: true };
    this.asked = asked;
    const addresses = squaresAround(place, AROUND_M);
    const answers = await Promise.all(addresses.map((address) => squareAt(address)));
    const squares: typeof this.squares = new Map();
    for (const [i, address] of addresses.entries()) {
      const square = answers[i] ?? this.squares.get(address);
      if (square) squares.set(address, square);
      if (!answers[i]) asked.ok = false;
    }
    this.squares = squares;
    this.showAge();
    return squares.size > 0;
  }

  private showAge(): void {
    const now_s = Date.now() / 1000;
    const oldest_s = Math.min(...[...this.squares.values()].map((square) => square.now_s));
    const age = byId('ahead-age');
    if (this.squares.size === 0) age.textContent = strings.noHazards;
    else if (now_s - oldest_s > 180) age.textContent = strings.oldHazards(localTime(oldest_s, now_s));
    else age.textContent = strings.hazardsOf(localTime(oldest_s, now_s));
  }

  private say(words: string): void {
    const state = byId('ahead-state');
    if (state.textContent !== words) state.textContent = words;
    state.hidden = words === '';
  }
}

async function squareAt(address: string): Promise<Square | null> {
  try {
    const answer = await fetch(address, { credentials: 'omit' });
    if (!answer.ok) return null;
    const { now, hazards } = (await answer.json()) as { now: number; hazards: Hazard[] };
    return { now_s: now, hazards };
  } catch {
    return null; // no network, or one that was lost on the way
  }
}
