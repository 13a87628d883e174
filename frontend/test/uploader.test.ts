import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Outcome } from '../src/drive/server';
import type { QueuedFrame, Store } from '../src/drive/store';
import { Uploader } from '../src/drive/uploader';

const settled = () => vi.advanceTimersByTimeAsync(0);

/** An uploader before a server that answers as it is told; `attempts` are the tokens it was shown. */
function scene(answer: Outcome) {
  const kept = { token: 'first' as string | undefined, frames: [] as number[], asked: 0 };
  const store = {
    token: async () => kept.token,
    forgetToken: async () => void (kept.token = undefined),
    oldest: async () => (kept.frames[0] === undefined ? undefined : ({ id: kept.frames[0] } as QueuedFrame)),
    remove: async (id: number) => void (kept.frames = kept.frames.filter((other) => other !== id)),
  } as unknown as Store;
  const nothing = () => undefined;
  const server = { answer, attempts: [] as string[], meanwhile: nothing as () => void };
  const uploader = new Uploader(store, { sent: nothing, refused: nothing, unpaired: nothing, unlicensed: () => void (kept.asked += 1), reachable: nothing }, async (token) => {
    server.attempts.push(token);
    const given = server.answer;
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
    const { kept, server, drive } = scene({ kind: 'later', wait_ms: 60_000 });
    await drive(59);
    expect(server.attempts).toHaveLength(1);
    server.answer = { kind: 'accepted' };
    await drive(2);
    expect(server.attempts).toHaveLength(62);
    expect(kept.frames).toEqual([]);
  });

  it.each([9_999_999_000, 2 ** 31])('is not led to try without a pause by a wait of %i ms', async (wait_ms) => {
    const { server, drive } = scene({ kind: 'later', wait_ms });
    await drive(60);
    expect(server.attempts).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(server.attempts.length).toBeGreaterThan(1);
  });

  it('tries less and less often while nothing answers', async () => {
    const { server, drive } = scene({ kind: 'later', wait_ms: null });
    await drive(120);
    expect(server.attempts.length).toBeLessThan(12);
  });

  it('tries at once when the network is back', async () => {
    const { server, drive } = scene({ kind: 'later', wait_ms: 60_000 });
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
