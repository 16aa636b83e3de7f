/** A file that the kernel renders. */
import type { Channel } from "../sources/channel.js";

/** Milliseconds in which even a long sound is made. */
const MAKING = 60_000;

/** A large file in parts that every host lets through. */
export async function fetchFile(
  channel: Channel,
  progress: (part: number) => void,
  method = "render",
  params: Readonly<Record<string, unknown>> = {},
  type = "audio/wav",
): Promise<Blob> {
  const count = Number((await channel.request(method, params, undefined, MAKING)).result["parts"]);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let index = 0; index < count; index += 1) {
    const { buffers } = await channel.request("part", { index });
    const view = buffers[0];
    parts.push(new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice());
    progress((index + 1) / count);
  }
  return new Blob(parts, { type });
}
