/** A sound in the kernel: tiles and chunks are asked of it. */
import { t } from "../core/i18n.js";
import type { AudioSource, Chunk, SoundInfo, Tile, TileKey, TileSource } from "../core/types.js";
import { nameOf } from "../core/tilestore.js";
import { encodeWav } from "../core/wav.js";
import type { Answer, Channel } from "./channel.js";

const bytesOf = (view: DataView): Uint8Array => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

/** What the kernel holds, in the order in which it numbers it. */
export function soundsOf(channel: Channel): CommSource[] {
  // The kernel has begun with what is likely to be seen first; it is on its way before there is a place for it.
  const first = channel.request("first").then(firstTiles);
  first.catch(() => undefined);
  return (channel.model.get("_infos") as SoundInfo[]).map((info, index) => new CommSource(channel, info, index, first));
}

const nameIn = (sound: number, key: TileKey): string => `${sound}/${nameOf(key)}`;

function firstTiles({ result, buffers }: Answer): Map<string, Tile> {
  const tiles = result["tiles"] as (TileKey & Omit<Tile, "data"> & { readonly sound: number })[];
  return new Map(tiles.map((tile, i) => [nameIn(tile.sound, tile), { columns: tile.columns, rows: tile.rows, data: bytesOf(buffer(buffers, i)) }]));
}

export class CommSource implements TileSource, AudioSource {
  private format: "flac" | "wav" = "flac";

  constructor(
    private readonly channel: Channel,
    readonly info: SoundInfo,
    private readonly index: number,
    private readonly first: Promise<Map<string, Tile>> = Promise.resolve(new Map<string, Tile>()),
    /** What else the kernel must know to find the sound. */
    private readonly more: Readonly<Record<string, unknown>> = {},
  ) {}

  async tiles(keys: readonly TileKey[], signal?: AbortSignal): Promise<Tile[]> {
    const first = await this.first.catch(() => new Map<string, Tile>());
    const found = keys.map((key) => first.get(nameIn(this.index, key)));
    if (found.every((tile) => tile !== undefined)) return found;
    const { result, buffers } = await this.channel.request("tiles", { sound: this.index, keys }, signal);
    return (result["tiles"] as Omit<Tile, "data">[]).map((tile, i) => ({ ...tile, data: bytesOf(buffer(buffers, i)) }));
  }

  async chunk(index: number, signal?: AbortSignal): Promise<Chunk> {
    const answer = await this.ask(index, signal);
    try {
      return await this.decode(answer);
    } catch (error) {
      // Some browsers do not decode FLAC.
      if (this.format === "wav") throw error;
      this.format = "wav";
      return this.decode(await this.ask(index, signal));
    }
  }

  private ask(index: number, signal?: AbortSignal): Promise<Answer> {
    return this.channel.request("chunk", { sound: this.index, index, format: this.format, ...this.more }, signal);
  }

  private async decode({ result, buffers }: Answer): Promise<Chunk> {
    const { channels, sampleRate } = this.info;
    // At the sound's own rate, so that decoding does not resample.
    const context = new OfflineAudioContext(channels, 1, sampleRate);
    const decoded = await context.decodeAudioData(bytesOf(buffer(buffers)).slice().buffer);
    const scale = Number(result["scale"] ?? 1);
    const above = scale * (await positiveScale());
    return {
      channels: Array.from({ length: channels }, (_, channel) => {
        const samples = decoded.getChannelData(channel);
        if (above !== 1) for (let i = 0; i < samples.length; i += 1) samples[i] *= samples[i] > 0 ? above : scale;
        return samples;
      }),
    };
  }
}

let halfScale: Promise<number> | null = null;

/**
 * By what to multiply positive samples of 16 bits: some browsers (Chromium) divide them by 32767,
 * and negative ones by 32768, so that a sound and its opposite would not add up to silence.
 */
function positiveScale(): Promise<number> {
  halfScale ??= encodeWav([new Float32Array([0.5])], 44_100, 16)
    .arrayBuffer()
    .then((bytes) => new OfflineAudioContext(1, 1, 44_100).decodeAudioData(bytes))
    .then((decoded) => 0.5 / decoded.getChannelData(0)[0]);
  return halfScale;
}

function buffer(buffers: readonly DataView[], index = 0): DataView {
  const found = buffers.at(index);
  if (!found) throw new Error(t("The kernel sent no data."));
  return found;
}
