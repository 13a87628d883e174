import { type Changes, fetchChanges } from './api';

export type FeedState = 'live' | 'paused' | 'offline';

const PERIOD_MS = 3000;
const TIMEOUT_MS = 10_000;

interface Listener {
  changed(answer: Changes): void;
  state(state: FeedState): void;
}

/**
 * Asks for changes every three seconds while the page is visible. The server's cursor carries over
 * pauses and lost connections, so nothing is missed.
 */
export class ChangeFeed {
  private timer: number | undefined;
  private asking = false;

  constructor(
    private cursor: number,
    private readonly listener: Listener,
  ) {
    document.addEventListener('visibilitychange', () => {
      if (document.hidden) this.pause();
      else this.start();
    });
  }

  start(): void {
    window.clearTimeout(this.timer);
    void this.ask();
  }

  private pause(): void {
    window.clearTimeout(this.timer);
    this.listener.state('paused');
  }

  private async ask(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    let more = false;
    try {
      const answer = await fetchChanges(this.cursor, AbortSignal.timeout(TIMEOUT_MS));
      this.cursor = answer.cursor;
      more = answer.more;
      this.listener.state('live');
      this.listener.changed(answer);
    } catch {
      this.listener.state('offline');
    } finally {
      this.asking = false;
    }
    if (!document.hidden) this.timer = window.setTimeout(() => void this.ask(), more ? 0 : PERIOD_MS);
  }
}
