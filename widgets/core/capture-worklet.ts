/** In the audio thread: posts what the microphone gives, mono, in blocks, each with the time of its first frame. */
import { Blocks, mixed } from "./blocks.js";

// The audio thread's own globals, which the DOM library does not declare.
declare const sampleRate: number;
declare const currentTime: number;
declare function registerProcessor(name: string, processor: unknown): void;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
  constructor();
}

/** About 23 ms: small enough for a meter that moves. */
const FRAMES = 1024;

class CaptureProcessor extends AudioWorkletProcessor {
  private end = 0;
  private readonly blocks = new Blocks(FRAMES, (samples) => {
    this.port.postMessage({ samples, time: this.end - FRAMES / sampleRate }, [samples.buffer]);
  });

  process(inputs: Float32Array[][]): boolean {
    const [channels = []] = inputs;
    if (channels.length) {
      // Right to within the quantum in which the block becomes full.
      this.end = currentTime + channels[0].length / sampleRate;
      this.blocks.push(mixed(channels));
    }
    return true;
  }
}

registerProcessor("musicnb-capture", CaptureProcessor);
