/** The latest chunks of several sounds that are played together, within a bound of memory. */
import { CHUNK_SECONDS, type AudioSource, type Chunk } from "./types.js";

const MAX_BYTES = 200e6;
/** Of each sound: the one that plays, the next, and one to come back to. */
const MIN_CHUNKS = 3;

export class ChunkCache {
  readonly chunkFrames: number;
  private readonly most: number;
  /** By index of the chunk, the latest used last. */
  private readonly kept = new Map<number, readonly Chunk[]>();
  private readonly asked = new Map<number, Promise<readonly Chunk[]>>();

  constructor(
    private readonly sources: readonly AudioSource[],
    private readonly signal: AbortSignal,
  ) {
    this.chunkFrames = CHUNK_SECONDS * (sources[0]?.info.sampleRate ?? 0);
    const channels = sources.reduce((sum, source) => sum + source.info.channels, 0);
    this.most = Math.max(MIN_CHUNKS, Math.floor(MAX_BYTES / (4 * this.chunkFrames * channels || 1)));
  }

  /** The chunks of all sounds, if they are at hand. */
  peek(index: number): readonly Chunk[] | undefined {
    const chunks = this.kept.get(index);
    if (chunks) {
      this.kept.delete(index);
      this.kept.set(index, chunks);
    }
    return chunks;
  }

  async get(index: number): Promise<readonly Chunk[]> {
    const kept = this.peek(index);
    if (kept) return kept;
    let asked = this.asked.get(index);
    if (!asked) {
      asked = Promise.all(this.sources.map((source) => source.chunk(index, this.signal)));
      this.asked.set(index, asked);
    }
    try {
      const chunks = await asked;
      this.keep(index, chunks);
      return chunks;
    } finally {
      this.asked.delete(index);
    }
  }

  private keep(index: number, chunks: readonly Chunk[]): void {
    this.kept.delete(index);
    this.kept.set(index, chunks);
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= this.most) break;
      this.kept.delete(oldest);
    }
  }
}
