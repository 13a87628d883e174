import { afterEach, describe, expect, it, vi } from 'vitest';
import { backoff_ms } from '../src/drive/backoff';
import { Departure } from '../src/drive/departure';
import { bestHeading_deg, cameraHeading_deg } from '../src/drive/heading';
import { type Fix, carried, isDue } from '../src/drive/pacing';
import { outcomeOf, upload } from '../src/drive/server';
import type { QueuedFrame } from '../src/drive/store';
import { strings } from '../src/drive/strings';
import { distance_m, moved } from '../src/shared/geodesy';
import { bearing_deg } from './bearing';

const FIX: Fix = { lon: 24.94, lat: 60.17, accuracy_m: 5, at_ms: 10_000 };

function later(length_m: number, ms: number): Fix {
  return { ...FIX, ...moved(FIX, 30, length_m), at_ms: FIX.at_ms + ms };
}

describe('isDue', () => {
  it('takes the first frame, then one every six metres but not twice a second', () => {
    expect(isDue(null, FIX)).toBe(true);
    expect(isDue(FIX, later(5.9, 5000))).toBe(false);
    expect(isDue(FIX, later(6.1, 5000))).toBe(true);
    expect(isDue(FIX, later(30, 900))).toBe(false);
    expect(isDue(FIX, later(30, -300_000))).toBe(true); // the phone's clock was put back
  });

  it('takes none where the position is too imprecise', () => {
    expect(isDue(null, { ...FIX, accuracy_m: 51 })).toBe(false);
  });
});

describe('Departure', () => {
  it('is away from 200 metres on, and at home again when it comes back', () => {
    const departure = new Departure();
    const left = (length_m: number, accuracy_m: number) => {
      departure.at(moved(FIX, 30, length_m), accuracy_m);
      return departure.left;
    };
    expect([left(5000, 900), left(0, 5), left(199, 5), left(400, 900), left(201, 5), left(0, 5)]).toEqual(
      [false, false, false, false, true, false],
    );
  });
});

describe('carried', () => {
  it('moves a late fix along the course', () => {
    const there = carried(FIX, 90, 20, FIX.at_ms + 1000);
    expect(distance_m(FIX, there)).toBeCloseTo(20, 2);
    expect(bearing_deg(FIX, there)).toBeCloseTo(90, 1);
  });

  it('does not guess without course or speed, nor over a long time', () => {
    expect(carried(FIX, null, 20, FIX.at_ms + 1000)).toBe(FIX);
    expect(carried(FIX, 90, null, FIX.at_ms + 1000)).toBe(FIX);
    expect(carried(FIX, 90, 20, FIX.at_ms + 5000)).toBe(FIX);
  });
});

describe('headings', () => {
  it('trusts the course at speed and the compass at rest', () => {
    expect(bestHeading_deg(370, 10, 200)).toBeCloseTo(10, 9);
    expect(bestHeading_deg(10, 1, 200)).toBe(200);
    expect(bestHeading_deg(null, 10, 200)).toBe(200);
    expect(bestHeading_deg(Number.NaN, 10, null)).toBeNull();
  });

  it.each([
    ['upright, facing north', 0, 90, 0, 0],
    ['upright, turned left to west', 90, 90, 0, 270],
    ['on its left side, facing north', 90, 0, -90, 0],
    ['on its right side, facing south', 90, 0, 90, 180],
  ])('finds where the rear camera points: %s', (_, alpha, beta, gamma, heading) => {
    const found = cameraHeading_deg(alpha, beta, gamma) ?? Number.NaN;
    expect(Math.cos(((found - heading) * Math.PI) / 180)).toBeCloseTo(1, 9);
  });

  it('has none for a phone that lies flat', () => {
    expect(cameraHeading_deg(10, 0, 0)).toBeNull();
  });
});

describe('backoff_ms', () => {
  it('doubles up to a minute and never waits less than half of that', () => {
    expect([1, 2, 3, 20].map((failures) => backoff_ms(failures, 1))).toEqual([1000, 2000, 4000, 60_000]);
    expect(backoff_ms(1, 0)).toBe(500);
  });
});

