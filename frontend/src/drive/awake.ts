/** Keeps the screen on while driving; the browser drops the lock whenever the page is hidden. */
export class Awake {
  private wanted = false;
  private lock: WakeLockSentinel | null = null;

  constructor(
    /** Whether the screen stays on: a phone that is low on battery, or an old browser, may switch it off. */
    private readonly told: (stays: boolean) => void,
  ) {
    document.addEventListener('visibilitychange', () => void this.hold());
  }

  async on(): Promise<void> {
    this.wanted = true;
    await this.hold();
  }

  async off(): Promise<void> {
    this.wanted = false;
    await this.lock?.release();
    this.lock = null;
  }

  private async hold(): Promise<void> {
    if (!this.wanted || document.hidden) return;
    try {
      const lock = await navigator.wakeLock.request('screen');
      this.lock = lock;
      lock.addEventListener('release', () => this.released());
      if (this.wanted) this.told(true);
      else await lock.release(); // it was switched off meanwhile
    } catch {
      this.told(false);
    }
  }

  /** By the browser, and not because the page was hidden. */
  private released(): void {
    if (this.wanted && !document.hidden) this.told(false);
  }
}
