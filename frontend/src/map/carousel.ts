import { el, svg } from '../shared/dom';
import { localTime, percent } from '../shared/format';
import { strings } from '../shared/strings';
import type { EvidenceImage } from './hazard';
import { capitalised } from './row';

/** The pictures of one hazard, one at a time, each with the boxes of the detector. */
export class Carousel {
  readonly root = el('figure', { class: 'evidence' });
  /** The reports of each picture, the best one first. */
  private readonly pictures: EvidenceImage[][];
  private index = 0;
  private boxes = true;

  constructor(
    images: EvidenceImage[],
    private readonly hazardId: string,
    private readonly now_s: () => number,
  ) {
    const urls = [...new Set(images.map((image) => image.url))];
    this.pictures = urls.map((url) => images.filter((image) => image.url === url));
    this.root.addEventListener('keydown', (event) => this.key(event));
    this.draw();
  }

  /** Show the next picture, or the one before. */
  step(by: -1 | 1): void {
    if (this.pictures.length < 2) return;
    this.index = (this.index + by + this.pictures.length) % this.pictures.length;
    this.draw(by < 0 ? '.previous' : '.next');
  }

  /** Open the form that reports the picture that is shown. */
  reportShown(): void {
    this.root.querySelector<HTMLElement>('.report')?.click();
  }

  toggleBoxes(): void {
    this.boxes = !this.boxes;
    this.draw('.boxes-toggle');
  }

  /** focus: what has it afterwards, where something in here had it before. */
  private draw(focus?: string): void {
    const [best, ...others] = this.pictures[this.index] ?? [];
    if (best === undefined) return;
    const hadFocus = this.root.contains(document.activeElement);
    this.root.replaceChildren(
      el(
        'div',
        { class: this.boxes ? 'evidence-frame' : 'evidence-frame no-boxes' },
        el('img', { src: best.url, alt: strings.imageAlt(best.label) }),
        overlay([best, ...others]),
      ),
      this.controls(),
      this.caption(best),
    );
    if (focus && hadFocus) this.root.querySelector<HTMLElement>(focus)?.focus();
  }

  private controls(): HTMLElement {
    const toggle = el(
      'button',
      { type: 'button', class: 'boxes-toggle', 'aria-pressed': String(this.boxes) },
      strings.boxes,
    );
    toggle.addEventListener('click', () => this.toggleBoxes());
    const report = this.report();
    if (this.pictures.length < 2) return el('div', { class: 'carousel' }, toggle, report);
    const position = strings.imageOf(this.index + 1, this.pictures.length);
    return el(
      'div',
      { class: 'carousel' },
      this.button(-1),
      el('span', { role: 'status' }, position),
      this.button(1),
      toggle,
      report,
    );
  }

  /** Beside the picture, so that nobody has to look for it. */
  private report(): HTMLElement | null {
    const frame = /\/images\/([0-9a-f-]+)\.jpg/.exec(this.pictures[this.index]?.[0]?.url ?? '')?.[1];
    if (frame === undefined) return null;
    const address = `/images/${frame}/report/?hazard=${this.hazardId}`;
    return el('a', { class: 'report', href: address, 'aria-label': strings.reportImage, title: strings.reportImage }, strings.report);
  }

  private caption(image: EvidenceImage): HTMLElement {
    const who = strings.detected(capitalised(image.label), percent(image.score));
    const when = localTime(image.captured_at, this.now_s());
    return el(
      'figcaption',
      {},
      el('span', {}, image.simulated ? `${who}, ${when}, ` : `${who}, ${when}`, image.simulated ? el('b', {}, strings.simulated) : null),
      el('small', {}, strings.blurred),
    );
  }

  private button(step: -1 | 1): HTMLElement {
    const label = step < 0 ? strings.previousImage : strings.nextImage;
    const button = el('button', { type: 'button', class: step < 0 ? 'step previous' : 'step next', 'aria-label': label }, step < 0 ? '‹' : '›');
    button.addEventListener('click', () => this.step(step));
    return button;
  }

  private key(event: KeyboardEvent): void {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key] as -1 | 1 | undefined;
    if (by === undefined) return;
    event.preventDefault();
    this.step(document.dir === 'rtl' ? (-by as -1 | 1) : by);
  }
}

/** The boxes over the picture, in shares of its width and height: two strokes, for any ground. */
function overlay(images: EvidenceImage[]): SVGElement {
  const rectangles = images.flatMap(({ box: [left, top, right, bottom] }) => {
    const place = { x: `${left}`, y: `${top}`, width: `${right - left}`, height: `${bottom - top}` };
    return [svg('rect', { class: 'box-edge', ...place }), svg('rect', { class: 'box', ...place })];
  });
  return svg('svg', { viewBox: '0 0 1 1', preserveAspectRatio: 'none', 'aria-hidden': 'true' }, ...rectangles);
}
