import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { HEADER_BYTES, readHeader, type SoundHeader } from "../sources/decode.js";

// Written by libsndfile, so that its understanding of the formats stands against ours.
const file = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(`fixtures/decode-${name}`, import.meta.url)));
const read = (bytes: Uint8Array, size = bytes.length): SoundHeader | null => readHeader(bytes, size);

/** Bytes from texts, single bytes and numbers of [value, bytes], the lowest first. */
function bytes(...parts: (string | number | [number, number] | Uint8Array)[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) => {
      if (typeof part === "string") return Array.from(part, (letter) => letter.charCodeAt(0));
      if (part instanceof Uint8Array) return Array.from(part);
      return typeof part === "number" ? [part] : Array.from({ length: part[1] }, (_, i) => Math.floor(part[0] / 256 ** i) % 256);
    }),
  );
}

const FORMAT = bytes("fmt ", [16, 4], [1, 2], [2, 2], [96_000, 4], [576_000, 4], [6, 2], [24, 2]);
const wav = (data: number, ...before: Parameters<typeof bytes>): Uint8Array => bytes("RIFF", [0, 4], "WAVE", FORMAT, ...before, "data", [data, 4]);
const WHOLE = { format: "wav", sampleRate: 96_000, channels: 2 } as const;
/** The tag most MP3 files begin with, 300 bytes of it; its length is told in sevens of bits. */
const id3 = (length = 300, flags = 0): Uint8Array => bytes("ID3", 3, 0, flags, 0, 0, length >> 7, length & 127, new Uint8Array(length + (flags & 16 ? 10 : 0)));

const FILES: [string, SoundHeader][] = [
  ["mono.wav", { format: "wav", sampleRate: 8000, channels: 1, frames: 400 }],
  ["extensible.wav", { format: "wav", sampleRate: 22_050, channels: 2, frames: 661 }],
  ["rf64.wav", { format: "wav", sampleRate: 16_000, channels: 1, frames: 800 }],
  ["adpcm.wav", { format: "wav", sampleRate: 8000, channels: 1, frames: 505 }],
  ["stereo.flac", { format: "flac", sampleRate: 44_100, channels: 2, frames: 2205 }],
  ["vorbis.ogg", { format: "ogg", sampleRate: 8000, channels: 1, frames: 400 }],
  // Recorded at 24 kHz: Opus plays at 48.
  ["stereo.opus", { format: "ogg", sampleRate: 48_000, channels: 2, frames: 2400 }],
];
/** What was put in, and how many frames one of the format's own holds. */
const MP3S: [string, number, number, number, number][] = [
  ["mpeg1.mp3", 44_100, 2, 8820, 1152],
  ["mpeg2.mp3", 22_050, 1, 4408, 576],
  ["mpeg25.mp3", 8000, 1, 1600, 576],
];

describe("headers of real files", () => {
  it.each(FILES)("%s", (name, header) => expect(read(file(name))).toEqual(header));
  it.each(MP3S)("%s", (name, sampleRate, channels, played, each) => {
    const header = read(file(name))!;
    expect(header).toMatchObject({ format: "mp3", sampleRate, channels });
    // The silence that encoders put around the sound counts as well.
    expect(header.frames! % each).toBe(0);
    expect(header.frames! - played).toBeGreaterThanOrEqual(0);
    expect(header.frames! - played).toBeLessThan(3 * each);
  });
  it("behind a tag: MP3 and FLAC", () => {
    for (const name of ["mpeg1.mp3", "stereo.flac"]) {
      for (const flags of [0, 16]) expect(read(bytes(id3(300, flags), file(name)))).toEqual(read(file(name)));
    }
  });
  it("from the first bytes: the length only where the header tells it", () => {
    for (const [name, header] of FILES) {
      const whole = file(name);
      expect(read(whole.subarray(0, 260), whole.length)).toEqual(header.format === "ogg" ? { ...header, frames: null } : header);
    }
    expect(HEADER_BYTES).toBeGreaterThan(1 << 16);
  });
});

describe("WAV", () => {
  it("has its frames from the size of its data", () => {
    expect(read(wav(600), 44 + 600)).toEqual({ ...WHOLE, frames: 100 });
    // Other chunks may come before, padded to even lengths, and after.
    expect(read(wav(600, "LIST", [3, 4], "abc", 0), 5000)).toEqual({ ...WHOLE, frames: 100 });
  });
  it("counts what is there where the recording was interrupted", () => {
    for (const claimed of [0, 0x7fffffff, 0xffffffff]) expect(read(wav(claimed), 44 + 605)).toEqual({ ...WHOLE, frames: 100 });
  });
  it("may be longer than 4 GB", () => {
    const long = (name: string): Uint8Array => bytes(name, [0xffffffff, 4], "WAVE", "ds64", [28, 4], [6e9 + 72, 8], [6e9, 8], [1e9, 8], [0, 4], FORMAT, "data", [0xffffffff, 4]);
    for (const name of ["RF64", "BW64"]) expect(read(long(name), 6e9 + 500)).toEqual({ ...WHOLE, frames: 1e9 });
  });
  it("is none without a format", () => expect(read(bytes("RIFF", [0, 4], "WAVE", "data", [6, 4], [0, 6]))).toBeNull());
});

