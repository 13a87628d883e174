import { probabilityAt } from '../shared/decay';
import { byId, el } from '../shared/dom';
import { metres, momentOf } from '../shared/format';
import { strings } from '../shared/strings';
import { type Address, readAddress, writeAddress } from './address';
import type { Place } from '../shared/geodesy';
import { inAddress } from './api';
import { WORLD, readBounds } from './bounds';
import { ServerClock } from '../shared/clock';
import { Contents } from './contents';
import { CoverageSwitch } from './coverage';
import { covered } from './covered';
import { openDialog } from './dialog';
import { filterState } from './expressions';
import { FilterBar } from './filterbar';
import { NO_FILTERS, culprit, countKinds, matches, without, writeFilters } from './filters';
import { histogram } from './history';
import { HazardList } from './list';
import { LiveLink } from './live/link';
import { NearMe } from './near';
import { nearestZone } from './nearest_zone';
import { openView } from './open_view';
import { Opened } from './opened';
import { HAZARD_ZOOM } from './overlay';
import { Panel } from './panel';
import { Refresher } from './refresher';
import { Search } from './search';
import { openShare } from './share';
import { Shortcuts } from './shortcuts';
import { LiveStatus } from './status';
import { TimeBar } from './timebar';
import { announce, toast } from './toast';
import type { Goal, MapView } from './view';
import { readVocabulary } from './vocabulary';
import { type NearZone, zoneMatches } from './zone';

const FADE_PERIOD_MS = 10_000;
const COVERAGE_PERIOD_MS = 60_000;

/** Holds the parts of the map page together: what is selected, what is shown, what has changed. */
export class MapPage {
  private readonly clock = new ServerClock();
  private readonly vocabulary = readVocabulary();
  private readonly kinds = Object.keys(this.vocabulary.kinds);
  private readonly embedded = document.body.classList.contains('embedded');
  private readonly contents = new Contents(this.clock, () => this.bbox(), (what) => this.arrived(what));
  private readonly refresher = new Refresher((tiles) => {
    for (const source of ['hazards', 'workzones']) this.view?.refresh(source, tiles);
  });
  private readonly list = new HazardList(
    (id) => this.pick(id),
    (id) => this.pickZone(id),
    (id) => this.point(id),
  );
  private readonly panel: Panel;
  private readonly opened: Opened;
  private readonly live: LiveLink;
  private readonly bar: FilterBar | null;
  private readonly time: TimeBar | null;
  private readonly search: Search | null;
  private readonly coverage: CoverageSwitch | null;
  private address: Address = this.readAddress();
  private view: MapView | null = null;
  /** Where the reader is, after having been asked for it. */
  private me: Place | null = null;

  constructor() {
    const now_s = () => this.clock.now_s();
    this.panel = new Panel(
      this.vocabulary,
      now_s,
      () => this.pick(null),
      () => this.share(),
      (id) => this.pick(id),
    );
    this.opened = new Opened(this.panel, this.list, () => this.view);
    const status = new LiveStatus(() => this.live.retry());
    this.live = new LiveLink(document.body.dataset.live ?? '', Number(document.body.dataset.cursor ?? 0), {
      changed: ({ hazards, tiles }) => this.changed(hazards, tiles),
      anew: () => this.anew(),
      state: (state) => status.show(state),
    });
    const whole = !this.embedded;
    this.bar = whole ? new FilterBar(this.vocabulary, (filters) => this.go({ filters })) : null;
    this.coverage = whole ? new CoverageSwitch((coverage) => this.go({ coverage })) : null;
    this.search = whole ? new Search((goal, words) => this.goTo(goal, words)) : null;
    this.time = whole ? new TimeBar(now_s, (at_s, settled) => this.travel(at_s, settled)) : null;
    if (whole) this.addShare();
  }

  async start(): Promise<void> {
    window.addEventListener('popstate', () => this.follow(this.readAddress()));
    window.setInterval(() => this.fade(), FADE_PERIOD_MS);
    window.setInterval(() => this.address.coverage && this.view?.refresh('coverage'), COVERAGE_PERIOD_MS);
    this.view = await openView({
      bounds: readBounds(document.body.dataset.bounds) ?? WORLD,
      vocabulary: this.vocabulary,
      embedded: this.embedded,
      state: { now: this.now_s(), ...this.filterState() },
      padding: () => covered(this.embedded),
      onPick: (id) => this.pick(id),
      onZone: (id) => this.pickZone(id),
      onMoved: () => this.moved(),
      onTrouble: () => toast(strings.tilesFailed, () => this.anew()),
      onLost: () => toast(strings.noMap, () => window.location.reload()),
    });
    if (this.view === null) document.body.classList.remove('list-folded');
    else this.addControls(this.view);
    this.live.start(this.bbox());
    this.contents.reload();
    if (this.time) this.contents.reloadHistory();
    this.follow(this.address);
  }

