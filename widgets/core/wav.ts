/** WAV files of 16 or 24 bits. */
export function encodeWav(channels: readonly Float32Array[], sampleRate: number, bits: 16 | 24): Blob {
  const bytes = bits / 8;
  const frames = channels[0]?.length ?? 0;
  const block = channels.length * bytes;
  const view = new DataView(new ArrayBuffer(44 + frames * block));
  const text = (at: number, value: string): void => {
    for (let i = 0; i < value.length; i += 1) view.setUint8(at + i, value.charCodeAt(i));
  };
  text(0, "RIFF");
  view.setUint32(4, 36 + frames * block, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, channels.length, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * block, true);
  view.setUint16(32, block, true);
  view.setUint16(34, bits, true);
  text(36, "data");
  view.setUint32(40, frames * block, true);
  const full = 2 ** (bits - 1);
  channels.forEach((samples, channel) => {
    for (let i = 0; i < frames; i += 1) {
      const value = Math.max(-full, Math.min(full - 1, Math.round(samples[i] * full)));
      const at = 44 + i * block + channel * bytes;
      view.setInt16(at + bytes - 2, value >> (bits - 16), true);
      if (bytes === 3) view.setUint8(at, value & 255);
    }
  });
  return new Blob([view.buffer], { type: "audio/wav" });
}
