import { byId } from '../shared/dom';
import { lengthWords, readersUnits, speedWords } from '../shared/units';
import { type Fix, SPACING_M, WORST_ACCURACY_M } from './pacing';
import { Positions } from './positions';
import { problemWords } from './problem';
import { Recorder } from './recorder';
import { PairingError, pair } from './server';
import { Store } from './store';
import { strings } from './strings';
import { Uploader } from './uploader';
import { Warner } from './warner';

/** The page in a contributor's car: pair once, then one button. */
export class DrivePage {
  private readonly form = byId<HTMLFormElement>('pair');
  private readonly cockpit = byId('cockpit');
  private readonly button = byId<HTMLButtonElement>('run');
  private readonly counters = { sent: 0, refused: 0 };
  private running = false;
  private recording = false;
  private paired = false;
  private positions: Positions | null = null;
  private reachable = true;
  private licensed = true;
  private precise: boolean | null = null;

  async start(): Promise<void> {
    const unfit = this.unfit();
    if (unfit !== null) {
      this.say('unfit', unfit);
      return;
    }
    let store: Store;
    try {
      store = await Store.open();
    } catch {
      this.say('unfit', strings.noStore);
      return;
    }
    byId('spacing').textContent = String(SPACING_M);
    const uploader = this.uploader(store);
    const recorder = this.recorder(store, uploader);
    const warner = new Warner();
    const listeners = [recorder.place.bind(recorder), warner.moved.bind(warner)];
    this.positions = new Positions(listeners, (error) => this.say('problem', problemWords(error)));
    this.button.hidden = false;
    byId('warn').hidden = false;
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.pair(store, uploader);
    });
    this.button.addEventListener('click', () => void this.toggle(recorder, warner));
    byId('unpair').addEventListener('click', () => void this.unpair(store, recorder, warner));
    await this.showPaired((await store.token()) !== undefined);
    await this.count(store);
    uploader.wake();
  }

  private unfit(): string | null {
    if (!window.isSecureContext) return strings.insecure;
    if (!navigator.mediaDevices || !navigator.geolocation || !window.indexedDB) return strings.unsupported;
    return null;
  }

  private uploader(store: Store): Uploader {
    return new Uploader(store, {
      sent: () => {
        this.counters.sent += 1;
        if (!this.licensed) this.say('problem', null);
        this.licensed = true;
        void this.count(store);
      },
      refused: (reason) => {
        this.counters.refused += 1;
        this.say('problem', strings.refused(reason));
        void this.count(store);
      },
      unpaired: () => {
        void this.showPaired(false);
        this.say('pair-error', strings.notPaired);
      },
      unlicensed: () => {
        if (this.licensed) this.say('problem', strings.notLicensed);
        this.licensed = false;
      },
      reachable: (yes) => {
        this.reachable = yes;
        this.drawState();
      },
    });
  }

  private recorder(store: Store, uploader: Uploader): Recorder {
    const recorder = new Recorder(byId<HTMLVideoElement>('preview'), store, {
      placed: (fix, speed_mps) => this.placed(fix, speed_mps),
      queued: () => {
        void this.count(store);
        uploader.queued();
      },
      lost: () => this.cameraLost(),
      failed: (error) => this.say('problem', problemWords(error)),
    });
    return recorder;
  }

  private async pair(store: Store, uploader: Uploader): Promise<void> {
    this.say('pair-error', null);
    const fields = new FormData(this.form);
    const code = String(fields.get('code') ?? '').trim().toUpperCase();
    try {
      await store.keepToken(await pair(code, String(fields.get('name') ?? '').trim()));
    } catch (error) {
      this.say('pair-error', error instanceof PairingError ? error.message : strings.pairFailed);
      return;
    }
    await this.showPaired(true);
    this.button.focus();
    uploader.wake();
  }

  private async unpair(store: Store, recorder: Recorder, warner: Warner): Promise<void> {
    const waiting = await store.count();
    if (waiting > 0 && !(await this.wouldLose(waiting))) return;
    if (this.running) await this.toggle(recorder, warner);
    await store.clear();
    await this.count(store);
    await this.showPaired(false);
  }

  /** Ask whether frames that wait may be deleted. */
  private async wouldLose(waiting: number): Promise<boolean> {
    const dialog = byId<HTMLDialogElement>('unpair-sure');
    byId('unpair-words').textContent = strings.framesWait(waiting);
    dialog.returnValue = '';
    dialog.showModal();
    await new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true }));
    return dialog.returnValue === 'unpair';
  }

  private async toggle(recorder: Recorder, warner: Warner): Promise<void> {
    this.say('problem', null);
    this.button.disabled = true;
    try {
      if (this.running) {
        this.positions?.stop();
        await recorder.stop();
        await warner.stop();
        this.recording = false;
      } else {
        byId('state').textContent = strings.starting;
        await warner.start();
        if (this.paired) await recorder.start();
        this.recording = this.paired;
      }
      this.running = !this.running;
    } catch (error) {
      // Without a camera it still warns.
      await recorder.stop();
      this.say('problem', problemWords(error));
      this.running = true;
      this.recording = false;
    }
    if (this.running) this.positions?.start();
    this.precise = null;
    this.button.disabled = false;
    this.button.textContent = this.running ? strings.stop : strings.start;
    this.button.classList.toggle('button-stop', this.running);
    this.drawState();
  }

  private placed(fix: Fix, speed_mps: number | null): void {
    this.precise = fix.accuracy_m <= WORST_ACCURACY_M;
    const language = document.documentElement.lang;
    const speed = speed_mps === null ? null : speedWords(speed_mps, language, readersUnits);
    byId('place').textContent = strings.place(lengthWords(fix.accuracy_m, language, readersUnits), speed);
    this.drawState();
  }

  /** Recording is over until it is started anew; warnings go on. */
  private cameraLost(): void {
    this.recording = false;
    this.say('problem', strings.noCamera);
    this.drawState();
  }

  private drawState(): void {
    const words = this.stateWords();
    const state = byId('state');
    if (state.textContent !== words) state.textContent = words;
    state.dataset.recording = String(this.recording && this.precise === true);
  }

  private stateWords(): string {
    if (!this.reachable) return strings.offline;
    if (!this.recording) return this.running ? strings.notRecording : strings.ready;
    if (this.precise === null) return strings.waitingForPlace;
    return this.precise ? strings.recording : strings.imprecise;
  }

  private async showPaired(paired: boolean): Promise<void> {
    this.paired = paired;
    this.form.hidden = paired;
    this.cockpit.hidden = !paired;
    this.drawState();
  }

  private async count(store: Store): Promise<void> {
    byId('queued').textContent = String(await store.count());
    byId('sent').textContent = String(this.counters.sent);
    byId('refused').textContent = String(this.counters.refused);
  }

  /** Show words in one of the notices, or hide it. */
  private say(id: string, words: string | null): void {
    const notice = byId(id);
    notice.textContent = words ?? '';
    notice.hidden = words === null;
  }
}