  /** What the address says; in a frame of somebody else, which has no time bar, it is always now. Nobody knows the future. */
  private readAddress(): Address {
    const said = readAddress(this.vocabulary.kinds);
    const live = this.embedded || (said.at_s !== null && said.at_s >= this.now_s());
    return live ? { ...said, at_s: null } : said;
  }

  private now_s(): number {
    return this.clock.now_s();
  }

  private bbox() {
    return this.view?.bbox() ?? WORLD;
  }

  /** Change what the address says, as a step that the back button takes back, and follow it. */
  private go(change: Partial<Address>, how: 'push' | 'replace' = 'push'): void {
    const next = { ...this.address, ...change };
    writeAddress(next, this.vocabulary.kinds, how);
    this.follow(next);
  }

  private follow(next: Address): void {
    this.address = next;
    this.bar?.show(next.filters);
    this.noteFar();
    this.time?.show(next.at_s);
    this.coverage?.show(next.coverage, this.view?.zoom() ?? 0);
    this.view?.showCoverage(next.coverage);
    this.view?.set(this.filterState());
    this.showContents();
    this.showHistogram();
    void this.opened.follow(next);
  }

  private filterState() {
    return filterState(this.address.filters, this.kinds, this.now_s());
  }

  /** Somebody chose a hazard, or closed the panel. */
  private pick(id: string | null): void {
    this.go({ hazard: id, zone: null });
  }

  private pickZone(id: string): void {
    this.go({ hazard: null, zone: id });
  }

  /** Show on the map which hazard a row of the list is about. */
  private point(id: string | null): void {
    if (this.opened.isNothing) this.view?.point(this.contents.at(this.address.at_s).find((one) => one.id === id) ?? null);
  }

  /** The map has changed in view: fetch the tiles that are touched, and no others. */
  private changed(hazards: string[], tiles: string[]): void {
    this.refresher.add(tiles);
    this.contents.reload();
    if (this.address.at_s === null && this.time) this.contents.reloadHistory();
    this.opened.reload((id) => hazards.includes(id));
  }

  /** Anything may have changed. */
  private anew(): void {
    for (const source of ['hazards', 'workzones', 'coverage', 'roads']) this.view?.refresh(source);
    this.contents.reload();
    this.opened.reload();
  }

  private moved(): void {
    this.live.watch(this.bbox());
    this.coverage?.show(this.address.coverage, this.view?.zoom() ?? 0);
    this.noteFar();
    this.contents.reload();
    if (this.time) this.contents.reloadHistory();
  }

  private noteFar(): void {
    this.bar?.note(this.view !== null && this.view.zoom() < HAZARD_ZOOM && this.address.at_s === null);
  }

  private fade(): void {
    this.view?.set({ now: this.now_s(), ...this.filterState() });
    if (this.address.at_s === null) this.list.tick(this.now_s());
    this.time?.show(this.address.at_s);
    this.panel.tick();
  }

  private arrived(what: 'section' | 'history'): void {
    if (what === 'history') this.showHistogram();
    if ((what === 'history') === (this.address.at_s !== null)) this.showContents();
  }

  private showContents(): void {
    const { filters, at_s } = this.address;
    const moment_s = at_s ?? this.now_s();
    const all = this.contents.at(at_s);
    const shown = all.filter((hazard) => matches(hazard, filters, moment_s));
    const truncated = at_s === null ? this.contents.section.truncated : (this.contents.history?.truncated ?? false);
    const hiding = culprit(all, filters, moment_s);
    this.view?.showPast(at_s === null ? null : shown.map((hazard) => ({ ...hazard, p: probabilityAt(hazard, moment_s) })));
    // Until the first answer is there the newest hazards stay, and nobody is told that there are none.
    if (!this.contents.known(at_s)) return;
    this.bar?.count(countKinds(all, filters, moment_s), truncated);
    this.list.show(
      {
        hazards: [...shown].sort((a, b) => b.last_seen - a.last_seen),
        zones: at_s === null ? this.contents.section.zones.filter((zone) => zoneMatches(zone, filters, moment_s)) : [],
        me: this.me,
        hidden: all.length - shown.length,
        truncated,
        moment: at_s === null ? null : momentOf(at_s),
        nothing: this.nothing(at_s),
        hiding: hiding && {
          words: this.bar?.inWords(hiding) ?? '',
          clear: () => this.go({ filters: without(filters, hiding) }),
          clearAll: () => this.go({ filters: NO_FILTERS }),
        },
      },
      moment_s,
    );
    this.opened.mark();
  }

