/** Tiles that have arrived, those under way, and those still wanted. */
import type { Scope } from "./scope.js";
import type { Tile, TileKey, TileSource } from "./types.js";

/** Bytes of tiles kept; the coarsest are never dropped, for there is always something to show. */
const BUDGET = 48_000_000;
/** The kernel answers one after the other: more at a time would only be stale when they come. */
const AT_ONCE = 3;

export const nameOf = (key: TileKey): string => `${key.kind}/${key.lane}/${key.nFft}/${key.level}/${key.index}`;

export class TileStore {
  private readonly tiles = new Map<string, Tile>();
  private readonly pinned = new Map<string, Tile>();
  private readonly underWay = new Map<string, AbortController>();
  private wanted: TileKey[] = [];
  private bytes = 0;
  private failed = false;

  constructor(
    private readonly source: TileSource,
    private readonly scope: Scope,
    private readonly arrived: () => void,
    private readonly fail: (error: Error) => void,
    /** Tiles on this level or above show the whole sound. */
    private readonly overview: () => number,
  ) {}

  get(key: TileKey): Tile | undefined {
    const name = nameOf(key);
    const tile = this.tiles.get(name);
    if (!tile) return this.pinned.get(name);
    // Put it last: the first are dropped first.
    this.tiles.delete(name);
    this.tiles.set(name, tile);
    return tile;
  }

  /** Fetch these, the first first, and forget what was wanted before. */
  want(keys: readonly TileKey[]): void {
    this.wanted = keys.filter((key) => !this.get(key) && !this.underWay.has(nameOf(key)));
    const names = new Set(keys.map(nameOf));
    for (const [name, controller] of this.underWay) if (!names.has(name)) controller.abort();
    if (!this.failed) this.next();
  }

  get idle(): boolean {
    return this.wanted.length === 0 && this.underWay.size === 0;
  }

  /** After a failure: ask for everything again. */
  retry(): void {
    this.failed = false;
    this.next();
  }

  private next(): void {
    while (this.underWay.size < AT_ONCE && this.wanted.length > 0 && !this.scope.ended) void this.fetch(this.wanted.shift()!);
  }

  private async fetch(key: TileKey): Promise<void> {
    const name = nameOf(key);
    const controller = new AbortController();
    this.underWay.set(name, controller);
    try {
      this.keep(key, await this.source.tile(key, controller.signal));
    } catch (error) {
      this.underWay.delete(name);
      if (this.scope.ended) return;
      if (error instanceof DOMException && error.name === "AbortError") { this.next(); return; }
      this.failed = true;
      this.wanted.unshift(key);
      this.fail(error as Error); return;
    }
    this.underWay.delete(name);
    if (this.scope.ended) return;
    this.next();
    this.arrived();
  }

  private keep(key: TileKey, tile: Tile): void {
    if (key.level >= this.overview()) {
      this.pinned.set(nameOf(key), tile);
      return;
    }
    this.tiles.set(nameOf(key), tile);
    this.bytes += tile.data.length;
    for (const [name, old] of this.tiles) {
      if (this.bytes <= BUDGET) break;
      this.tiles.delete(name);
      this.bytes -= old.data.length;
    }
  }
}
