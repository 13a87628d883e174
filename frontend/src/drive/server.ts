import type { QueuedFrame } from './store';
import { strings } from './strings';

const TIMEOUT_MS = 60_000;

/**
 * What became of an upload. `unlicensed`: its owner is to agree to the licence first. `later` may be tried again, after
 * `wait_ms` if the server said so.
 */
export type Outcome =
  | { kind: 'accepted' }
  | { kind: 'refused'; reason: string }
  | { kind: 'unpaired' }
  | { kind: 'unlicensed' }
  | { kind: 'later'; wait_ms: number | null };

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

export async function upload(token: string, frame: QueuedFrame): Promise<Outcome> {
  const body = new FormData();
  body.append('image', frame.image, 'frame.jpg');
  body.append('metadata', JSON.stringify(frame.metadata));
  try {
    const response = await fetch('/api/v1/frames', {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}` },
      body,
      credentials: 'omit',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return await outcomeOf(response);
  } catch {
    return { kind: 'later', wait_ms: null };
  }
}

/** Read the server's answer: a refusal is final, a busy or failing server is not. */
export async function outcomeOf(response: Response): Promise<Outcome> {
  if (response.ok) return { kind: 'accepted' };
  if (response.status === 401) return { kind: 'unpaired' };
  if (response.status === 408 || response.status === 429 || response.status >= 500) {
    const seconds = Number(response.headers.get('Retry-After') ?? Number.NaN);
    return { kind: 'later', wait_ms: Number.isFinite(seconds) ? seconds * 1000 : null };
  }
  if (response.status === 403 && (await isUnlicensed(response.clone()))) return { kind: 'unlicensed' };
  return { kind: 'refused', reason: await reasonOf(response) };
}

function pairingWords(status: number): string {
  if (status === 400) return strings.pairRefused;
  return status === 429 ? strings.pairTooOften : strings.pairFailed;
}

interface Problem {
  type?: unknown;
  detail?: unknown;
  title?: unknown;
  errors?: { pointer?: unknown }[];
}

async function isUnlicensed(response: Response): Promise<boolean> {
  try {
    return String(((await response.json()) as Problem).type).endsWith('#not-licensed');
  } catch {
    return false;
  }
}

/** In the reader's language for the fields that phones get wrong; else as the API says it. */
async function reasonOf(response: Response): Promise<string> {
  if (response.status === 413) return strings.refusedImage;
  try {
    const { detail, title, errors } = (await response.json()) as Problem;
    const words = refusals[String(errors?.[0]?.pointer)] ?? detail ?? title;
    if (typeof words === 'string' && words !== '') return words;
  } catch {
    // Not JSON: the status has to do.
  }
  return `HTTP ${response.status}`;
}

/** Words by the field of the first broken rule. */
const refusals: Record<string, string> = {
  captured_at: strings.refusedTime,
  image: strings.refusedImage,
  position: strings.refusedPlace,
  lon: strings.refusedPlace,
  lat: strings.refusedPlace,
  accuracy_m: strings.refusedPlace,
};
