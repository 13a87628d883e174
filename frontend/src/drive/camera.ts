const WIDEST_PX = 1280;
const JPEG_QUALITY = 0.85;
/** A phone takes the picture away for a moment when another app comes to the front. */
const LONGEST_MUTED_MS = 10_000;

/** The rear camera, shown in a <video>, and single frames of it as JPEG. */
export class Camera {
  private readonly canvas = document.createElement('canvas'); // one: phones give pages few megabytes of them
  private stream: MediaStream | null = null;
  private muted: number | undefined;

  constructor(
    private readonly video: HTMLVideoElement,
    /** The camera gives no pictures any more; a <video> goes on showing its last one. */
    private readonly lost: () => void,
  ) {}

  /** Throws the DOMException of getUserMedia where there is no camera or no permission. */
  async start(): Promise<void> {
    this.stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: { ideal: 'environment' }, width: { ideal: 1920 }, height: { ideal: 1080 } },
    });
    for (const track of this.stream.getVideoTracks()) this.watch(track);
    this.video.srcObject = this.stream;
    await this.video.play();
  }

  stop(): void {
    window.clearTimeout(this.muted);
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.video.srcObject = null;
  }

  /** The present picture, at most 1,280 pixels wide; null while the camera gives none. */
  async frame(): Promise<Blob | null> {
    const { videoWidth, videoHeight } = this.video;
    const [track] = this.stream?.getVideoTracks() ?? [];
    if (track === undefined || track.muted || videoWidth === 0) return null;
    if (track.readyState !== 'live') {
      this.lost();
      return null;
    }
    const scale = Math.min(1, WIDEST_PX / videoWidth);
    const { canvas } = this;
    canvas.width = Math.round(videoWidth * scale);
    canvas.height = Math.round(videoHeight * scale);
    canvas.getContext('2d')?.drawImage(this.video, 0, 0, canvas.width, canvas.height);
    return new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', JPEG_QUALITY));
  }

  private watch(track: MediaStreamTrack): void {
    const wait = () => {
      const since_ms = Date.now();
      this.muted = window.setTimeout(() => {
        // A page that stood still meanwhile comes back before its camera does.
        if (Date.now() - since_ms > 2 * LONGEST_MUTED_MS) wait();
        else this.lost();
      }, LONGEST_MUTED_MS);
    };
    track.onended = this.lost;
    track.onmute = wait;
    track.onunmute = () => window.clearTimeout(this.muted);
    if (track.muted) wait();
  }
}
