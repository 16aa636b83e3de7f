/** The microphone as PCM: no container, no compression, nothing that a browser does to speech. */
import code from "inline:./capture-worklet.ts";
import { ownContext } from "./engine.js";
import { t } from "./i18n.js";
import type { Scope } from "./scope.js";

export interface Heard {
  readonly samples: Float32Array<ArrayBuffer>;
  /** Of the first frame, on the context's clock. */
  readonly time: number;
}

const ready = new WeakMap<BaseAudioContext, Promise<void>>();

function prepare(context: AudioContext): Promise<void> {
  let loading = ready.get(context);
  if (!loading) {
    const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
    loading = context.audioWorklet.addModule(url).finally(() => URL.revokeObjectURL(url));
    ready.set(context, loading);
  }
  return loading;
}

/** Whether this page may listen at all; whether the person lets it is asked when it does. */
export const microphonePossible = (): boolean => "mediaDevices" in navigator && "AudioWorkletNode" in globalThis;

export class Microphone {
  private constructor(
    readonly context: AudioContext,
    /** What is heard, to be played as it is. */
    readonly output: AudioNode,
    private readonly stop: () => void,
  ) {}

  /** Call it inside a click. `hear` gets some 20 ms at a time, mono, at the context's rate. */
  static async open(scope: Scope, hear: (heard: Heard) => void): Promise<Microphone> {
    if (!microphonePossible()) throw new Error(t("This page may not use a microphone: that takes https, or a server on this computer. Upload a recording instead."));
    const stream = await listen();
    const tracks = stream.getTracks();
    try {
      const context = ownContext();
      await context.resume();
      await prepare(context);
      const input = new MediaStreamAudioSourceNode(context, { mediaStream: stream });
      const capture = new AudioWorkletNode(context, "musicnb-capture", { numberOfOutputs: 0 });
      scope.listen(capture.port, "message", (event) => hear((event as MessageEvent<Heard>).data));
      capture.port.start();
      input.connect(capture);
      const stop = (): void => {
        capture.port.close();
        input.disconnect();
        for (const track of tracks) track.stop();
      };
      scope.onEnd(stop);
      return new Microphone(context, input, stop);
    } catch (error) {
      for (const track of tracks) track.stop();
      throw error;
    }
  }

  get sampleRate(): number {
    return this.context.sampleRate;
  }

  close(): void {
    this.stop();
  }
}

async function listen(): Promise<MediaStream> {
  try {
    // What is meant for telephone calls would spoil a voice that sings.
    return await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1 } });
  } catch (error) {
    throw new Error(reason((error as DOMException).name), { cause: error });
  }
}

/** A sentence for each way in which a browser refuses. */
function reason(name: string): string {
  if (name === "NotAllowedError" || name === "SecurityError") return t("The microphone was not allowed: allow it beside the page's address and try again, or upload a recording.");
  if (name === "NotFoundError" || name === "OverconstrainedError") return t("No microphone was found: plug one in and try again, or upload a recording.");
  if (name === "NotReadableError") return t("The microphone is in use elsewhere: close what uses it and try again, or upload a recording.");
  return t("The microphone could not be opened ({name}): try again, or upload a recording.", { name });
}
