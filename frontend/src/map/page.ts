import type { PaddingOptions } from 'maplibre-gl';
import { byId } from '../shared/dom';
import { strings } from '../shared/strings';
import { selectedInAddress, writeSelection } from './address';
import { type Changes, fetchSection, fetchTileJson } from './api';
import { WORLD, readBounds } from './bounds';
import { ServerClock } from './clock';
import { ChangeFeed } from './feed';
import { HazardList } from './list';
import { Panel } from './panel';
import { LiveStatus } from './status';
import { MapView, canDraw } from './view';
import { readVocabulary } from './vocabulary';

const FADE_PERIOD_MS = 10_000;
const LIST_DELAY_MS = 250;
// Areas are summed again up to two seconds after the change that the feed tells of.
const CELLS_DELAY_MS = 4000;

/** Holds the parts of the map page together: what is selected, what is shown, what has changed. */
export class MapPage {
  private readonly clock = new ServerClock();
  private readonly vocabulary = readVocabulary();
  private readonly status = new LiveStatus();
  private readonly list: HazardList;
  private readonly panel: Panel;
  private view: MapView | null = null;
  private selected: string | null = null;
  private returnFocus: HTMLElement | null = null;
  private listTimer: number | undefined;
  private cellsTimer: number | undefined;
  private asked: AbortController | null = null;

  constructor() {
    const now_s = () => this.clock.now_s();
    this.list = new HazardList(now_s, (id) => this.pick(id), () => this.view?.setGroups([...this.list.shown]));
    this.panel = new Panel(this.vocabulary, now_s, () => this.pick(null));
  }

  async start(): Promise<void> {
    window.addEventListener('popstate', () => void this.follow(selectedInAddress()));
    window.setInterval(() => this.fade(), FADE_PERIOD_MS);
    const cursor = Number(document.body.dataset.cursor ?? 0);
    const feed = new ChangeFeed(cursor, {
      changed: (answer) => this.changed(answer),
      state: (state) => this.status.show(state),
    });
    feed.start();
    await this.startView();
    this.reloadList();
    await this.follow(selectedInAddress());
  }

  private async startView(): Promise<void> {
    if (!canDraw()) {
      this.withoutMap(strings.noWebGl);
      return;
    }
    try {
      const [hazards, roads] = await Promise.all([
        fetchTileJson('hazards'),
        fetchTileJson('roads').catch(() => null),
      ]);
      this.view = new MapView({
        container: byId('map'),
        layers: { hazards, roads },
        vocabulary: this.vocabulary,
        bounds: readBounds(document.body.dataset.bounds) ?? WORLD,
        now_s: this.clock.now_s(),
        groups: [...this.list.shown],
        padding: () => this.padding(),
        onPick: (id) => this.pick(id),
        onMoved: () => this.reloadList(),
      });
    } catch {
      this.withoutMap(strings.noMap);
    }
  }

  private withoutMap(message: string): void {
    document.body.classList.add('no-map');
    document.body.classList.remove('list-folded');
    byId('map').textContent = message;
    document.body.dataset.ready = '1';
  }

  /** Somebody chose a hazard, or closed the panel. */
  private pick(id: string | null): void {
    writeSelection(id);
    void this.follow(id);
  }

  private async follow(id: string | null): Promise<void> {
    if (id === this.selected) return;
    if (id === null) {
      this.deselect();
      return;
    }
    if (this.selected === null) this.returnFocus = document.activeElement as HTMLElement | null;
    this.selected = id;
    this.list.mark(id);
    const hazard = await this.panel.open(id);
    if (hazard !== null && this.selected === id) this.view?.select(hazard);
  }

  private deselect(): void {
    const row = this.selected === null ? null : this.list.rowOf(this.selected);
    this.selected = null;
    this.panel.close();
    this.list.mark(null);
    this.view?.deselect();
    // The row may have been drawn anew since it was chosen.
    const target = this.returnFocus?.isConnected ? this.returnFocus : row;
    target?.focus({ preventScroll: true });
    this.returnFocus = null;
  }

  private changed(answer: Changes): void {
    this.clock.learn(answer.now);
    if (answer.changes.length === 0) return;
    this.view?.refresh();
    window.clearTimeout(this.cellsTimer);
    this.cellsTimer = window.setTimeout(() => this.view?.refresh(), CELLS_DELAY_MS);
    this.reloadList();
    const selected = this.selected;
    if (selected !== null && answer.changes.some(({ hazard }) => hazard.id === selected)) {
      void this.panel.reload(selected).then((hazard) => {
        if (hazard !== null && this.selected === selected) this.view?.update(hazard);
      });
    }
  }

  private fade(): void {
    this.view?.setNow(this.clock.now_s());
    this.list.tick();
    this.panel.tick();
  }

  private reloadList(): void {
    window.clearTimeout(this.listTimer);
    this.listTimer = window.setTimeout(() => void this.loadList(), LIST_DELAY_MS);
  }

  private async loadList(): Promise<void> {
    this.asked?.abort();
    const asked = new AbortController();
    this.asked = asked;
    try {
      const section = await fetchSection(this.view?.bbox() ?? WORLD, asked.signal);
      this.clock.learn(section.now);
      this.list.show(section);
      this.list.mark(this.selected);
    } catch {
      // The list keeps what it shows; the live line says that the connection is lost.
    }
  }

  /** What covers the map: the card on the left and the panel, or the sheets of a phone. */
  private padding(): PaddingOptions {
    const side = document.querySelector('.side')?.getBoundingClientRect();
    const panel = byId('panel').getBoundingClientRect();
    if (side === undefined) return { top: 0, right: 0, bottom: 0, left: 0 };
    const wide = side.width < window.innerWidth / 2;
    const open = !byId('panel').hidden;
    if (wide) return { top: 0, right: open ? panel.width : 0, bottom: 0, left: side.right };
    return { top: 64, right: 0, bottom: open ? panel.height : 96, left: 0 };
  }
}
