export interface TileId {
  x: number;
  y: number;
  z: number;
}

/** A tile as the stream names it (`z/x/y`) and all that lie above it; nothing for other words. */
export function withParents(name: string): TileId[] {
  const [z, x, y] = name.split('/').map(Number);
  if (z === undefined || x === undefined || y === undefined || ![x, y, z].every(Number.isInteger)) return [];
  return Array.from({ length: z + 1 }, (_, up) => ({ z: z - up, x: x >> up, y: y >> up }));
}

/** Tiles to fetch again, each once. */
export class Touched {
  private readonly tiles = new Map<string, TileId>();

  add(names: Iterable<string>): void {
    for (const name of names) {
      for (const tile of withParents(name)) this.tiles.set(`${tile.z}/${tile.x}/${tile.y}`, tile);
    }
  }

  /** Those that have been added since the last call. */
  take(): TileId[] {
    const taken = [...this.tiles.values()];
    this.tiles.clear();
    return taken;
  }
}
