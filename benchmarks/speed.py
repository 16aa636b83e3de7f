"""Speed and memory, beside the peers, in one run: ``python -m benchmarks speed``."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import packages
from benchmarks.machine import machine
from benchmarks.measure import THREADS, run
from benchmarks.packages import note

SONG = "starfall"
RATE = 44_100
SHORT = 30.0
LENGTHS = {"30 s": SHORT, "5 min": 300.0, "60 min": 3600.0}
#: Two stems and four; and the peers, which make four.
OURS = ("musicnb", "musicnb_four")
PEERS = ("htdemucs", "hdemucs", "umxhq")
#: What must hold. Each is (value's name, comparison, limit).
FLOORS: tuple[tuple[str, str, float], ...] = (
    ("import_s", "<", 0.3),
    ("rtf", "<=", 0.08),
    ("times_faster_than_htdemucs", ">=", 5.0),
    ("peak_rss_mb", "<=", 700.0),
)
NOTES = (
    "rtf = wall / duration; core_rtf = CPU seconds (user + system) / duration; MB = 10^6 bytes",
    f"{THREADS} threads; one process for each measurement, taking turns; the fastest counts",
    "command line: `musicnb separate` as a user runs it, from start to files on disk",
    "30 s on the command line is mostly start-up (importing torch): reported, not held to the RTF",
    "steady state: sound in memory, model built, one warm-up, fastest of three; the same for all",
    "peers: published configurations, random weights; what a network costs does not depend on them",
    "demucs: its apply_model with its defaults, shifts 1 and overlap 0.25",
    "umxhq: one Wiener iteration; it imports torchaudio to read files, an empty module stands in",
    "musicnb makes 2 stems, musicnb_four and the peers 4 (Demucs for vocals alone, too)",
)


def speed(*, quick: bool = False) -> dict[str, Any]:
    """Measure everything.

    Parameters
    ----------
    quick : bool
        Leave the hour out, and do not repeat.
    """
    rounds = 1 if quick else 2
    report: dict[str, Any] = {"benchmark": "speed", "machine": machine(), "notes": list(NOTES)}
    python = peers_environment()
    with tempfile.TemporaryDirectory(prefix="musicnb-speed-") as name:
        folder = Path(name)
        note("import")
        report["import"] = imports(3 if quick else 9)
        files = {
            label: looped(folder / f"{round(seconds)}s", seconds)
            for label, seconds in LENGTHS.items()
            if not (quick and seconds > 1000)
        }
        report["steady_state"] = steady(sound(folder), python, rounds)
        report["command_line"] = {
            # An hour is measured once: it is long enough to average over what else runs.
            label: command_line(path, LENGTHS[label], folder, rounds if "30" in label else 1)
            for label, path in files.items()
        }
    report["ratios"] = ratios(report["steady_state"])
    report["floors"] = floors(report)
    return report


def peers_environment() -> str:
    """Return the Python of the peers' environment; its torch is the one that runs here."""
    from importlib.metadata import version

    torch = f"torch=={version('torch').partition('+')[0]}"
    # Open-Unmix alone asks for torchaudio, whose only use is to read files.
    return packages.environment(
        "peers", (torch, "numpy", "demucs==4.1.0"), ("--no-deps", "openunmix==1.3.0")
    )


def imports(repeats: int) -> dict[str, Any]:
    """Time a fresh interpreter with and without ``import musicnb``, in turns; medians."""
    see = "import musicnb, sys; print([m for m in ('torch', 'librosa') if m in sys.modules])"
    commands = {"musicnb": see, "bare": "print([])"}
    times: dict[str, list[float]] = {name: [] for name in commands}
    loaded: set[str] = set()
    for _ in range(repeats + 1):
        for name, code in commands.items():
            made = run([sys.executable, "-c", code])
            times[name].append(made.wall_s)
            loaded |= set(json.loads(made.output.replace("'", '"')))
    # The first of each only warms the disk cache.
    whole, bare = (statistics.median(times[name][1:]) for name in commands)
    return {
        "process_s": round(whole, 4),
        "bare_interpreter_s": round(bare, 4),
        "import_s": round(whole - bare, 4),
        "heavy_modules_loaded": sorted(loaded),
    }


