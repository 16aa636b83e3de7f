"""How well voices are converted, and at what cost: ``python -m benchmarks voices``.

Every source is sung by every voice of the library, transposed as `suggest_transpose` says (sung
ones by octaves), all else at its default. The judges had no part in the training: Resemblyzer says
whose voice it is, the median of CREPE, Praat and pYIN how high it is, pocketsphinx what is said,
DNSMOS how good it sounds. What the first two say of the voices' own recordings stands beside it.
"""

from __future__ import annotations

import functools
import json
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import soundfile

import musicnb
from benchmarks.items import PAIRS, RATE, sing
from benchmarks.machine import machine
from benchmarks.metrics import interval
from benchmarks.packages import environment, note
from benchmarks.voice_costs import costs
from benchmarks.voice_sources import Source, own_likeness, sources, transposition
from musicnb.voices.convert import convert
from musicnb.voices.estimate_f0 import estimate_f0
from musicnb.voices.f0 import fuse
from musicnb.voices.library import PACKAGED, voice_names
from musicnb.voices.similarity import embed_voice

if TYPE_CHECKING:
    from musicnb import F0, Audio

JUDGE_RATE = 16_000
PITCH_JUDGES = ("crepe", "praat", "pyin")
JUDGES = ("pocketsphinx==5.1.1", "speechmos==0.0.1.1", "onnxruntime", "jiwer", "librosa",
          "soundfile", "pandas", "tqdm", "requests")  # fmt: skip
#: With --quick: every so many sources.
QUICK = 5
FLOORS = {
    "f0_correlation": (">=", 0.93),
    "f0_cents": ("<=", 15.0),
    "similarity": (">=", 0.85),
    "nearer_to_target": (">=", 1.0),
    "word_error_ratio": ("<=", 1.5),
}
NOTES = (
    "mean over sources and voices; 95 % bootstrap interval over conversions, which share sources",
    "similarity: cosine of Resemblyzer's embeddings of the result and the voice's preview",
    "the previews were not learned from; before: of the source and the preview",
    "singing is compared with the preview re-sung by WORLD: Resemblyzer knows speech",
    "nearer_to_target: share of results that are more like the preview than like the source",
    "f0: the median of CREPE's, Praat's and pYIN's of the result against the curve it was to sing",
    "f0_correlation_crepe: of CREPE's alone; the curve is swift-f0's of the source, transposed",
    "own recordings: how like the first half of a preview the second is, in pieces of 3 s; and",
    "the judges' pitch of the preview against swift-f0's: what nobody can be expected to beat",
    "word_error_ratio: pocketsphinx's errors in the results over those in the sources, same words",
    "dnsmos: 1 to 5, trained on speech in calls, of one result of each source, and of the source",
    "sung, real: one singer, separated from a song; what is left of the band counts against it",
)


def voices(*, quick: bool = False) -> dict[str, Any]:
    """Convert everything, and have it judged."""
    found = sources()[:: QUICK if quick else 1]
    targets = [name for name in voice_names() if (PACKAGED / name).is_dir()]
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        for number, source in enumerate(found, 1):
            note(f"{number}/{len(found)} {source.name}")
            rows += _converted(source, targets, Path(folder))
        note("the judges listen")
        quality = [name for n, (source, made) in enumerate(_by_source(rows).items())
                   for name in (source, made[n % len(made)])]  # fmt: skip
        (Path(folder) / "quality.json").write_text(json.dumps(quality), "utf-8")
        judged = _judged(Path(folder))
    for row in rows:
        row |= {"result": judged[row["file"]], "before": judged[row.pop("source_file")]}
    kinds = {row["kind"] for row in rows}
    report: dict[str, Any] = {
        "benchmark": "voices",
        "machine": machine(),
        "kinds": {kind: _summary([r for r in rows if r["kind"] == kind]) for kind in sorted(kinds)},
        "voices": {name: _summary([r for r in rows if r["voice"] == name]) for name in targets},
        "all": _summary(rows),
        "own_recordings": {name: own(name) for name in targets},
        "costs": costs(quick=quick),
        "notes": list(NOTES),
    }
    report["floors"] = _floors(report["all"]) + report["costs"].pop("floors")
    report["conversions"] = rows
    return report


def _converted(source: Source, targets: list[str], folder: Path) -> list[dict[str, Any]]:
    """Return a row for each target but the source's own voice, and leave the sounds for judges."""
    own = source.name.partition("-")[0]
    before = embed_voice(source.audio)
    _for_judges(source.audio, folder / f"{source.name}.wav", source.text)
    heard = estimate_f0(source.audio)
    rows = []
    for target in targets:
        if target == own:
            continue
        sung = source.kind.startswith("sung")
        transpose = transposition(source, heard, target)
        made = convert(source.audio, target, f0=heard, transpose=transpose)
        file = f"{source.name}-{target}"
        _for_judges(made.audio, folder / f"{file}.wav", source.text)
        wanted, after = reference(target, sung=sung), embed_voice(made.audio)
        rows.append(
            {"source": source.name, "kind": source.kind, "voice": target, "file": file}
            | {"source_file": source.name, "transpose": transpose}
            | {"similarity": float(after @ wanted), "similarity_before": float(before @ wanted)}
            | {"similarity_to_source": float(after @ before)}
            | pitch(made.audio, made.f0)
        )
    return rows


