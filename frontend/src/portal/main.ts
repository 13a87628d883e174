/** The portal works without this: it adds a chart of the table's numbers, and buttons that copy. */
import { byId } from '../shared/dom';
import { readUsage } from './usage';

for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-copy]')) {
  if (!navigator.clipboard) break; // only pages that came by HTTPS, or from this machine, have one
  button.hidden = false;
  button.addEventListener('click', () => void copy(button));
}

if (document.getElementById('usage-data') !== null) {
  const usage = readUsage(byId('usage-data').textContent ?? '');
  if (usage !== null) void import('./chart').then(({ draw }) => draw(byId('chart'), usage));
}

async function copy(button: HTMLButtonElement): Promise<void> {
  const text = byId(button.dataset.copy ?? '').textContent ?? '';
  await navigator.clipboard.writeText(text);
  const words = button.textContent ?? '';
  button.textContent = '✓';
  byId('copied').textContent = `${words}: ✓`;
  setTimeout(() => {
    button.textContent = words;
  }, 2000);
}