def looped(path: Path, seconds: float) -> Path:
    """Write the demo song, again and again, up to `seconds`, as FLAC."""
    import soundfile

    import musicnb

    note(f"writing {seconds:.0f} s of {SONG}")
    song = musicnb.load(f"demo:{SONG}")
    if song.sample_rate != RATE:
        raise SystemExit(f"{SONG} is at {song.sample_rate} Hz, expected {RATE}")
    left = round(seconds * RATE)
    path = path.with_suffix(".flac")
    with soundfile.SoundFile(path, "w", RATE, 2, "PCM_16", format="FLAC") as file:
        while left:
            part = song.samples[:, :left]
            file.write(part.T)
            left -= part.shape[1]
    return path


def sound(folder: Path) -> Path:
    """Write the first 30 s as an array, for environments without libsndfile."""
    import numpy as np

    import musicnb

    path = folder / "sound.npy"
    np.save(path, musicnb.load(f"demo:{SONG}", duration=SHORT).samples)
    return path


def command_line(path: Path, seconds: float, folder: Path, rounds: int) -> dict[str, Any]:
    """Run ``musicnb separate`` on a file; fastest of `rounds`."""
    command = [str(Path(sys.executable).parent / "musicnb"), "separate", str(path), "--json"]
    runs = []
    for _ in range(rounds):
        note(f"musicnb separate, {seconds:.0f} s")
        with tempfile.TemporaryDirectory(dir=folder) as out:
            runs.append(run([*command, "-o", out]))
    best = min(runs, key=lambda made: made.wall_s)
    return {
        "wall_s": round(best.wall_s, 2),
        "rtf": round(best.wall_s / seconds, 4),
        "core_rtf": round(best.cpu_s / seconds, 4),
        "peak_rss_mb": round(max(made.peak_rss_mb for made in runs), 1),
        "runs": len(runs),
    }


def steady(sound: Path, python: str, rounds: int) -> dict[str, dict[str, Any]]:
    """Measure the steady state of every separator, in turns; fastest of `rounds` processes."""
    script = str(Path(__file__).parent / "steady.py")
    best: dict[str, dict[str, Any]] = {}
    for _ in range(rounds):
        for name in (*OURS, *PEERS):
            note(f"steady state, {name}")
            interpreter = sys.executable if name in OURS else python
            made = run([interpreter, script, name, str(sound)])
            row = json.loads(made.output.splitlines()[-1])
            if name not in best or row["wall_s"] < best[name]["wall_s"]:
                best[name] = row
    return {name: rounded(row) for name, row in best.items()}


def rounded(row: dict[str, Any]) -> dict[str, Any]:
    """Round to what the measurement can tell."""
    digits = {"wall_s": 3, "rtf": 4, "core_rtf": 4, "peak_rss_mb": 1}
    return {key: round(v, digits[key]) if key in digits else v for key, v in row.items()}


def ratios(rows: dict[str, dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Say how many times as much each peer takes as musicnb.

    Examples
    --------
    >>> row = {"rtf": 0.05, "core_rtf": 0.1, "peak_rss_mb": 500}
    >>> ratios({"musicnb": row, "peer": {"rtf": 0.5, "core_rtf": 0.9, "peak_rss_mb": 1000}})
    {'peer': {'rtf': 10.0, 'core_rtf': 9.0, 'peak_rss_mb': 2.0}}
    """
    ours = rows["musicnb"]
    return {
        name: {key: round(row[key] / ours[key], 2) for key in ("rtf", "core_rtf", "peak_rss_mb")}
        for name, row in rows.items()
        if name != "musicnb"
    }


def floors(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Compare a report with what must hold.

    The real-time factor is judged in the steady state, and on files from five minutes on, where
    starting up no longer counts; memory at every length.
    """
    steady, files = report["steady_state"]["musicnb"], report["command_line"]
    values = {
        "import_s": {"import musicnb": report["import"]["import_s"]},
        "rtf": {
            "steady state": steady["rtf"],
            **{label: row["rtf"] for label, row in files.items() if LENGTHS[label] > SHORT},
        },
        "times_faster_than_htdemucs": {"steady state": report["ratios"]["htdemucs"]["rtf"]},
        "peak_rss_mb": {label: row["peak_rss_mb"] for label, row in files.items()},
    }
    heavy = report["import"]["heavy_modules_loaded"]
    rows = [
        {"floor": "imports neither torch nor librosa", "where": "import musicnb", "value": heavy}
        | {"passed": not heavy}
    ]
    for name, sign, limit in FLOORS:
        for where, value in values[name].items():
            passed = {"<": value < limit, "<=": value <= limit, ">=": value >= limit}[sign]
            rows.append(
                {"floor": f"{name} {sign} {limit:g}", "where": where, "value": value}
                | {"passed": passed}
            )
    return rows
