"""Notes heard in hummed and sung tunes: ``python -m benchmarks hum``."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.hummed import Item, items
from benchmarks.machine import machine
from benchmarks.metrics import interval
from benchmarks.packages import environment, note
from musicnb.audio.audio import Audio

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    #: A row each: onset and offset in seconds, MIDI pitch.
    Notes = NDArray[np.float64]

#: Voices and a seed that no setting was chosen on; those were chosen on kal16 and rms with seed 0.
VOICES, SEED = ("slt", "awb"), 100
#: Two notes are one if their onsets are so near (seconds) and their pitches (cents).
ONSET, PITCH = 0.05, 50.0
LIBRARIES = (
    ("--no-deps", "basic-pitch==0.4.0"),
    ("onnxruntime", "librosa", "mir_eval", "pretty_midi", "resampy<0.4.3", "setuptools<81"),
)
KINDS = ("words", "syllables", "hummed", "played")
NOTES = (
    "F1 of notes: onset within 50 ms, pitch within 50 cents, offsets not looked at (mir_eval)",
    "words, syllables: flite's slt and awb, re-sung by WORLD; a note begins with its vowel",
    "hummed: one /m/, with dips between the notes or, for half of them, only where one is repeated",
    "played: flute, violin, clarinet and choir of the soundfont, in its room: not what it is for",
    "basic-pitch 0.4.0 by ONNX, its own defaults, 55 to 1100 Hz; swift-f0's own segment_notes",
)


def hum() -> dict[str, Any]:
    """Measure every method."""
    note("making tunes")
    tunes = items(SEED, VOICES)
    found = {
        "musicnb": [ours(tune) for tune in tunes],
        "swift-f0": [swift(tune) for tune in tunes],
        "basic-pitch": basic_pitch(tunes),
    }
    scores = {
        method: [scored(tune.notes, notes) for tune, notes in zip(tunes, heard, strict=True)]
        for method, heard in found.items()
    }
    summary = {
        method: {
            kind: interval(
                [each["f1"] for each, t in zip(rows, tunes, strict=True) if kind == t.kind]
            )
            for kind in KINDS
        }
        for method, rows in scores.items()
    }
    detail = [
        {"name": tune.name, "kind": tune.kind, "notes": len(tune.notes)}
        | {method: rows[number] for method, rows in scores.items()}
        for number, tune in enumerate(tunes)
    ]
    return {
        "benchmark": "hum",
        "machine": machine(),
        "notes": list(NOTES),
        "f1": summary,
        "items": detail,
        "floors": floors(summary),
    }


def floors(summary: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what must hold: at least as good as either peer on what is sung and hummed."""
    made = []
    for kind in ("words", "syllables", "hummed"):
        best = max(rows[kind]["mean"] for method, rows in summary.items() if method != "musicnb")
        mean = summary["musicnb"][kind]["mean"]
        passed = mean >= best
        made.append(
            {"floor": f"F1 at least {best:.3f}", "where": kind, "value": mean, "passed": passed}
        )
    return made


def scored(truth: Notes, found: Notes) -> dict[str, float]:
    """Return precision, recall and F1 of notes.

    Examples
    --------
    >>> truth = np.array([[0.0, 0.5, 60.0], [0.5, 1.0, 62.0]])
    >>> scored(truth, truth[:1] + [0.04, 0.2, 0.3])
    {'precision': 1.0, 'recall': 0.5, 'f1': 0.667}
    """
    import mir_eval

    if not len(found):
        return {"precision": 0.0, "recall": 0.0, "f1": 0.0}
    precision, recall, f1, _ = mir_eval.transcription.precision_recall_f1_overlap(
        truth[:, :2],
        _hz(truth[:, 2]),
        found[:, :2],
        _hz(found[:, 2]),
        onset_tolerance=ONSET,
        pitch_tolerance=PITCH,
        offset_ratio=None,
    )
    return {
        "precision": round(float(precision), 3),
        "recall": round(float(recall), 3),
        "f1": round(float(f1), 3),
    }


def _hz(pitch: NDArray[np.float64]) -> NDArray[np.float64]:
    return 440 * 2 ** ((pitch - 69) / 12)


def ours(tune: Item) -> Notes:
    """Return the notes that musicnb hears."""
    from musicnb.voices.notes import sung_notes

    found = sung_notes(Audio(tune.samples, tune.rate))
    return _rows([(each.onset, each.offset, each.pitch) for each in found])


def swift(tune: Item) -> Notes:
    """Return the notes that SwiftF0's own segmentation hears."""
    from swift_f0 import SwiftF0, segment_notes

    sound = Audio(tune.samples, tune.rate).resample(16_000)
    heard = SwiftF0(threads=1).detect(sound.samples[0], 16_000, fmin=55, fmax=1100)
    return _rows(
        [(n.start, n.end, 69 + 12 * np.log2(n.pitch_hz / 440)) for n in segment_notes(heard)]
    )


def basic_pitch(tunes: Sequence[Item]) -> list[Notes]:
    """Return the notes that Basic Pitch hears."""
    python = environment("basic-pitch", *LIBRARIES)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number, tune in enumerate(tunes):
            Audio(tune.samples, tune.rate).save(folder / f"{number:02d}.wav", sidecar=False)
        note("basic-pitch")
        script = Path(__file__).with_name("basicpitch.py")
        subprocess.run([python, script, name], check=True, stdout=sys.stderr)
        return [
            _rows(json.loads(path.with_suffix(".json").read_text("utf-8")))
            for path in sorted(folder.glob("*.wav"))
        ]


def _rows(rows: Sequence[Sequence[float]]) -> Notes:
    return np.array(rows, np.float64).reshape(-1, 3)
