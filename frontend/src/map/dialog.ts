import { byId, el } from '../shared/dom';
import { strings } from '../shared/strings';

/** Open the page's one dialog. The browser gives the focus back when it closes. */
export function openDialog(title: string, ...content: (HTMLElement | string)[]): HTMLDialogElement {
  const dialog = byId<HTMLDialogElement>('dialog');
  const close = el('button', { type: 'button', class: 'close', 'aria-label': strings.close }, '×');
  close.addEventListener('click', () => dialog.close());
  dialog.replaceChildren(el('h2', { id: 'dialog-title' }, title), ...content, close);
  if (!dialog.open) dialog.showModal();
  // A click beside the dialog hits the dialog itself, and not what is in it.
  dialog.onclick = (event) => {
    if (event.target === dialog) dialog.close();
  };
  return dialog;
}
