"""wavesurfer.js with its spectrogram, fetched when the benchmark runs, in a page of its own."""

from __future__ import annotations

import functools
import http.server
import subprocess
import tarfile
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from benchmarks.packages import FOLDER, note
from benchmarks.widgets_cases import SECONDS
from musicnb.runtime.files import sha256

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VERSION = "8.0.1"
SHA256 = "f1a63903c1a53591ba24be4aad13d7ae69c6373f359701857135b756b307bf3b"
PAGE = """<!doctype html><meta charset="utf-8"><div id="wave"></div>
<script type="module">
import WaveSurfer from "./dist/wavesurfer.esm.js";
import Spectrogram from "./dist/plugins/PLUGIN.esm.js";
const options = { labels: false, height: 256, fftSamples: 2048, scale: "mel" };
globalThis.show = () => {
  globalThis.surfer = WaveSurfer.create({ container: "#wave", url: "song.flac", sampleRate: 44100,
    plugins: [Spectrogram.create(options)] });
};
globalThis.loaded = true;
</script>"""
#: A canvas of the spectrogram with more than one colour.
SEEN = """() => Array.from(document.querySelectorAll("#wave > *"))
  .map((host) => host.shadowRoot ?? host)
  .flatMap((root) => Array.from(root.querySelectorAll("canvas")))
  .some((canvas) => {
    if (canvas.height < 200 || !canvas.width) return false;
    const { data } = canvas.getContext("2d").getImageData(0, 0, Math.min(canvas.width, 300), 200);
    return new Set(new Uint32Array(data.buffer)).size > 20;
  })"""
#: Zoom step by step for two seconds, as its zoom plugin does for each turn of the wheel.
ZOOM = """async () => {
  const fit = surfer.getWrapper().clientWidth / surfer.getDuration();
  bench.count();
  const started = performance.now();
  for (let i = 1; performance.now() - started < 2000; i += 1) {
    surfer.zoom(fit * (1 + 0.1 * i));
    await new Promise(requestAnimationFrame);
  }
  return bench.counted();
}"""
PAN = """async () => {
  bench.count();
  const started = performance.now();
  while (performance.now() - started < 2000) {
    surfer.setScroll(surfer.getScroll() + 5);
    await new Promise(requestAnimationFrame);
  }
  return bench.counted();
}"""


def fetched() -> Path | None:
    """Return the folder of the package; None where the registry cannot be reached."""
    archive = FOLDER / f"wavesurfer.js-{VERSION}.tgz"
    FOLDER.mkdir(parents=True, exist_ok=True)
    if not archive.is_file():
        note(f"fetching {archive.name}")
        command = ["npm", "pack", "--silent", f"wavesurfer.js@{VERSION}"]
        try:
            subprocess.run(command, cwd=FOLDER, check=True, capture_output=True, timeout=60)
        except (OSError, subprocess.SubprocessError):
            return None
    if sha256(archive) != SHA256:
        raise SystemExit(f"{archive} is not the file that was listed here; remove it, try again")
    folder = FOLDER / f"wavesurfer-{VERSION}"
    if not folder.is_dir():
        with tarfile.open(archive) as content:
            content.extractall(folder, filter="data")
    return folder / "package"


def sound(path: Path) -> None:
    """Write the sound that the notebooks make for themselves."""
    import numpy as np

    import musicnb

    song = musicnb.load("demo:starfall")
    count = SECONDS * song.sample_rate
    samples = np.tile(song.samples, -(-count // song.samples.shape[1]))[:, :count]
    musicnb.Audio(samples, song.sample_rate).save(path)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine, and yield its address."""
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files, and does not tell of each."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def measure(new_page: Any, heap: Any) -> dict[str, dict[str, float]]:
    """Measure both spectrogram plugins; nothing if they cannot be fetched.

    Parameters
    ----------
    new_page : callable
        Opens an empty page.
    heap : callable
        Tells the megabytes of JavaScript in a page.
    """
    folder = fetched()
    if folder is None:
        return {}
    made = {}
    song = folder / "song.flac"
    sound(song)
    with served(folder) as address:
        for plugin in ("spectrogram", "spectrogram-windowed"):
            note(f"wavesurfer.js, {plugin}")
            (folder / "index.html").write_text(PAGE.replace("PLUGIN", plugin), "utf-8")
            page = new_page()
            page.goto(address)
            page.wait_for_function("() => globalThis.loaded")
            before = heap(page)
            started = page.evaluate("() => { show(); return performance.now() }")
            seen = page.evaluate(f"(started) => bench.seen({SEEN}, started)", started)
            zoom, pan = page.evaluate(ZOOM), page.evaluate(PAN)
            made[f"wavesurfer.js {VERSION} {plugin}"] = {
                "payload_mb": song.stat().st_size / 1e6,
                "first_paint_s": seen / 1000,
                "heap_mb": heap(page) - before,
                **{f"zoom_{key}": value for key, value in zoom.items()},
                **{f"pan_{key}": value for key, value in pan.items()},
            }
            page.context.close()
    return made
