// Keeps the drive page working without a network: the page itself, its scripts, and the hazards of
// the squares that were fetched last. It sends nothing anywhere by itself.

const KEPT = 'hazardmap-drive-1';
const SQUARES = 'hazardmap-squares-1';
const MOST_SQUARES = 60;
const WAIT_MS = 4000;

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

// The page tells what it was loaded from before this worker stood between it and the network.
self.addEventListener('message', (event) => {
    const own = (event.data.keep ?? []).filter((address) => new URL(address).origin === self.location.origin);
    event.waitUntil(
        caches.open(KEPT).then(async (cache) => {
            await Promise.all(own.map((address) => cache.add(address).catch(() => {})));
            event.source.postMessage('kept');
        }),
    );
});

self.addEventListener('fetch', (event) => {
    const { request } = event;
    const { origin, pathname } = new URL(request.url);
    if (request.method !== 'GET' || origin !== self.location.origin) return;
    if (pathname.startsWith('/drive/hazards/')) event.respondWith(freshElseKept(request, SQUARES));
    else if (request.mode === 'navigate') event.respondWith(freshElseKept(request, KEPT));
    else if (pathname.startsWith('/static/')) event.respondWith(keptElseFresh(request));
});

async function freshElseKept(request, name) {
    const cache = await caches.open(name);
    try {
        const answer = await fetch(request, { signal: AbortSignal.timeout(WAIT_MS) });
        if (answer.ok) {
            await cache.put(request, answer.clone());
            if (name === SQUARES) await forgetOldest(cache);
        }
        return answer;
    } catch {
        const kept = await cache.match(request, { ignoreVary: true });
        return kept ?? Response.error();
    }
}

async function keptElseFresh(request) {
    const kept = await caches.match(request, { ignoreVary: true });
    return kept ?? fetch(request);
}

async function forgetOldest(cache) {
    const keys = await cache.keys();
    await Promise.all(keys.slice(0, Math.max(0, keys.length - MOST_SQUARES)).map((key) => cache.delete(key)));
}
