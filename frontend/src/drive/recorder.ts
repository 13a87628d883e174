import { Awake } from './awake';
import { Camera } from './camera';
import { Compass, bestHeading_deg } from './heading';
import { type Fix, carried, isDue } from './pacing';
import type { Metadata, Store } from './store';

interface Listener {
  /** A position has arrived. */
  placed(fix: Fix, speed_mps: number | null): void;
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
  private readonly awake = new Awake();
  private recording = false;
  private last: Fix | null = null;
  private taking = false;

  constructor(
    video: HTMLVideoElement,
    private readonly store: Store,
    private readonly listener: Listener,
  ) {
    this.camera = new Camera(video, () => void this.lost());
  }

  async start(): Promise<void> {
    await this.camera.start();
    await this.awake.on();
    this.recording = true;
  }

  async stop(): Promise<void> {
    this.recording = false;
    this.last = null;
    this.camera.stop();
    await this.awake.off();
  }

  private async lost(): Promise<void> {
    if (!this.recording) return;
    await this.stop();
    this.listener.lost();
  }

  /** Take a frame at a position, if one is due there. */
  async place({ coords, timestamp }: GeolocationPosition): Promise<void> {
    const fix: Fix = {
      lon: coords.longitude,
      lat: coords.latitude,
      accuracy_m: Math.max(1, coords.accuracy),
      at_ms: timestamp,
    };
    if (!this.recording) return;
    this.listener.placed(fix, coords.speed);
    if (this.taking || !isDue(this.last, fix)) return;
    this.taking = true;
    try {
      const taken_ms = Date.now();
      const image = await this.camera.frame();
      if (image === null) return;
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
