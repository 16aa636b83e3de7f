/**
 * What the first bytes of a sound file say. Browsers decode to whatever rate they are asked for,
 * so the file's own rate has to be read before, and its length, to refuse what memory cannot hold.
 */

export interface SoundHeader {
  readonly format: "wav" | "flac" | "ogg" | "mp3";
  /** Hz */
  readonly sampleRate: number;
  readonly channels: number;
  /** Not told by every file, nor by the first bytes of every file. */
  readonly frames: number | null;
}

/** Bytes that hold the header of every ordinary file, pictures in its tags aside. */
export const HEADER_BYTES = 1 << 18;

/**
 * Read a header from a file's first bytes, or from all of them.
 *
 * The bytes decide, not the file's name. `size` is the size of the whole file. Null if it is none
 * of WAV, FLAC, Ogg (Vorbis, Opus, FLAC) and MP3.
 */
export function readHeader(bytes: Uint8Array, size: number): SoundHeader | null {
  const view = new View(bytes);
  const start = view.text(0, 3) === "ID3" ? id3Length(view) : 0;
  const header = wav(view, size) ?? flac(view, start) ?? ogg(view, size) ?? mp3(view, start, size);
  return header && header.sampleRate > 0 && header.channels > 0 ? header : null;
}

/** Reading past the end gives zeros: what is cut off is then not recognised. */
class View {
  constructor(private readonly bytes: Uint8Array) {}

  get length(): number {
    return this.bytes.length;
  }

  byte(at: number): number {
    return this.bytes[at] ?? 0;
  }

  text(at: number, length: number): string {
    return String.fromCharCode(...this.bytes.subarray(at, at + length));
  }

  /** An unsigned number of so many bytes, the lowest first. */
  little(at: number, length: number): number {
    let value = 0;
    for (let i = length - 1; i >= 0; i -= 1) value = value * 256 + this.byte(at + i);
    return value;
  }

  /** An unsigned number of so many bytes, the highest first. */
  big(at: number, length: number): number {
    let value = 0;
    for (let i = 0; i < length; i += 1) value = value * 256 + this.byte(at + i);
    return value;
  }
}

/** The length of the tags before the sound; seven bits a byte, so that no byte looks like a frame. */
function id3Length(view: View): number {
  const bits = [6, 7, 8, 9].reduce((sum, at) => sum * 128 + (view.byte(at) & 127), 0);
  const footer = view.byte(5) & 16 ? 10 : 0;
  return 10 + bits + footer;
}

const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;
const SIZE_ELSEWHERE = 0xffffffff;

function wav(view: View, size: number): SoundHeader | null {
  if (!["RIFF", "RF64", "BW64"].includes(view.text(0, 4)) || view.text(8, 4) !== "WAVE") return null;
  let [tag, channels, sampleRate, frameBytes] = [0, 0, 0, 0];
  // Files over 4 GB keep their sizes in a chunk of 64-bit numbers.
  let long = 0;
  let told: number | null = null;
  let at = 12;
  while (at + 8 <= view.length) {
    const name = view.text(at, 4);
    const length = view.little(at + 4, 4);
    if (name === "ds64") long = view.little(at + 16, 8);
    else if (name === "fact") told = view.little(at + 8, 4);
    else if (name === "fmt ") {
      [tag, channels] = [view.little(at + 8, 2), view.little(at + 10, 2)];
      [sampleRate, frameBytes] = [view.little(at + 12, 4), view.little(at + 20, 2)];
    } else if (name === "data") {
      const claimed = length === SIZE_ELSEWHERE ? long || Infinity : length;
      // An interrupted recording claims more, or nothing at all, than there is.
      const there = Math.min(claimed || Infinity, size - at - 8);
      const plain = [PCM, FLOAT, EXTENSIBLE].includes(tag) && frameBytes > 0;
      return { format: "wav", sampleRate, channels, frames: plain ? Math.floor(there / frameBytes) : told };
    }
    at += 8 + length + (length % 2);
  }
  return sampleRate ? { format: "wav", sampleRate, channels, frames: null } : null;
}

function flac(view: View, start: number): SoundHeader | null {
  if (view.text(start, 4) !== "fLaC" || (view.byte(start + 4) & 127) !== 0) return null;
  // STREAMINFO: after 10 bytes of block and frame sizes 20 bits of rate, 3 of channels, 5 of depth, 36 of frames.
  const at = start + 18;
  const frames = (view.byte(at + 3) & 15) * 2 ** 32 + view.big(at + 4, 4);
  return {
    format: "flac",
    sampleRate: view.big(at, 3) >> 4,
    channels: ((view.byte(at + 2) >> 1) & 7) + 1,
    frames: frames || null,
  };
}

