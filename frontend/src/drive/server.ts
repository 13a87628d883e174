import { ServerClock } from '../shared/clock';
import type { Metadata, QueuedFrame } from './store';
import { strings } from './strings';

/**
 * What became of an upload. `unlicensed`: its owner is to agree to the licence first. `later` may be tried again, after
 * `wait_ms` if the server said so; `why`: there was no answer, none in time, one of somebody else before the site, or
 * the site's own word that it takes nothing now or could not take this frame.
 */
export type Outcome =
  | { kind: 'accepted' }
  | { kind: 'refused'; reason: string }
  | { kind: 'unpaired' }
  | { kind: 'unlicensed' }
  | { kind: 'later'; wait_ms: number | null; why: 'silent' | 'slow' | 'strange' | 'busy' | 'failed' };

export class PairingError extends Error {}

/** Trade a pairing code for this phone's token. Throws PairingError with words for people. */
export async function pair(code: string, name: string): Promise<string> {
  const response = await fetch('/api/v1/pair', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ code, name }),
    credentials: 'omit',
  });
  if (response.status !== 201) throw new PairingError(pairingWords(response.status));
  return ((await response.json()) as { token: string }).token;
}

/** By how much the phone's clock may be off: an answer says the time to the second. */
const CLOCK_OFF_S = 10;
const clock = new ServerClock();

/**
 * Send a frame, with its time by the site's clock as far as that is known. Where it is refused and the answer shows
 * that the phone's clock is wrong, once more.
 */
export async function upload(token: string, frame: QueuedFrame, patience_ms: number): Promise<Outcome> {
  const send = () => attempt(token, frame.image, inSiteTime(frame.metadata), patience_ms, refusals);
  const known_s = clock.ahead_s;
  const outcome = await send();
  const learned = Math.abs(clock.ahead_s - known_s) > CLOCK_OFF_S;
  return outcome.kind === 'refused' && learned ? send() : outcome;
}

/** Send a picture that says itself where and when it was taken. */
export function uploadPicture(token: string, picture: Blob, patience_ms: number): Promise<Outcome> {
  return attempt(token, picture, null, patience_ms, pictureRefusals);
}

async function attempt(
  token: string,
  image: Blob,
  metadata: Metadata | null,
  patience_ms: number,
  words: Refusals,
): Promise<Outcome> {
  const begun_ms = Date.now();
  const body = new FormData();
  if (metadata !== null) body.append('metadata', JSON.stringify(metadata));
  try {
    body.append('image', new Blob([await image.arrayBuffer()], { type: image.type }), 'frame.jpg');
    const response = await fetch('/api/v1/frames', {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}` },
      body,
      credentials: 'omit',
      signal: AbortSignal.timeout(patience_ms),
    });
    const outcome = await outcomeOf(response, words);
    if (outcome.kind !== 'later') learnTime(response, begun_ms);
    return outcome;
  } catch (error) {
    // A picture that the browser has lost would hold up all that come after it.
    if (error instanceof DOMException && LOST.has(error.name)) return { kind: 'refused', reason: strings.refusedImage };
    const slow = error instanceof DOMException && error.name === 'TimeoutError';
    return { kind: 'later', wait_ms: null, why: slow ? 'slow' : 'silent' };
  }
}

/**
 * Of an answer that is the site's own. It was written some time since the upload began, which may be long ago: the
 * page may have slept over it. So the clock is taken to be right if it can be, else as little wrong as it can.
 */
function learnTime(response: Response, begun_ms: number): void {
  const site_ms = Date.parse(response.headers.get('Date') ?? '');
  if (!Number.isFinite(site_ms)) return;
  const [least_ms, most_ms] = [site_ms - Date.now(), site_ms - begun_ms];
  clock.ahead_s = Math.max(least_ms, Math.min(0, most_ms)) / 1000;
}

/** Frames keep the phone's time, since its clock may be wrong for long before the site is heard. */
function inSiteTime(metadata: Metadata): Metadata {
  if (Math.abs(clock.ahead_s) <= CLOCK_OFF_S) return metadata;
  const at_ms = Date.parse(metadata.captured_at) + clock.ahead_s * 1000;
  return { ...metadata, captured_at: new Date(at_ms).toISOString() };
}

/** What reading a picture that was kept ends with where it is gone. */
const LOST = new Set(['NotReadableError', 'NotFoundError']);

/** Problems of the frame itself: the same frame would have them again. */
const FINAL = new Set([400, 413, 415, 422]);

/**
 * Read the server's answer. Only what is surely the site's own word counts: a proxy before it, or a
 * hotel's network, may say anything, and a frame that is dropped is gone.
 */
export async function outcomeOf(response: Response, words: Refusals = refusals): Promise<Outcome> {
  const { status } = response;
  const answer = await jsonOf(response);
  if (response.ok && typeof answer?.id === 'string') return { kind: 'accepted' };
  const problem = isProblem(response) ? answer : null;
  if (problem !== null && status === 401) return { kind: 'unpaired' };
  if (problem !== null && status === 403 && String(problem.type).endsWith('#not-licensed')) return { kind: 'unlicensed' };
  if (problem !== null && FINAL.has(status)) return { kind: 'refused', reason: reasonOf(status, problem, words) };
  const seconds = Number(response.headers.get('Retry-After') ?? Number.NaN);
  const why = problem === null ? 'strange' : status === 500 ? 'failed' : 'busy';
  return { kind: 'later', wait_ms: Number.isFinite(seconds) ? seconds * 1000 : null, why };
}

function pairingWords(status: number): string {
  if (status === 400) return strings.pairRefused;
  return status === 429 ? strings.pairTooOften : strings.pairFailed;
}

interface Answer {
  id?: unknown;
  type?: unknown;
  detail?: unknown;
  title?: unknown;
  errors?: { pointer?: unknown }[];
}

async function jsonOf(response: Response): Promise<Answer | null> {
  try {
    return (await response.json()) as Answer | null;
  } catch {
    return null;
  }
}

/** RFC 9457: no proxy answers in this type by itself. */
function isProblem(response: Response): boolean {
  return (response.headers.get('Content-Type') ?? '').startsWith('application/problem+json');
}

/** In the reader's language for the fields that phones get wrong; else as the API says it. */
function reasonOf(status: number, { detail, title, errors }: Answer, words: Refusals): string {
  if (status === 413) return strings.refusedImage;
  const reason = words[String(errors?.[0]?.pointer).replace(/^#\//, '')] ?? detail ?? title;
  return typeof reason === 'string' && reason !== '' ? reason : `HTTP ${status}`;
}

/** Words by the part of the upload that breaks the first rule. */
type Refusals = Record<string, string>;
const refusals: Refusals = {
  'metadata/captured_at': strings.refusedTime,
  image: strings.refusedImage,
  'metadata/lon': strings.refusedPlace,
  'metadata/lat': strings.refusedPlace,
  'metadata/accuracy_m': strings.refusedPlace,
};
/** Of a picture that has to say itself where and when it was taken. */
const pictureRefusals: Refusals = {
  ...refusals,
  'metadata/captured_at': strings.pictureTime,
  'metadata/lon': strings.picturePlace,
  'metadata/lat': strings.picturePlace,
};
