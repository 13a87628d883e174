import { byId, el } from '../shared/dom';
import { strings } from '../shared/strings';

const SHOWN_MS = 10_000;
let timer: number | undefined;

/** Say that something went wrong, with a way to try again where there is one. */
export function toast(words: string, retry?: () => void): void {
  const root = byId('toast');
  const hide = () => {
    root.hidden = true;
  };
  root.replaceChildren(el('span', {}, words));
  if (retry) {
    const again = el('button', { type: 'button', class: 'button button-quiet' }, strings.tryAgain);
    again.addEventListener('click', () => {
      hide();
      retry();
    });
    root.append(again);
  }
  root.hidden = false;
  announce(words); // what was hidden until now is no live region yet
  window.clearTimeout(timer);
  timer = window.setTimeout(hide, SHOWN_MS);
}

/** Tell a screen reader what others can see. */
export function announce(words: string): void {
  byId('announcer').textContent = words;
}
