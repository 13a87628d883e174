import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Outcome } from '../src/drive/server';
import type { QueuedFrame, Store } from '../src/drive/store';
import { Uploader, type Way } from '../src/drive/uploader';

const FAILED: Outcome = { kind: 'later', wait_ms: null, why: 'failed' };
const STRANGE: Outcome = { kind: 'later', wait_ms: null, why: 'strange' };
const settled = () => vi.advanceTimersByTimeAsync(0);

/** An uploader before a server that answers as it is told; `attempts` are the tokens it was shown. */
function scene(answer: Outcome) {
  const kept = { token: 'first' as string | undefined, frames: [] as number[], asked: 0, broken: false };
  const store = {
    token: async () => {
      if (kept.broken) throw new DOMException('', 'UnknownError');
      return kept.token;
    },
    postpone: async ({ id }: QueuedFrame) => void kept.frames.push(...kept.frames.splice(kept.frames.indexOf(id), 1)),
    forgetToken: async () => void (kept.token = undefined),
    oldest: async () => (kept.frames[0] === undefined ? undefined : ({ id: kept.frames[0] } as QueuedFrame)),
    remove: async (id: number) => void (kept.frames = kept.frames.filter((other) => other !== id)),
  } as unknown as Store;
  const nothing = () => undefined;
  const server = { answer, attempts: [] as string[], asked: [] as number[], patience_ms: [] as number[], ways: [] as Way[], meanwhile: nothing as () => void, badFrame: 0, bad: FAILED };
  const uploader = new Uploader(store, { sent: nothing, emptied: nothing, refused: nothing, unpaired: nothing, unlicensed: () => void (kept.asked += 1), way: (way) => void server.ways.push(way) }, async (token, { id }, patience_ms) => {
    server.attempts.push(token);
    server.asked.push(id);
    server.patience_ms.push(patience_ms);
    const given = id === server.badFrame ? server.bad : server.answer;
    server.meanwhile();
    return given;
  });
  /** A frame is queued every second. */
  const drive = async (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      kept.frames.push(Date.now());
      uploader.queued();
      await vi.advanceTimersByTimeAsync(1000);
    }
  };
  return { kept, server, uploader, drive };
}

