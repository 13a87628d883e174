import { type TileId, Touched } from './touched';

// The publisher has new tiles, and areas are summed again, up to two seconds after a change is told.
const DELAYS_MS = [300, 3500];

/** Has touched tiles fetched again: soon, and once more when all that follows a change is done. */
export class Refresher {
  private readonly rounds = DELAYS_MS.map((delay_ms) => ({
    delay_ms,
    touched: new Touched(),
    timer: undefined as number | undefined,
  }));

  constructor(private readonly fetchAgain: (tiles: TileId[]) => void) {}

  add(names: string[]): void {
    for (const round of this.rounds) {
      round.touched.add(names);
      round.timer ??= window.setTimeout(() => {
        round.timer = undefined;
        this.fetchAgain(round.touched.take());
      }, round.delay_ms);
    }
  }
}
