import { byId } from '../shared/dom';

/** What one of the page's dialogs is answered with; '' where it is put off. words: where they are not always the same. */
export async function asked(id: string, words?: string): Promise<string> {
  const dialog = byId<HTMLDialogElement>(id);
  if (words !== undefined) byId(`${id}-words`).textContent = words;
  dialog.returnValue = '';
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true }));
  return dialog.returnValue;
}