const OPUS_RATE = 48_000;

function ogg(view: View, size: number): SoundHeader | null {
  if (view.text(0, 4) !== "OggS") return null;
  const at = 27 + view.byte(26);
  const last = view.length < size ? null : lastPosition(view, view.little(14, 4));
  if (view.text(at, 7) === "\x01vorbis") {
    return { format: "ogg", sampleRate: view.little(at + 12, 4), channels: view.byte(at + 11), frames: last };
  }
  if (view.text(at, 8) === "OpusHead") {
    // Opus always runs at 48 kHz; the rate in its header is that of the recording before.
    const skipped = view.little(at + 10, 2);
    return { format: "ogg", sampleRate: OPUS_RATE, channels: view.byte(at + 9), frames: last && Math.max(0, last - skipped) };
  }
  const inside = view.text(at, 5) === "\x7fFLAC" ? flac(view, at + 9) : null;
  return inside && { ...inside, format: "ogg", frames: inside.frames ?? last };
}

/** The position in frames that the last page of a stream tells; null if none does. */
function lastPosition(view: View, stream: number): number | null {
  const none = 2 ** 64;
  for (let at = view.length - 27; at > 0; at -= 1) {
    if (view.byte(at) !== 0x4f || view.text(at, 4) !== "OggS" || view.little(at + 14, 4) !== stream) continue;
    const position = view.little(at + 6, 8);
    if (position < none) return position || null;
  }
  return null;
}

// Layer III, kbit/s by index: MPEG 1, then MPEG 2 and 2.5.
const BITRATES = [
  [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
] as const;
const RATES = [44_100, 48_000, 32_000] as const;
/** Bytes of padding or rubbish before the first frame that are put up with. */
const MP3_SEARCH = 1 << 16;

interface Mp3Frame {
  readonly sampleRate: number;
  readonly channels: number;
  readonly samples: number;
  readonly bytes: number;
}

function mp3Frame(view: View, at: number): Mp3Frame | null {
  const [sync, kind, rates, mode] = [view.byte(at), view.byte(at + 1), view.byte(at + 2), view.byte(at + 3)];
  const version = (kind >> 3) & 3;
  if (sync !== 255 || kind < 0xe0 || version === 1 || ((kind >> 1) & 3) !== 1) return null;
  const first = version === 3;
  const bitrate = BITRATES[first ? 0 : 1][rates >> 4] ?? 0;
  const rate = RATES[(rates >> 2) & 3];
  if (!bitrate || !rate) return null;
  const sampleRate = rate / (first ? 1 : version === 2 ? 2 : 4);
  const samples = first ? 1152 : 576;
  const bytes = Math.floor((samples * 125 * bitrate) / sampleRate) + ((rates >> 1) & 1);
  return { sampleRate, channels: mode >> 6 === 3 ? 1 : 2, samples, bytes };
}

function mp3(view: View, start: number, size: number): SoundHeader | null {
  for (let at = start; at < Math.min(view.length - 4, start + MP3_SEARCH); at += 1) {
    const frame = mp3Frame(view, at);
    if (!frame) continue;
    // Two bytes look like a frame by chance; a second frame where it has to be does not.
    const next = at + frame.bytes;
    if (next + 4 <= view.length && mp3Frame(view, next)?.sampleRate !== frame.sampleRate) continue;
    const { sampleRate, channels } = frame;
    const count = mp3Count(view, at, frame) ?? (size - at) / frame.bytes;
    return { format: "mp3", sampleRate, channels, frames: Math.round(count * frame.samples) };
  }
  return null;
}

/** How many frames the first one announces: encoders with a varying bit rate do. */
function mp3Count(view: View, at: number, { samples, channels }: Mp3Frame): number | null {
  const full = samples === 1152;
  const side = channels === 1 ? (full ? 17 : 9) : full ? 32 : 17;
  const xing = at + 4 + side;
  if (["Xing", "Info"].includes(view.text(xing, 4)) && view.byte(xing + 7) & 1) return view.big(xing + 8, 4);
  return view.text(at + 36, 4) === "VBRI" ? view.big(at + 50, 4) : null;
}
