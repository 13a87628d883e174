import { el, svg } from '../shared/dom';
import { localTime, percent } from '../shared/format';
import { strings } from '../shared/strings';
import type { EvidenceImage } from './hazard';
import { capitalised } from './list';

/** The pictures of one hazard, one at a time, each with the box of the detector. */
export class Carousel {
  readonly root = el('figure', { class: 'evidence' });
  private index = 0;

  constructor(
    private readonly images: EvidenceImage[],
    private readonly now_s: () => number,
  ) {
    this.draw(null);
  }

  private draw(refocus: -1 | 1 | null): void {
    const image = this.images[this.index];
    if (image === undefined) return;
    this.root.replaceChildren(
      el(
        'div',
        { class: 'evidence-frame' },
        el('img', { src: image.url, alt: strings.imageAlt(image.label) }),
        overlay(image.box),
      ),
      this.caption(image),
    );
    if (this.images.length < 2) return;
    const buttons = { '-1': this.button(-1), '1': this.button(1) };
    const position = strings.imageOf(this.index + 1, this.images.length);
    this.root.append(
      el('div', { class: 'carousel' }, buttons['-1'], el('span', { role: 'status' }, position), buttons['1']),
    );
    if (refocus !== null) buttons[`${refocus}`].focus();
  }

  private caption(image: EvidenceImage): HTMLElement {
    const who = strings.detectedBy(capitalised(image.label), percent(image.score), image.model_version);
    const when = localTime(image.captured_at, this.now_s());
    return el(
      'figcaption',
      {},
      image.simulated ? `${who}, ${when}, ` : `${who}, ${when}`,
      image.simulated ? el('b', {}, strings.simulated) : null,
      el('small', {}, strings.blurred),
    );
  }

  private button(step: -1 | 1): HTMLElement {
    const label = step < 0 ? strings.previousImage : strings.nextImage;
    const button = el('button', { type: 'button', class: 'step', 'aria-label': label }, step < 0 ? '‹' : '›');
    button.addEventListener('click', () => {
      this.index = (this.index + step + this.images.length) % this.images.length;
      this.draw(step);
    });
    return button;
  }
}

/** The box over the picture, in shares of its width and height: two strokes, to show on any ground. */
function overlay([left, top, right, bottom]: EvidenceImage['box']): SVGElement {
  const place = { x: `${left}`, y: `${top}`, width: `${right - left}`, height: `${bottom - top}` };
  return svg(
    'svg',
    { viewBox: '0 0 1 1', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    svg('rect', { class: 'box-edge', ...place }),
    svg('rect', { class: 'box', ...place }),
  );
}
