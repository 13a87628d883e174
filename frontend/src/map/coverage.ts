import { byId } from '../shared/dom';
import { strings } from '../shared/strings';
import { COVERAGE_ZOOM } from './overlay';

/** Switches the layer that tells "nothing here" from "nobody has looked here". */
export class CoverageSwitch {
  private readonly box = byId<HTMLInputElement>('coverage');

  constructor(onChange: (on: boolean) => void) {
    byId('coverage-row').hidden = false;
    this.box.addEventListener('change', () => onChange(this.box.checked));
  }

  show(on: boolean, zoom: number): void {
    this.box.checked = on;
    byId('coverage-legend').hidden = !on;
    const note = byId('coverage-note');
    note.hidden = !on;
    note.textContent = !on ? '' : zoom < COVERAGE_ZOOM ? strings.coverageFar : strings.coverageLate;
  }
}
