import type { Map as MapLibre } from 'maplibre-gl';
import type { Group } from './hazard';

export const GROUPS: Group[] = ['construction', 'obstacle', 'wildlife'];
const SIZE_PX = 34;

/** The page's own marker symbols as pictures for the map, so that legend and map cannot differ. */
export function provideMarkers(map: MapLibre): void {
  const pixelRatio = Math.max(2, Math.ceil(window.devicePixelRatio));
  map.setMissingStyleImageResolver(async (name) => {
    if (document.getElementById(name) === null) return;
    const image = await picture(name, SIZE_PX * pixelRatio);
    if (!map.hasImage(name)) map.addImage(name, image, { pixelRatio });
  });
}

async function picture(symbolId: string, size_px: number): Promise<ImageData> {
  const symbol = document.getElementById(symbolId);
  if (symbol === null) throw new Error(`the page has no #${symbolId}`);
  const box = symbol.getAttribute('viewBox') ?? '';
  const text = `<svg xmlns="http://www.w3.org/2000/svg" width="${size_px}" height="${size_px}" viewBox="${box}">${symbol.innerHTML}</svg>`;
  const image = new Image(size_px, size_px);
  image.src = `data:image/svg+xml,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size_px;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('no 2D canvas');
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, size_px, size_px);
}
