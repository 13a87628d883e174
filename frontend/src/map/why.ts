import { el, svg } from '../shared/dom';
import { ago, localTime, percent } from '../shared/format';
import { strings } from '../shared/strings';
import { type Curve, type Point, curveOf } from './curve';
import type { Details, Pass } from './hazard';

const WIDTH = 376;
const HEIGHT = 104;
const TOP = 8;
const LEFT = 44;

/** How sure the map is, and why: its probability over time, and every pass for and against. */
export function why({ hazard, passes }: Details, now_s: number): HTMLElement {
  const curve = curveOf(passes, hazard.half_life, now_s, hazard.live ? hazard.expires_at : null);
  const against = passes.filter((pass) => !pass.seen).length;
  return el(
    'section',
    { class: 'why' },
    el('h3', {}, strings.why),
    el('p', {}, strings.evidence(hazard.passes, hazard.witnesses, against)),
    curve && figure(curve, passes, now_s),
    passes.length === 0 ? null : table(passes, now_s),
  );
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
      ...passes.map((pass) => mark(pass.seen, x(pass.at), y(pass.p_after))),
      words(localTime(curve.begin_s, now_s), LEFT, HEIGHT - 4, 'start'),
      words(strings.nowMark, Math.min(now_x, WIDTH - 6), HEIGHT - 4, now_x > WIDTH - 40 ? 'end' : 'middle'),
    ),
  );
}

/** A pass for it is a filled dot, one against it an open square: not by colour alone. */
function mark(seen: boolean, x: number, y: number): SVGElement {
  if (seen) return svg('circle', { class: 'dot-seen', cx: `${x}`, cy: `${y}`, r: '4' });
  return svg('rect', { class: 'dot-not', x: `${x - 3.5}`, y: `${y - 3.5}`, width: '7', height: '7' });
}

function table(passes: Pass[], now_s: number): HTMLElement {
  const head = [strings.passWhen, strings.passWho, strings.passSaid, strings.passAfter];
  const rows = [...passes].reverse().map((pass) =>
    el(
      'tr',
      {},
      el('td', {}, ago(now_s - pass.at), el('small', {}, localTime(pass.at, now_s))),
      el('td', {}, letter(pass.driver)),
      el('td', {}, pass.seen ? strings.sawIt(pass.frames) : strings.didNotSeeIt, el('small', {}, weight(pass.bits))),
      el('td', { class: 'number' }, percent(pass.p_after)),
    ),
  );
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

/** A to Z, then A2 to Z2, and so on. */
export function letter(number: number): string {
  const turn = Math.floor(number / 26);
  return String.fromCharCode(65 + (number % 26)) + (turn > 0 ? String(turn + 1) : '');
}
