"""The widgets beside what one would otherwise use: ``python -m benchmarks widgets``."""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import widgets_wavesurfer
from benchmarks.machine import machine
from benchmarks.packages import note
from benchmarks.widgets_cases import CASES, FULL, HEAVY, MIXER, OURS, SLOPE, SMALL, Case

ROOT = Path(__file__).parent.parent
ESM = ROOT / "musicnb" / "static" / "widgets.js"
#: Servers and notebooks are those of the browser tests.
HARNESS = ROOT / "tests" / "browser"
INSTRUMENTS = Path(__file__).with_name("widgets_page.js")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The click on play comes from a script.
    "--autoplay-policy=no-user-gesture-required",
)
WAIT_MS = 300_000
MOVING_S = 2.0
#: What must hold. Each is (value's name, comparison, limit).
FLOORS: tuple[tuple[str, str, float], ...] = (
    ("first_paint_s", "<=", 0.5),
    ("zoom_fps", ">=", 30),
    ("pan_fps", ">=", 30),
    ("tile_ms", "<=", 250),
    ("first_sound_ms", "<=", 200),
    ("sync_error_samples", "<=", 0),
    ("saved_kb", "<", 150),
    ("esm_kb", "<=", 120),
)
#: Beside each peer: how many times less data, and how many times faster the first paint.
RATIOS = {SMALL: (15, 10), FULL: (100, 100)}
NOTES = (
    "5 minutes of stereo at 44.1 kHz; JupyterLab in Chromium without a GPU, 1280 x 900",
    "a fresh browser and kernel for each; kB = 10^3 and MB = 10^6 bytes",
    "payload: all that came over the websocket until it could be seen, code of widgets included",
    "first paint: from running the cell until it is in the page, ours at its full resolution",
    (
        "zoom, pan: the wheel once a frame, the mouse as fast as it goes, for 2 s; frames that show"
        " something new, and the longest time without one"
    ),
    "tile: from asking the kernel to the answer in the page, while zooming; median and worst",
    (
        "first sound: from the click on play to a sample at the context's destination,"
        " seen once a frame; of an audio element until its time moves"
    ),
    (
        "sync error: stems in pairs of opposite sawtooths; 0 if the sum is silent before and"
        " after a jump (one stem alone is heard), else the sum divided by the slope"
    ),
    "heap: JavaScript and its buffers after garbage collection, less what was there before",
    "saved: what the notebook's file grows by",
    "wavesurfer.js: in a page of its own, the FLAC from a server on this machine",
)


def widgets(*, quick: bool = False) -> dict[str, Any]:
    """Measure everything.

    Parameters
    ----------
    quick : bool
        Leave out the peers that take long.
    """
    sys.path.insert(0, str(HARNESS))
    from playwright.sync_api import sync_playwright
    from servers import Server

    report: dict[str, Any] = {"benchmark": "widgets", "machine": machine(), "notes": list(NOTES)}
    names = ("jupyterlab", "ipywidgets", "anywidget", "plotly", "librosa")
    report["versions"] = {name: version(name) for name in names}
    chosen = {name: case for name, case in CASES.items() if not (quick and name in HEAVY)}
    cases: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server("jupyterlab", Path(folder))
        try:
            for name, case in chosen.items():
                if name == FULL:
                    # The heaviest comes last.
                    cases |= _wavesurfer(report, playwright)
                note(name)
                browser = _launch(playwright)
                report["versions"]["browser"] = browser.version
                cases[name] = _measure(_page(browser), server, name, case)
                browser.close()
                server.end_kernels()
            if FULL not in chosen:
                cases |= _wavesurfer(report, playwright)
        finally:
            server.stop()
    cases[OURS]["esm_kb"] = ESM.stat().st_size / 1e3
    report["cases"] = {name: _rounded(row) for name, row in cases.items()}
    report["floors"] = floors(report["cases"])
    return report


def _launch(playwright: Any) -> Any:
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        raise SystemExit(f"a browser is needed: none of {', '.join(BROWSERS)} is on the PATH")
    return playwright.chromium.launch(executable_path=path, args=list(FLAGS))


def _page(browser: Any) -> Any:
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(WAIT_MS)
    page.add_init_script(path=INSTRUMENTS)
    return page


def _wavesurfer(report: dict[str, Any], playwright: Any) -> dict[str, Any]:
    browser = _launch(playwright)
    made = widgets_wavesurfer.measure(lambda: _page(browser), _heap)
    browser.close()
    if not made:
        report["notes"].append("wavesurfer.js was left out: npm could not fetch it")
    return made


def _measure(page: Any, server: Any, name: str, case: Case) -> dict[str, float]:
    import notebooks

    received = [0]
    page.on("websocket", lambda socket: socket.on("framereceived", lambda f: _add(received, f)))
    path = notebooks.write(server.root / "bench.ipynb", case.prepare, case.show)
    book = notebooks.Book(page, server, "lab/tree")
    book.open(path.name)
    _run(book, 0)
    book.save()
    before, heap, received[0] = path.stat().st_size, _heap(page), 0
    started = _run(book, 1, wait=False)
    seen = page.evaluate(f"(started) => bench.seen(() => {case.seen}, started)", started)
    made = {"payload_mb": received[0] / 1e6, "first_paint_s": seen / 1000}
    book.wait_for_kernel()
    made["heap_mb"] = _heap(page) - heap
    book.save()
    made["saved_kb"] = (path.stat().st_size - before) / 1e3
    if case.sound:
        made["first_sound_ms"] = page.evaluate(f"() => {case.sound}")
        if name == OURS:
            page.locator(".mnb-play").click()
    if case.drag:
        page.evaluate("() => bench.tiles()")
        made |= _moving(page, case)
    if name == OURS:
        tiles = page.evaluate("() => bench.tiles()")
        made |= {"tile_ms": statistics.median(tiles), "tile_worst_ms": max(tiles)}
    if name == MIXER:
        made["sync_error_samples"] = _sync_error(page)
    return made


