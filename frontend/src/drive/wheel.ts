const NAME = 'hazardmap-drive';

/** One tab of this browser drives at a time: two would record and warn twice. */
export class Wheel {
  private release: (() => void) | null = null;

  /** taken: another tab has taken it from this one. */
  constructor(private readonly taken: () => void) {}

  /** Whether this tab has it now. A browser that knows nothing of its tabs gives it to each. */
  take({ fromAnother = false } = {}): Promise<boolean> {
    if (this.release !== null || !('locks' in navigator)) return Promise.resolve(true);
    return new Promise((decided) => {
      const hold = (lock: Lock | null) => {
        decided(lock !== null);
        return lock && new Promise<void>((release) => (this.release = release));
      };
      navigator.locks
        .request(NAME, fromAnother ? { steal: true } : { ifAvailable: true }, hold)
        .catch(() => {
          decided(true);
          this.lost();
        });
    });
  }

  leave(): void {
    this.release?.();
    this.release = null;
  }

  private lost(): void {
    if (this.release === null) return;
    this.release = null;
    this.taken();
  }
}
