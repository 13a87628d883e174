import { fetchChanges } from '../api';
import type { Bbox } from '../bounds';
import { type Heard, tileAt } from './heard';

const SILENCE_MS = 40_000; // the stream says something every 15 s
const POLL_MS = 3000;
const POLL_TIMEOUT_MS = 10_000;
const STREAM_AGAIN_MS = 60_000;
const TRIES = 2;

interface Ear {
  heard(heard: Heard): void;
  /** The connection stands, and nothing has been missed up to now. */
  alive(): void;
  /** It does not. */
  lost(): void;
  /** Too much was missed: everything has to be fetched again. */
  anew(): void;
}

interface Message {
  tiles: string[];
  hazard: { id: string };
}

/**
 * The changes of an area from the server: from its live stream, and by asking every three seconds
 * where the stream cannot be had. Cursors carry over from one to the other.
 */
export class ChangeSource {
  private events: EventSource | null = null;
  private poll: AbortController | null = null;
  private silence: number | undefined;
  private again: number | undefined;
  private failures = 0;
  private area: Bbox = [0, 0, 0, 0];

  constructor(
    private readonly address: string,
    private readonly ear: Ear,
    public cursor: number,
  ) {}

  /** Hear what happens in an area after `cursor`. */
  open(area: Bbox): void {
    this.close();
    this.area = area;
    const bbox = area.map((value) => value.toFixed(5)).join(',');
    const events = new EventSource(`${this.address}?bbox=${bbox}&since=${this.cursor}`);
    this.events = events;
    events.onopen = () => {
      this.failures = 0;
      this.hear();
    };
    events.addEventListener('hazard', (event) => {
      const { tiles, hazard } = JSON.parse(event.data as string) as Message;
      this.hear(event.lastEventId);
      this.ear.heard({ cursor: this.cursor, hazards: [hazard.id], tiles });
    });
    events.addEventListener('beat', (event) => this.hear(event.lastEventId));
    events.addEventListener('reset', (event) => {
      this.hear(event.lastEventId);
      this.ear.anew();
    });
    events.onerror = () => this.failed(events);
    this.listenForSilence();
  }

  close(): void {
    this.events?.close();
    this.events = null;
    this.poll?.abort();
    this.poll = null;
    window.clearTimeout(this.silence);
    window.clearTimeout(this.again);
  }

  private hear(id = ''): void {
    if (id !== '') this.cursor = Math.max(this.cursor, Number(id));
    this.listenForSilence();
    this.ear.alive();
  }

  private listenForSilence(): void {
    window.clearTimeout(this.silence);
    this.silence = window.setTimeout(() => {
      this.ear.lost();
      this.open(this.area);
    }, SILENCE_MS);
  }

  /** The browser tries again by itself, unless the server has refused. */
  private failed(events: EventSource): void {
    if (events !== this.events) return;
    this.failures += 1;
    if (events.readyState !== EventSource.CLOSED && this.failures < TRIES) return this.ear.lost();
    this.close();
    this.again = window.setTimeout(() => this.open(this.area), STREAM_AGAIN_MS);
    this.poll = new AbortController();
    void this.ask(this.poll.signal);
  }

  private async ask(stopped: AbortSignal): Promise<void> {
    let wait_ms = POLL_MS;
    try {
      const answer = await fetchChanges(this.cursor, AbortSignal.timeout(POLL_TIMEOUT_MS));
      if (stopped.aborted) return;
      this.cursor = answer.cursor;
      if (answer.more) wait_ms = 0;
      this.ear.alive();
      const hazards = answer.changes.map(({ hazard }) => hazard);
      const tiles = hazards.map(({ lon, lat }) => tileAt(lon, lat));
      if (hazards.length > 0) this.ear.heard({ cursor: this.cursor, hazards: hazards.map(({ id }) => id), tiles });
    } catch {
      if (!stopped.aborted) this.ear.lost();
    }
    if (!stopped.aborted) window.setTimeout(() => stopped.aborted || void this.ask(stopped), wait_ms);
  }
}
