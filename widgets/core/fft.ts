/** The power spectrum of real signals, by a radix-2 Cooley-Tukey transform on half their length. */
export class RealFft {
  private readonly cos: Float64Array;
  private readonly sin: Float64Array;
  private readonly order: Uint32Array;
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
  private readonly packedReal: Float64Array;
  private readonly packedImaginary: Float64Array;

  /** @param size a power of two, at least 4 */
  constructor(readonly size: number) {
    const half = size / 2;
    this.cos = Float64Array.from({ length: half }, (_, k) => Math.cos((2 * Math.PI * k) / size));
    this.sin = Float64Array.from({ length: half }, (_, k) => -Math.sin((2 * Math.PI * k) / size));
    const bits = Math.log2(half);
    this.order = new Uint32Array(half);
    for (let i = 1; i < half; i += 1) this.order[i] = (this.order[i >> 1] >> 1) | ((i & 1) << (bits - 1));
    this.packedReal = new Float64Array(half);
    this.packedImaginary = new Float64Array(half);
    this.real = new Float64Array(half + 1);
    this.imaginary = new Float64Array(half + 1);
  }

  /** Transform `size` samples; the result, bins 0 to size / 2, is in `real` and `imaginary`. */
  transform(samples: ArrayLike<number>): void {
    const half = this.size / 2;
    const { packedReal: re, packedImaginary: im, order } = this;
    for (let i = 0; i < half; i += 1) {
      re[i] = samples[2 * order[i]]!;
      im[i] = samples[2 * order[i] + 1]!;
    }
    for (let length = 2; length <= half; length *= 2) this.butterflies(length);
    this.unpack();
  }

  private butterflies(length: number): void {
    const { packedReal: re, packedImaginary: im, cos, sin } = this;
    const half = this.size / 2;
    const step = this.size / length;
    for (let start = 0; start < half; start += length) {
      for (let k = 0; k < length / 2; k += 1) {
        const a = start + k;
        const b = a + length / 2;
        const c = cos[k * step];
        const s = sin[k * step];
        const x = re[b] * c - im[b] * s;
        const y = re[b] * s + im[b] * c;
        re[b] = re[a] - x;
        im[b] = im[a] - y;
        re[a] += x;
        im[a] += y;
      }
    }
  }

  /** Even samples went in as real parts and odd ones as imaginary parts: take them apart again. */
  private unpack(): void {
    const half = this.size / 2;
    const { packedReal: re, packedImaginary: im, cos, sin } = this;
    for (let k = 0; k <= half; k += 1) {
      const a = k % half;
      const b = (half - k) % half;
      const evenReal = (re[a] + re[b]) / 2;
      const evenImaginary = (im[a] - im[b]) / 2;
      const oddReal = (im[a] + im[b]) / 2;
      const oddImaginary = (re[b] - re[a]) / 2;
      const c = k === half ? -1 : cos[k];
      const s = k === half ? 0 : sin[k];
      this.real[k] = evenReal + oddReal * c - oddImaginary * s;
      this.imaginary[k] = evenImaginary + oddReal * s + oddImaginary * c;
    }
  }
}
