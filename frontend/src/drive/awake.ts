/** Keeps the screen on while driving; the browser drops the lock whenever the page is hidden. */
export class Awake {
  private wanted = false;
  private lock: WakeLockSentinel | null = null;

  constructor() {
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
    if (!this.wanted || document.hidden || !('wakeLock' in navigator)) return;
    try {
      this.lock = await navigator.wakeLock.request('screen');
    } catch {
      // Low battery: the drive goes on for as long as the screen does.
    }
  }
}
