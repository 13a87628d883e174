// Keeps the drive page working without a network: the page itself, its scripts, and the hazards of
// the squares that were fetched last. It sends nothing anywhere by itself.

const KEPT = 'hazardmap-drive-1';
const SQUARES = 'hazardmap-squares-1';
const MOST_SQUARES = 60;
const WAIT_MS = 4000;
const LONGEST_MS = 30000;
const PAGE = '/drive/';

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

// A page that is open has all it was loaded from: only such a page is kept, and after its parts.
self.addEventListener('message', (event) => event.waitUntil(keep(event.data, event.source)));

self.addEventListener('fetch', (event) => {
    const { request } = event;
    const { origin, pathname } = new URL(request.url);
    if (request.method !== 'GET' || origin !== self.location.origin) return;
    if (pathname.startsWith('/drive/hazards/')) event.respondWith(square(event));
    else if (request.mode === 'navigate') event.respondWith(page(request));
    else if (pathname.startsWith('/static/')) event.respondWith(keptElseFresh(request));
});

async function keep({ page, assets }, client) {
    const cache = await caches.open(KEPT);
    try {
        await cache.addAll(assets);
        const answer = await fetch(page);
        // What the site has now may be newer than what is open, with parts that are not here.
        const parts = partsOf(await answer.clone().text());
        if (!answer.ok || !parts.every((part) => assets.includes(part))) return;
        const before = await cache.match(PAGE, { ignoreVary: true });
        await cache.put(PAGE, answer);
        if (before && String(partsOf(await before.text())) !== String(parts)) await forgetAllBut(cache, assets);
    } catch {
        return; // the page that was kept before is whole
    }
    client.postMessage('kept');
}

function partsOf(html) {
    const found = html.matchAll(/"(\/static\/[^"]+\.(?:js|css))"/g);
    return [...found].map(([, path]) => new URL(path, self.location.origin).href);
}

async function page(request) {
    const cache = await caches.open(KEPT);
    return inTimeElseKept(fetch(request), await cache.match(PAGE, { ignoreVary: true }));
}

// What comes too late for this time is kept for the next.
async function square(event) {
    const { request } = event;
    const cache = await caches.open(SQUARES);
    const fresh = freshSquare(request, cache);
    event.waitUntil(fresh.catch(() => {}));
    return inTimeElseKept(fresh, await cache.match(request, { ignoreVary: true }));
}

async function freshSquare(request, cache) {
    const answer = await fetch(request, { signal: AbortSignal.timeout(LONGEST_MS) });
    if (answer.ok) {
        await cache.put(request, answer.clone());
        await forgetOldest(cache);
    }
    return answer;
}

// A site that fails is no better than none; one that is slow is better than nothing.
async function inTimeElseKept(fresh, kept) {
    if (!kept) return fresh;
    const late = new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    const answer = await Promise.race([fresh.catch(() => undefined), late]);
    return answer && answer.status < 500 ? answer : kept;
}

async function keptElseFresh(request) {
    const kept = await caches.match(request, { ignoreVary: true });
    return kept ?? fetch(request);
}

// Each new version of the site brings new parts, and a phone would keep them all.
async function forgetAllBut(cache, assets) {
    const wanted = new Set([...assets, new URL(PAGE, self.location.origin).href]);
    const keys = await cache.keys();
    await Promise.all(keys.filter(({ url }) => !wanted.has(url)).map((key) => cache.delete(key)));
}

async function forgetOldest(cache) {
    const keys = await cache.keys();
    await Promise.all(keys.slice(0, Math.max(0, keys.length - MOST_SQUARES)).map((key) => cache.delete(key)));
}
