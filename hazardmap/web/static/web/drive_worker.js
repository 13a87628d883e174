// Keeps the drive page working without a network: the page itself, its scripts, and the hazards of
// the squares that were fetched last. It sends nothing anywhere by itself.

const KEPT = 'hazardmap-drive-1';
const SQUARES = 'hazardmap-squares-1';
const MOST_SQUARES = 60;
const WAIT_MS = 4000;
const PAGE = '/drive/';

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

// A page that is open has all it was loaded from: only such a page is kept, and after its parts.
self.addEventListener('message', (event) => event.waitUntil(keep(event.data, event.source)));

self.addEventListener('fetch', (event) => {
    const { request } = event;
    const { origin, pathname } = new URL(request.url);
    if (request.method !== 'GET' || origin !== self.location.origin) return;
    if (pathname.startsWith('/drive/hazards/')) event.respondWith(square(request));
    else if (request.mode === 'navigate') event.respondWith(freshElseKept(request, KEPT, PAGE));
    else if (pathname.startsWith('/static/')) event.respondWith(keptElseFresh(request));
});

async function keep({ page, assets }, client) {
    const cache = await caches.open(KEPT);
    try {
        await cache.addAll(assets);
        const answer = await fetch(page);
        // What the site has now may be newer than what is open, with parts that are not here.
        if (!answer.ok || !partsOf(await answer.clone().text()).every((part) => assets.includes(part))) return;
        await cache.put(PAGE, answer);
    } catch {
        return; // the page that was kept before is whole
    }
    client.postMessage('kept');
}

function partsOf(html) {
    const found = html.matchAll(/"(\/static\/[^"]+\.(?:js|css))"/g);
    return [...found].map(([, path]) => new URL(path, self.location.origin).href);
}

async function square(request) {
    const answer = await freshElseKept(request, SQUARES, request);
    if (answer.ok) {
        const cache = await caches.open(SQUARES);
        await cache.put(request, answer.clone());
        await forgetOldest(cache);
    }
    return answer;
}

// A site that fails is no better than none.
async function freshElseKept(request, name, key) {
    let answer = Response.error();
    try {
        answer = await fetch(request, { signal: AbortSignal.timeout(WAIT_MS) });
        if (answer.status < 500) return answer;
    } catch {
        // No network, or hardly one.
    }
    const cache = await caches.open(name);
    return (await cache.match(key, { ignoreVary: true })) ?? answer;
}

async function keptElseFresh(request) {
    const kept = await caches.match(request, { ignoreVary: true });
    return kept ?? fetch(request);
}

async function forgetOldest(cache) {
    const keys = await cache.keys();
    await Promise.all(keys.slice(0, Math.max(0, keys.length - MOST_SQUARES)).map((key) => cache.delete(key)));
}
