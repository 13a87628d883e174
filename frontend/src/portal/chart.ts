/** A chart of usage: stacked bars in UTC, in the colours of the page. */
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { readersLocale } from '../shared/units';
import { stacked, type Usage } from './usage';

const HEIGHT_PX = 260;
const LOCALE = document.documentElement.lang || 'en';
const COLOURS = ['--accent', '--c2', '--good', '--note', '--c4', '--bad', '--c1'];

// The least distance of ticks in seconds, what each says, and what it says where the day or year is new.
const TIMES: uPlot.Axis.TimeValuesConfig = [
  [28 * 86_400, '{MMM}', '\n{YYYY}', null, null, null, null, null, 1],
  [86_400, '{D} {MMM}', '\n{YYYY}', null, null, null, null, null, 1],
  [3600, '{HH}:00', '\n{D} {MMM} {YYYY}', null, '\n{D} {MMM}', null, null, null, 1],
];

/** Months and days in the language of the page. */
const NAMES: uPlot.DateNames = {
  MMMM: named(12, (month) => Date.UTC(2026, month), { month: 'long' }),
  MMM: named(12, (month) => Date.UTC(2026, month), { month: 'short' }),
  WWWW: named(7, (day) => Date.UTC(2026, 1, 1 + day), { weekday: 'long' }),
  WWW: named(7, (day) => Date.UTC(2026, 1, 1 + day), { weekday: 'short' }),
};

const MOMENTS = {
  day: new Intl.DateTimeFormat(readersLocale, { dateStyle: 'medium', timeZone: 'UTC' }),
  hour: new Intl.DateTimeFormat(readersLocale, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' }),
};

/** No label of a day meets the next: names of months are short in some languages, long in others. */
const LABEL_PX = 7 * ('30 '.length + Math.max(...NAMES.MMM.map((name) => name.length))) + 12;

/** Draws it into `place`, again whenever the width or the colours change. */
export function draw(place: HTMLElement, usage: Usage): void {
  place.hidden = false;
  let plot = plotted(place, usage);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    plot.destroy();
    plot = plotted(place, usage);
  });
  new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: HEIGHT_PX })).observe(place);
}

/** The names of the first `count` days or months; 1 February 2026 is a Sunday, as uPlot begins. */
function named(count: number, at: (index: number) => number, options: Intl.DateTimeFormatOptions): string[] {
  const format = new Intl.DateTimeFormat(LOCALE, { ...options, timeZone: 'UTC' });
  return Array.from({ length: count }, (_, index) => format.format(at(index)));
}

function plotted(place: HTMLElement, usage: Usage): uPlot {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const [times, ...columns] = usage.data;
  // The highest bar is drawn first, the others before it.
  const sums = stacked(columns).reverse();
  const axis = {
    stroke: colour('--ink-2'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { stroke: colour('--line'), width: 1 },
  };
  const series = columns.map((own, index): uPlot.Series => {
    const fill = colour(COLOURS[index % COLOURS.length] ?? '--accent');
    return {
      label: usage.names[index] ?? '',
      stroke: colour('--surface'), // between two colours that hardly differ in lightness
      fill,
      width: 2,
      ...(uPlot.paths.bars && { paths: uPlot.paths.bars({ size: [0.8, 48] }) }),
      points: { show: false },
      value: (_plot, _sum, _series, at) => (at === null ? '–' : (own[at] ?? 0).toLocaleString(LOCALE)),
    };
  });
  return new uPlot(
    {
      width: place.clientWidth,
      height: HEIGHT_PX,
      fmtDate: (template) => uPlot.fmtDate(template, NAMES),
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
      scales: { x: { range: padded }, y: { range: (_plot, _low, high) => [0, Math.max(1, high * 1.05)] } },
      axes: [{ ...axis, values: TIMES, space: LABEL_PX }, { ...axis, size: 70, values: (_plot, ticks) => ticks.map((tick) => tick.toLocaleString(LOCALE)) }],
      cursor: { y: false, drag: { x: false, y: false } },
      series: [{ label: place.dataset.total ?? '', value: (_plot, at) => written(at, usage.by) }, ...series.reverse()],
    },
    [times, ...sums],
    place,
  );
}

/** Half a bar more on both sides. */
function padded(plot: uPlot): [number, number] {
  const times = plot.data[0];
  const [first = 0, second = 0] = times;
  const half = (second - first) / 2;
  return [first - half, (times[times.length - 1] ?? first) + half];
}

/** As the table below writes it. */
function written(at: number | null, by: 'day' | 'hour'): string {
  return at === null ? '–' : MOMENTS[by].format(at * 1000);
}
