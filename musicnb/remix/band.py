"""How the new band sounds: its parts in balance, as loud as the old band, and not clipping."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from musicnb.audio.audio import Audio
from musicnb.audio.limit import CEILING, LOOK_AHEAD, frames_ahead, limit
from musicnb.melody.render import render_parts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from musicnb.melody.score import Score
    from musicnb.melody.styles import Style

    Samples = NDArray[np.float32]

#: How loud a band is where there was none, in LUFS, and the softest that counts as one.
ALONE, NOTHING = -18.0, -50.0
#: How far the peaks of a part may stand above its loudness, in dB: drums are held most.
CREST = 15.0
#: The limiter takes no more than this, in dB, and what it takes is made up for by so much.
DEEPEST, MADE_UP = 8.0, 3.0
#: What is kept may itself be at full scale; the band then gives way by no more than this.
LEAST = 0.1
#: Seconds over which the end fades.
FADE = 0.03


def band_sound(
    score: Score,
    style: Style,
    old: Samples,
    kept: Mapping[str, Audio],
    sample_rate: int,
    frames: int,
) -> tuple[Score, dict[str, Samples]]:
    """Return the score with its parts in balance, and the sound of each.

    Parameters
    ----------
    score : Score
        What the band plays.
    style : Style
        Says how loud each part is against the drums.
    old : ndarray
        The band that is replaced, for its loudness.
    kept : mapping of str to Audio
        What sounds beside the band.
    sample_rate, frames : int
        Of the result, whose number of channels is that of `old`.
    """
    levels = {"drums": 0.0} | {line.name: line.level for line in style.lines}
    parts = [part for part in score.parts if part.notes]
    played = {
        name: _fitted(audio.samples, frames)
        for name, audio in render_parts(replace(score, parts=tuple(parts)), sample_rate).items()
    }
    gains = {
        name: levels[name] - _loudness(samples, sample_rate, default=levels[name])
        for name, samples in played.items()
    }
    played = {
        name: _held(_louder(samples, gains[name]), levels[name], sample_rate)
        for name, samples in played.items()
    }
    if old.shape[0] == 1:
        played = {name: samples.mean(axis=0, keepdims=True) for name, samples in played.items()}
    total: Samples = np.sum(list(played.values()), axis=0)
    wanted = _loudness(old, sample_rate, default=-math.inf)
    if wanted < NOTHING:
        wanted = ALONE
    beside = np.sum([audio.samples for audio in kept.values()], axis=0) if kept else None
    gain = _gain(total, beside, wanted, sample_rate)
    made = {name: (samples * gain).astype(np.float32) for name, samples in played.items()}
    # In the score as it is balanced the loudest part is at 0 dB.
    top = max(gains.values())
    balanced = tuple(
        replace(part, gain=round(gains.get(part.name, 0.0) - top, 2)) for part in score.parts
    )
    return replace(score, parts=balanced), made


def _fitted(samples: Samples, frames: int) -> Samples:
    """Cut or fill to a number of frames; what is cut fades."""
    if samples.shape[1] <= frames:
        return np.pad(samples, ((0, 0), (0, frames - samples.shape[1])))
    made = samples[:, :frames].copy()
    fade = min(frames, round(FADE * 44_100))
    made[:, frames - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)
    return made


def _louder(samples: Samples, decibels: float) -> Samples:
    made: Samples = samples * np.float32(10 ** (decibels / 20))
    return made


def _loudness(samples: Samples, sample_rate: int, *, default: float) -> float:
    value = Audio(samples, sample_rate).loudness
    return value if math.isfinite(value) else default


def _held(samples: Samples, level: float, sample_rate: int) -> Samples:
    """Hold the peaks of a part of a known loudness, as a compressor on its channel does."""
    ceiling = 10 ** ((level + CREST) / 20)
    return limit(samples.astype(np.float64), sample_rate, ceiling=ceiling).astype(np.float32)


def _gain(
    band: Samples, beside: Samples | None, wanted: float, sample_rate: int
) -> NDArray[np.float64]:
    """Return the gain, frame by frame, at which the band is as loud as wanted and does not clip."""
    peak = float(np.abs(band).max())
    most = 20 * math.log10(CEILING / peak) + DEEPEST
    louder = wanted - _loudness(band, sample_rate, default=wanted)
    made = np.ones(band.shape[1])
    # What the limiter takes away is made up for, once.
    for _ in range(2):
        louder = min(louder, most)
        raised = band * np.float32(10 ** (louder / 20))
        way = _way(raised, beside, sample_rate)
        made = way * 10 ** (louder / 20)
        found = _loudness((raised * way).astype(np.float32), sample_rate, default=wanted)
        louder += min(max(wanted - found, 0.0), MADE_UP)
    return made


def _way(band: Samples, beside: Samples | None, sample_rate: int) -> NDArray[np.float64]:
    """Return by how much the band gives way, frame by frame, so that the sum does not clip.

    As a limiter that looks ahead does, but what sounds beside the band stays as it is.
    """
    from scipy.ndimage import minimum_filter1d, uniform_filter1d

    size = np.abs(band).astype(np.float64)
    # How much room there is in the direction in which the band goes.
    other = np.zeros_like(size) if beside is None else np.sign(band) * beside
    room = np.minimum(CEILING - other, CEILING)
    need = np.clip(room / np.maximum(size, 1e-12), LEAST, 1).min(axis=0)
    ahead = frames_ahead(LOOK_AHEAD, sample_rate)
    least = minimum_filter1d(need, 2 * ahead + 1, mode="nearest")
    gain: NDArray[np.float64] = uniform_filter1d(least, 2 * ahead + 1, mode="nearest")
    return gain
