/** Without a fix for so long, distances to what lies ahead say nothing any more. */
const SILENT_MS = 10_000;

interface Listener {
  placed(position: GeolocationPosition): void;
  failed(error: GeolocationPositionError): void;
  /** There has been no position for a while. */
  silent(): void;
}

/** The positions of this phone. */
export class Positions {
  private watch: number | null = null;
  private timer: number | undefined;

  constructor(private readonly listener: Listener) {}

  start(): void {
    if (this.watch !== null) return;
    this.watch = navigator.geolocation.watchPosition(
      (position) => {
        this.wait();
        this.listener.placed(position);
      },
      (error) => this.listener.failed(error),
      { enableHighAccuracy: true, maximumAge: 0, timeout: 30_000 },
    );
  }

  stop(): void {
    window.clearTimeout(this.timer);
    if (this.watch !== null) navigator.geolocation.clearWatch(this.watch);
    this.watch = null;
  }

  private wait(): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.listener.silent(), SILENT_MS);
  }
}
