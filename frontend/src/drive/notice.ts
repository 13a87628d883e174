import { byId } from '../shared/dom';

/** Show words in one of the page's notices, or hide it. */
export function notice(id: string, words: string | null): void {
  const element = byId(id);
  element.textContent = words ?? '';
  element.hidden = words === null;
}
