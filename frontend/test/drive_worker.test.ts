import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it, vi } from 'vitest';

const CODE = readFileSync(new URL('../../hazardmap/web/static/web/drive_worker.js', import.meta.url), 'utf8');
const ORIGIN = 'https://map.example';

type Key = string | { url: string };
const at = (key: Key) => new URL(typeof key === 'string' ? key : key.url, ORIGIN).href;

/** As the browser's, by the clock of the test. */
const timeout = (ms: number) => {
  const limit = new AbortController();
  setTimeout(() => limit.abort(), ms);
  return limit.signal;
};

/** The worker before a site that answers as told; a path that it does not have fails. */
function scene() {
  const site = new Map<string, Response>();
  const network = { delay_ms: 0 };
  const fetched = async (key: Key, { signal }: { signal?: AbortSignal } = {}) => {
    const answer = site.get(at(key));
    if (answer === undefined) throw new TypeError('no network');
    if (network.delay_ms > 0) {
      await new Promise((resolve, reject) => {
        setTimeout(resolve, network.delay_ms);
        signal?.addEventListener('abort', () => reject(signal.reason));
      });
    }
    return answer.clone();
  };
  const kept = new Map<string, Response>();
  const match = async (key: Key) => kept.get(at(key))?.clone();
  const cache = {
    match,
    put: async (key: Key, answer: Response) => void kept.set(at(key), answer),
    keys: async () => [...kept.keys()].map((url) => ({ url })),
    delete: async (key: Key) => kept.delete(at(key)),
    addAll: async (keys: string[]) => {
      const answers = await Promise.all(keys.map((key) => fetched(key)));
      if (!answers.every((answer) => answer.ok)) throw new TypeError('not ok');
      keys.forEach((key, i) => kept.set(at(key), answers[i] as Response));
    },
  };
  const listeners = new Map<string, (event: object) => void>();
  const self = {
    location: { origin: ORIGIN },
    addEventListener: (name: string, listener: (event: object) => void) => listeners.set(name, listener),
  };
  const caches = { open: async () => cache, match };
  runInNewContext(CODE, { self, caches, fetch: fetched, URL, Response, AbortSignal: { timeout }, setTimeout, Promise });
  const told: string[] = [];
  const keep = (assets: string[]) =>
    new Promise((resolve) => {
      const source = { postMessage: (words: string) => told.push(words) };
      const data = { page: '/drive/', assets: assets.map(at) };
      listeners.get('message')?.({ data, source, waitUntil: (work: Promise<void>) => void work.then(resolve) });
    });
  const open = (path: string, mode: string) =>
    new Promise<string>((resolve) => {
      const request = { url: at(path), method: 'GET', mode };
      const respondWith = (answer: Promise<Response>) => void answer.then((one) => one.text()).then(resolve);
      listeners.get('fetch')?.({ request, respondWith, waitUntil: () => {} });
    });
  const deploy = (script: string) => site.set(at('/drive/'), new Response(`<script src="${script}"></script>`));
  const serve = (path: string, body: string, status = 200) => site.set(at(path), new Response(body, { status }));
  return { site, kept, network, told, keep, open, deploy, serve };
}

/** A phone that has kept the page of a first deploy. */
async function keeping() {
  const all = scene();
  all.deploy('/static/a.js');
  all.serve('/static/a.js', 'a');
  await all.keep(['/static/a.js']);
  expect(all.told).toEqual(['kept']);
  return all;
}

const SQUARE = '/drive/hazards/1/2.json';

afterEach(() => void vi.useRealTimers());

describe('the worker of the drive page', () => {
  it('shows the kept page and its scripts without a network', async () => {
    const { site, open } = await keeping();
    site.clear();
    expect(await open('/drive/?lang=de', 'navigate')).toContain('/static/a.js');
    expect(await open('/static/a.js', 'cors')).toBe('a');
  });

  it('shows the kept page, and kept hazards, when the site fails', async () => {
    const { serve, open } = await keeping();
    serve('/drive/hazards/1/2.json', '{"hazards": []}');
    await open('/drive/hazards/1/2.json', 'cors');
    serve('/drive/', 'Bad Gateway', 502);
    serve('/drive/hazards/1/2.json', 'Bad Gateway', 502);
    expect(await open('/drive/', 'navigate')).toContain('/static/a.js');
    expect(await open('/drive/hazards/1/2.json', 'cors')).toBe('{"hazards": []}');
  });

  it('goes on with the page before when a new one comes without its scripts', async () => {
    const { site, told, deploy, keep, open } = await keeping();
    deploy('/static/b.js');
    expect(await open('/drive/', 'navigate')).toContain('/static/b.js');
    await keep(['/static/b.js']);
    site.clear();
    expect(await open('/drive/', 'navigate')).toContain('/static/a.js');
    expect(told).toEqual(['kept']);
  });

  it('forgets the scripts of the page before once a new one is kept whole', async () => {
    const { kept, deploy, serve, keep } = await keeping();
    deploy('/static/b.js');
    await keep(['/static/b.js']);
    expect([...kept.keys()]).toEqual([at('/static/a.js'), at('/drive/')]);
    serve('/static/b.js', 'b');
    await keep(['/static/b.js']);
    expect([...kept.keys()]).toEqual([at('/drive/'), at('/static/b.js')]);
  });

  it('does not keep a page that is newer than the one whose scripts it was told of', async () => {
    const { site, deploy, serve, keep, open } = await keeping();
    deploy('/static/b.js');
    serve('/static/b.js', 'b');
    await keep(['/static/a.js']);
    site.clear();
    expect(await open('/drive/', 'navigate')).toContain('/static/a.js');
  });

  it('waits for what is not kept, however slow the network is', async () => {
    vi.useFakeTimers();
    const { network, deploy, serve, open } = scene();
    network.delay_ms = 9000;
    deploy('/static/a.js');
    serve(SQUARE, '{"hazards": ["cow"]}');
    const page = open('/drive/', 'navigate');
    const square = open(SQUARE, 'cors');
    await vi.advanceTimersByTimeAsync(9000);
    expect(await page).toContain('/static/a.js');
    expect(await square).toContain('cow');
  });

  it('shows what is kept where the network is slow, and keeps what comes late for the next time', async () => {
    vi.useFakeTimers();
    const { network, serve, open } = scene();
    serve(SQUARE, 'old');
    await open(SQUARE, 'cors');
    network.delay_ms = 9000;
    serve(SQUARE, 'new');
    const first = open(SQUARE, 'cors');
    await vi.advanceTimersByTimeAsync(4000);
    expect(await first).toBe('old');
    await vi.advanceTimersByTimeAsync(5000);
    const second = open(SQUARE, 'cors');
    await vi.advanceTimersByTimeAsync(4000);
    expect(await second).toBe('new');
  });
});
