type Listener = (position: GeolocationPosition) => void;

/** The positions of this phone, from one watch, for all who need them. */
export class Positions {
  private watch: number | null = null;

  constructor(
    private readonly listeners: Listener[],
    private readonly failed: (error: GeolocationPositionError) => void,
  ) {}

  start(): void {
    if (this.watch !== null) return;
    this.watch = navigator.geolocation.watchPosition(
      (position) => this.listeners.forEach((listener) => listener(position)),
      (error) => this.failed(error),
      { enableHighAccuracy: true, maximumAge: 0, timeout: 30_000 },
    );
  }

  stop(): void {
    if (this.watch !== null) navigator.geolocation.clearWatch(this.watch);
    this.watch = null;
  }
}
