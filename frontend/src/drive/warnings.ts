import { type Fading, probabilityAt } from '../shared/decay';
import type { Place } from '../shared/geodesy';
import { type Ahead, type Met, met } from './ahead';

/** What a square tells of a hazard. Its probability fades from `p` at `t`. */
export interface Hazard extends Place, Fading {
  id: string;
  kind: string;
  severity: number;
  published: boolean;
}

/** Things of one kind that stand close together on the way. */
export interface Warning {
  kind: string;
  count: number;
  /** To the nearest of them. */
  distance_m: number;
  severity: number;
  published: boolean;
  ids: string[];
}

const LEAST_LIKELY = 0.3;
const HORIZON_S = 30;
const NEAREST_REACH_M = 400;
const FARTHEST_REACH_M = 2000;
const ROW_M = 80;
const CORRIDOR_M = 30;
const SPREAD_DEG = 10;
const SOON_S = 6;
const SOON_M = 60;

/** The wedge that a driver at this speed wants to know of. */
export function wedge(place: Place, heading_deg: number, speed_mps: number | null): Ahead {
  const reach_m = Math.min(FARTHEST_REACH_M, Math.max(NEAREST_REACH_M, (speed_mps ?? 0) * HORIZON_S));
  return { ...place, heading_deg, reach_m, corridor_m: CORRIDOR_M, spread_deg: SPREAD_DEG };
}

/** What lies ahead, nearest first; rows of one kind are one warning. */
export function warningsAhead(hazards: Iterable<Hazard>, view: Ahead, now_s: number): Warning[] {
  const near = [...hazards]
    .filter((hazard) => probabilityAt(hazard, now_s) >= LEAST_LIKELY)
    .map((hazard) => ({ hazard, met: met(view, hazard) }))
    .filter((one): one is { hazard: Hazard; met: Met } => one.met !== null)
    .sort((a, b) => a.met.distance_m - b.met.distance_m || a.hazard.id.localeCompare(b.hazard.id));
  const found: (Warning & { last_m: number })[] = [];
  for (const { hazard, met: { distance_m } } of near) {
    const row = found.find((one) => one.kind === hazard.kind && distance_m - one.last_m <= ROW_M);
    if (row === undefined) {
      const { kind, severity, published } = hazard;
      found.push({ kind, severity, published, count: 1, distance_m, last_m: distance_m, ids: [hazard.id] });
    } else {
      row.count += 1;
      row.last_m = distance_m;
      row.published ||= hazard.published;
      row.ids.push(hazard.id);
    }
  }
  return found.map(({ last_m: _, ...warning }) => warning);
}

type Stage = 'early' | 'soon';

/** Remembers what was said: each row once when it comes into reach, and once more just before it. */
export class Announcer {
  private readonly said = new Map<string, Stage>();
  private last: Stage | null = null;

  /**
   * The nearest warning that is to be spoken now; null for silence. While the voice is `talking`,
   * only what is near may cut off what is far: the rest waits, and is not lost.
   */
  next(warnings: Warning[], speed_mps: number | null, talking: boolean): Warning | null {
    if (!talking) this.last = null;
    const soon_m = Math.max(SOON_M, (speed_mps ?? 0) * SOON_S);
    const there = new Set(warnings.flatMap((warning) => warning.ids));
    for (const id of this.said.keys()) if (!there.has(id)) this.said.delete(id);
    for (const warning of warnings) {
      const stage: Stage = warning.distance_m <= soon_m ? 'soon' : 'early';
      const known = this.known(warning);
      const due = known === null || (known === 'early' && stage === 'soon');
      if (due && talking && (stage === 'early' || this.last === 'soon')) continue;
      // What joins a row that was told of is told of: a work zone goes on for hundreds of cones.
      const told = due ? stage : known;
      if (told !== null) for (const id of warning.ids) this.said.set(id, told);
      if (due) {
        this.last = stage;
        return warning;
      }
    }
    return null;
  }

  private known({ ids }: Warning): Stage | null {
    const stages = ids.map((id) => this.said.get(id));
    if (stages.includes('soon')) return 'soon';
    return stages.includes('early') ? 'early' : null;
  }
}
