/** Changes of the map. cursor: of the last one. tiles: `z/x/y` that they touch. */
export interface Heard {
  cursor: number;
  hazards: string[];
  tiles: string[];
}

const ZOOM = 16;
const EDGE_LAT_DEG = 85.051129;

/** The tile of zoom 16 that holds a place, as the stream names it. */
export function tileAt(lon: number, lat: number): string {
  const side = 2 ** ZOOM;
  const phi = (Math.max(-EDGE_LAT_DEG, Math.min(EDGE_LAT_DEG, lat)) * Math.PI) / 180;
  const x = ((lon + 180) / 360) * side;
  const y = ((1 - Math.asinh(Math.tan(phi)) / Math.PI) / 2) * side;
  const within = (at: number) => Math.min(side - 1, Math.max(0, Math.floor(at)));
  return `${ZOOM}/${within(x)}/${within(y)}`;
}
