/** The nodes between the buffers and the loudspeaker, live or offline: level, pan, sum, band, limiter, meters. */
import code from "inline:../core/limiter-worklet.ts";
import { limiterDelay } from "./limiter.js";

export interface Level {
  readonly peak: number;
  readonly rms: number;
}

export interface Band {
  readonly low: number;
  readonly high: number;
}

/** What a listener has set for one track; it outlives the nodes. */
export interface TrackState {
  gain: number;
  /** null until it was ever set: without a panner samples pass as they are. */
  pan: number | null;
  audible: boolean;
}

const METER_FRAMES = 2048;
/** Two sections of this quality each make a Butterworth filter of order 4; it is applied twice. */
const BUTTERWORTH = [0.541196, 1.306563, 0.541196, 1.306563];
const FADE_SECONDS = 0.01;

const toDb = (amplitude: number): number => 20 * Math.log10(amplitude);
export const SILENT: Level = { peak: -Infinity, rms: -Infinity };

/** Whether this page may run code in the audio thread: only secure pages may. */
export const limiterPossible = (): boolean => typeof AudioWorkletNode !== "undefined" && globalThis.isSecureContext;

const loaded = new WeakMap<BaseAudioContext, Promise<void>>();

/** Bring the limiter's code into a context, once. */
export function loadLimiter(context: BaseAudioContext): Promise<void> {
  let loading = loaded.get(context);
  if (!loading) {
    const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
    loading = context.audioWorklet.addModule(url).finally(() => URL.revokeObjectURL(url));
    loaded.set(context, loading);
  }
  return loading;
}

/** Peak and RMS of the latest samples, the louder of two channels. */
class Meter {
  private readonly analysers: AnalyserNode[];
  private readonly samples = new Float32Array(METER_FRAMES);

  constructor(node: AudioNode) {
    const splitter = new ChannelSplitterNode(node.context, { numberOfOutputs: 2 });
    node.connect(splitter);
    this.analysers = [0, 1].map((channel) => {
      const analyser = new AnalyserNode(node.context, { fftSize: METER_FRAMES });
      splitter.connect(analyser, channel);
      return analyser;
    });
  }

  read(): Level {
    let peak = 0;
    let power = 0;
    for (const analyser of this.analysers) {
      analyser.getFloatTimeDomainData(this.samples);
      let sum = 0;
      for (const value of this.samples) {
        peak = Math.max(peak, Math.abs(value));
        sum += value * value;
      }
      power = Math.max(power, sum / METER_FRAMES);
    }
    return { peak: toDb(peak), rms: toDb(Math.sqrt(power)) };
  }
}

/** Change a parameter without a click; the end value is exact. */
function glide(param: AudioParam, value: number, context: BaseAudioContext): void {
  if (context.state !== "running" || context instanceof OfflineAudioContext) {
    param.cancelScheduledValues(0);
    param.value = value;
    return;
  }
  const now = context.currentTime;
  param.cancelScheduledValues(now);
  param.setValueAtTime(param.value, now);
  param.linearRampToValueAtTime(value, now + FADE_SECONDS);
}

class Strip {
  readonly input: GainNode;
  private panner: StereoPannerNode | null = null;
  private readonly output: GainNode;
  private readonly meter: Meter | null;

  constructor(sum: AudioNode, state: TrackState, meters: boolean) {
    // Two channels from the first, so that a mono sound in the middle is as loud as it was.
    this.input = new GainNode(sum.context, { channelCount: 2, channelCountMode: "explicit" });
    this.output = new GainNode(sum.context);
    this.input.connect(this.output).connect(sum);
    this.meter = meters ? new Meter(this.output) : null;
    this.apply(state);
  }

  apply(state: TrackState): void {
    const { context } = this.input;
    glide(this.input.gain, state.audible ? 10 ** (state.gain / 20) : 0, context);
    if (state.pan === null) return;
    if (this.panner) glide(this.panner.pan, state.pan, context);
    else {
      this.panner = new StereoPannerNode(context, { pan: state.pan });
      this.input.disconnect();
      this.input.connect(this.panner).connect(this.output);
    }
  }

  level(): Level {
    return this.meter?.read() ?? SILENT;
  }
}

export interface GraphOptions {
  readonly meters: boolean;
  /** With a limiter in the way, which may be switched; its code must be loaded. */
  readonly limiter: boolean;
}

export class Graph {
  readonly strips: readonly Strip[];
  /** Frames by which everything is heard later. */
  readonly delay: number;
  private readonly sum: GainNode;
  private readonly output: GainNode;
  private readonly limiter: AudioWorkletNode | null;
  private readonly meter: Meter | null;
  private filters: BiquadFilterNode[] = [];

  constructor(
    private readonly context: BaseAudioContext,
    tracks: readonly TrackState[],
    options: GraphOptions,
  ) {
    this.sum = new GainNode(context);
    this.output = new GainNode(context);
    this.limiter = options.limiter ? limiterNode(context) : null;
    this.limiter?.connect(this.output);
    this.delay = this.limiter ? limiterDelay(context.sampleRate) : 0;
    this.strips = tracks.map((state) => new Strip(this.sum, state, options.meters));
    this.meter = options.meters ? new Meter(this.output) : null;
    this.output.connect(context.destination);
    this.setBand(null);
  }

  setLimiter(on: boolean): void {
    const param = this.limiter?.parameters.get("on");
    if (param) param.value = on ? 1 : 0;
  }

  /** Let only a band through, as steep as `scipy.signal.sosfiltfilt` with Butterworth filters of order 4. */
  setBand(band: Band | null): void {
    for (const node of [this.sum, ...this.filters]) node.disconnect();
    const { context } = this;
    const highest = context.sampleRate / 2;
    const make = (type: "highpass" | "lowpass", frequency: number): BiquadFilterNode[] =>
      BUTTERWORTH.map((quality) => new BiquadFilterNode(context, { type, frequency, Q: toDb(quality) }));
    this.filters = [];
    if (band && band.low > 1) this.filters.push(...make("highpass", Math.min(band.low, highest)));
    if (band && band.high < 0.99 * highest) this.filters.push(...make("lowpass", Math.max(1, band.high)));
    let last: AudioNode = this.sum;
    for (const filter of this.filters) last = last.connect(filter);
    last.connect(this.limiter ?? this.output);
  }

  level(): Level {
    return this.meter?.read() ?? SILENT;
  }

  disconnect(): void {
    this.output.disconnect();
  }
}

function limiterNode(context: BaseAudioContext): AudioWorkletNode {
  return new AudioWorkletNode(context, "musicnb-limiter", {
    outputChannelCount: [2],
    channelCount: 2,
    channelCountMode: "explicit",
  });
}
