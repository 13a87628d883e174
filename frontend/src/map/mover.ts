import { el, svg } from '../shared/dom';
import { strings } from '../shared/strings';

/** Which way of the screen. */
export type Way = [x: -1 | 0 | 1, y: -1 | 0 | 1];

const SIGN = 'M12 3v18M3 12h18M9.5 5.5 12 3l2.5 2.5M9.5 18.5 12 21l2.5-2.5M5.5 9.5 3 12l2.5 2.5M18.5 9.5 21 12l-2.5 2.5';

/** Four arrows behind one button, for whoever can tap but not drag (WCAG 2.5.7). */
export function mover(move: (way: Way) => void): HTMLElement {
  const arrow = (words: string, path: string, way: Way) => {
    const button = el('button', { type: 'button', title: words, 'aria-label': words }, sign(path));
    button.addEventListener('click', () => move(way));
    return button;
  };
  // From right to left, as they stand beside the button: whoever tabs comes to the nearest first.
  const arrows = el(
    'div',
    { class: 'mover-arrows', role: 'group', 'aria-label': strings.moveMap, hidden: '' },
    arrow(strings.moveRight, 'M5 12h14M13 6l6 6-6 6', [1, 0]),
    arrow(strings.moveDown, 'M12 5v14M6 13l6 6 6-6', [0, 1]),
    arrow(strings.moveUp, 'M12 19V5M6 11l6-6 6 6', [0, -1]),
    arrow(strings.moveLeft, 'M19 12H5M11 6l-6 6 6 6', [-1, 0]),
  );
  const toggle = el('button', { type: 'button', title: strings.moveMap, 'aria-label': strings.moveMap, 'aria-expanded': 'false' }, sign(SIGN));
  toggle.addEventListener('click', () => {
    arrows.hidden = !arrows.hidden;
    toggle.setAttribute('aria-expanded', String(!arrows.hidden));
  });
  return el('div', { class: 'maplibregl-ctrl maplibregl-ctrl-group mover' }, toggle, arrows);
}

function sign(path: string): SVGElement {
  const line = { fill: 'none', stroke: 'currentColor', 'stroke-width': '2', 'stroke-linecap': 'round', 'stroke-linejoin': 'round' };
  return svg('svg', { viewBox: '0 0 24 24', width: '22', height: '22', 'aria-hidden': 'true' }, svg('path', { ...line, d: path }));
}
