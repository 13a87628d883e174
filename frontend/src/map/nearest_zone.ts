import type { Place } from '../shared/geodesy';
import { strings } from '../shared/strings';
import { fetchNearestZones } from './api';
import { toast } from './toast';
import type { NearZone } from './zone';

/** The nearest work zone that is wanted; null, once the reader has been told why there is none. */
export async function nearestZone(from: Place, wanted: (zone: NearZone) => boolean): Promise<NearZone | null> {
  try {
    const found = (await fetchNearestZones(from)).find(wanted);
    if (found === undefined) toast(strings.noZone);
    return found ?? null;
  } catch {
    toast(strings.detailsFailed);
    return null;
  }
}
