import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Camera } from '../src/drive/camera';

/** A camera that has started, and the handlers of its track. */
async function started(lost: () => void) {
  const track = { muted: false } as MediaStreamTrack & { onmute(): void; onunmute(): void };
  const stream = { getVideoTracks: () => [track], getTracks: () => [] };
  vi.stubGlobal('navigator', { mediaDevices: { getUserMedia: async () => stream } });
  await new Camera({ play: async () => undefined } as unknown as HTMLVideoElement, lost).start();
  return track;
}

describe('Camera', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('window', { setTimeout, clearTimeout });
    vi.stubGlobal('document', { createElement: () => ({}) });
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it('is lost once it has given no pictures for ten seconds', async () => {
    const lost = vi.fn();
    const track = await started(lost);
    track.onmute();
    vi.advanceTimersByTime(9000);
    track.onunmute();
    vi.advanceTimersByTime(60_000);
    expect(lost).not.toHaveBeenCalled();
    track.onmute();
    vi.advanceTimersByTime(10_000);
    expect(lost).toHaveBeenCalledTimes(1);
  });

  it('is not lost because the whole page stood still, its screen locked', async () => {
    const lost = vi.fn();
    const track = await started(lost);
    track.onmute();
    vi.setSystemTime(Date.now() + 3_600_000); // no timer runs meanwhile
    vi.advanceTimersByTime(10_000);
    expect(lost).not.toHaveBeenCalled();
    track.onunmute();
    vi.advanceTimersByTime(60_000);
    expect(lost).not.toHaveBeenCalled();
  });
});
