import { byId } from '../shared/dom';
import { strings } from '../shared/strings';
import { type TileJson, fetchTileJson } from './api';
import { fetchBase } from './basemap_style';
import { toast } from './toast';
import { MapView, type ViewOptions, canDraw } from './view';

type Wanted = Omit<ViewOptions, 'container' | 'layers' | 'base' | 'words'>;

/** Draw the map; null where that cannot be done, and the page says why. */
export async function openView(wanted: Wanted): Promise<MapView | null> {
  if (!canDraw()) return withoutMap(strings.noWebGl);
  try {
    const [hazards, roads, workzones, coverage, base] = await Promise.all([
      fetchTileJson('hazards'),
      ifThere('roads'),
      ifThere('workzones'),
      ifThere('coverage'),
      hostedBase(),
    ]);
    return new MapView({
      ...wanted,
      container: byId('map'),
      layers: { hazards, roads, workzones, coverage },
      base,
      words: strings.mapWords,
    });
  } catch {
    return withoutMap(strings.noMap);
  }
}

function ifThere(layer: string): Promise<TileJson | null> {
  return fetchTileJson(layer).catch(() => null);
}

/** The ground that a setting names; ours, with a notice, where it cannot be had. */
async function hostedBase() {
  const address = document.body.dataset.basemap;
  if (!address) return null;
  try {
    return await fetchBase(address);
  } catch {
    toast(strings.noBasemap);
    return null;
  }
}

function withoutMap(message: string): null {
  document.body.classList.add('no-map');
  byId('map').textContent = message;
  document.body.dataset.ready = '1';
  return null;
}
