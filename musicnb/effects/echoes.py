"""Finding an echo in a recording, without knowing the dry sound.

An echo multiplies the spectrum by a comb, and so adds a cosine to its logarithm. The transform of
the log spectrum - the cepstrum, invented for this (Bogert, Healy and Tukey, 1963) - shows it as
one sharp line at the time of the echo, while pitch and timbre stay below 50 ms and rhythm, which
is never exact to the sample in played music, is spread out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Seconds of the frames whose spectra are averaged.
FRAME = 4.0
#: Seconds between which echoes are looked for.
SHORTEST, LONGEST = 0.05, 1.5
#: A line must stand out of its neighbourhood by so many standard deviations.
CLEAR = 8.0


@dataclass(frozen=True)
class Echo:
    """An echo that was found.

    Attributes
    ----------
    time : float
        Seconds.
    strength : float
        Height of its line in the cepstrum: for one clean echo, its level over the sound's.
    clearness : float
        The height in standard deviations of the neighbourhood.
    """

    time: float
    strength: float
    clearness: float


def cepstrum(samples: NDArray[np.floating], sample_rate: int) -> NDArray[np.float64]:
    """Return the power cepstrum of a mono sound, averaged over overlapping frames."""
    size = min(round(FRAME * sample_rate), len(samples))
    window = np.hanning(size)
    total = np.zeros(size + 1)
    starts = range(0, len(samples) - size + 1, max(1, size // 4))
    for start in starts:
        power = np.abs(np.fft.rfft(samples[start : start + size] * window, 2 * size)) ** 2
        # What is 80 dB below the loudest is noise of coding, and tells nothing.
        total += np.log(power + 1e-8 * power.max() + 1e-20)
    made: NDArray[np.float64] = np.fft.irfft(total / max(len(starts), 1))[:size]
    return made


def find_echo(samples: NDArray[np.floating], sample_rate: int) -> Echo | None:
    """Return the clearest echo of a mono sound, whether it is a clear one or not.

    None if the sound is too short to hold one.
    """
    if len(samples) < 4 * SHORTEST * sample_rate:
        return None
    line = cepstrum(samples, sample_rate)
    first = round(SHORTEST * sample_rate)
    last = min(round(LONGEST * sample_rate), len(line) // 2)
    if last <= first:
        return None
    near = round(0.01 * sample_rate)
    middle = line[first - near : last + near] if last + near < len(line) else line[first - near :]
    # The deviation of the neighbourhood, without the line itself.
    from scipy.ndimage import uniform_filter1d

    power = uniform_filter1d(middle**2, 2 * near + 1) - middle**2 / (2 * near + 1)
    clear = middle / np.sqrt(np.maximum(power, 1e-20))
    inside = clear[near : near + last - first]
    at = int(np.argmax(inside))
    return Echo((first + at) / sample_rate, float(line[first + at]), float(inside[at]))