describe('Uploader', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    const page = Object.assign(new EventTarget(), { setTimeout, clearTimeout });
    vi.stubGlobal('window', page);
    vi.stubGlobal('navigator', {}); // as of a browser that knows nothing of its tabs
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it('sends each frame as it comes', async () => {
    const { kept, server, drive } = scene({ kind: 'accepted' });
    await drive(3);
    expect(server.attempts).toHaveLength(3);
    expect(kept.frames).toEqual([]);
  });

  it('leaves a busy server alone for as long as it asks for, however many frames come', async () => {
    const { kept, server, drive } = scene({ kind: 'later', wait_ms: 60_000, why: 'busy' });
    await drive(59);
    expect(server.attempts).toHaveLength(1);
    server.answer = { kind: 'accepted' };
    await drive(2);
    expect(server.attempts).toHaveLength(62);
    expect(kept.frames).toEqual([]);
  });

  it.each([9_999_999_000, 2 ** 31])('is not led to try without a pause by a wait of %i ms', async (wait_ms) => {
    const { server, drive } = scene({ kind: 'later', wait_ms, why: 'busy' });
    await drive(60);
    expect(server.attempts).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(server.attempts.length).toBeGreaterThan(1);
  });

  it('tries less and less often while nothing answers', async () => {
    const { server, drive } = scene({ kind: 'later', wait_ms: null, why: 'silent' });
    await drive(120);
    expect(server.attempts.length).toBeLessThan(12);
  });

  it('gives a slow network more and more time, and a fast one no more than a minute', async () => {
    const { server, drive } = scene({ kind: 'later', wait_ms: null, why: 'slow' });
    await drive(60);
    expect(server.patience_ms.slice(0, 5)).toEqual([60_000, 120_000, 240_000, 300_000, 300_000]);
    server.answer = { kind: 'accepted' };
    server.meanwhile = () => vi.setSystemTime(Date.now() + 90_000); // so long an upload takes
    await drive(60);
    expect(server.patience_ms.at(-1)).toBe(180_000);
    server.meanwhile = () => undefined;
    await drive(2);
    expect(server.patience_ms.at(-1)).toBe(60_000);
    expect(new Set(server.ways)).toEqual(new Set(['silent', 'open']));
  });

  it.each([
    ['the server fails on one', FAILED, 'busy'],
    ['a filter before it lets one not pass', STRANGE, 'silent'],
  ])('lets the others go first where %s', async (_, bad, way) => {
    const { kept, server, uploader, drive } = scene({ kind: 'accepted' });
    server.bad = bad;
    kept.frames = [7, 8, 9];
    server.badFrame = 7;
    uploader.wake();
    await drive(30);
    expect(server.asked.slice(0, 5)).toEqual([7, 7, 7, 8, 9]);
    expect(kept.frames).toContain(7);
    expect(kept.frames.length).toBeLessThan(5);
    expect(server.ways[0]).toBe(way);
  });

  it('goes on by itself after the store has failed', async () => {
    const { kept, server, uploader } = scene({ kind: 'accepted' });
    kept.frames = [1];
    kept.broken = true;
    uploader.wake();
    await settled();
    kept.broken = false;
    await vi.advanceTimersByTimeAsync(1000);
    expect(server.attempts).toHaveLength(1);
    expect(kept.frames).toEqual([]);
  });

  it('sends a frame that comes while its turn ends', async () => {
    const slow = async (_: string, __: object, work: () => Promise<boolean>) => {
      const more = await work();
      await new Promise((resolve) => setTimeout(resolve, 50));
      return more;
    };
    vi.stubGlobal('navigator', { locks: { request: slow } });
    const { kept, server, uploader } = scene({ kind: 'accepted' });
    uploader.wake();
    await vi.advanceTimersByTimeAsync(20);
    kept.frames = [1];
    uploader.queued();
    await vi.advanceTimersByTimeAsync(200);
    expect(server.asked).toEqual([1]);
  });

  it('tries at once when the network is back', async () => {
    const { server, drive } = scene({ kind: 'later', wait_ms: 60_000, why: 'busy' });
    await drive(1);
    window.dispatchEvent(new Event('online'));
    await settled();
    expect(server.attempts).toHaveLength(2);
  });

  it('keeps all frames until the owner has agreed to the licence, and then sends them', async () => {
    const { kept, server, drive } = scene({ kind: 'unlicensed' });
    await drive(120);
    expect(kept.frames).toHaveLength(120);
    expect(kept.asked).toBe(server.attempts.length);
    expect(server.attempts.length).toBeLessThan(12);
    server.answer = { kind: 'accepted' };
    await drive(61);
    expect(kept.frames).toEqual([]);
  });

  it('says nothing more with a revoked token, and goes on with the next one', async () => {
    const { kept, server, uploader, drive } = scene({ kind: 'unpaired' });
    await drive(5);
    window.dispatchEvent(new Event('online'));
    await settled();
    expect(server.attempts).toEqual(['first']);
    expect(kept.token).toBeUndefined();
    kept.token = 'second';
    server.answer = { kind: 'accepted' };
    uploader.wake();
    await settled();
    expect(server.attempts).toEqual(['first', ...Array(5).fill('second')]);
    expect(kept.frames).toEqual([]);
  });

  it('keeps a token that is newer than the one that was revoked, and goes on with it', async () => {
    const { kept, server, uploader } = scene({ kind: 'unpaired' });
    kept.frames.push(1);
    server.meanwhile = () => {
      kept.token = 'second';
      server.answer = { kind: 'accepted' };
    };
    uploader.queued();
    await settled();
    expect(server.attempts).toEqual(['first', 'second']);
    expect(kept).toMatchObject({ token: 'second', frames: [] });
  });
});
