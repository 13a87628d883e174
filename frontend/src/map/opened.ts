import type { Address } from './address';
import type { HazardList } from './list';
import type { Panel } from './panel';
import type { MapView } from './view';

/** The hazard or the work zone that is open: in the panel, marked in the list and on the map. */
export class Opened {
  private hazard: string | null = null;
  private zone: string | null = null;
  private returnFocus: HTMLElement | null = null;

  constructor(
    private readonly panel: Panel,
    private readonly list: HazardList,
    private readonly view: () => MapView | null,
  ) {}

  get isNothing(): boolean {
    return this.hazard === null && this.zone === null;
  }

  /** Open what the address names: a hazard, a work zone, or nothing. */
  async follow({ hazard, zone }: Address): Promise<void> {
    if (hazard === this.hazard && zone === this.zone) return;
    const wasShut = this.isNothing;
    const row = this.row();
    this.hazard = hazard;
    this.zone = zone;
    if (this.isNothing) {
      this.shut(row);
      return;
    }
    if (wasShut) this.returnFocus = document.activeElement as HTMLElement | null;
    this.mark();
    if (hazard !== null) {
      const found = await this.panel.open(hazard);
      if (found !== null && this.hazard === hazard) this.view()?.select(found);
    } else if (zone !== null) {
      const found = await this.panel.openZone(zone);
      if (found !== null && this.zone === zone) this.view()?.selectZone(found);
    }
  }

  /** In the list, whose rows may have been drawn anew. */
  mark(): void {
    this.list.mark(this.hazard ?? this.zone);
  }

  /** Ask for the hazard again, if one is open and this concerns it. */
  reload(concerns: (id: string) => boolean = () => true): void {
    const id = this.hazard;
    if (id === null || !concerns(id)) return;
    void this.panel.reload(id).then((hazard) => {
      if (hazard !== null && this.hazard === id) this.view()?.update(hazard);
    });
  }

  private row(): HTMLElement | null {
    if (this.hazard !== null) return this.list.rowOf(this.hazard);
    return this.zone === null ? null : this.list.zoneRowOf(this.zone);
  }

  private shut(row: HTMLElement | null): void {
    this.panel.close();
    this.list.mark(null);
    this.view()?.deselect();
    // The row may have been drawn anew since it was chosen, or have gone.
    const target = [this.returnFocus, row].find((one) => one?.isConnected && one !== document.body);
    if (target) target.focus({ preventScroll: true });
    else this.list.hold();
    this.returnFocus = null;
  }
}
