import { byId } from '../shared/dom';
import { asked } from './asked';
import { notice } from './notice';
import { PairingError, pair } from './server';
import type { Store } from './store';
import { strings } from './strings';

/** Whether this phone records for somebody, and whose the frames are that wait on it. */
export class Pairing {
  private readonly form = byId<HTMLFormElement>('pair');
  paired = false;

  constructor(
    private readonly store: Store,
    /** Paired, unpaired, or frames were deleted. */
    private readonly changed: () => Promise<void>,
  ) {
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.pair();
    });
    byId('unpair').addEventListener('click', () => void this.unpair());
    byId('left-delete').addEventListener('click', () => void this.deleteLeft());
  }

  async start(): Promise<void> {
    const code = handedCode();
    await this.show((await this.store.token()) !== undefined);
    if (code === null || this.paired) return;
    byId<HTMLInputElement>('code').value = code;
    byId('pair-now').focus();
  }

  /** The server does not know this phone any more. */
  async revoked(): Promise<void> {
    await this.show(false);
    notice('pair-error', strings.notPaired);
  }

  private async pair(): Promise<void> {
    notice('pair-error', null);
    // Frames that wait are of an earlier pairing, maybe of somebody else's.
    const waiting = await this.store.count();
    const whose = waiting === 0 ? 'mine' : await asked('left-whose', strings.framesLeft(waiting));
    if (whose === '') return;
    const fields = new FormData(this.form);
    const code = String(fields.get('code') ?? '').trim().toUpperCase();
    try {
      const token = await pair(code, String(fields.get('name') ?? '').trim());
      if (whose === 'nobody') await this.store.clear();
      await this.store.keepToken(token);
    } catch (error) {
      notice('pair-error', error instanceof PairingError ? error.message : strings.pairFailed);
      return;
    }
    // A browser that is short of room then deletes other sites' data, not frames that wait.
    void navigator.storage?.persist?.();
    this.form.reset();
    await this.show(true);
    byId('run').focus();
  }

  private async unpair(): Promise<void> {
    const waiting = await this.store.count();
    if (waiting > 0 && (await asked('unpair-sure', strings.framesWait(waiting))) === '') return;
    await this.store.forgetToken(); // what is to be deleted is not sent first
    await this.show(false); // nothing is recorded any more
    await this.deleteLeft();
  }

  private async deleteLeft(): Promise<void> {
    await this.store.clear();
    await this.show(false);
  }

  private async show(paired: boolean): Promise<void> {
    this.paired = paired;
    this.form.hidden = paired;
    byId('cockpit').hidden = !paired;
    byId('record').hidden = !paired;
    await this.changed();
    const left = await this.store.count();
    byId('left').hidden = left === 0;
    byId('left-words').textContent = strings.framesLeft(left);
  }
}

/** The code that the account page hands over in the address; it is not left standing there. */
function handedCode(): string | null {
  const code = new URLSearchParams(location.hash.slice(1)).get('code');
  if (code !== null) history.replaceState(null, '', location.pathname + location.search);
  return code;
}
