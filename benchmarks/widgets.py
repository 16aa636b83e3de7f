"""The explorer beside what one would otherwise use: ``python -m benchmarks widgets``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.machine import machine
from benchmarks.packages import note

ROOT = Path(__file__).parent.parent
#: The servers and the page's instruments are those of the browser tests.
HARNESS = ROOT / "tests" / "browser"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run")
WAIT_MS = 180_000

PREPARE = """
import numpy as np, librosa, musicnb
song = musicnb.load("demo:starfall")
whole = np.tile(song.samples, 8)[:, : 300 * 44_100]
audio = musicnb.Audio(whole, 44_100)
mono = whole.mean(axis=0)
levels = librosa.amplitude_to_db(np.abs(librosa.stft(mono, n_fft=2048, hop_length=512)))
small = levels[:1024].reshape(512, 2, -1).max(axis=1)[:, :25_840].reshape(512, 1615, 16).max(axis=2)
full = np.clip((levels[:, :25_840] + 60) * 2, 0, 255).astype(np.uint8)
import plotly.graph_objects as go, matplotlib.pyplot as plt, IPython.display, librosa.display
"""
#: What is shown, and when it can be seen.
CASES = {
    "musicnb": (
        "musicnb.SpectrogramExplorer(audio)",
        "document.querySelector('.mnb-explorer[data-state=ready]')",
    ),
    "plotly FigureWidget 512 x 1615": (
        "go.FigureWidget(go.Heatmap(z=small))",
        "document.querySelector('.js-plotly-plot .heatmaplayer image')",
    ),
    "plotly Figure 512 x 1615": (
        "go.Figure(go.Heatmap(z=small))",
        "document.querySelector('.js-plotly-plot .heatmaplayer image')",
    ),
    "IPython.display.Audio": (
        "IPython.display.Audio(whole, rate=44_100)",
        "document.querySelector('audio')?.readyState >= 1",
    ),
    "librosa.display.specshow": (
        "librosa.display.specshow(levels, sr=44_100, y_axis='mel', x_axis='time'); plt.show()",
        "document.querySelector('.jp-OutputArea img')?.complete",
    ),
    "plotly FigureWidget 1025 x 25,840": (
        "go.FigureWidget(go.Heatmap(z=full))",
        "document.querySelector('.js-plotly-plot .heatmaplayer image')",
    ),
}
SLOW = "plotly FigureWidget 1025 x 25,840"
NOTES = (
    "5 minutes of stereo at 44.1 kHz, in JupyterLab in Chromium without a GPU, 1280 x 900",
    "payload: all that came over the websocket from running the cell until it could be seen",
    "first_paint_s: from running the cell until the spectrogram is drawn at its own resolution",
    "saved_kb: what the notebook grew by when it was saved",
    "first_sound_ms: from the click on play until a sample reaches the loudspeaker",
)

SEEN = """([condition, started]) => new Promise((resolve) => {
  const seen = new Function(`return ${condition}`);
  const look = () => seen() ? resolve(performance.now() - started) : requestAnimationFrame(look);
  look();
})"""
HEARD = """() => new Promise((resolve) => {
  const started = performance.now();
  document.querySelector(".mnb-play").click();
  const look = () => (globalThis.look.heard() > 0.001
    ? resolve(performance.now() - started) : requestAnimationFrame(look));
  look();
})"""
#: Counts frames while something moves.
FRAMES = """() => {
  const frames = [];
  const tick = (time) => { frames.push(time); globalThis.frames_ = requestAnimationFrame(tick); };
  globalThis.frames_ = requestAnimationFrame(tick);
  globalThis.framesDone = () => {
    cancelAnimationFrame(globalThis.frames_);
    const gaps = frames.slice(1).map((time, i) => time - frames[i]);
    const seconds = (frames[frames.length - 1] - frames[0]) / 1000;
    return { fps: gaps.length / seconds, longest_ms: Math.max(...gaps) };
  };
}"""


def widgets(*, quick: bool = False) -> dict[str, Any]:
    """Measure everything.

    Parameters
    ----------
    quick : bool
        Leave out the peer at full resolution.
    """
    sys.path.insert(0, str(HARNESS))
    from playwright.sync_api import sync_playwright
    from servers import Server

    report: dict[str, Any] = {"benchmark": "widgets", "machine": machine(), "notes": list(NOTES)}
    cases: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server("jupyterlab", Path(folder))
        try:
            for name, (code, seen) in CASES.items():
                if quick and name == SLOW:
                    continue
                note(name)
                browser = playwright.chromium.launch(
                    executable_path="/usr/bin/chromium", args=list(FLAGS)
                )
                cases[name] = _case(browser, server, code, seen, ours=name == "musicnb")
                browser.close()
                server.end_kernels()
        finally:
            server.stop()
    report["cases"] = cases
    report["esm_kb"] = round((ROOT / "musicnb" / "static" / "widgets.js").stat().st_size / 1e3, 1)
    report["floors"] = _floors(report)
    return report


def _case(browser: Any, server: Any, code: str, seen: str, *, ours: bool) -> dict[str, float]:
    import notebooks

    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(WAIT_MS)
    page.add_init_script(path=HARNESS / "page.js")
    received = [0]
    page.on("websocket", lambda socket: socket.on("framereceived", lambda f: _count(received, f)))
    book = notebooks.Book(page, server, "lab/tree")
    path = notebooks.write(server.root / "bench.ipynb", PREPARE, code)
    book.open("bench.ipynb")
    panel = notebooks.PANEL
    page.evaluate(f"() => {{ {panel}.content.activeCellIndex = 0 }}")
    book.command("notebook:run-cell")
    book.wait_for_kernel()
    book.save()
    before, received[0] = path.stat().st_size, 0
    page.evaluate(f"() => {{ {panel}.content.activeCellIndex = 1 }}")
    started = page.evaluate("() => performance.now()")
    book.command("notebook:run-cell", wait=False)
    made = {"first_paint_s": page.evaluate(SEEN, [seen, started]) / 1000}
    made["payload_mb"] = received[0] / 1e6
    book.wait_for_kernel()
    book.save()
    made["saved_kb"] = (path.stat().st_size - before) / 1e3
    if ours:
        made |= _moving(page)
        page.wait_for_timeout(500)
        made["first_sound_ms"] = page.evaluate(HEARD)
    return {key: round(value, 3) for key, value in made.items()}


def _moving(page: Any) -> dict[str, float]:
    """Zoom by the wheel and drag for two seconds each, and count frames."""
    box = page.locator(".mnb-stage").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.locator(".mnb-stage").focus()
    page.evaluate(FRAMES)
    for step in range(60):
        page.mouse.wheel(0, -60 if step < 30 else 60)
        page.wait_for_timeout(33)
    zoom = page.evaluate("() => framesDone()")
    page.keyboard.press("+")
    page.keyboard.press("+")
    page.keyboard.press("+")
    page.get_by_role("button", name="Drag to move").click()
    page.evaluate(FRAMES)
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(60):
        page.mouse.move(x + 200 * (step % 20) / 20, y)
        page.wait_for_timeout(33)
    page.mouse.up()
    pan = page.evaluate("() => framesDone()")
    return {
        "zoom_fps": zoom["fps"],
        "zoom_longest_ms": zoom["longest_ms"],
        "pan_fps": pan["fps"],
        "pan_longest_ms": pan["longest_ms"],
    }


def _count(received: list[int], frame: Any) -> None:
    received[0] += len(frame)


def _floors(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Hold the figures to what was promised."""
    cases = report["cases"]
    ours = cases["musicnb"]
    values = {
        "first_paint_s": (ours["first_paint_s"], "<=", 0.5),
        "zoom_fps": (ours["zoom_fps"], ">=", 30),
        "pan_fps": (ours["pan_fps"], ">=", 30),
        "first_sound_ms": (ours["first_sound_ms"], "<=", 200),
        "saved_kb": (ours["saved_kb"], "<=", 150),
        "esm_kb": (report["esm_kb"], "<=", 120),
    }
    peers = (("512 x 1615", 15, 10), ("1025 x 25,840", 100, 100))
    for size, less, faster in peers:
        peer = cases.get(f"plotly FigureWidget {size}")
        if peer:
            data = peer["payload_mb"] / ours["payload_mb"]
            paint = peer["first_paint_s"] / ours["first_paint_s"]
            values[f"times less data than FigureWidget {size}"] = (data, ">=", less)
            values[f"times faster paint than FigureWidget {size}"] = (paint, ">=", faster)
    return [
        {
            "name": name,
            "value": round(value, 2),
            "limit": f"{sign} {limit}",
            "holds": value <= limit if sign == "<=" else value >= limit,
        }
        for name, (value, sign, limit) in values.items()
    ]
