/** Colour maps as 17 equally spaced colours; sources and licence in musicnb/widgets/colormaps.py. */
const STOPS = {
  viridis: "44015448186a472d7b4240863b528b33638d2c728e26828e21918c1fa08828ae803fbc735ec96284d44baddc30d8e219fde725",
  cividis: "00224e002e6a1a386f32436d434e6c535a6d61656f6f70737d7c788c88789b9476aba072bcae6ccdbb63dec958f0d846fee838",
  magma: "0000040a08221d114736106b51127c6a1c818326819c2e7fb73779d0416fe75263f56b5cfc8961fea772fec488fde2a3fcfdbf",
  grey: "000000101010202020303030404040505050606060707070808080909090a0a0a0b0b0b0c0c0c0d0d0d0e0e0e0f0f0f0ffffff",
};

export type Colormap = keyof typeof STOPS;
export const COLORMAPS = Object.keys(STOPS) as readonly Colormap[];

/** 256 colours as the four bytes of a canvas pixel, for a range of levels (bytes, see levelToDb). */
export function palette(name: Colormap, lowest: number, highest: number): Uint32Array {
  const stops = STOPS[name];
  const channel = (stop: number, offset: number): number => Number.parseInt(stops.slice(stop * 6 + offset, stop * 6 + offset + 2), 16);
  const last = stops.length / 6 - 1;
  return Uint32Array.from({ length: 256 }, (_, level) => {
    const at = Math.max(0, Math.min(1, (level - lowest) / Math.max(1, highest - lowest))) * last;
    const stop = Math.min(Math.floor(at), last - 1);
    const [red, green, blue] = [0, 2, 4].map((offset) => Math.round(channel(stop, offset) * (stop + 1 - at) + channel(stop + 1, offset) * (at - stop)));
    // Canvas memory is R, G, B, A, which a little-endian machine reads as one number backwards.
    return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  });
}

/** From black through one colour (#rrggbb) to nearly white, for what is told apart by colour. */
export function tint(color: string, lowest: number, highest: number): Uint32Array {
  const parts = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  return Uint32Array.from({ length: 256 }, (_, level) => {
    const at = Math.max(0, Math.min(1, (level - lowest) / Math.max(1, highest - lowest)));
    const [red, green, blue] = parts.map((part) => Math.round(at < 0.6 ? (part * at) / 0.6 : part + ((245 - part) * (at - 0.6)) / 0.4));
    return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  });
}
