// What the tests ask in the page: `look.heard()`, `look.picture(root)` and so on.
(() => {
  const taps = new Map();
  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (target, ...rest) {
    const { context } = this;
    if (target instanceof AudioDestinationNode && context instanceof AudioContext) {
      if (!taps.has(context)) taps.set(context, new AnalyserNode(context, { fftSize: 32768 }));
      connect.call(this, taps.get(context));
    }
    return connect.call(this, target, ...rest);
  };
  const area = (canvas) => canvas.width * canvas.height;
  const canvases = (root) => Array.from(root.querySelectorAll("canvas")).filter(area);
  const colours = (canvas) => {
    const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(pixels.data.buffer)).size;
  };
  const frames = async (count) => {
    for (let i = 0; i < count; i += 1) await new Promise(requestAnimationFrame);
  };

  globalThis.look = {
    /** The greatest sample that reached the loudspeaker in the last 0.7 s, from any context. */
    heard() {
      let peak = 0;
      for (const tap of taps.values()) {
        const samples = new Float32Array(tap.fftSize);
        tap.getFloatTimeDomainData(samples);
        for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
      }
      return peak;
    },

    /** How many colours the most colourful canvas shows: few, if nothing was painted. */
    colours: (root) => Math.max(0, ...canvases(root).map(colours)),

    /** The largest canvas as text: equal texts, equal pictures. */
    picture: (root) => canvases(root).sort((a, b) => area(b) - area(a))[0]?.toDataURL(),

    /** What `read` returns, if it is still that so many frames later. */
    async settled(read, count = 12) {
      const now = read();
      await frames(count);
      return now === read() ? now : undefined;
    },
  };
})();