describe('upload', () => {
  const sent = vi.fn(async () => new Response('{"id": "1"}', { status: 202 }));
  const frame = (read: () => Promise<ArrayBuffer>) =>
    ({ id: 1, image: { type: 'image/jpeg', arrayBuffer: read }, metadata: { captured_at: new Date().toISOString() } }) as unknown as QueuedFrame;

  afterEach(() => {
    vi.unstubAllGlobals();
    sent.mockClear();
  });

  it.each(['NotReadableError', 'NotFoundError'])('gives up a picture that the browser has lost: %s', async (name) => {
    vi.stubGlobal('fetch', sent);
    const lost = frame(() => Promise.reject(new DOMException('', name)));
    expect(await upload('token', lost, 1000)).toMatchObject({ kind: 'refused' });
    expect(sent).not.toHaveBeenCalled();
    expect(await upload('token', frame(async () => new ArrayBuffer(8)), 1000)).toEqual({ kind: 'accepted' });
  });

  it('tries again with one that cannot be read just now', async () => {
    vi.stubGlobal('fetch', sent);
    const busy = frame(() => Promise.reject(new DOMException('', 'AbortError')));
    expect(await upload('token', busy, 1000)).toEqual({ kind: 'later', wait_ms: null, why: 'silent' });
  });

  it('sends frames of a phone whose clock is wrong with their true time', async () => {
    const HOUR_MS = 3_600_000;
    const off_ms = 3 * HOUR_MS;
    const times: number[] = [];
    vi.stubGlobal('fetch', async (_: string, { body }: { body: FormData }) => {
      const { captured_at } = JSON.parse(String(body.get('metadata')));
      times.push(Date.parse(captured_at));
      const site_ms = Date.now() - off_ms; // the phone is ahead
      const headers = { Date: new Date(site_ms).toUTCString(), 'Content-Type': 'application/problem+json' };
      if (Date.parse(captured_at) <= site_ms + 300_000) return new Response('{"id": "1"}', { status: 202, headers });
      return new Response('{"errors": [{"pointer": "#/metadata/captured_at"}]}', { status: 400, headers });
    });
    const taken_ms = Date.now() - 60_000;
    const metadata = { captured_at: new Date(taken_ms).toISOString() };
    const late = { ...frame(async () => new ArrayBuffer(8)), metadata } as unknown as QueuedFrame;
    for (let i = 0; i < 2; i++) expect(await upload('token', late, 1000)).toEqual({ kind: 'accepted' });
    const [first, ...again] = times.map((time) => Math.round((taken_ms - time) / HOUR_MS));
    expect(first).toBe(0);
    expect(again).toEqual([3, 3]);

    const far = { captured_at: new Date(Date.now() + 9 * HOUR_MS).toISOString() };
    const wrong = { ...late, metadata: far } as unknown as QueuedFrame;
    expect(await upload('token', wrong, 1000)).toMatchObject({ kind: 'refused' });
    expect(times).toHaveLength(4);
  });

  it('takes no clock for wrong because the page has slept over an answer', async () => {
    const times: string[] = [];
    const now = vi.spyOn(Date, 'now');
    const woken_ms = 1_800_000_000_000;
    vi.stubGlobal('fetch', async (_: string, { body }: { body: FormData }) => {
      times.push(JSON.parse(String(body.get('metadata'))).captured_at);
      const headers = { Date: new Date(Date.now()).toUTCString() };
      now.mockReturnValue(woken_ms); // the page slept before it read the answer
      return new Response('{"id": "1"}', { status: 202, headers });
    });
    const captured_at = new Date(woken_ms - 900_000).toISOString();
    const one = { ...frame(async () => new ArrayBuffer(8)), metadata: { captured_at } } as unknown as QueuedFrame;
    now.mockReturnValue(woken_ms - 600_000);
    for (let i = 0; i < 2; i++) await upload('token', one, 1000);
    expect(times.at(-1)).toBe(captured_at);
    now.mockRestore();
  });

  it('tells a network that is slow from one that is gone', async () => {
    const patience = vi.spyOn(AbortSignal, 'timeout');
    const late = { name: 'TimeoutError', why: 'slow' };
    for (const { name, why } of [late, { name: 'NetworkError', why: 'silent' }]) {
      vi.stubGlobal('fetch', () => Promise.reject(new DOMException('', name)));
      const outcome = await upload('token', frame(async () => new ArrayBuffer(8)), 240_000);
      expect(outcome).toEqual({ kind: 'later', wait_ms: null, why });
    }
    expect(patience).toHaveBeenCalledWith(240_000);
    patience.mockRestore();
  });
});

describe('outcomeOf', () => {
  const headers = { 'Content-Type': 'application/problem+json', 'Retry-After': '7' };
  const problem = (status: number, body: object) => new Response(JSON.stringify(body), { status, headers });
  const later = { kind: 'later', wait_ms: null, why: 'strange' };

  it('keeps what a busy or failing server did not take', async () => {
    for (const status of [408, 429, 500, 503]) {
      expect(await outcomeOf(problem(status, { detail: 'later' }))).toEqual({ kind: 'later', wait_ms: 7000, why: status === 500 ? 'failed' : 'busy' });
    }
  });

  it('drops what was refused and says why', async () => {
    const refused = (answer: Response) => outcomeOf(answer).then((outcome) => outcome.kind === 'refused' && outcome.reason);
    const rule = { detail: 'metadata/captured_at: in the future', errors: [{ pointer: '#/metadata/captured_at', detail: 'in the future' }] };
    expect(await refused(problem(400, rule))).toBe(strings.refusedTime);
    expect(await refused(problem(413, { detail: 'image: is larger than 20 MB' }))).toBe(strings.refusedImage);
    expect(await refused(problem(422, { detail: 'edge: unknown' }))).toBe('edge: unknown');
    expect(await refused(problem(400, {}))).toBe('HTTP 400');
  });

  it('keeps every frame of which somebody else than the site has spoken', async () => {
    for (const status of [200, 400, 401, 403, 404, 413]) {
      expect(await outcomeOf(new Response('<html>', { status }))).toEqual(later);
      expect(await outcomeOf(new Response('{"detail": "blocked"}', { status }))).toEqual(later);
    }
    expect((await outcomeOf(problem(404, { detail: 'There is nothing here.' }))).kind).toBe('later');
  });

  it('counts a repeat as sent and a revoked token as unpaired', async () => {
    const receipt = JSON.stringify({ id: '0198c0de-0000-7000-8000-000000000000', state: 'received' });
    expect(await outcomeOf(new Response(receipt, { status: 200 }))).toEqual({ kind: 'accepted' });
    expect(await outcomeOf(new Response(receipt, { status: 202 }))).toEqual({ kind: 'accepted' });
    expect(await outcomeOf(problem(401, { detail: 'revoked' }))).toEqual({ kind: 'unpaired' });
  });

  it('keeps what comes without today’s licence', async () => {
    const body = { type: 'https://map.example/api/problems/#not-licensed', detail: 'agree' };
    expect(await outcomeOf(problem(403, body))).toEqual({ kind: 'unlicensed' });
    expect((await outcomeOf(problem(403, { detail: 'no' }))).kind).toBe('later');
  });
});
