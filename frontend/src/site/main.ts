import { lengthWords, readersUnits } from '../shared/units';

// Pages are complete without this file: it writes times in the reader's own zone and language, and
// lengths in the units of the reader's own country.
const language = document.documentElement.lang;
const moment = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });

for (const time of document.querySelectorAll<HTMLTimeElement>('time[data-moment]')) {
  time.title = time.textContent ?? '';
  time.textContent = moment.format(new Date(time.dateTime));
}
if (readersUnits !== 'metric') {
  for (const shown of document.querySelectorAll<HTMLDataElement>('data[data-metres]')) {
    shown.textContent = lengthWords(Number(shown.value), language, readersUnits);
  }
}
