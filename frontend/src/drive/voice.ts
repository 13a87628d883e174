import { strings } from './strings';

const OFF = 'hazardmap.drive.silent';

/** Speaks in the language of the page, unless the driver has switched it off. */
export class Voice {
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

  /** What is said later replaces what has not been said yet: a driver needs the latest. */
  say(words: string): void {
    if (!('speechSynthesis' in window) || !this.on) return;
    speechSynthesis.cancel();
    const utterance = new SpeechSynthesisUtterance(words);
    utterance.lang = document.documentElement.lang;
    speechSynthesis.speak(utterance);
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
