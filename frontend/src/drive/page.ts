import { byId } from '../shared/dom';
import { lengthWords, readersLocale, readersUnits, roughWords, speedWords } from '../shared/units';
import { asked } from './asked';
import { Awake } from './awake';
import { Departure, QUIET_M } from './departure';
import { notice } from './notice';
import { SPACING_M, WORST_ACCURACY_M } from './pacing';
import { Pairing } from './pairing';
import { Pictures } from './pictures';
import { Positions } from './positions';
import { problemWords } from './problem';
import { Recorder } from './recorder';
import type { Store } from './store';
import { strings } from './strings';
import { Switch } from './switch';
import { Uploader, type Way } from './uploader';
import { Voice } from './voice';
import { Warner } from './warner';
import { Wheel } from './wheel';

/** A phone that was locked may take its camera away only after the page is back. */
const BACK_MS = 3000;

/** The page in a car: it warns; and where the phone is paired, it records. */
export class DrivePage {
  private readonly button = byId<HTMLButtonElement>('run');
  private readonly awake = new Awake((stays) => notice('screen', stays ? null : strings.screenMayGo));
  private readonly voice = new Voice();
  private readonly warner = new Warner(this.voice);
  private readonly pairing: Pairing;
  private readonly recordSwitch: Switch;
  private readonly recorder: Recorder;
  private readonly uploader: Uploader;
  private readonly positions: Positions;
  private readonly wheel = new Wheel(() => void this.drivenElsewhere());
  private readonly counters = { sent: 0, refused: 0 };
  private departure = new Departure();
  /** Whether this tab may drive. */
  private asking = false;
  private running = false;
  private recording = false;
  /** The camera is being asked for. */
  private opening = false;
  /** The last frame could not be taken or kept, and the page says so. */
  private failed = false;
  private changing: Promise<void> = Promise.resolve();
  private way: Way = 'open';
  private licensed = true;
  /** Null while there is no position. */
  private precise: boolean | null = null;

  constructor(private readonly store: Store) {
    const words = { on: strings.recordOn, off: strings.recordOff };
    const record = () => void this.record();
    this.recordSwitch = new Switch(byId('record'), 'hazardmap.drive.unrecorded', words, record);
    this.pairing = new Pairing(store, () => this.pairingChanged());
    this.uploader = this.newUploader();
    new Pictures(store, { unpaired: () => void this.pairing.revoked(), unlicensed: () => this.unlicensed() });
    this.recorder = new Recorder(byId<HTMLVideoElement>('preview'), store, {
      queued: () => {
        if (this.failed) notice('problem', null);
        this.failed = false;
        void this.count();
        this.uploader.queued();
      },
      lost: () => this.cameraLost(),
      failed: (error) => {
        const words = problemWords(error);
        if (!this.failed) this.voice.say(words, false);
        this.failed = true;
        notice('problem', words);
      },
    });
    this.positions = new Positions({
      placed: (position) => this.placed(position),
      failed: (error) => this.placeFailed(error),
      silent: () => this.unplaced(),
    });
    // Another app may have had the camera meanwhile.
    document.addEventListener('visibilitychange', () => {
      record();
      window.setTimeout(record, BACK_MS);
    });
  }

  async start(): Promise<void> {
    byId('spacing').textContent = String(SPACING_M);
    byId('quiet').textContent = String(QUIET_M);
    this.button.hidden = false;
    byId('warn').hidden = false;
    this.button.addEventListener('click', () => void this.toggle());
    await this.pairing.start();
  }

  private newUploader(): Uploader {
    return new Uploader(this.store, {
      sent: () => {
        this.counters.sent += 1;
        if (!this.licensed) notice('problem', null);
        this.licensed = true;
        void this.count();
      },
      emptied: () => void this.count(),
      refused: (reason) => {
        this.counters.refused += 1;
        notice('problem', strings.refused(reason));
        void this.count();
      },
      unpaired: () => {
        if (this.pairing.paired) void this.pairing.revoked();
      },
      unlicensed: () => this.unlicensed(),
      way: (way) => {
        this.way = way;
        this.drawState();
      },
    });
  }

  private unlicensed(): void {
    if (this.licensed) notice('problem', strings.notLicensed);
    this.licensed = false;
  }

  private async pairingChanged(): Promise<void> {
    await this.record();
    await this.count();
    this.uploader.wake();
  }

  private async toggle(): Promise<void> {
    notice('problem', null);
    notice('place-problem', null);
    if (this.asking) return;
    this.asking = true;
    const may = this.running || (await this.mayDrive());
    this.asking = false;
    if (may) await this.run(!this.running);
  }

