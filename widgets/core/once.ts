/** A short sound file, played once. */
import { ownContext } from "./engine.js";
import type { Scope } from "./scope.js";

/** Call it inside a click. @returns what ends it; `over` is called when it has ended, however it did */
export async function playOnce(scope: Scope, data: ArrayBuffer, over: () => void): Promise<() => void> {
  const context = ownContext();
  await context.resume();
  const buffer = await context.decodeAudioData(data);
  const node = new AudioBufferSourceNode(context, { buffer });
  node.connect(context.destination);
  let playing = true;
  const end = (): void => {
    if (!playing) return;
    playing = false;
    node.stop();
    node.disconnect();
    over();
  };
  scope.listen(node, "ended", end);
  scope.onEnd(end);
  node.start();
  return end;
}
