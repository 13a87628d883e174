import { byId } from '../shared/dom';
import { readersLocale } from '../shared/units';
import { strings } from './strings';
import { Switch } from './switch';

/** Some engines never say that they have ended; they would hold all later warnings back. */
const LONGEST_MS = 8000;

/** Speaks in the language of the page, unless the driver has switched it off. */
export class Voice {
  private readonly able = 'speechSynthesis' in window;
  private readonly wanted: Switch;
  private since_ms = 0;

  constructor() {
    const button = byId<HTMLButtonElement>('sound');
    button.hidden = !this.able;
    const words = { on: strings.soundOn, off: strings.soundOff };
    this.wanted = new Switch(button, 'hazardmap.drive.silent', words, () => this.silence());
  }

  get talking(): boolean {
    if (!this.able || Date.now() - this.since_ms > LONGEST_MS) return false;
    return speechSynthesis.speaking || speechSynthesis.pending;
  }

  /** Cuts off what is being said, or waits until it has been. */
  say(words: string, cuts = true): void {
    if (!this.able || !this.wanted.on) return;
    if (cuts) speechSynthesis.cancel();
    const utterance = new SpeechSynthesisUtterance(words);
    utterance.lang = readersLocale; // a voice that speaks as people there do
    speechSynthesis.speak(utterance);
    this.since_ms = Date.now();
  }

  silence(): void {
    if (this.able) speechSynthesis.cancel();
  }
}
