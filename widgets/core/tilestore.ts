/** Tiles that have arrived, those under way, and those still wanted. */
import type { Scope } from "./scope.js";
import type { Tile, TileKey, TileSource } from "./types.js";

/** Bytes of tiles kept; the coarsest are never dropped, for there is always something to show. */
const BUDGET = 48_000_000;
/** So many tiles are asked for together, in so many questions at a time: more would only be stale when they come. */
const GROUP = 4;
const AT_ONCE = 2;

export const nameOf = (key: TileKey): string => `${key.kind}/${key.lane}/${key.nFft}/${key.level}/${key.index}`;

export class TileStore {
  private readonly tiles = new Map<string, Tile>();
  private readonly pinned = new Map<string, Tile>();
  /** Names of the tiles of each question, and how to call it off. */
  private readonly underWay = new Map<AbortController, readonly string[]>();
  private wanted: readonly TileKey[][] = [];
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

  /** Fetch these, then what may be wanted next; forget what was wanted before. */
  want(keys: readonly TileKey[], next: readonly TileKey[] = []): void {
    const names = new Set([...keys, ...next].map(nameOf));
    for (const [controller, group] of this.underWay) if (!group.some((name) => names.has(name))) controller.abort();
    const known = new Set([...this.underWay.values()].flat());
    const isNew = (key: TileKey): boolean => {
      const name = nameOf(key);
      if (known.has(name) || this.get(key)) return false;
      known.add(name);
      return true;
    };
    this.wanted = [keys.filter(isNew), next.filter(isNew)];
    if (!this.failed) this.next();
  }

  get idle(): boolean {
    return this.wanted.every((part) => part.length === 0) && this.underWay.size === 0;
  }

  /** After a failure: what is wanted next will be asked for. */
  retry(): void {
    this.failed = false;
  }

  private next(): void {
    while (this.underWay.size < AT_ONCE && !this.scope.ended) {
      const part = this.wanted.find(({ length }) => length > 0);
      if (!part) return;
      void this.fetch(part.splice(0, GROUP));
    }
  }

  private async fetch(keys: readonly TileKey[]): Promise<void> {
    const controller = new AbortController();
    this.underWay.set(controller, keys.map(nameOf));
    try {
      const tiles = await this.source.tiles(keys, controller.signal);
      keys.forEach((key, i) => this.keep(key, tiles[i]));
    } catch (error) {
      this.underWay.delete(controller);
      if (this.scope.ended) return;
      if (error instanceof DOMException && error.name === "AbortError") { this.next(); return; }
      this.failed = true;
      this.fail(error as Error); return;
    }
    this.underWay.delete(controller);
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
