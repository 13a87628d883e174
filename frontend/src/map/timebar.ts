import { byId, el, svg } from '../shared/dom';
import { dayOfWeek, momentOf } from '../shared/format';
import { strings } from '../shared/strings';
import { ago } from './ago';
import type { History } from './history';

const STEP_S = 900;
const BARS = 56; // three hours each
const DAY_S = 86_400;
const SPEEDS = [1, 4];
const STEPS_PER_S = 8; // at single speed two hours go by in a second
const calm = window.matchMedia('(prefers-reduced-motion: reduce)');

/** The last seven days under one's finger; its right end is now. */
export class TimeBar {
  private readonly slider = byId<HTMLInputElement>('time-at');
  private readonly play = byId('time-play');
  private readonly said = byId('time-said');
  private at_s: number | null = null;
  private speed = 1;
  private timer: number | undefined;
  private note = '';

  constructor(
    private readonly now_s: () => number,
    /** settled: the slider has been let go. */
    private readonly onMove: (at_s: number | null, settled: boolean) => void,
  ) {
    byId('time').hidden = false;
    this.slider.addEventListener('input', () => this.moveTo(Number(this.slider.value), false));
    this.slider.addEventListener('change', () => this.moveTo(Number(this.slider.value), true));
    this.slider.addEventListener('pointerdown', () => this.pause());
    this.play.addEventListener('click', () => (this.timer === undefined ? this.start() : this.pause()));
    byId('time-speed').addEventListener('click', () => this.faster());
    byId('time-live').addEventListener('click', () => this.moveTo(0, true));
    this.faster(0);
    this.drawPlay();
    this.show(null);
  }

  /** Show a moment that something else has chosen, or the same one once more: time has gone on. */
  show(at_s: number | null): void {
    this.at_s = at_s;
    this.drawDays();
    this.draw();
  }

  /** Draw how many hazards there were, and say how far the history goes. */
  fill(counts: number[], history: History): void {
    const most = Math.max(1, ...counts);
    const bars = counts.map((count, index) => {
      const height = count === 0 ? 0 : 1.5 + (18.5 * count) / most;
      return svg('rect', { x: `${index + 0.12}`, y: `${20 - height}`, width: '0.76', height: `${height}` });
    });
    byId('time-bars').replaceChildren(...bars);
    this.note = history.truncated ? strings.historyCut(history.hazards.length) : '';
    this.draw();
  }

  get bars(): number {
    return BARS;
  }

  private moveTo(value: number, settled: boolean): void {
    if (settled && value === 0) this.pause();
    this.at_s = value >= 0 ? null : this.now_s() + value * STEP_S;
    this.draw();
    this.onMove(this.at_s, settled);
  }

  private start(): void {
    if (this.at_s === null) this.moveTo(Number(this.slider.min), false);
    const per_s = calm.matches ? 1 : 4; // redraws; the speed is the same
    this.timer = window.setInterval(() => {
      const steps = (STEPS_PER_S * this.speed) / per_s;
      const next = Math.min(0, Number(this.slider.value) + steps);
      this.moveTo(next, next === 0);
    }, 1000 / per_s);
    this.drawPlay();
  }

  private pause(): void {
    if (this.timer === undefined) return;
    window.clearInterval(this.timer);
    this.timer = undefined;
    this.drawPlay();
    this.onMove(this.at_s, true);
  }

  private drawPlay(): void {
    const playing = this.timer !== undefined;
    this.play.classList.toggle('playing', playing);
    this.play.setAttribute('aria-label', playing ? strings.pauseTime : strings.playTime);
  }

  private faster(by = 1): void {
    this.speed = SPEEDS[(SPEEDS.indexOf(this.speed) + by) % SPEEDS.length] ?? 1;
    byId('time-speed').textContent = `${this.speed}×`;
    byId('time-speed').setAttribute('aria-label', strings.speed(this.speed));
  }

  private draw(): void {
    const now_s = this.now_s();
    const { at_s } = this;
    const value = at_s === null ? 0 : Math.min(-1, Math.round((at_s - now_s) / STEP_S));
    this.slider.value = String(value);
    const words = at_s === null ? strings.liveNow : `${momentOf(at_s)} · ${ago(now_s - at_s)}`;
    this.slider.setAttribute('aria-valuetext', words);
    const shown = at_s === null ? '' : [words, this.note].filter((part) => part !== '').join(' · ');
    this.said.hidden = shown === '';
    if (this.said.textContent !== shown) this.said.textContent = shown;
    byId('time').classList.toggle('in-past', at_s !== null);
    byId('time-live').setAttribute('aria-pressed', String(at_s === null));
    const share = 1 + (value * STEP_S) / (7 * DAY_S);
    byId('time').style.setProperty('--reached', `${Math.max(0, 100 * share)}%`);
  }

  /** A name for each midnight of the seven days. */
  private drawDays(): void {
    const now_s = this.now_s();
    const midnight = new Date(now_s * 1000);
    midnight.setHours(0, 0, 0, 0);
    const names: HTMLElement[] = [];
    for (let back = 0; back < 7; back += 1) {
      const at_s = midnight.getTime() / 1000 - back * DAY_S;
      const share = 1 - (now_s - at_s) / (7 * DAY_S);
      if (share < 0 || share > 0.94) continue;
      const name = el('span', {}, dayOfWeek(at_s));
      name.style.setProperty('inset-inline-start', `${100 * share}%`);
      names.push(name);
    }
    byId('time-days').replaceChildren(...names);
  }
}
