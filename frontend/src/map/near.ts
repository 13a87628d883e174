import { el, svg } from '../shared/dom';
import type { Place } from '../shared/geodesy';
import { strings } from '../shared/strings';

const PATIENCE_MS = 15_000;

/** Moves the map to where somebody is: on a click only, after having said what for. */
export class NearMe {
  /** With its name beside the sign, or with the sign alone. */
  readonly button: HTMLElement;
  private agreed = false;

  constructor(
    private readonly onPlace: (place: Place) => void,
    private readonly onTrouble: (words: string) => void,
    private readonly ask: (title: string, ...content: HTMLElement[]) => HTMLDialogElement,
    named: boolean,
  ) {
    const words = named ? el('span', {}, strings.nearMe) : null;
    const label: Record<string, string> = named ? {} : { title: strings.nearMe, 'aria-label': strings.nearMe };
    this.button = el('button', { type: 'button', class: named ? 'quick-button' : 'near', ...label }, sign(), words);
    this.button.addEventListener('click', () => (this.agreed ? this.locate() : this.explain()));
  }

  private explain(): void {
    const yes = el('button', { type: 'button', class: 'button' }, strings.nearMeAllow);
    const dialog = this.ask(strings.nearMe, el('p', {}, strings.nearMeReason), el('p', { class: 'actions' }, yes));
    yes.addEventListener('click', () => {
      this.agreed = true;
      dialog.close();
      this.locate();
    });
    yes.focus();
  }

  private locate(): void {
    this.button.setAttribute('aria-busy', 'true');
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        this.button.removeAttribute('aria-busy');
        this.onPlace({ lon: coords.longitude, lat: coords.latitude });
      },
      ({ code, PERMISSION_DENIED }) => {
        this.button.removeAttribute('aria-busy');
        this.onTrouble(code === PERMISSION_DENIED ? strings.nearMeRefused : strings.nearMeFailed);
      },
      { timeout: PATIENCE_MS, maximumAge: 30_000 },
    );
  }
}

function sign(): SVGElement {
  const line = { fill: 'none', stroke: 'currentColor', 'stroke-width': '2', 'stroke-linecap': 'round' };
  return svg(
    'svg',
    { viewBox: '0 0 24 24', width: '22', height: '22', 'aria-hidden': 'true' },
    svg('circle', { ...line, cx: '12', cy: '12', r: '6' }),
    svg('circle', { cx: '12', cy: '12', r: '2.4', fill: 'currentColor' }),
    svg('path', { ...line, d: 'M12 2.5V6M12 18v3.5M2.5 12H6M18 12h3.5' }),
  );
}
