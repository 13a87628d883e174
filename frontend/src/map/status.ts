import { byId } from '../shared/dom';
import { timeOfDay } from '../shared/format';
import { strings } from '../shared/strings';
import type { FeedState } from './feed';

/** The line at the foot of the map: how fresh is what one sees. */
export class LiveStatus {
  private readonly root = byId('live');
  private readonly state = byId('live-state');
  private readonly time = byId('live-time');
  private updated: Date | null = null;

  show(state: FeedState): void {
    this.root.hidden = false;
    this.root.dataset.state = state;
    if (state === 'live') this.updated = new Date();
    // Only a change of state is announced; the time beside it changes every few seconds.
    if (this.state.textContent !== strings[state]) this.state.textContent = strings[state];
    const time = this.updated && timeOfDay(this.updated);
    this.time.textContent = time && (state === 'live' ? strings.updated(time) : strings.lastUpdate(time));
  }
}
