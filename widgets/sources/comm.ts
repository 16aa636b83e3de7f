/** A sound in the kernel: tiles and chunks are asked of it. */
import { t } from "../core/i18n.js";
import type { AudioSource, Chunk, SoundInfo, Tile, TileKey, TileSource } from "../core/types.js";
import type { Answer, Channel } from "./channel.js";

const bytesOf = (view: DataView): Uint8Array => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

/** What the kernel holds, in the order in which it numbers it. */
export async function soundsOf(channel: Channel): Promise<CommSource[]> {
  const { result } = await channel.request("info");
  return (result["sounds"] as SoundInfo[]).map((info, index) => new CommSource(channel, info, index));
}

export class CommSource implements TileSource, AudioSource {
  private format: "flac" | "wav" = "flac";

  constructor(
    private readonly channel: Channel,
    readonly info: SoundInfo,
    private readonly index: number,
  ) {}

  async tile(key: TileKey, signal?: AbortSignal): Promise<Tile> {
    const { result, buffers } = await this.channel.request("tile", { sound: this.index, ...key }, signal);
    return { columns: result["columns"] as number, rows: result["rows"] as number, data: bytesOf(buffer(buffers)) };
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
    return this.channel.request("chunk", { sound: this.index, index, format: this.format }, signal);
  }

  private async decode({ result, buffers }: Answer): Promise<Chunk> {
    const { channels, sampleRate } = this.info;
    // At the sound's own rate, so that decoding does not resample.
    const context = new OfflineAudioContext(channels, 1, sampleRate);
    const decoded = await context.decodeAudioData(bytesOf(buffer(buffers)).slice().buffer);
    const scale = Number(result["scale"] ?? 1);
    return {
      channels: Array.from({ length: channels }, (_, channel) => {
        const samples = decoded.getChannelData(channel);
        if (scale !== 1) for (let i = 0; i < samples.length; i += 1) samples[i] *= scale;
        return samples;
      }),
    };
  }
}

function buffer(buffers: readonly DataView[]): DataView {
  if (!buffers[0]) throw new Error(t("The kernel sent no data."));
  return buffers[0];
}
