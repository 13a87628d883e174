import { probabilityAt } from '../shared/decay';
import { el, svg } from '../shared/dom';
import { localTime, percent } from '../shared/format';
import { strings } from '../shared/strings';
import { type Curve, type Point, curveOf, placed } from './curve';
import type { Details, Hazard, Pass } from './hazard';

const WIDTH = 376;
const HEIGHT = 104;
const TOP = 8;
const LEFT = 44;

type Told = Pick<Details, 'hazard' | 'passes' | 'against'>;

/** How sure the map is, and why: its probability over time, and every pass that saw it. */
export function why({ hazard, passes, against }: Told, now_s: number): HTMLElement {
  const steps = placed(hazard, passes);
  const curve = curveOf(judged(hazard, steps), hazard.half_life, now_s, hazard.live ? hazard.expires_at : null);
  return el(
    'section',
    { class: 'why' },
    el('h3', {}, strings.why),
    el('p', {}, strings.evidence(hazard.passes, hazard.witnesses, against)),
    curve && figure(curve, steps, now_s),
    passes.length === 0 ? null : table({ hazard, passes, against }, now_s),
  );
}

/** The passes, and what the map has made of all of them in the end, of those against it too. */
function judged(hazard: Hazard, passes: Pass[]): Pick<Pass, 'at' | 'p_after'>[] {
  const last = passes.at(-1);
  return last === undefined ? [] : [...passes, { at: Math.max(hazard.t, last.at), p_after: hazard.p }];
}

function figure(curve: Curve, passes: Pass[], now_s: number): HTMLElement {
  const x = (at_s: number) => LEFT + ((WIDTH - LEFT - 6) * (at_s - curve.begin_s)) / Math.max(1, curve.end_s - curve.begin_s);
  const y = (p: number) => TOP + (HEIGHT - 24 - TOP) * (1 - p);
  const path = (points: Point[]) => points.map(({ at_s, p }, i) => `${i ? 'L' : 'M'}${x(at_s).toFixed(1)} ${y(p).toFixed(1)}`).join('');
  const words = (text: string, at: number, level: number, anchor: string) =>
    svg('text', { x: `${at}`, y: `${level}`, 'text-anchor': anchor }, text);
  const now_x = x(now_s);
  return el(
    'figure',
    { class: 'curve' },
    svg(
      'svg',
      { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': strings.curve },
      svg('path', { class: 'curve-grid', d: [0, 0.5, 1].map((p) => `M${LEFT} ${y(p)}H${WIDTH - 6}`).join('') }),
      words(percent(1), LEFT - 6, y(1) + 4, 'end'),
      words(percent(0.5), LEFT - 6, y(0.5) + 4, 'end'),
      words(percent(0), LEFT - 6, y(0) + 4, 'end'),
      svg('path', { class: 'curve-now', d: `M${now_x} ${TOP}V${y(0)}` }),
      svg('path', { class: 'curve-line', d: path(curve.until_now) }),
      svg('path', { class: 'curve-ahead', d: path(curve.ahead) }),
      ...passes.map((pass) => svg('circle', { class: 'dot-seen', cx: `${x(pass.at)}`, cy: `${y(pass.p_after)}`, r: '4' })),
      words(localTime(curve.begin_s, now_s), LEFT, HEIGHT - 4, 'start'),
      words(strings.nowMark, Math.min(now_x, WIDTH - 6), HEIGHT - 4, now_x > WIDTH - 40 ? 'end' : 'middle'),
    ),
  );
}

/** One cause after the other, up to the figure that stands above. */
function table({ hazard, passes, against }: Told, now_s: number): HTMLElement {
  const head = [strings.passWhen, strings.passSaid, strings.passAfter];
  const row = (when: string, said: (string | HTMLElement)[], p: number | null) =>
    el('tr', {}, el('td', {}, when), el('td', {}, ...said), el('td', { class: 'number' }, p === null ? '' : percent(p)));
  const first = hazard.passes - passes.length + 1;
  const rows = passes.map((pass, i) =>
    row(
      localTime(pass.at, now_s),
      [strings.drive(first + i, pass.frames), el('small', {}, weight(pass.bits))],
      pass.p_after,
    ),
  );
  if (against > 0) rows.push(row('', [strings.missedIt(against)], null));
  if (hazard.confirmed) rows.push(row('', [strings.moderatorChecked], null));
  const last = passes.at(-1);
  if (last !== undefined && percent(last.p_after) !== percent(hazard.p))
    rows.push(row(localTime(Math.floor(hazard.t / 3600) * 3600, now_s), [strings.together], hazard.p));
  if (hazard.live) rows.push(row(strings.nowMark, [strings.faded], probabilityAt(hazard, now_s)));
  return el(
    'details',
    { class: 'passes' },
    el('summary', {}, strings.eachPass(passes.length)),
    el(
      'div',
      { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': strings.eachPass(passes.length) },
      el(
        'table',
        {},
        el('thead', {}, el('tr', {}, ...head.map((words) => el('th', { scope: 'col' }, words)))),
        el('tbody', {}, ...rows),
      ),
    ),
  );
}

/** How much a pass counts, in bits, in words: at three bits the odds change by a factor of eight. */
function weight(bits: number): string {
  const strength = Math.abs(bits);
  return strength >= 6 ? strings.veryStrong : strength >= 3 ? strings.strong : strength >= 1 ? strings.some : strings.weak;
}
