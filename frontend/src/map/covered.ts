import type { PaddingOptions } from 'maplibre-gl';
import { byId } from '../shared/dom';

/** What covers the map: the card on the left and the panel, or the sheets of a phone; nothing where the page scrolls. */
export function covered(embedded: boolean): PaddingOptions {
  if (getComputedStyle(byId('map')).position !== 'fixed') return { top: 0, right: 0, bottom: 0, left: 0 };
  const side = document.querySelector('.side')?.getBoundingClientRect();
  const panel = byId('panel').getBoundingClientRect();
  const open = !byId('panel').hidden;
  const wide = window.innerWidth > 760;
  if (wide) return { top: 0, right: open ? panel.width : 0, bottom: 60, left: side?.right ?? 0 };
  return { top: embedded ? 0 : open ? 104 : 156, right: 0, bottom: open ? panel.height : 200, left: 0 };
}