  /** What there is to say of a moment at which nothing was there. */
  private nothing(at_s: number | null): string {
    if (at_s === null) return strings.nothingInView;
    return at_s < (this.contents.history?.since ?? at_s) ? strings.tooLongAgo : strings.nothingThen;
  }

  private showHistogram(): void {
    const { history } = this.contents;
    if (!this.time || !history) return;
    const { filters } = this.address;
    this.time.fill(histogram(history, this.time.bars, (hazard, at_s) => matches(hazard, filters, at_s)), history);
  }

  /** Show another moment; the address learns of it once the slider has come to rest. */
  private travel(at_s: number | null, settled: boolean): void {
    // Whoever listens is told once, where the slider has come to rest, and not at each step.
    byId('list-count').setAttribute('aria-live', settled ? 'polite' : 'off');
    if (settled) {
      this.go({ at_s }, 'replace');
      announce(at_s === null ? strings.liveNow : (byId('list-count').textContent ?? ''));
      return;
    }
    this.address = { ...this.address, at_s };
    this.showContents();
  }

  private goTo(goal: Goal, words: string): void {
    this.view?.goTo(goal);
    this.view?.focus();
    announce(strings.movedTo(words));
  }

  /** Show where the reader is; what is listed is sorted by how far away it is from now on. */
  private arriveAt(place: Place): void {
    this.me = place;
    this.view?.goTo({ ...place, role: 'me' });
    this.showContents();
  }

  /** Open the work zone nearest to the reader, or to the middle of the map where that is not known. */
  private async nearestZone(): Promise<void> {
    const from = this.me ?? this.view?.centre();
    const wanted = (zone: NearZone) => zoneMatches(zone, this.address.filters, this.now_s());
    const found = from === undefined ? null : await nearestZone(from, wanted);
    if (found === null) return;
    this.pickZone(found.id);
    announce(strings.zoneAway(metres(found.distance_m)));
  }

  private addShare(): void {
    byId('share').hidden = false;
    byId('share').addEventListener('click', () => this.share());
  }

  private share(): void {
    const { filters } = this.address;
    const list = new URLSearchParams({ bbox: inAddress(this.bbox()) });
    writeFilters(filters, list, this.vocabulary.kinds);
    openShare({ cell: this.contents.section.cell, list: filters.kinds?.size === 0 ? null : list });
  }

  private addControls(view: MapView): void {
    const near = new NearMe((place) => this.arriveAt(place), toast, openDialog, !this.embedded);
    if (this.embedded) {
      view.addButton(near.button);
      return;
    }
    const zone = el('button', { type: 'button', class: 'quick-button' }, el('i', { class: 'zone-sign', 'aria-hidden': 'true' }), strings.nearestZone);
    zone.addEventListener('click', () => void this.nearestZone());
    byId('quick').append(near.button, zone);
    new Shortcuts([
      { key: '/', words: strings.keySearch, action: () => this.search?.focus() },
      { key: 'l', words: strings.keyList, action: () => this.list.focus() },
      { key: 'm', words: strings.keyMap, action: () => view.focus() },
      { key: 'w', words: strings.nearestZone, action: () => void this.nearestZone() },
      { key: 'c', words: strings.keyCoverage, action: () => this.go({ coverage: !this.address.coverage }) },
      { key: 'n', words: strings.keyNow, action: () => this.travel(null, true) },
      { key: 's', words: strings.share, action: () => this.share() },
      { key: 'r', words: strings.reportImage, action: () => this.panel.report() },
      { key: 'b', words: strings.keyBoxes, action: () => this.panel.toggleBoxes() },
      { key: 'p', words: strings.previousImage, action: () => this.panel.step(-1) },
      { key: 'x', words: strings.nextImage, action: () => this.panel.step(1) },
    ]);
  }
}
