import { backoff_ms } from './backoff';
import { type Outcome, upload } from './server';
import type { QueuedFrame, Store } from './store';
import { inTurn } from './turn';

/** Whatever is asked for; a timer for more than 24 days would be over at once. */
const LONGEST_MS = 15 * 60_000;
/** How long an answer may take: a slow network needs minutes for a frame, a dead one gives none. */
const PATIENCE_MS = 60_000;
const LONGEST_PATIENCE_MS = 5 * 60_000;
/** A frame on which the server fails so often, or that something before it lets not pass, lets the others go first. */
const MOST_FAILURES = 3;

/** How frames get away: they do; nobody answers; or the site takes none now. */
export type Way = 'open' | 'silent' | 'busy';

interface Listener {
  sent(): void;
  /** No frame waits any more; another tab may have sent the last ones. */
  emptied(): void;
  refused(reason: string): void;
  /** The server did not know the token, or another tab has forgotten it; the frames wait for another one. */
  unpaired(): void;
  /** The frames wait until the owner has agreed to the licence. */
  unlicensed(): void;
  way(way: Way): void;
}

/** Sends what waits in the store, one frame after the other, oldest first; tabs take turns. */
export class Uploader {
  private busy = false;
  /** Somebody has asked while it was busy, maybe too late for its last look. */
  private asked = false;
  private failures = 0;
  private patience_ms = PATIENCE_MS;
  private failed = { id: 0, times: 0 };
  /** Runs while a failure is waited out, as long as the server asked for. */
  private timer: number | undefined;

  constructor(
    private readonly store: Store,
    private readonly listener: Listener,
    private readonly send: typeof upload = upload,
  ) {
    window.addEventListener('online', () => this.wake());
  }

  /** A frame has come: it waits its turn while a failure is waited out. */
  queued(): void {
    if (this.timer === undefined) void this.run();
  }

  /** Try now, whatever was waited for: there is a network, a token, or the time has come. */
  wake(): void {
    window.clearTimeout(this.timer);
    this.timer = undefined;
    void this.run();
  }

  private async run(): Promise<void> {
    this.asked = true;
    if (this.busy) return;
    this.busy = true;
    try {
      while (this.asked && this.timer === undefined) {
        this.asked = false;
        while (await inTurn(() => this.sendOldest()));
      }
    } catch {
      this.waitAfter(0); // the store failed, as where Safari closes it: what waits is not lost
    } finally {
      this.busy = false;
    }
  }

  /** Whether to go on at once with the next frame. */
  private async sendOldest(): Promise<boolean> {
    const token = await this.store.token();
    if (token === undefined) this.listener.unpaired();
    const frame = token === undefined ? undefined : await this.store.oldest();
    if (frame === undefined) this.listener.emptied();
    if (token === undefined || frame === undefined) return false;
    const begun_ms = Date.now();
    const outcome = await this.send(token, frame, this.patience_ms);
    if (outcome.kind === 'later') {
      await this.later(frame, outcome);
      return false;
    }
    this.listener.way('open');
    if (outcome.kind === 'unlicensed') {
      this.listener.unlicensed();
      this.waitAfter(0);
      return false;
    }
    this.patience_ms = patient(2 * (Date.now() - begun_ms));
    if (outcome.kind === 'unpaired') {
      // It may have been paired anew while the answer was on its way.
      if ((await this.store.token()) !== token) return true;
      await this.store.forgetToken();
      this.listener.unpaired();
      return false;
    }
    await this.store.remove(frame.id);
    this.failures = 0;
    if (outcome.kind === 'accepted') this.listener.sent();
    else this.listener.refused(outcome.reason);
    return true;
  }

  private async later(frame: QueuedFrame, { why, wait_ms }: Extract<Outcome, { kind: 'later' }>): Promise<void> {
    this.listener.way(why === 'busy' || why === 'failed' ? 'busy' : 'silent');
    if (why === 'slow') this.patience_ms = patient(2 * this.patience_ms);
    this.waitAfter(wait_ms ?? 0);
    if (why !== 'failed' && why !== 'strange') return;
    this.failed = { id: frame.id, times: this.failed.id === frame.id ? this.failed.times + 1 : 1 };
    if (this.failed.times >= MOST_FAILURES) await this.store.postpone(frame);
  }

  private waitAfter(asked_ms: number): void {
    window.clearTimeout(this.timer);
    this.failures += 1;
    const wait_ms = Math.max(Math.min(asked_ms, LONGEST_MS), backoff_ms(this.failures, Math.random()));
    this.timer = window.setTimeout(() => this.wake(), wait_ms);
  }
}

function patient(ms: number): number {
  return Math.min(LONGEST_PATIENCE_MS, Math.max(PATIENCE_MS, ms));
}