  private async mayDrive(): Promise<boolean> {
    if (await this.wheel.take()) return true;
    return (await asked('elsewhere')) === 'here' && this.wheel.take({ fromAnother: true });
  }

  private async drivenElsewhere(): Promise<void> {
    await this.run(false);
    notice('problem', strings.drivenElsewhere);
  }

  private async run(running: boolean): Promise<void> {
    this.button.disabled = true;
    this.running = running;
    this.precise = null;
    if (this.running) {
      this.departure = new Departure();
      this.warner.start();
      await this.awake.on();
      if (this.running) this.positions.start(); // it may have been stopped meanwhile
    } else {
      this.wheel.leave();
      this.positions.stop();
      this.warner.stop();
      await this.awake.off();
      notice('screen', null);
    }
    void this.record(); // a camera may keep one waiting, as one that another app has; warnings need none
    document.body.classList.toggle('driving', this.running);
    if (this.running) window.scrollTo(0, 0);
    this.button.disabled = false;
    this.button.textContent = this.running ? strings.stop : strings.start;
    this.button.classList.toggle('button-stop', this.running);
  }

  /** Record if that is wanted by now, else stop: one change after the other. */
  private record(): Promise<void> {
    this.changing = this.changing.then(() => this.recordAsWanted());
    return this.changing;
  }

  private get wanted(): boolean {
    return this.running && this.pairing.paired && this.recordSwitch.on;
  }

  private async recordAsWanted(): Promise<void> {
    if (this.wanted && !this.recording && !document.hidden) {
      this.opening = true;
      this.drawState();
      try {
        await this.recorder.start();
        this.recording = true;
        notice('problem', null);
      } catch (error) {
        // Without a camera it still warns.
        this.recorder.stop();
        notice('problem', problemWords(error));
      }
      this.opening = false;
    } else if (!this.wanted && this.recording) {
      this.recorder.stop();
      this.recording = false;
    }
    this.drawState();
  }

  private placed(position: GeolocationPosition): void {
    const { longitude: lon, latitude: lat, accuracy: accuracy_m, speed: speed_mps } = position.coords;
    notice('place-problem', null);
    this.precise = accuracy_m <= WORST_ACCURACY_M;
    this.departure.at({ lon, lat }, accuracy_m);
    const speed = speed_mps === null ? null : speedWords(speed_mps, readersLocale, readersUnits);
    byId('place').textContent = strings.place(lengthWords(accuracy_m, readersLocale, readersUnits), speed);
    this.drawState();
    if (this.departure.left) void this.recorder.place(position);
    void this.warner.moved(position);
  }

  /** A browser that may not tell the position says nothing more, even if it is allowed later: that takes a new start. */
  private placeFailed(error: GeolocationPositionError): void {
    notice('place-problem', problemWords(error));
    if (error.code !== error.PERMISSION_DENIED) return;
    void this.run(false);
    this.voice.say(strings.warningsEnded); // who drives looks at the road
  }

  private unplaced(): void {
    this.precise = null;
    byId('place').textContent = '';
    this.warner.unplaced();
    this.drawState();
  }

  /** Recording is over until the page comes back to the front, or is started anew; warnings go on. */
  private cameraLost(): void {
    this.recording = false;
    notice('problem', strings.noCamera);
    this.voice.say(strings.recordingLost, false);
    this.drawState();
  }

  private drawState(): void {
    const words = this.stateWords();
    const state = byId('state');
    if (state.textContent !== words) state.textContent = words;
    state.dataset.recording = String(this.recording && this.precise === true && this.departure.left);
  }

  private stateWords(): string {
    if (this.wanted && !this.recording) return this.opening ? strings.starting : strings.notRecording;
    if (this.recording && this.precise === null) return strings.waitingForPlace;
    if (this.recording && this.precise === false) return strings.imprecise;
    if (this.recording && !this.departure.left) {
      return strings.departing(roughWords(QUIET_M, readersLocale, readersUnits));
    }
    if (this.way !== 'open') return this.way === 'busy' ? strings.busy : strings.offline;
    if (this.recording) return strings.recording;
    return this.running ? strings.unrecorded : strings.ready;
  }

  private async count(): Promise<void> {
    byId('queued').textContent = String(await this.store.count());
    byId('sent').textContent = String(this.counters.sent);
    byId('refused').textContent = String(this.counters.refused);
  }
}
