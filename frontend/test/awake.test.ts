import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Awake } from '../src/drive/awake';

/** A page whose browser grants locks, or does not. */
function scene(request: () => Promise<EventTarget>) {
  const page = Object.assign(new EventTarget(), { hidden: false });
  vi.stubGlobal('document', page);
  vi.stubGlobal('navigator', { wakeLock: { request } });
  const told: boolean[] = [];
  return { page, told, awake: new Awake((stays) => void told.push(stays)) };
}

describe('Awake', () => {
  let lock: EventTarget & { release(): Promise<void> };
  beforeEach(() => {
    lock = Object.assign(new EventTarget(), { release: async () => void lock.dispatchEvent(new Event('release')) });
  });
  afterEach(() => void vi.unstubAllGlobals());

  it('tells that the screen may go off where the browser keeps it on for nobody', async () => {
    const { told, awake } = scene(() => Promise.reject(new DOMException('', 'NotAllowedError')));
    await awake.on();
    vi.stubGlobal('navigator', {});
    await awake.on();
    expect(told).toEqual([false, false]);
  });

  it('tells it when the lock is taken away while one drives, and not when the page is hidden or is stopped', async () => {
    const { page, told, awake } = scene(async () => lock);
    await awake.on();
    page.hidden = true;
    await lock.release();
    page.hidden = false;
    page.dispatchEvent(new Event('visibilitychange'));
    await vi.waitFor(() => expect(told).toEqual([true, true]));
    await awake.off();
    expect(told).toEqual([true, true]);
    await awake.on();
    await lock.release();
    expect(told.at(-1)).toBe(false);
  });
});
