/** In the worker: holds a sound's samples and computes the tiles it is asked for, one at a time. */
import { computeTile, type Samples } from "../core/stft.js";
import type { TileKey } from "../core/types.js";

/** First the sound, then one question after the other. */
export type Question = { readonly sound: Samples } | { readonly key: TileKey };
export type Reply =
  | { readonly columns: number; readonly rows: number; readonly data: Uint8Array<ArrayBuffer> }
  | { readonly error: string };

let sound: Samples | null = null;

// A worker lives as long as its script: there is no scope to end.
// eslint-disable-next-line no-restricted-syntax
self.addEventListener("message", ({ data: question }: MessageEvent<Question>) => {
  if ("sound" in question) {
    sound = question.sound;
    return;
  }
  const post = (reply: Reply, transfer: Transferable[] = []): void => self.postMessage(reply, { transfer });
  try {
    const { columns, rows, data } = computeTile(sound!, question.key);
    const own = new Uint8Array(data);
    post({ columns, rows, data: own }, [own.buffer]);
  } catch (error) {
    post({ error: String(error) });
  }
});
