import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';

const CODE = readFileSync(new URL('../../hazardmap/web/static/web/drive_worker.js', import.meta.url), 'utf8');
const ORIGIN = 'https://map.example';

type Key = string | { url: string };
const at = (key: Key) => new URL(typeof key === 'string' ? key : key.url, ORIGIN).href;

/** The worker before a site that answers as told; a path that it does not have fails. */
function scene() {
  const site = new Map<string, Response>();
  const fetched = async (key: Key) => {
    const answer = site.get(at(key));
    if (answer === undefined) throw new TypeError('no network');
    return answer.clone();
  };
  const kept = new Map<string, Response>();
  const match = async (key: Key) => kept.get(at(key))?.clone();
  const cache = {
    match,
    put: async (key: Key, answer: Response) => void kept.set(at(key), answer),
    keys: async () => [],
    addAll: async (keys: string[]) => {
      const answers = await Promise.all(keys.map(fetched));
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
  runInNewContext(CODE, { self, caches, fetch: fetched, URL, Response, AbortSignal, Promise });
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
      listeners.get('fetch')?.({ request, respondWith });
    });
  const deploy = (script: string) => site.set(at('/drive/'), new Response(`<script src="${script}"></script>`));
  const serve = (path: string, body: string, status = 200) => site.set(at(path), new Response(body, { status }));
  return { site, told, keep, open, deploy, serve };
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

  it('does not keep a page that is newer than the one whose scripts it was told of', async () => {
    const { site, deploy, serve, keep, open } = await keeping();
    deploy('/static/b.js');
    serve('/static/b.js', 'b');
    await keep(['/static/a.js']);
    site.clear();
    expect(await open('/drive/', 'navigate')).toContain('/static/a.js');
  });
});
