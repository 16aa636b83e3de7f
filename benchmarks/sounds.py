"""Sounds of which it is known what an edit must make of them, and how close it came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Samples = NDArray[Any]

RATE = 44_100
#: Where an attack is looked for, in seconds around its place.
REACH = 0.06
#: Before an attack; the burst itself may begin a sample early.
ECHO = 0.04
PANNED = (330.0, 587.0)
#: How loud each of the two is in the other channel.
CROSS = 0.3


def hits(times: Samples, seconds: float) -> tuple[Samples, Samples]:
    """Return bursts of noise at `times`, stereo, and the burst."""
    rng = np.random.default_rng(0)
    burst = rng.normal(size=2000) * np.exp(-np.arange(2000) / 250) * 0.2
    samples = np.zeros((2, round(seconds * RATE)), np.float32)
    for time in times:
        at = round(time * RATE)
        samples[:, at : at + burst.size] += burst.astype(np.float32)
    return samples, burst


def attacks(
    samples: Samples, burst: Samples, times: Samples, *, ratio: float = 1.0
) -> dict[str, float]:
    """Return where the bursts are and what is left of them.

    Examples
    --------
    >>> times = np.arange(0.5, 3, 0.5)
    >>> samples, burst = hits(times, 4)
    >>> attacks(samples, burst, times + 0.002)
    {'attack_ms': 2.0, 'attack_kept': 1.0, 'pre_echo_db': -100.0}
    """
    if ratio != 1:  # a transposed burst is a shorter one
        moments = np.arange(0, burst.size, ratio)
        burst = np.interp(moments, np.arange(burst.size), burst)
    reach, echo = round(REACH * RATE), round(ECHO * RATE)
    energy = float(burst @ burst)
    padded = np.pad(samples[0].astype(float), (reach + echo, reach + burst.size))
    late, kept, early = [], [], []
    for time in times:
        at = round(time * RATE) + reach + echo
        part = padded[at - reach : at + reach + burst.size]
        likeness = np.correlate(part, burst, "valid") / energy
        peak = int(np.abs(likeness).argmax())
        late.append(abs(peak - reach) / RATE * 1000)
        kept.append(min(abs(likeness[peak]), 1.0))
        start = at - reach + peak - 2
        early.append(float(np.sum(padded[start - echo : start] ** 2)) / energy)
    return {
        "attack_ms": round(float(np.max(late)), 2),
        "attack_kept": round(float(np.mean(kept)), 3),
        "pre_echo_db": round(float(10 * np.log10(np.mean(early) + 1e-10)), 1),
    }


def cents_off(method: Callable[[Samples], Samples], played: float, wanted: float) -> float:
    """Return by how many cents a pure tone comes out wrong.

    Examples
    --------
    >>> abs(cents_off(lambda samples: samples, 55.0, 55.0)) < 0.1
    True
    """
    moments = np.arange(4 * RATE) / RATE
    tone = (0.3 * np.sin(2 * np.pi * played * moments)).astype(np.float32)
    middle = method(np.stack([tone, tone]))[0, RATE // 2 : -RATE // 2].astype(float)
    size = 1 << 21
    spectrum = np.log(np.abs(np.fft.rfft(middle * np.hanning(middle.size), size)) + 1e-12)
    at = int(spectrum.argmax())
    left, top, right = spectrum[at - 1 : at + 2]
    heard = (at + 0.5 * (left - right) / (left - 2 * top + right)) * RATE / size
    return round(float(1200 * np.log2(heard / wanted)), 2)


def panned() -> Samples:
    """Return two tones, each mostly in a channel of its own, the second out of phase."""
    moments = np.arange(4 * RATE) / RATE
    one, other = (0.2 * np.sin(2 * np.pi * f * moments + f) for f in PANNED)
    return np.stack([one + CROSS * other, CROSS * one - other]).astype(np.float32)


def spill_db(samples: Samples, ratio: float = 1.0) -> float:
    """Return how loud the second tone is where it must cancel, against where it is.

    Examples
    --------
    >>> spill_db(panned()) < -100
    True
    """
    middle = samples[:, RATE // 2 : -RATE // 2].astype(float)
    without = middle[0] + CROSS * middle[1]
    window = np.hanning(middle.shape[1])
    at = round(PANNED[1] * ratio * middle.shape[1] / RATE)
    near = slice(at - 20, at + 21)
    powers = [
        np.sum(np.abs(np.fft.rfft(each * window)[near]) ** 2) for each in (without, middle[1])
    ]
    return round(10 * float(np.log10(powers[0] / powers[1] + 1e-12)), 1)


def vowel(f0: float) -> Samples:
    """Return an "a" of a synthetic voice, stereo."""
    from scipy.signal import lfilter

    phase = np.arange(3 * RATE) * f0 / RATE
    samples = sum(np.cos(2 * np.pi * k * phase) for k in range(1, int(9000 / f0)))
    for frequency, width in ((700, 90), (1220, 110), (2600, 140)):
        radius = np.exp(-np.pi * width / RATE)
        samples = lfilter(
            [1], [1, -2 * radius * np.cos(2 * np.pi * frequency / RATE), radius**2], samples
        )
    samples = lfilter([1], [1, -0.95], samples)
    mono = (0.3 * samples / np.abs(samples).max()).astype(np.float32)
    return np.stack([mono, mono])


def formants(samples: Samples) -> Samples:
    """Return the first three formants in Hz, by linear prediction.

    Examples
    --------
    >>> formants(vowel(110)).round(-2)
    array([ 700., 1200., 2600.])
    """
    import librosa
    import soxr

    low = soxr.resample(samples[0].astype(float), RATE, 8000)[2000:-2000]
    low = np.append(low[0], low[1:] - 0.95 * low[:-1])
    roots = np.roots(librosa.lpc(low * np.hanning(low.size), order=10))
    # Each formant is a pair of poles; the rest of the poles are not as sharp.
    roots = roots[(roots.imag > 0) & (np.angle(roots) > 0.2)]
    sharpest = roots[np.argsort(-np.abs(roots))[:3]]
    return np.sort(np.angle(sharpest)) * 8000 / (2 * np.pi)
