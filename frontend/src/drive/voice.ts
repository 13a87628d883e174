import { strings } from './strings';

/** Some engines never say that they have ended; they would hold all later warnings back. */
const LONGEST_MS = 8000;
const OFF = 'hazardmap.drive.silent';

/** Speaks in the language of the page, unless the driver has switched it off. */
export class Voice {
  private since_ms = 0;

  constructor(private readonly button: HTMLButtonElement) {
    if (!('speechSynthesis' in window)) return;
    button.hidden = false;
    button.addEventListener('click', () => {
      localStorage.setItem(OFF, this.on ? 'yes' : '');
      if (!this.on) this.silence();
      this.draw();
    });
    this.draw();
  }

  get talking(): boolean {
    if (!('speechSynthesis' in window) || Date.now() - this.since_ms > LONGEST_MS) return false;
    return speechSynthesis.speaking || speechSynthesis.pending;
  }

  /** Cuts off what is being said. */
  say(words: string): void {
    if (!('speechSynthesis' in window) || !this.on) return;
    speechSynthesis.cancel();
    const utterance = new SpeechSynthesisUtterance(words);
    utterance.lang = document.documentElement.lang;
    speechSynthesis.speak(utterance);
    this.since_ms = Date.now();
  }

  silence(): void {
    if ('speechSynthesis' in window) speechSynthesis.cancel();
  }

  private get on(): boolean {
    return localStorage.getItem(OFF) !== 'yes';
  }

  private draw(): void {
    this.button.textContent = this.on ? strings.soundOn : strings.soundOff;
    this.button.setAttribute('aria-pressed', String(this.on));
  }
}
