import { lengthWords, readersLocale, readersUnits } from '../shared/units';

// Pages are complete without this file: it writes times in the reader's own zone, which it names, and
// language, and lengths in the units of the reader's own country.
const toTheMinute: Intl.DateTimeFormatOptions = {
  year: 'numeric',
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
};
const moment = new Intl.DateTimeFormat(readersLocale, toTheMinute);
const second = new Intl.DateTimeFormat(readersLocale, { ...toTheMinute, second: '2-digit' });

for (const both of document.querySelectorAll<HTMLElement>('[data-between]')) {
  const [begin, end] = both.querySelectorAll('time');
  if (!begin || !end) continue;
  both.title = both.textContent ?? '';
  both.textContent = moment.formatRange(new Date(begin.dateTime), new Date(end.dateTime));
}
for (const time of document.querySelectorAll<HTMLTimeElement>('time[data-moment]')) {
  time.title = time.textContent ?? '';
  time.textContent = (time.dataset.moment === 'second' ? second : moment).format(new Date(time.dateTime));
}
if (readersUnits !== 'metric') {
  for (const shown of document.querySelectorAll<HTMLDataElement>('data[data-metres]')) {
    shown.textContent = lengthWords(Number(shown.value), readersLocale, readersUnits);
  }
}