@functools.cache
def reference(name: str, *, sung: bool) -> np.ndarray:
    """Return the embedding of a voice's preview, as it is or re-sung with WORLD."""
    said = musicnb.load(PACKAGED / name / "preview.ogg").mono().resample(RATE).samples[0]
    return embed_voice(musicnb.Audio(sing(said, seed=len(PAIRS)) if sung else said, RATE))


def own(name: str) -> dict[str, float]:
    """Return what the judges say of a voice's own recordings."""
    said = musicnb.load(PACKAGED / name / "preview.ogg").mono()
    return {"similarity": own_likeness(said)} | {
        key: round(value, 3) for key, value in pitch(said, estimate_f0(said)).items()
    }


def pitch(audio: Audio, wanted: F0) -> dict[str, float]:
    """Return how well a sound keeps to the curve it was to sing."""
    crepe = estimate_f0(audio, "crepe")
    judges = [crepe, *(estimate_f0(audio, name) for name in PITCH_JUDGES[1:])]
    correlation, cents = _kept_to(fuse(judges, "median"), wanted)
    crepes, _ = _kept_to(crepe, wanted)
    return {
        "f0_correlation": correlation,
        "f0_cents": cents,
        "f0_correlation_crepe": crepes,
    }


def _kept_to(sung: F0, wanted: F0) -> tuple[float, float]:
    """Return the correlation of two curves, and how far apart they are in cents (median)."""
    frames = min(len(sung.hz), len(wanted.hz))
    one, other = sung.hz[:frames], wanted.hz[:frames]
    both = np.isfinite(one) & np.isfinite(other)
    if both.sum() < 10:
        return 0.0, 1200.0
    logs = np.log2(one[both]), np.log2(other[both])
    off = 1200 * np.median(np.abs(logs[0] - logs[1]))
    return float(np.corrcoef(*logs)[0, 1]), float(off)


def _for_judges(audio: Audio, path: Path, text: str) -> None:
    mono = audio.mono().resample(JUDGE_RATE).samples[0]
    soundfile.write(path, mono * min(1.0, 0.99 / max(float(np.abs(mono).max()), 1e-6)), JUDGE_RATE)
    if text:
        path.with_suffix(".txt").write_text(text, "utf-8")


def _by_source(rows: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Return the files of the results of each source."""
    made: dict[str, list[str]] = {}
    for row in rows:
        made.setdefault(row["source"], []).append(row["file"])
    return made


def _judged(folder: Path) -> dict[str, dict[str, Any]]:
    python = environment("judges", JUDGES)
    command = [python, str(Path(__file__).parent / "judges.py"), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    judged: dict[str, dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return judged


def _summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return means with intervals, and the word errors of results and sources."""
    measures = ("f0_correlation", "f0_correlation_crepe", "similarity", "similarity_before",
                "similarity_to_source")  # fmt: skip
    made: dict[str, Any] = {name: interval([row[name] for row in rows]) for name in measures}
    made["f0_cents"] = round(float(np.median([row["f0_cents"] for row in rows])), 1)
    nearer = [row["similarity"] > row["similarity_to_source"] for row in rows]
    made["nearer_to_target"] = round(float(np.mean(nearer)), 3)
    both = [row for row in rows if "dnsmos" in row["result"]]
    for side in ("before", "result"):
        made[f"dnsmos_{side}"] = round(float(np.mean([r[side]["dnsmos"] for r in both])), 2)
    said = [row for row in rows if "words" in row["result"]]
    if said:
        total = sum(row["result"]["words"] for row in said)
        wrong = {s: sum(row[s]["errors"] for row in said) / total for s in ("before", "result")}
        made |= {f"word_error_{side}": round(value, 3) for side, value in wrong.items()}
        made["word_error_ratio"] = round(wrong["result"] / max(wrong["before"], 1e-9), 2)
    return made


def _floors(found: dict[str, Any]) -> list[dict[str, Any]]:
    rows = []
    for name, (sign, limit) in FLOORS.items():
        value = found[name]["mean"] if isinstance(found[name], dict) else found[name]
        passed = value >= limit if sign == ">=" else value <= limit
        row = {"floor": f"{sign} {limit:g}", "where": name, "value": value, "passed": passed}
        rows.append(row)
    return rows
