const PARAMETER = 'hz';

/** The hazard that the address names (`?hz=id`), or null. MapLibre keeps the view in `#map=`. */
export function selectedInAddress(): string | null {
  return new URLSearchParams(window.location.search).get(PARAMETER) || null;
}

/** Write the selection into the address as a step that the back button takes back. */
export function writeSelection(id: string | null): void {
  if (selectedInAddress() === id) return;
  const address = new URL(window.location.href);
  if (id === null) address.searchParams.delete(PARAMETER);
  else address.searchParams.set(PARAMETER, id);
  window.history.pushState(null, '', address);
}
