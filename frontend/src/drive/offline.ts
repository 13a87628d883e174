/** Have the page work without a network from now on. Marks the page when it does. */
export async function keepForOffline(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  navigator.serviceWorker.addEventListener('message', (event) => {
    if (event.data === 'kept') document.body.dataset.offline = 'ready';
  });
  try {
    await navigator.serviceWorker.register('/drive/worker.js', { scope: '/drive/' });
  } catch {
    return; // without it the page needs a network, and nothing else is lost
  }
  const { active } = await navigator.serviceWorker.ready;
  const loaded = performance
    .getEntriesByType('resource')
    .map((entry) => entry.name)
    .filter((address) => new URL(address).pathname.startsWith('/static/'));
  active?.postMessage({ page: location.pathname + location.search, assets: [...new Set(loaded)] });
}