describe("Ogg", () => {
  const page = (stream: number, position: [number, number] | Uint8Array, inside: Uint8Array): Uint8Array =>
    bytes("OggS", 0, 0, position, [stream, 4], [0, 4], [0, 4], 1, inside.length, inside);

  it("is as long as the last page of its own stream says, once all of it is there", () => {
    const head = page(7, [0, 8], bytes(1, "vorbis", [0, 4], 2, [32_000, 4], [0, 14]));
    const rest = [page(7, [5000, 8], new Uint8Array(9)), page(7, [9000, 8], new Uint8Array(9)), page(7, new Uint8Array(8).fill(255), new Uint8Array(9)), page(8, [1234, 8], new Uint8Array(9))];
    const whole = bytes(head, ...rest);
    const header = { format: "ogg", sampleRate: 32_000, channels: 2 };
    expect(read(whole)).toEqual({ ...header, frames: 9000 });
    expect(read(whole, whole.length + 1)).toEqual({ ...header, frames: null });
  });
  it("may hold FLAC", () => {
    const head = bytes("\x7fFLAC", 1, 0, 0, 1, file("stereo.flac").subarray(0, 42));
    expect(read(page(7, [0, 8], head), 9000)).toEqual({ format: "ogg", sampleRate: 44_100, channels: 2, frames: 2205 });
  });
});

describe("FLAC", () => {
  it("may be longer than 2^32 frames, or not tell its length", () => {
    const flac = file("stereo.flac");
    flac.set([(flac[21]! & 0xf0) | 1], 21);
    expect(read(flac)!.frames).toBe(2 ** 32 + 2205);
    // The mark of the last block before the sound, and no length.
    flac[4]! |= 128;
    flac.fill(0, 22, 26);
    flac[21]! &= 0xf0;
    expect(read(flac)).toEqual({ format: "flac", sampleRate: 44_100, channels: 2, frames: null });
  });
});

describe("MP3", () => {
  /** 417 bytes of 128 kbit/s at 44100 Hz. */
  const frame = (mode = 0, ...inside: [number, Uint8Array][]): Uint8Array => {
    const made = new Uint8Array(417);
    made.set([255, 0xfb, 0x90, mode]);
    for (const [at, put] of inside) made.set(put, at);
    return made;
  };
  const header = { format: "mp3", sampleRate: 44_100, channels: 2 } as const;

  it("of one bit rate is as long as its size says", () => {
    expect(read(bytes(frame(), frame(), frame()), 417 * 1000)).toEqual({ ...header, frames: 1_152_000 });
    expect(read(bytes(frame(0xc0), frame(0xc0)))).toEqual({ ...header, channels: 1, frames: 2304 });
  });
  it("of many is as long as its first frame says", () => {
    for (const [mode, at] of [[0, 36], [0xc0, 21]] as const) {
      expect(read(bytes(frame(mode, [at, bytes("Xing", 0, 0, 0, 1, 0, 0, 4, 0)]), frame(mode)))!.frames).toBe(1024 * 1152);
    }
    expect(read(bytes(frame(0, [36, bytes("VBRI")], [50, bytes(0, 0, 2, 0)]), frame()))!.frames).toBe(512 * 1152);
  });
  it("is found behind rubbish, even such as looks like a frame", () => {
    const rubbish = bytes(new Uint8Array(50), 255, 0xfb, 0x90, 0, new Uint8Array(50));
    expect(read(bytes(rubbish, frame(), frame(), frame()))).toMatchObject(header);
    expect(read(bytes(new Uint8Array(5000), 255, 0xfb, 0x90, 0, new Uint8Array(5000)))).toBeNull();
  });
});

describe("bytes that are no whole sound", () => {
  let state = 1;
  const random = (below: number): number => Math.floor(((state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31) * below);
  const sensible = (header: SoundHeader | null): boolean =>
    !header || (header.sampleRate > 0 && header.channels > 0 && (header.frames === null || (Number.isInteger(header.frames) && header.frames >= 0)));

  it("cut anywhere: nothing, or the same format", () => {
    for (const name of [...FILES, ...MP3S].map(([each]) => each)) {
      const whole = file(name);
      const { format } = read(whole)!;
      for (let length = 0; length < whole.length; length += length < 150 ? 1 : 41) {
        for (const size of [length, whole.length]) {
          const header = read(whole.subarray(0, length), size);
          expect(sensible(header) && (header?.format ?? format) === format, `${name} ${length}`).toBe(true);
        }
      }
      expect(read(whole.subarray(0, 3))).toBeNull();
    }
  });
  it("other files", () => {
    expect(read(new Uint8Array(0))).toBeNull();
    for (const text of ["Dear all, this is a letter. ".repeat(99), "FORM\0\0\0\0AIFFCOMM", "RIFF\0\0\0\0AVI LIST", "OggS", "ID3"]) expect(read(bytes(text))).toBeNull();
  });
  it("by chance, or with bytes gone wrong: no exception and no nonsense", () => {
    const wholes = [...FILES, ...MP3S].map(([name]) => file(name));
    for (let round = 0; round < 600; round += 1) {
      const noise = Uint8Array.from({ length: random(500) }, () => random(256));
      const wrong = wholes[round % wholes.length]!.slice();
      for (let i = 0; i < 6; i += 1) wrong[random(120)] = random(256);
      for (const each of [noise, wrong, bytes("RIFF", noise.subarray(0, 4), "WAVE", noise), bytes("OggS", noise), bytes(id3(20), noise)]) {
        const header = read(each);
        expect(sensible(header), JSON.stringify(header)).toBe(true);
      }
    }
  });
});
