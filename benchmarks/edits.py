"""Stretching and pitch shifting beside librosa's; genres: ``python -m benchmarks edits``."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.genre import NOTES as GENRE_NOTES
from benchmarks.genre import genres
from benchmarks.machine import machine
from benchmarks.packages import note
from benchmarks.sounds import RATE, attacks, cents_off, formants, hits, panned, spill_db, vowel

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    #: (samples of shape (channels, frames)) -> samples
    Edit = Callable[[NDArray[np.float32]], NDArray[np.float32]]

TEMPO, TRANSPOSE, SWING = 1.25, 3.0, 2.0
#: Seconds of a real song, for the time it takes; the fastest of three runs counts.
SECONDS, RUNS = 30.0, 3
#: From the lowest string of a bass guitar up.
TONES = (41.2, 55.0, 82.4, 110.0, 220.0, 440.0, 880.0)
NOTES = (
    f"tempo {TEMPO}; key {TRANSPOSE:g} semitones up; swing {SWING:g} : 1 at 120 BPM",
    f"core-RTF: seconds of all cores over seconds of sound; {SECONDS:.0f} s of a real song, stereo",
    f"the fastest of {RUNS} runs, after one that is not counted",
    "attack ms: bursts of noise at known times; the one that is farthest from where it must be",
    "attack kept: how much of a burst is still itself (correlation; 1 is all), mean over bursts",
    "pre-echo: energy in the 40 ms before an attack, against that of the burst",
    "pitch: the largest error on pure tones from 41 to 880 Hz",
    "spill: of two panned tones, how loud one is where the channels' sum should cancel it",
    "formants: how far three formants of a synthetic vowel moved; they should stay",
    "python-stretch: its own pitch shifting; musicnb stretches with it, and resamples",
)


def edits() -> dict[str, Any]:
    """Measure every method."""
    import musicnb

    song = musicnb.load("demo:starfall", duration=SECONDS).samples
    made: dict[str, dict[str, Any]] = {"tempo": {}, "key": {}, "swing": {}}
    for task, methods in METHODS.items():
        for name, method in methods.items():
            note(f"{task}: {name}")
            made[task][name] = {
                "core_rtf": round(core_rtf(method, song), 4),
                **QUALITIES[task](method),
            }
    made["genre"] = genres()
    notes = [*NOTES, *GENRE_NOTES]
    return {"benchmark": "edits", "machine": machine(), "notes": notes, **made}


def core_rtf(method: Edit, samples: NDArray[np.float32]) -> float:
    """Return the seconds of processor that a second of sound takes."""
    method(samples[:, :RATE])  # what is compiled or loaded on first use
    taken = []
    for _ in range(RUNS):
        started = time.process_time()
        method(samples)
        taken.append(time.process_time() - started)
    return min(taken) / (samples.shape[1] / RATE)


def tempo_quality(method: Edit) -> dict[str, float]:
    """Return how good a change of tempo is."""
    times = np.arange(0.5, 15.5, 0.5)
    song, burst = hits(times, 16)
    return {
        **attacks(method(song), burst, times / TEMPO),
        "pitch_cents": max(abs(cents_off(method, f, f)) for f in TONES),
        "spill_db": spill_db(method(panned())),
    }


def key_quality(method: Edit) -> dict[str, float]:
    """Return how good a transposition is."""
    times = np.arange(0.5, 15.5, 0.5)
    song, burst = hits(times, 16)
    ratio = 2 ** (TRANSPOSE / 12)
    voice = vowel(110)
    before, after = formants(voice), formants(method(voice))
    return {
        # A burst is transposed too, so only its place can be compared.
        "attack_ms": attacks(method(song), burst, times, ratio=ratio)["attack_ms"],
        "pitch_cents": max(abs(cents_off(method, f, f * ratio)) for f in TONES),
        "spill_db": spill_db(method(panned()), ratio),
        "formants_percent": round(100 * float(np.mean(np.abs(after / before - 1))), 1),
    }


def swing_quality(method: Edit) -> dict[str, float]:
    """Return how good a change of swing is: attacks on and off the beat."""
    beats = np.arange(0.5, 15.5, 0.5)
    song, burst = hits(np.arange(0.5, 15.3, 0.25), 16)
    moved = np.sort(np.concatenate([beats, beats[:-1] + 0.5 * SWING / (1 + SWING)]))
    return attacks(method(song), burst, moved)


def ours(samples: NDArray[np.float32], **plan: Any) -> NDArray[np.float32]:
    """Edit by musicnb."""
    from musicnb.remix.plan import Plan

    blocks = Plan(**plan).blocks([samples], RATE, samples.shape[0])
    return np.concatenate(list(blocks), axis=1)


def librosa_tempo(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Stretch by librosa's phase vocoder."""
    import librosa

    return librosa.effects.time_stretch(samples, rate=TEMPO)


def librosa_key(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Transpose by librosa."""
    import librosa

    return librosa.effects.pitch_shift(samples, sr=RATE, n_steps=TRANSPOSE)


def library_key(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Transpose by python-stretch itself."""
    from python_stretch import Signalsmith

    stretcher = Signalsmith.Stretch(0)
    stretcher.preset(samples.shape[0], RATE)
    stretcher.setTransposeSemitones(TRANSPOSE)
    return np.asarray(stretcher.process(np.array(samples, np.float32, order="C")))


#: Beats for swing: 120 a minute, as in the bursts; for the song they only set the pace.
BEATS = tuple(np.arange(0.5, SECONDS, 0.5))
METHODS: dict[str, dict[str, Edit]] = {
    "tempo": {"musicnb": partial(ours, tempo=TEMPO), "librosa": librosa_tempo},
    "key": {
        "musicnb": partial(ours, transpose=TRANSPOSE),
        "musicnb, formants kept": partial(ours, transpose=TRANSPOSE, preserve_formants=True),
        "librosa": librosa_key,
        "python-stretch": library_key,
    },
    "swing": {"musicnb": partial(ours, swing=SWING, beats=BEATS)},
}
QUALITIES: dict[str, Callable[[Edit], dict[str, float]]] = {
    "tempo": tempo_quality,
    "key": key_quality,
    "swing": swing_quality,
}
