import { Store } from './store';
import { strings } from './strings';

/** The store of a phone that can drive with this page; else words for why it cannot. */
export async function storeOrReason(): Promise<Store | string> {
  if (!window.isSecureContext) return strings.insecure;
  if (!navigator.mediaDevices || !navigator.geolocation || !window.indexedDB) return strings.unsupported;
  try {
    return await Store.open();
  } catch {
    return strings.noStore;
  }
}
