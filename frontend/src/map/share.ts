import { el } from '../shared/dom';
import { strings } from '../shared/strings';
import { openDialog } from './dialog';

interface Shared {
  /** The cell of H3 that the view is about; null where it is too large for one. */
  cell: string | null;
  /** The same filters as `/list/` takes them, with the section of the map; null where no kind is to be seen. */
  list: URLSearchParams | null;
}

/** The dialog with all ways to pass on what one sees. */
export function openShare({ cell, list }: Shared): void {
  const link = window.location.href;
  const embedded = new URL(link);
  embedded.pathname = '/embed/';
  embedded.searchParams.delete('at'); // a frame shows what is there now
  const frame = `<iframe src="${attribute(embedded.href)}" width="100%" height="480" title="${attribute(strings.embedTitle)}" allow="geolocation"></iframe>`;
  const feeds: [string, string][] = list === null ? [] : [[strings.shareList, `/list/?${list}`]];
  if (cell !== null) {
    feeds.push([strings.shareArea, `/area/${cell}/`]);
    feeds.push([strings.shareGeoJson, `/area/${cell}/feed.geojson`]);
    feeds.push([strings.shareRss, `/area/${cell}/feed.rss`]);
  }
  const shown = copyable(strings.shareLink, link);
  openDialog(
    strings.share,
    shown.root,
    passOn(link),
    copyable(strings.shareEmbed, frame).root,
    el('ul', { class: 'links' }, ...feeds.map(([words, href]) => el('li', {}, el('a', { href }, words)))),
  );
  void shown.copyQuietly(); // who shares wants this nine times in ten
}

/** A phone's own way of passing things on, where it has one. */
function passOn(link: string): HTMLElement {
  const button = el('button', { type: 'button', class: 'button' }, strings.passOn);
  button.addEventListener('click', () => void navigator.share({ url: link, title: document.title }).catch(() => undefined));
  const row = el('p', { class: 'actions' }, button);
  row.hidden = typeof navigator.share !== 'function';
  return row;
}

function attribute(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;');
}

/** A text with a button that copies it. */
function copyable(title: string, text: string): { root: HTMLElement; copyQuietly: () => Promise<void> } {
  const field = el('input', { type: 'text', readonly: '', value: text });
  field.addEventListener('focus', () => field.select());
  const button = el('button', { type: 'button', class: 'button button-quiet' }, strings.copy);
  const said = el('span', { class: 'quiet', role: 'status' });
  button.addEventListener('click', () => void copy(field, said));
  const root = el('div', { class: 'copyable' }, el('label', {}, el('span', {}, title), field), button, said);
  const copyQuietly = async () => {
    try {
      await navigator.clipboard.writeText(field.value);
      said.textContent = strings.linkCopied;
    } catch {
      // The browser did not let us; the button beside it is still there.
    }
  };
  return { root, copyQuietly };
}

async function copy(field: HTMLInputElement, said: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(field.value);
    said.textContent = strings.copied;
  } catch {
    field.select(); // without a clipboard the person copies by hand
    said.textContent = strings.copyByHand;
  }
}
