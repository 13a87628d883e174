import { byId, el } from '../shared/dom';
import { backoff_ms } from './backoff';
import { type Outcome, uploadPicture } from './server';
import type { Store } from './store';
import { strings } from './strings';
import { inTurn } from './turn';

/** What the site reads; a video chosen by mistake is not even opened. */
const TYPES = new Set(['image/jpeg', 'image/png', 'image/webp']);
/** How long an answer may take: ten megabytes on a slow network. */
const PATIENCE_MS = 5 * 60_000;
/** A picture on which the server fails so often is left out. */
const MOST_FAILURES = 3;
const MOST_SHOWN = 50;

type Settled = Exclude<Outcome, { kind: 'later' }>;

interface Listener {
  /** The server does not know this phone any more. */
  unpaired(): void;
  /** The owner has to agree to the licence first. */
  unlicensed(): void;
}

/** Sends pictures of another camera that somebody chooses, one after the other, and says what became of them. */
export class Pictures {
  private readonly input = byId<HTMLInputElement>('files');
  private readonly bar = byId<HTMLProgressElement>('files-done');
  private readonly stopButton = byId<HTMLButtonElement>('files-stop');
  private readonly guard = (event: BeforeUnloadEvent) => event.preventDefault();
  private stopped = new AbortController();

  constructor(
    private readonly store: Store,
    private readonly listener: Listener,
    private readonly send: typeof uploadPicture = uploadPicture,
  ) {
    this.input.addEventListener('change', () => void this.sendAll([...(this.input.files ?? [])]));
    this.stopButton.addEventListener('click', () => this.stopped.abort());
  }

  async sendAll(files: File[]): Promise<void> {
    if (files.length === 0) return;
    this.stopped = new AbortController();
    this.begin(files.length);
    let sent = 0;
    let refused = 0;
    for (const file of files) {
      this.say(strings.picturesGoing(sent + refused + 1, files.length));
      const outcome = await this.settled(file, sent + refused + 1, files.length);
      if (outcome === null) break;
      if (outcome.kind === 'unpaired') this.listener.unpaired();
      if (outcome.kind === 'unlicensed') this.listener.unlicensed();
      if (outcome.kind === 'unpaired' || outcome.kind === 'unlicensed') break;
      if (outcome.kind === 'accepted') sent += 1;
      else this.refused(file, outcome.reason, (refused += 1));
      this.bar.value = sent + refused;
    }
    this.end();
    this.say(strings.picturesDone(sent, refused, files.length - sent - refused));
  }

  /** What became of a picture, however long the site is away; null where sending was stopped. */
  private async settled(file: File, number: number, count: number): Promise<Settled | null> {
    if (!TYPES.has(file.type)) return { kind: 'refused', reason: strings.refusedFormat };
    for (let tries = 1, failures = 0; !this.stopped.signal.aborted; tries++) {
      const token = await this.store.token();
      if (token === undefined) return { kind: 'unpaired' };
      const outcome = await inTurn(() => this.send(token, file, PATIENCE_MS));
      if (outcome.kind !== 'later') return outcome;
      if (outcome.why === 'failed' && (failures += 1) >= MOST_FAILURES) {
        return { kind: 'refused', reason: strings.serverFailed };
      }
      this.say(strings.picturesWait(number, count));
      await this.pause(Math.max(outcome.wait_ms ?? 0, backoff_ms(tries, Math.random())));
    }
    return null;
  }

  private pause(wait_ms: number): Promise<void> {
    const { signal } = this.stopped;
    return new Promise((resolve) => {
      window.setTimeout(resolve, wait_ms);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  private begin(count: number): void {
    window.addEventListener('beforeunload', this.guard);
    byId('files-refused').replaceChildren();
    this.input.disabled = true;
    this.bar.max = count;
    this.bar.value = 0;
    this.bar.hidden = this.stopButton.hidden = false;
  }

  private end(): void {
    window.removeEventListener('beforeunload', this.guard);
    this.input.value = ''; // the same may be chosen again
    this.input.disabled = false;
    this.bar.hidden = this.stopButton.hidden = true;
  }

  private refused({ name }: File, reason: string, number: number): void {
    if (number <= MOST_SHOWN) byId('files-refused').append(el('li', {}, `${name}: ${reason}`));
  }

  private say(words: string): void {
    byId('files-state').textContent = words;
  }
}