def _run(book: Any, cell: int, *, wait: bool = True) -> float:
    """Run a cell; return the page's time when it was asked to."""
    book.page.evaluate(
        "(cell) => { jupyterapp.shell.currentWidget.content.activeCellIndex = cell }", cell
    )
    started = float(book.page.evaluate("() => performance.now()"))
    book.command("notebook:run-cell", wait=wait)
    if wait:
        book.wait_for_kernel()
    return started


def _heap(page: Any) -> float:
    """Return megabytes of JavaScript, after garbage collection."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    usage = session.send("Runtime.getHeapUsage")
    session.detach()
    return (usage["usedSize"] + usage.get("backingStorageSize", 0)) / 1e6


def _moving(page: Any, case: Case) -> dict[str, float]:
    """Turn the wheel, then drag, for two seconds each, and count frames."""
    target = page.locator(case.drag).first
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    ours = case.drag.startswith(".mnb")
    if ours:
        target.focus()
    made = {}
    _start(page, case)
    page.evaluate("([x, y, seconds]) => bench.wheel(x, y, seconds)", [x, y, MOVING_S])
    made |= {f"zoom_{key}": value for key, value in page.evaluate("bench.counted()").items()}
    if ours:
        page.get_by_role("button", name="Drag to move").click()
        page.mouse.move(x, y)
    start = _start(page, case)
    page.mouse.down()
    while (passed := time.monotonic() - start) < MOVING_S:
        # To and fro, a second each.
        page.mouse.move(x + 200 * (abs(passed % 2 - 1) - 0.5), y)
    page.mouse.up()
    made |= {f"pan_{key}": value for key, value in page.evaluate("bench.counted()").items()}
    return made


def _start(page: Any, case: Case) -> float:
    page.evaluate("(selector) => bench.count(selector)", case.moves or None)
    return time.monotonic()


def _sync_error(page: Any) -> float:
    """Return by how many samples stems are out of step, heard at the loudspeaker."""
    mixer = page.locator(".mnb-mixer")
    page.locator(".mnb-play").first.click()
    _plays_past(page, 1)
    error = _residual(page)
    for _ in range(5):
        mixer.locator(".mnb-playhead").first.press("ArrowRight")
    _plays_past(page, 6)
    error = max(error, _residual(page))
    # The silence is that of sounds: alone, one is heard.
    mixer.locator(".mnb-solo").first.click()
    page.wait_for_function("() => bench.levels().at(-1) > 0.05")
    return error


def _plays_past(page: Any, seconds: float) -> None:
    head = page.locator(".mnb-mixer .mnb-playhead").first.element_handle()
    page.wait_for_function(
        "([head, seconds]) => Number(head.getAttribute('aria-valuenow')) > seconds",
        arg=[head, seconds],
    )


def _residual(page: Any) -> float:
    peak, middle = page.evaluate(
        "() => { const all = bench.levels(); return [all.at(-1), all[all.length >> 1]] }"
    )
    return 0.0 if peak == 0 else max(middle / SLOPE, 0.01)


def _add(received: list[int], frame: str | bytes) -> None:
    received[0] += len(frame)


def _rounded(row: dict[str, float]) -> dict[str, float]:
    """Round to what the measurement can tell."""
    digits = {"payload_mb": 2, "first_paint_s": 3, "sync_error_samples": 2}
    return {key: round(value, digits.get(key, 1)) for key, value in row.items()}


def floors(cases: dict[str, dict[str, float]]) -> list[dict[str, Any]]:
    """Compare what was measured with what must hold.

    Examples
    --------
    >>> row = {"payload_mb": 1.0, "first_paint_s": 0.4, "zoom_fps": 20}
    >>> [(made["floor"], made["passed"]) for made in floors({OURS: row})]
    [('first_paint_s <= 0.5', True), ('zoom_fps >= 30', False)]
    """
    ours = cases[OURS]
    values = [
        (name, sign, limit, where, cases[where][name])
        for name, sign, limit in FLOORS
        for where in (OURS, MIXER)
        if name in cases.get(where, {})
    ]
    for peer, limits in RATIOS.items():
        for key, limit in zip(("payload_mb", "first_paint_s"), limits, strict=True):
            if peer in cases:
                times = round(cases[peer][key] / ours[key], 1)
                values.append((f"times musicnb's {key}", ">=", limit, peer, times))
    return [
        {"floor": f"{name} {sign} {limit:g}", "where": where, "value": value}
        | {"passed": {"<": value < limit, "<=": value <= limit, ">=": value >= limit}[sign]}
        for name, sign, limit, where, value in values
    ]
