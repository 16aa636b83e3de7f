/** A file to the kernel, in parts that every host lets through, each acknowledged before the next. */
import type { Answer, Channel } from "./channel.js";

/** Bytes of a part: Colab drops what is much larger, and others what is over 10 MiB, without a word. */
export const PART = 512_000;

/** @returns the answer to the last part */
export async function upload(channel: Channel, name: string, data: Blob, progress: (part: number) => void, signal: AbortSignal): Promise<Answer> {
  const parts = Math.max(1, Math.ceil(data.size / PART));
  const id = Math.random().toString(36).slice(2);
  for (let index = 0; ; index += 1) {
    const bytes = await data.slice(index * PART, (index + 1) * PART).arrayBuffer();
    const answer = await channel.request("upload", { id, name, index, parts, size: data.size }, signal, undefined, [bytes]);
    progress((index + 1) / parts);
    if (index === parts - 1) return answer;
  }
}
