import type { StyleSpecification } from 'maplibre-gl';

const PATIENCE_MS = 8000;

/** The style that a setting of the site names as the ground of the map. Throws if it cannot be had. */
export async function fetchBase(address: string): Promise<StyleSpecification> {
  const answer = await fetch(address, { signal: AbortSignal.timeout(PATIENCE_MS), credentials: 'omit' });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  const style = (await answer.json()) as StyleSpecification;
  if (style.version !== 8 || !Array.isArray(style.layers)) throw new Error('this is no style');
  return style;
}
