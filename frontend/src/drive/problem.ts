import { strings } from './strings';

/** Words for what went wrong with the camera, the position or the store. */
export function problemWords(error: unknown): string {
  if (error instanceof GeolocationPositionError) {
    return error.code === error.PERMISSION_DENIED ? strings.placeDenied : strings.noPlace;
  }
  const name = error instanceof Error ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return strings.cameraDenied;
  if (name === 'NotFoundError' || name === 'NotReadableError' || name === 'OverconstrainedError') {
    return strings.noCamera;
  }
  if (name === 'QuotaExceededError') return strings.full;
  return strings.failed(error instanceof Error ? error.message : String(error));
}
