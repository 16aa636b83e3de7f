/** The mix as a file, made in the browser. */
import { limiterDelay } from "../core/limiter.js";
import { Graph, limiterPossible, loadLimiter } from "../core/graph.js";
import { t } from "../core/i18n.js";
import { CHUNK_SECONDS } from "../core/types.js";
import type { AudioSource } from "../core/types.js";
import { encodeWav } from "../core/wav.js";
import { SILENT_DB } from "./mixer-row.js";
import type { StemSettings } from "./mixer-row.js";

/** A longer mix would not fit in the memory of a page. */
const LONGEST_SECONDS = 900;

/** Play everything into memory, through the very nodes that are heard. */
export async function renderHere(sources: readonly AudioSource[], settings: readonly StemSettings[], limiter: boolean, progress: (part: number) => void): Promise<Blob> {
  const { sampleRate, frames } = sources[0].info;
  if (frames > LONGEST_SECONDS * sampleRate) throw new Error(t("The mix is too long for the browser; export it from Python."));
  const soloed = settings.some(({ solo }) => solo);
  const tracks = settings.map(({ gain, pan, mute, solo }) => ({ gain, pan: pan === 0 ? null : pan, audible: !mute && (!soloed || solo) && gain > SILENT_DB }));
  const limiting = limiter && limiterPossible();
  const delay = limiting ? limiterDelay(sampleRate) : 0;
  const context = new OfflineAudioContext(2, frames + delay, sampleRate);
  if (limiting) await loadLimiter(context);
  const graph = new Graph(context, tracks, { meters: false, limiter: limiting });
  graph.setLimiter(limiting);
  const size = CHUNK_SECONDS * sampleRate;
  const count = Math.ceil(frames / size);
  for (let index = 0; index < count; index += 1) {
    const chunks = await Promise.all(sources.map((source, i) => (tracks[i].audible ? source.chunk(index) : Promise.resolve(null))));
    for (const [i, chunk] of chunks.entries()) {
      if (!chunk) continue;
      const buffer = new AudioBuffer({ length: chunk.channels[0].length, numberOfChannels: chunk.channels.length, sampleRate });
      chunk.channels.forEach((samples, channel) => buffer.copyToChannel(samples as Float32Array<ArrayBuffer>, channel));
      const node = new AudioBufferSourceNode(context, { buffer });
      node.connect(graph.strips[i].input);
      node.start((index * size) / sampleRate);
    }
    progress((index + 1) / count);
  }
  const made = await context.startRendering();
  return encodeWav([0, 1].map((channel) => made.getChannelData(channel).subarray(delay)), sampleRate, 24);
}
