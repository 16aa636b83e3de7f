"""What a conversion and a voice of one's own cost, beside the generator of so-vits-svc 4.1."""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import musicnb
from benchmarks.items import PAIRS, RATE, sing
from benchmarks.measure import run
from benchmarks.packages import environment, note
from benchmarks.voice_judges import alike, judged, leave, leave_halves, own_likeness
from benchmarks.voice_sources import prompter, prompts, sources, transposition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.measure import Run

MUSICNB = [sys.executable, "-m", "musicnb.cli"]
#: Seconds converted, and seconds that a new voice is learned from.
LONG, LEARNED = 120.0, 60.0
#: Who is learned: recordings of people that no network of ours has heard.
LEARNT_FROM = ("en", "it")
CONSENT = "Prompts published under CC BY-SA 3.0; learned from here to measure, and then removed."
#: Whole so-vits-svc 4.1 (generator 0.70 of it, ContentVec, f0), measured on such a machine.
SO_VITS_CORE_RTF = 0.85
PEER_SECONDS = 10.0


def costs(*, quick: bool = False) -> dict[str, Any]:
    """Measure both as a user runs them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        note("the cost of a conversion")
        made: dict[str, Any] = {"convert": conversion(folder)}
        made["so_vits_generator"] = peer()
        made["trained"] = {
            voice: trained(voice, folder) for voice in LEARNT_FROM[: 1 if quick else None]
        }
    ratio = made["so_vits_generator"]["core_rtf"] / made["convert"]["core_rtf"]
    made["times_less_cpu_than_so_vits_generator"] = round(ratio, 1)
    made["times_less_cpu_than_so_vits_as_measured_before"] = round(
        SO_VITS_CORE_RTF / made["convert"]["core_rtf"], 1
    )
    made["floors"] = floors(made)
    return made


def conversion(folder: Path) -> dict[str, float]:
    """Return what `musicnb convert` takes for two minutes of speech, start-up apart."""
    said = prompts("en", LONG)
    runs: dict[float, Run] = {}
    for seconds in (10.0, LONG):
        source = folder / f"{seconds:.0f}.wav"
        musicnb.Audio(said[: round(seconds * RATE)], RATE).save(source)
        command = [*MUSICNB, "convert", str(source), "-o", str(folder / "made.wav"),
                   "--voice", "slt", "--json"]  # fmt: skip
        runs[seconds] = min((run(command) for _ in range(2)), key=lambda each: each.cpu_s)
    short, long = runs.values()
    more = LONG - 10.0
    return {
        "seconds": LONG,
        "core_rtf": round((long.cpu_s - short.cpu_s) / more, 4),
        "rtf": round((long.wall_s - short.wall_s) / more, 4),
        "core_rtf_with_start": round(long.cpu_s / LONG, 4),
        "peak_rss_mb": round(long.peak_rss_mb, 1),
    }


def peer() -> dict[str, float]:
    """Return what the generator of the peer takes."""
    from importlib.metadata import version

    torch = f"torch=={version('torch').partition('+')[0]}"
    python = environment("hifigan", (torch, "numpy", "transformers"))
    script = str(Path(__file__).parent / "hifigan.py")
    made = run([python, script, str(PEER_SECONDS)])
    found = json.loads(made.output.splitlines()[-1])
    return {
        "core_rtf": round(found["cpu_s"] / PEER_SECONDS, 3),
        "parameters": found["parameters"],
        "peak_rss_mb": round(made.peak_rss_mb, 1),
    }


def trained(name: str, folder: Path) -> dict[str, Any]:
    """Learn a voice from a minute of recordings, and let it sing what others said."""
    note(f"learning the voice {name!r}")
    said = prompts(name, LEARNED + 15)
    learned, kept = said[: round(LEARNED * RATE)], said[round(LEARNED * RATE) :]
    source = folder / f"{name}.wav"
    musicnb.Audio(learned, RATE).save(source)
    os.environ["MUSICNB_VOICES"] = str(folder / "voices")
    called = f"bench-{name}"
    command = [*MUSICNB, "voices", "train", str(source), "--name", called,
               "--consent", CONSENT, "--json"]  # fmt: skip
    taken = run(command)
    listened = folder / f"{name}-listened"
    listened.mkdir()
    own = musicnb.Audio(kept, RATE)
    leave_halves(own, listened, "own")
    leave(own, listened / "target.wav")
    resung = musicnb.Audio(sing(kept, seed=len(PAIRS)), RATE)
    leave(resung, listened / "target-sung.wav")
    others = [each for each in sources()[::4] if each.speaker != prompter(name)]
    for each in others:
        heard = musicnb.estimate_f0(each.audio)
        transpose = transposition(each, heard, called)
        made = musicnb.convert(each.audio, called, f0=heard, transpose=transpose).audio
        leave(each.audio, listened / f"{each.name}.wav")
        leave(made, listened / f"{each.name}-made.wav")
    found = judged(listened)
    rows = []
    for each in others:
        target = "target-sung" if each.sung else "target"
        pairs = (f"{each.name}-made", target), (each.name, target), (f"{each.name}-made", each.name)
        rows.append([alike(found, *pair) for pair in pairs])
    table = np.array(rows)
    return {
        "seconds_learned_from": LEARNED,
        "wall_s": round(taken.wall_s, 1),
        "cpu_s": round(taken.cpu_s, 1),
        "peak_rss_mb": round(taken.peak_rss_mb, 1),
        "similarity": round(float(table[:, 0].mean()), 3),
        "similarity_before": round(float(table[:, 1].mean()), 3),
        "own_recordings": own_likeness(found, "own"),
        "nearer_to_target": round(float((table[:, 0] > table[:, 2]).mean()), 3),
        "sources": len(table),
    }


def floors(made: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what must hold, and whether it does."""
    learnt = made["trained"].values()
    checks: Sequence[tuple[str, float, str, float]] = (
        ("core-RTF of a conversion", made["convert"]["core_rtf"], "<=", 0.06),
        ("peak MB of a conversion", made["convert"]["peak_rss_mb"], "<=", 700.0),
        ("times less CPU than so-vits' generator",
         made["times_less_cpu_than_so_vits_generator"], ">=", 10.0),
        ("seconds to learn a voice from a minute",
         statistics.mean(each["wall_s"] for each in learnt), "<=", 180.0),
        ("similarity of learned voices",
         statistics.mean(each["similarity"] for each in learnt), ">=", 0.85),
    )  # fmt: skip
    return [
        {"floor": f"{sign} {limit:g}", "where": what, "value": round(value, 3),
         "passed": value <= limit if sign == "<=" else value >= limit}
        for what, value, sign, limit in checks
    ]  # fmt: skip
