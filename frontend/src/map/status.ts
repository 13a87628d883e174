import { byId, el, tellHeight } from '../shared/dom';
import { timeOfDay } from '../shared/format';
import { strings } from '../shared/strings';
import type { LiveState } from './live/link';

const STALE_MS = 10_000;

/** How fresh is what one sees: the line at the foot, and a banner when it is getting old. */
export class LiveStatus {
  private readonly root = byId('live');
  private readonly state = byId('live-state');
  private readonly time = byId('live-time');
  private readonly banner = byId('stale');
  private updated: Date | null = null;
  private timer: number | undefined;

  constructor(private readonly onRetry: () => void) {
    const foot = this.root.closest('footer');
    if (foot) tellHeight(foot, '--foot');
  }

  show(state: LiveState): void {
    this.root.hidden = false;
    this.root.dataset.state = state;
    if (state === 'live') this.updated = new Date();
    // Only a change of state is announced; the time beside it changes every few seconds.
    if (this.state.textContent !== strings[state]) this.state.textContent = strings[state];
    const time = this.updated && timeOfDay(this.updated);
    this.time.textContent = time && (state === 'live' ? strings.updated(time) : strings.lastUpdate(time));
    if (state !== 'offline') {
      window.clearTimeout(this.timer);
      this.timer = undefined;
      this.banner.hidden = true;
    } else this.timer ??= window.setTimeout(() => this.warn(), STALE_MS);
  }

  private warn(): void {
    const again = el('button', { type: 'button', class: 'button button-quiet' }, strings.tryAgain);
    again.addEventListener('click', () => this.onRetry());
    const words = this.updated ? strings.stale(timeOfDay(this.updated)) : strings.neverUpdated;
    this.banner.replaceChildren(el('span', {}, words), again);
    this.banner.hidden = false;
  }
}
