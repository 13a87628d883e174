import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { inTurn } from '../src/drive/turn';

type Request = (name: string, options: { signal?: AbortSignal; steal?: boolean }, work: () => unknown) => unknown;

/** Another tab has its turn and never gives it back. */
const asleep: Request = (_, { signal, steal }, work) =>
  steal ? work() : new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
const free: Request = (_, __, work) => work();

describe('inTurn', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
      const limit = new AbortController();
      setTimeout(() => limit.abort(), ms);
      return limit.signal;
    });
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  it('does not wait for ever for a tab that has fallen asleep', async () => {
    vi.stubGlobal('navigator', { locks: { request: asleep } });
    const work = vi.fn(async () => 'done');
    const turn = inTurn(work);
    await vi.advanceTimersByTimeAsync(5 * 60_000); // as long as an upload may take
    expect(work).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await turn).toBe('done');
  });

  it('does nothing twice where it fails', async () => {
    vi.stubGlobal('navigator', { locks: { request: free } });
    const work = vi.fn(() => Promise.reject(new DOMException('', 'UnknownError')));
    await expect(inTurn(work)).rejects.toThrow(DOMException);
    expect(work).toHaveBeenCalledTimes(1);
  });
});
