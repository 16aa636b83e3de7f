"""How well voices are converted, and at what cost: ``python -m benchmarks voices``.

Every source is sung by every voice of the library, transposed as `suggest_transpose` says (sung
ones by octaves), all else at its default. The judges had no part in the training: Resemblyzer says
whose voice it is, the median of CREPE, Praat and pYIN how high it is, pocketsphinx what is said,
DNSMOS how good it sounds. What the first two say of the voices' own recordings stands beside it.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import musicnb
from benchmarks.items import PAIRS, RATE, sing
from benchmarks.machine import machine
from benchmarks.metrics import interval
from benchmarks.packages import note
from benchmarks.voice_costs import costs
from benchmarks.voice_judges import alike, judged, leave, leave_halves, own_likeness
from benchmarks.voice_sources import Source, sources, transposition
from musicnb.voices.convert import convert
from musicnb.voices.estimate_f0 import estimate_f0
from musicnb.voices.f0 import fuse
from musicnb.voices.library import PACKAGED, voice_names
from musicnb.voices.similarity import embed_voice

if TYPE_CHECKING:
    from benchmarks.voice_judges import Judged
    from musicnb import F0, Audio

PITCH_JUDGES = ("crepe", "praat", "pyin")
#: With --quick: every so many sources.
QUICK = 5
FLOORS = {
    "f0_correlation": (">=", 0.93),
    "f0_cents": ("<=", 15.0),
    "similarity": (">=", 0.85),
    "nearer_to_target": (">=", 1.0),
    "word_error_ratio": ("<=", 1.5),
}
OF_EVERY_VOICE = ("similarity", "nearer_to_target")
NOTES = (
    "mean over sources and voices; 95 % bootstrap interval over conversions, which share sources",
    "similarity: cosine of the package Resemblyzer's embeddings of result and voice's preview",
    "the previews were not learned from; before: of the source and the preview",
    "singing is compared with the preview re-sung by WORLD: Resemblyzer knows speech",
    "nearer_to_target: share of results that are more like the preview than like the source",
    "f0: the median of CREPE's, Praat's and pYIN's of the result against the curve it was to sing",
    "f0_correlation_crepe: of CREPE's alone; the curve is swift-f0's of the source, transposed",
    "own recordings: how like the first half of a preview the second is, in pieces of 3 s; and",
    "the judges' pitch of the preview against swift-f0's: what nobody can be expected to beat",
    "word_error_ratio: pocketsphinx's errors in the results over those in the sources, same words",
    "dnsmos: 1 to 5, trained on speech in calls, of one result of each source, and of the source",
    "musicnb_similarity: cosine of our embeddings and the package's, of every recording here",
    "sung, real: one singer, separated from a song; what is left of the band counts against it",
)


def voices(*, quick: bool = False) -> dict[str, Any]:
    """Convert everything, and have it judged."""
    found = sources()[:: QUICK if quick else 1]
    targets = [name for name in voice_names() if (PACKAGED / name).is_dir()]
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for number, source in enumerate(found, 1):
            note(f"{number}/{len(found)} {source.name}")
            rows += _converted(source, targets, folder)
        for target in targets:
            _references(target, folder)
        note("the judges listen")
        heard = judged(folder, _one_of_each(rows))
        agreement = _agreement(heard, folder)
    for row in rows:
        row.update(_likeness(row, heard))
    kinds = {row["kind"] for row in rows}
    report: dict[str, Any] = {
        "benchmark": "voices",
        "machine": machine(),
        "kinds": {kind: _summary([r for r in rows if r["kind"] == kind]) for kind in sorted(kinds)},
        "voices": {name: _summary([r for r in rows if r["voice"] == name]) for name in targets},
        "all": _summary(rows),
        "own_recordings": {name: own(name, heard) for name in targets},
        "musicnb_similarity": agreement,
        "costs": costs(quick=quick),
        "notes": list(NOTES),
    }
    report["floors"] = _floors(report) + report["costs"].pop("floors")
    report["conversions"] = rows
    return report


def _converted(source: Source, targets: list[str], folder: Path) -> list[dict[str, Any]]:
    """Return a row for each target but the source's own voice, and leave the sounds for judges."""
    leave(source.audio, folder / f"{source.name}.wav", source.text)
    heard = estimate_f0(source.audio)
    rows = []
    for target in targets:
        if target == source.speaker:
            continue
        transpose = transposition(source, heard, target)
        made = convert(source.audio, target, f0=heard, transpose=transpose)
        file = f"{source.name}-{target}"
        leave(made.audio, folder / f"{file}.wav", source.text)
        rows.append(
            {"source": source.name, "kind": source.kind, "voice": target, "file": file}
            | {"reference": _reference(target, sung=source.sung), "transpose": transpose}
            | pitch(made.audio, made.f0)
        )
    return rows


def _reference(name: str, *, sung: bool) -> str:
    return f"{name}-preview-sung" if sung else f"{name}-preview"


def _references(name: str, folder: Path) -> None:
    """Leave a voice's preview, as it is, re-sung with WORLD, and in halves."""
    said = musicnb.load(PACKAGED / name / "preview.ogg").mono().resample(RATE)
    leave(said, folder / f"{_reference(name, sung=False)}.wav")
    again = musicnb.Audio(sing(said.samples[0], seed=len(PAIRS)), RATE)
    leave(again, folder / f"{_reference(name, sung=True)}.wav")
    leave_halves(said, folder, name)


def _one_of_each(rows: list[dict[str, Any]]) -> list[str]:
    """Return every source, and one result of each, each of another voice."""
    made: dict[str, list[str]] = {}
    for row in rows:
        made.setdefault(row["source"], []).append(row["file"])
    return [
        name
        for number, (source, files) in enumerate(made.items())
        for name in (source, files[number % len(files)])
    ]


def _likeness(row: dict[str, Any], heard: Judged) -> dict[str, Any]:
    """Return how like target and source a result is, and what else the judges say of it."""
    file, source, reference = row["file"], row["source"], row.pop("reference")
    return {
        "similarity": alike(heard, file, reference),
        "similarity_before": alike(heard, source, reference),
        "similarity_to_source": alike(heard, file, source),
        "result": {key: value for key, value in heard[file].items() if key != "voice"},
        "before": {key: value for key, value in heard[source].items() if key != "voice"},
    }


def _agreement(heard: Judged, folder: Path) -> dict[str, float]:
    """Return how near to the judge's embeddings those of `musicnb.similarity` are."""
    near = [
        float(embed_voice(musicnb.load(folder / f"{name}.wav")) @ each["voice"])
        for name, each in heard.items()
    ]
    return {"cosine_mean": round(float(np.mean(near)), 4), "cosine_least": round(min(near), 3)}


def own(name: str, heard: Judged) -> dict[str, float]:
    """Return what the judges say of a voice's own recordings."""
    said = musicnb.load(PACKAGED / name / "preview.ogg").mono()
    return {"similarity": own_likeness(heard, name)} | {
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


def _floors(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what must hold: over all, and of likeness for every voice."""
    rows = []
    for name, (sign, limit) in FLOORS.items():
        every = name in OF_EVERY_VOICE
        found = list(report["voices"].values()) if every else [report["all"]]
        values = [row[name]["mean"] if isinstance(row[name], dict) else row[name] for row in found]
        value = min(values) if sign == ">=" else max(values)
        passed = value >= limit if sign == ">=" else value <= limit
        row = {"where": f"{name}, the least of the voices" if every else name}
        rows.append(row | {"floor": f"{sign} {limit:g}", "value": value, "passed": passed})
    return rows
