// What the benchmark of the widgets measures in the page: `bench.seen()`, `bench.frames()` and so on.
(() => {
  // ---- which frames show something new --------------------------------------------------------
  let painted = false;
  for (const name of ["drawImage", "putImageData", "fillRect", "clearRect", "stroke", "fill"]) {
    const draw = CanvasRenderingContext2D.prototype[name];
    CanvasRenderingContext2D.prototype[name] = function (...rest) {
      if (this.canvas.isConnected) painted = true;
      return draw.apply(this, rest);
    };
  }

  // ---- what reaches the loudspeaker -----------------------------------------------------------
  const ears = new Map();
  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (target, ...rest) {
    const { context } = this;
    if (target instanceof AudioDestinationNode && context instanceof AudioContext) {
      if (!ears.has(context)) ears.set(context, new AnalyserNode(context, { fftSize: 32768 }));
      connect.call(this, ears.get(context));
    }
    return connect.call(this, target, ...rest);
  };

  // ---- questions to the kernel, and when they were answered -----------------------------------
  const asked = new Map();
  const answers = [];
  const text = (data) => (typeof data === "string" ? data : new TextDecoder().decode(data.slice(0, 4000)));
  const send = WebSocket.prototype.send;
  const heard = new WeakSet();
  WebSocket.prototype.send = function (data) {
    const [, id] = /"id":\s*"([\w:]+)",\s*"method":\s*"tiles"/.exec(text(data)) ?? [];
    if (id) asked.set(id, performance.now());
    if (!heard.has(this)) {
      heard.add(this);
      this.addEventListener("message", (event) => hear(event.data));
    }
    return send.call(this, data);
  };
  function hear(data) {
    if (!asked.size || data instanceof Blob) return;
    const [, id] = /"id":\s*"([\w:]+)"/.exec(text(data)) ?? [];
    if (!asked.has(id)) return;
    answers.push(performance.now() - asked.get(id));
    asked.delete(id);
  }

  const frame = () => new Promise(requestAnimationFrame);
  let stop = null;

  globalThis.bench = {
    /** Milliseconds from `started` until the function `condition` is true in a frame. */
    async seen(condition, started) {
      while (!condition()) await frame();
      // What is drawn in one frame is on the screen in the next.
      await frame();
      return performance.now() - started;
    },

    /** Count the frames in which the picture changes, until `bench.counted()`. */
    count(selector) {
      const moves = new MutationObserver(() => (painted = true));
      for (const node of document.querySelectorAll(selector ?? "none"))
        moves.observe(node, { subtree: true, childList: true, attributes: true });
      const scroll = () => (painted = true);
      document.addEventListener("scroll", scroll, true);
      const times = [performance.now()];
      painted = false;
      let going = true;
      const tick = (time) => {
        if (painted) times.push(time);
        painted = false;
        if (going) requestAnimationFrame(tick);
      };
      requestAnimationFrame(tick);
      stop = () => {
        going = false;
        moves.disconnect();
        document.removeEventListener("scroll", scroll, true);
        times.push(performance.now());
        const gaps = times.slice(1).map((time, i) => time - times[i]);
        const seconds = (times.at(-1) - times[0]) / 1000;
        return { fps: (times.length - 2) / seconds, longest_ms: Math.max(...gaps) };
      };
    },
    counted: () => stop(),

    /** Turn the wheel over a point once a frame: closer for half a second, wider for another. */
    async wheel(x, y, seconds) {
      const started = performance.now();
      const target = document.elementFromPoint(x, y);
      for (let passed = 0; passed < seconds; passed = (performance.now() - started) / 1000) {
        const deltaY = Math.floor(2 * passed) % 2 ? 12 : -15;
        target.dispatchEvent(new WheelEvent("wheel", { deltaY, clientX: x, clientY: y, bubbles: true, cancelable: true }));
        await frame();
      }
    },

    /** Milliseconds that tiles took, request to answer; forgets them. */
    tiles: () => answers.splice(0),

    /** The samples of the last 0.7 s without their signs, from soft to loud. */
    levels() {
      const samples = Array.from(ears.values(), (ear) => {
        const buffer = new Float32Array(ear.fftSize);
        ear.getFloatTimeDomainData(buffer);
        return Array.from(buffer, Math.abs);
      });
      return samples.flat().sort((a, b) => a - b);
    },

    /** Milliseconds from the click on `selector` until a sample reaches the loudspeaker. */
    async firstSound(selector) {
      const started = performance.now();
      document.querySelector(selector).click();
      while (!(bench.levels().at(-1) > 1e-3)) await frame();
      return performance.now() - started;
    },

    /** The same of an audio element, whose samples nobody sees: until its time moves on. */
    async firstTime() {
      const audio = document.querySelector("audio");
      const started = performance.now();
      await audio.play();
      while (audio.currentTime === 0) await frame();
      return performance.now() - started;
    },
  };
})();
