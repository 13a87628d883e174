import { el } from '../shared/dom';
import { strings } from '../shared/strings';
import { openDialog } from './dialog';

const OFF = 'hazardmap.no-single-keys';

interface Shortcut {
  key: string;
  words: string;
  action: () => void;
}

/** Single keys for what one does often. They can be switched off (WCAG 2.1.4), and `?` lists them. */
export class Shortcuts {
  constructor(private readonly shortcuts: Shortcut[]) {
    document.addEventListener('keydown', (event) => this.press(event));
  }

  open(): void {
    const all = [...this.shortcuts, { key: '?', words: strings.keyHelp }, { key: 'Esc', words: strings.keyEscape }];
    const rows = all.map(({ key, words }) => el('div', {}, el('dt', {}, el('kbd', {}, key)), el('dd', {}, words)));
    const box = el('input', { type: 'checkbox' });
    box.checked = !isOff();
    box.addEventListener('change', () => {
      if (box.checked) window.localStorage.removeItem(OFF);
      else window.localStorage.setItem(OFF, '1');
    });
    openDialog(
      strings.shortcuts,
      el('dl', { class: 'keys' }, ...rows),
      el('p', { class: 'quiet' }, strings.mapKeys),
      el('label', { class: 'switch' }, box, el('span', {}, strings.singleKeys)),
    );
  }

  private press(event: KeyboardEvent): void {
    const { target } = event;
    const typing = target instanceof Element && target.closest('input:not([type=checkbox]):not([type=radio]), textarea, select, dialog');
    if (typing || event.ctrlKey || event.metaKey || event.altKey || isOff()) return;
    if (event.key === '?') {
      event.preventDefault();
      this.open();
      return;
    }
    const found = this.shortcuts.find(({ key }) => key === event.key);
    if (found === undefined) return;
    event.preventDefault();
    found.action();
  }
}

function isOff(): boolean {
  try {
    return window.localStorage.getItem(OFF) !== null;
  } catch {
    return false; // a frame may be denied its storage
  }
}
