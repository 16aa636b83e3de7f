"""From the stems of a render to a mix as a studio, a room and a codec leave it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from musicnb.analysis.features import SAMPLE_RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Sound = NDArray[np.float32]


def mixed(
    stems: dict[str, Sound], brightness: tuple[float, float], rng: np.random.Generator
) -> Sound:
    """Return a mono mix of stems: levels, a missing part, reverb, saturation, hiss.

    `brightness` is the range of the slope of the spectrum, in dB an octave.
    """
    total = np.zeros(stems["drums"].shape[1], np.float32)
    drop = rng.random()
    # At most one part is left out; there are always chords or a bass.
    left_out = {"drums": drop < 0.1, "bass": 0.1 < drop < 0.16, "melody": 0.16 < drop < 0.4}
    offsets = {"drums": rng.normal(0, 4), "bass": rng.normal(0, 3), "melody": rng.normal(-1, 4)}
    for name, stem in stems.items():
        mono = stem.mean(axis=0)
        level = float(np.sqrt(np.mean(mono**2)))
        if level > 1e-5 and not left_out.get(name):
            total += mono * np.float32(10 ** (offsets.get(name, 0) / 20) * 0.1 / level)
    if rng.random() < 0.6:
        total = _reverb(total, rng)
    total = _tilt(total, rng.uniform(*brightness) + rng.normal(0, 1.2), rng)
    if rng.random() < 0.4:
        drive = rng.uniform(1, 6) / max(float(np.abs(total).max()), 1e-6)
        total = np.tanh(total * np.float32(drive))
    noise = rng.normal(0, 1, len(total)).astype(np.float32)
    level = float(np.sqrt(np.mean(total**2)))
    return total + noise * np.float32(level * 10 ** (rng.uniform(-70, -30) / 20))


def _reverb(samples: Sound, rng: np.random.Generator) -> Sound:
    from scipy.signal import fftconvolve

    length = rng.uniform(0.2, 2.0)
    t = np.arange(round(length * SAMPLE_RATE)) / SAMPLE_RATE
    tail = rng.normal(0, 1, len(t)) * 10 ** (-3 * t / length)
    tail *= rng.uniform(0.05, 0.4) / max(float(np.sqrt(np.sum(tail**2))), 1e-9)
    tail[0] += 1
    made: Sound = fftconvolve(samples, tail)[: len(samples)].astype(np.float32)
    return made


def _tilt(samples: Sound, slope: float, rng: np.random.Generator) -> Sound:
    """Change the balance: a slope in dB an octave, a wavy curve, and a low-pass like a codec's."""
    spectrum = np.fft.rfft(samples)
    frequency = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
    octaves = np.log2(np.maximum(frequency, 20) / 640)
    knots = np.linspace(-5, 4.2, 8)
    curve = np.interp(octaves, knots, rng.normal(0, 2.5, len(knots))) + slope * octaves
    if rng.random() < 0.3:
        curve = curve - np.maximum(octaves - np.log2(rng.uniform(3500, 10_000) / 640), 0) * 60
    if rng.random() < 0.2:
        curve = curve + np.minimum(octaves - np.log2(rng.uniform(50, 160) / 640), 0) * 18
    made: Sound = np.fft.irfft(spectrum * 10 ** (curve / 20), len(samples)).astype(np.float32)
    return made
