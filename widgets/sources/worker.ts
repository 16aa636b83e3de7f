/** A decoded file as a source: samples from memory, tiles from a worker with a copy of them. */
import code from "inline:./worker-main.ts";
import { t } from "../core/i18n.js";
import type { Scope } from "../core/scope.js";
import { CHUNK_SECONDS, type AudioSource, type Chunk, type SoundInfo, type Tile, type TileKey, type TileSource } from "../core/types.js";
import type { Question, Reply } from "./worker-main.js";

interface Job {
  readonly key: TileKey;
  readonly done: (tile: Tile) => void;
  readonly fail: (error: Error) => void;
}

export class WorkerSource implements TileSource, AudioSource {
  readonly info: SoundInfo;
  private readonly worker: Worker;
  // The worker gets one job at a time, so that what is called off in the meantime costs nothing.
  private readonly queue: Job[] = [];
  private current: Job | null = null;

  /** All channels are of one length. */
  constructor(
    name: string,
    private readonly channels: readonly Float32Array[],
    sampleRate: number,
    private readonly scope: Scope,
  ) {
    this.info = { name, sampleRate, channels: channels.length, frames: channels[0]?.length ?? 0 };
    const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
    this.worker = new Worker(url);
    scope.listen(this.worker, "message", (event) => this.hear((event as MessageEvent<Reply>).data));
    scope.listen(this.worker, "error", () => this.hear({ error: t("The spectrogram could not be computed.") }));
    scope.onEnd(() => {
      this.worker.terminate();
      URL.revokeObjectURL(url);
      for (const job of this.queue.splice(0)) job.fail(abortError());
      this.current?.fail(abortError());
    });
    const copies = channels.map((channel) => channel.slice());
    this.post({ sound: { channels: copies, sampleRate } }, copies.map((copy) => copy.buffer));
  }

  tiles(keys: readonly TileKey[], signal?: AbortSignal): Promise<Tile[]> {
    return Promise.all(keys.map((key) => this.tile(key, signal)));
  }

  private tile(key: TileKey, signal?: AbortSignal): Promise<Tile> {
    return new Promise((done, fail) => {
      if (this.scope.ended || signal?.aborted) {
        fail(abortError());
        return;
      }
      const job: Job = { key, done, fail };
      if (signal) {
        const abort = (): void => {
          const place = this.queue.indexOf(job);
          if (place >= 0) this.queue.splice(place, 1);
          fail(abortError());
        };
        this.scope.listen(signal, "abort", abort, { once: true });
      }
      this.queue.push(job);
      this.next();
    });
  }

  chunk(index: number): Promise<Chunk> {
    const frames = CHUNK_SECONDS * this.info.sampleRate;
    return Promise.resolve({ channels: this.channels.map((channel) => channel.subarray(index * frames, (index + 1) * frames)) });
  }

  private next(): void {
    if (this.current) return;
    this.current = this.queue.shift() ?? null;
    if (this.current) this.post({ key: this.current.key });
  }

  private hear(reply: Reply): void {
    const job = this.current;
    this.current = null;
    if ("error" in reply) job?.fail(new Error(reply.error));
    else job?.done(reply);
    this.next();
  }

  private post(question: Question, transfer: Transferable[] = []): void {
    this.worker.postMessage(question, transfer);
  }
}

const abortError = (): Error => new DOMException("", "AbortError");
