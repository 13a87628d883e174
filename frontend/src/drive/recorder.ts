import { Camera } from './camera';
import { Compass, bestHeading_deg } from './heading';
import { type Fix, carried, isDue } from './pacing';
import type { Metadata, Store } from './store';

interface Listener {
  queued(): void;
  /** The camera is gone: recording has stopped. */
  lost(): void;
  /** The camera or the store failed. */
  failed(error: Error): void;
}

/** Takes a frame every few metres and puts it, with its position, into the store. */
export class Recorder {
  private readonly camera: Camera;
  private readonly compass = new Compass();
  private recording = false;
  private last: Fix | null = null;
  private taking = false;

  constructor(
    video: HTMLVideoElement,
    private readonly store: Store,
    private readonly listener: Listener,
  ) {
    this.camera = new Camera(video, () => this.lost());
  }

  async start(): Promise<void> {
    await this.camera.start();
    this.recording = true;
  }

  stop(): void {
    this.recording = false;
    this.last = null;
    this.camera.stop();
  }

  private lost(): void {
    if (!this.recording) return;
    this.stop();
    this.listener.lost();
  }

  /** Take a frame at a position, if one is due there. */
  async place({ coords, timestamp }: GeolocationPosition): Promise<void> {
    if (!this.recording || this.taking) return;
    const fix: Fix = {
      lon: coords.longitude,
      lat: coords.latitude,
      accuracy_m: Math.max(1, coords.accuracy),
      at_ms: timestamp,
    };
    if (!isDue(this.last, fix)) return;
    this.taking = true;
    try {
      const taken_ms = Date.now();
      const image = await this.camera.frame();
      if (image === null || !this.recording) return;
      this.last = fix;
      await this.store.add(image, this.metadata(fix, coords, taken_ms));
      this.listener.queued();
    } catch (error) {
      this.listener.failed(error as Error);
    } finally {
      this.taking = false;
    }
  }

  private metadata(fix: Fix, coords: GeolocationCoordinates, taken_ms: number): Metadata {
    const { lon, lat } = carried(fix, coords.heading, coords.speed, taken_ms);
    const heading_deg = bestHeading_deg(coords.heading, coords.speed, this.compass.compass_deg);
    return {
      lon,
      lat,
      accuracy_m: fix.accuracy_m,
      captured_at: new Date(taken_ms).toISOString(),
      ...(heading_deg === null ? {} : { heading_deg }),
      ...(coords.speed === null ? {} : { speed_mps: coords.speed }),
    };
  }
}
