/** A button that is on until it is pressed, and stays as it was left between visits. */
export class Switch {
  constructor(
    private readonly button: HTMLButtonElement,
    /** Where the browser keeps that it is off. */
    private readonly key: string,
    private readonly words: { on: string; off: string },
    private readonly changed: () => void,
  ) {
    button.addEventListener('click', () => {
      localStorage.setItem(this.key, this.on ? 'yes' : '');
      this.draw();
      this.changed();
    });
    this.draw();
  }

  get on(): boolean {
    return localStorage.getItem(this.key) !== 'yes';
  }

  private draw(): void {
    this.button.textContent = this.on ? this.words.on : this.words.off;
    this.button.setAttribute('aria-pressed', String(this.on));
  }
}
