import { strings } from '../shared/strings';
import { HttpError, type Section, fetchHistory, fetchSection } from './api';
import type { Bbox } from './bounds';
import type { ServerClock } from '../shared/clock';
import { type History, type Shown, pastAt } from './history';
import { toast } from './toast';

const LIST_DELAY_MS = 250;
const HISTORY_DELAY_MS = 900;

/** What is in the section of the map that is seen: now, and in the last seven days. */
export class Contents {
  section: Section = { now: 0, hazards: [], zones: [], truncated: false, cell: null };
  history: History | null = null;
  private readonly timers = new Map<string, number>();
  private readonly asked = new Map<string, AbortController>();

  constructor(
    private readonly clock: ServerClock,
    private readonly bbox: () => Bbox,
    private readonly onChange: (what: 'section' | 'history') => void,
  ) {}

  /** Fetch what is there now, soon: several calls at once are one. */
  reload(): void {
    this.later('section', LIST_DELAY_MS, async (signal) => {
      this.section = await fetchSection(this.bbox(), signal);
      this.clock.learn(this.section.now);
    });
  }

  reloadHistory(): void {
    this.later('history', HISTORY_DELAY_MS, async (signal) => {
      this.history = await fetchHistory(this.bbox(), signal);
    });
  }

  /** Whether the site has said what is there at a moment; null is now. */
  known(at_s: number | null): boolean {
    return at_s === null ? this.section.now > 0 : this.history !== null;
  }

  /** The hazards in view at a moment; null is now. */
  at(at_s: number | null): Shown[] {
    if (at_s === null) return this.section.hazards;
    return this.history === null ? [] : pastAt(this.history, at_s);
  }

  private later(what: 'section' | 'history', delay_ms: number, fetched: (signal: AbortSignal) => Promise<void>): void {
    window.clearTimeout(this.timers.get(what));
    const run = async () => {
      this.asked.get(what)?.abort();
      const asked = new AbortController();
      this.asked.set(what, asked);
      try {
        await fetched(asked.signal);
        this.onChange(what);
      } catch (error) {
        // What is shown stays; the live line says where the connection is lost.
        if (error instanceof HttpError && error.status === 429) toast(strings.tooMany);
      }
    };
    this.timers.set(what, window.setTimeout(() => void run(), delay_ms));
  }
}
