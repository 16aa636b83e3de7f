"""What the cepstrum of a recording shows: an echo, and how long a room goes on.

Echo and room multiply the spectrum of a sound, and so add to its logarithm; the transform of the
log spectrum - the cepstrum, invented for this (Bogert, Healy and Tukey, 1963) - shows an echo as
one sharp line at its time, and a room as noise that dies away as the room does. Pitch and timbre
stay at short times, and rhythm, which is never exact to the sample in played music, is spread out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.ndimage import uniform_filter1d

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Seconds of the frames whose spectra are averaged.
FRAME = 4.0
#: Seconds between which echoes are looked for.
SHORTEST, LONGEST = 0.05, 1.5
#: A line must stand out of its neighbourhood by so many standard deviations.
CLEAR = 8.0
#: Where the dying away is measured: between these times (s), in so many steps, in bands (Hz).
FIRST, LAST, STEPS = 0.004, 2.0, 24
BANDS = ((60, 10_000), (60, 1000), (1000, 3000), (3000, 9000))
#: How many numbers `fingerprint` returns.
FINGERPRINT = (len(BANDS) + 2) * STEPS + 4


@dataclass(frozen=True)
class Echo:
    """An echo that was found.

    Attributes
    ----------
    time : float
        Seconds.
    strength : float
        Height of its line in the cepstrum: for one clean echo, its level over the sound's.
    again : float
        Height at twice the time; repeats of the echo show there.
    clearness : float
        The height in standard deviations of the neighbourhood.
    """

    time: float
    strength: float
    again: float
    clearness: float


def log_spectrum(samples: NDArray[Any], sample_rate: int) -> NDArray[np.float64]:
    """Return the logarithm of a mono sound's power spectrum, averaged over overlapping frames.

    Frames are padded to twice their length; nearly silent ones do not count.
    """
    size = min(round(FRAME * sample_rate), len(samples))
    window = np.hanning(size)
    total, number, most = np.zeros(size + 1), 0, 0.0
    for start in range(0, len(samples) - size + 1, max(1, size // 4)):
        power = np.abs(np.fft.rfft(samples[start : start + size] * window, 2 * size)) ** 2
        if power.sum() < 1e-4 * most:
            continue
        most = max(most, float(power.sum()))
        # What is 80 dB below the loudest is noise of coding, and tells nothing.
        total += np.log(power + 1e-8 * power.max() + 1e-20)
        number += 1
    return total / max(number, 1)


def find_echo(samples: NDArray[Any], sample_rate: int) -> Echo | None:
    """Return the clearest echo of a mono sound, whether it is a clear one or not.

    None if the sound is too short to hold one.
    """
    if len(samples) < 4 * SHORTEST * sample_rate:
        return None
    return echo_in(log_spectrum(samples, sample_rate), sample_rate)


def echo_in(spectrum: NDArray[np.float64], sample_rate: int) -> Echo | None:
    """Return the clearest echo in a log spectrum."""
    line = np.fft.irfft(spectrum)[: len(spectrum) - 1]
    first = round(SHORTEST * sample_rate)
    near = round(0.01 * sample_rate)
    last = min(round(LONGEST * sample_rate), len(line) // 2)
    if last <= first + near:
        return None
    middle = line[first - near : last + near]
    # The deviation of the neighbourhood, without the line itself.
    power = uniform_filter1d(middle**2, 2 * near + 1) - middle**2 / (2 * near + 1)
    clear = middle / np.sqrt(np.maximum(power, 1e-20))
    inside = clear[near : near + last - first]
    at = int(np.argmax(inside))
    # A second echo may stand in a quieter neighbourhood than the first; the first is stronger.
    for part in (2, 3):
        around = round((first + at) / part) - first
        if around - 2 < 0:
            continue
        nearer = around - 2 + int(np.argmax(line[first + around - 2 : first + around + 3]))
        if inside[nearer] > CLEAR and line[first + nearer] > line[first + at]:
            at = nearer
            break
    time = first + at
    twice = line[2 * time - 2 : 2 * time + 3]
    again = float(twice[np.argmax(np.abs(twice))]) if len(twice) else 0.0
    return Echo(time / sample_rate, float(line[time]), again, float(inside[at]))


def fingerprint(samples: NDArray[Any], sample_rate: int) -> NDArray[np.float32]:
    """Return what the cepstrum of a mono sound shows of rooms and echoes, as plain numbers.

    Its power in 24 steps of time, for the whole spectrum, for three parts of it, and with the
    peaks of single notes cut off; the height of its highest line in each step; and the echo.
    """
    spectrum = log_spectrum(samples, sample_rate)
    size = len(spectrum) - 1
    frequency = np.linspace(0, sample_rate / 2, size + 1)
    edges = np.minimum((np.geomspace(FIRST, LAST, STEPS + 1) * sample_rate).astype(int), size - 1)
    smooth = uniform_filter1d(spectrum, max(3, round(50 * 2 * size / sample_rate)))
    flat = np.clip(spectrum - smooth, -2, 2)
    within = [(frequency >= low) & (frequency < high) for low, high in BANDS]
    rows = [_decay(spectrum, chosen, edges) for chosen in within]
    rows.append(_decay(flat, within[0], edges))
    line = np.abs(np.fft.irfft(spectrum)[:size])
    rows.append([math.log10(line[a:b].max(initial=0) + 1e-6) for a, b in _pairs(edges)])
    echo = echo_in(spectrum, sample_rate) or Echo(SHORTEST, 0.0, 0.0, 1.0)
    told = [math.log(max(echo.clearness, 1)), 5 * echo.strength, 5 * echo.again]
    made = np.concatenate([np.concatenate(rows), told, [math.log(echo.time)]])
    return made.astype(np.float32)


def _pairs(edges: NDArray[Any]) -> list[tuple[int, int]]:
    return [(int(a), max(int(b), int(a) + 1)) for a, b in pairwise(edges)]


def _decay(spectrum: NDArray[Any], chosen: NDArray[Any], edges: NDArray[Any]) -> list[float]:
    """Return the power of a band's cepstrum between `edges`, in units of 10 dB."""
    number = int(chosen.sum())
    part = np.zeros_like(spectrum)
    part[chosen] = (spectrum[chosen] - spectrum[chosen].mean()) * np.hanning(number)
    line = np.fft.irfft(part) * math.sqrt(len(spectrum) / max(number, 1))
    return [math.log10(float(np.mean(line[a:b] ** 2)) + 1e-12) for a, b in _pairs(edges)]
