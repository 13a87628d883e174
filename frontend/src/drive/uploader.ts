import { backoff_ms } from './backoff';
import { upload } from './server';
import type { Store } from './store';

/** Whatever is asked for; a timer for more than 24 days would be over at once. */
const LONGEST_MS = 15 * 60_000;

interface Listener {
  sent(): void;
  refused(reason: string): void;
  /** The server did not know the token; it is forgotten, and the frames wait for another one. */
  unpaired(): void;
  /** The frames wait until the owner has agreed to the licence. */
  unlicensed(): void;
  /** False while the server cannot be reached. */
  reachable(yes: boolean): void;
}

/** Sends what waits in the store, one frame after the other, oldest first. */
export class Uploader {
  private busy = false;
  private failures = 0;
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
    if (this.busy) return;
    this.busy = true;
    try {
      while (await this.sendOldest());
    } finally {
      this.busy = false;
    }
  }

  /** Whether to go on at once with the next frame. */
  private async sendOldest(): Promise<boolean> {
    const token = await this.store.token();
    const frame = token === undefined ? undefined : await this.store.oldest();
    if (token === undefined || frame === undefined) return false;
    const outcome = await this.send(token, frame);
    if (outcome.kind === 'later' || outcome.kind === 'unlicensed') {
      this.listener.reachable(outcome.kind === 'unlicensed');
      if (outcome.kind === 'unlicensed') this.listener.unlicensed();
      this.waitAfter(outcome.kind === 'later' ? (outcome.wait_ms ?? 0) : 0);
      return false;
    }
    this.failures = 0;
    this.listener.reachable(true);
    if (outcome.kind === 'unpaired') {
      // It may have been paired anew while the answer was on its way.
      if ((await this.store.token()) !== token) return true;
      await this.store.forgetToken();
      this.listener.unpaired();
      return false;
    }
    await this.store.remove(frame.id);
    if (outcome.kind === 'accepted') this.listener.sent();
    else this.listener.refused(outcome.reason);
    return true;
  }

  private waitAfter(asked_ms: number): void {
    this.failures += 1;
    const wait_ms = Math.max(Math.min(asked_ms, LONGEST_MS), backoff_ms(this.failures, Math.random()));
    this.timer = window.setTimeout(() => this.wake(), wait_ms);
  }
}
