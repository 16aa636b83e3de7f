/** The limiter in the audio thread; parameter "on" is 0 or 1. */
import { Limiter } from "./limiter.js";

// The audio thread's own globals, which the DOM library does not declare.
declare const sampleRate: number;
declare function registerProcessor(name: string, processor: unknown): void;
// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- as the browser has it
declare class AudioWorkletProcessor {
  constructor();
}

class LimiterProcessor extends AudioWorkletProcessor {
  static readonly parameterDescriptors = [{ name: "on", defaultValue: 1, minValue: 0, maxValue: 1, automationRate: "k-rate" }];
  private readonly limiter = new Limiter(sampleRate);

  process(inputs: Float32Array[][], outputs: Float32Array[][], parameters: Record<string, Float32Array>): boolean {
    this.limiter.process(inputs[0] ?? [], outputs[0] ?? [], parameters["on"]?.[0] !== 0);
    return true;
  }
}

registerProcessor("musicnb-limiter", LimiterProcessor);
