"""Moving moments of a sound to other times: a phase vocoder along a time map.

A time map says at which moment of the original each moment of the result is. Where it is steep,
the sound runs faster; where it is flat, slower; its pitch stays. The whole sound goes through one
phase vocoder, without cuts, so a note that is held through a change of speed stays one note.

Three habits keep it clean. All bins around a spectral peak turn by the angle of the peak (identity
phase locking; Laroche and Dolson, 1999), and all channels turn by the same angle, so that the
stereo picture stays. A bin whose energy leaps up begins with the phase that it has in the
original, so that attacks stay sharp. And :func:`rigid` makes a time map that moves the attacks
without stretching them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.fft import irfft, rfft

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Block = NDArray[np.float32]
    Spectrum = NDArray[np.complex64]

#: Seconds of a frame, about: long enough to tell the tones of a chord apart.
FRAME = 0.09
#: Frames overlap so many times.
OVERLAPS = 4
#: A bin with so many times the energy that it had a hop before has been struck anew.
LEAP = 4.0
#: Seconds around an attack that are moved as they are: all that a frame sees of it.
GUARD = 0.047
#: No more than this part of the time between two attacks; the rest must stretch instead.
MOST_GUARD = 0.3


@dataclass(frozen=True)
class TimeMap:
    """Which moment of the original sounds at which moment of the result.

    Attributes
    ----------
    source, target : ndarray
        Matching times in seconds, both increasing. Between two of them the speed is constant;
        before the first and after the last it is 1.

    Examples
    --------
    >>> half_speed = TimeMap(np.array([0.0, 1.0]), np.array([0.0, 2.0]))
    >>> half_speed.origin(np.array([0.5, 2.0, 3.0]))
    array([0.25, 1.  , 2.  ])
    """

    source: NDArray[np.float64]
    target: NDArray[np.float64]

    def origin(self, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the moments of the original that sound at `times`."""
        inside = np.interp(times, self.target, self.source)
        before = np.minimum(times - self.target[0], 0)
        after = np.maximum(times - self.target[-1], 0)
        moments: NDArray[np.float64] = inside + before + after
        return moments

    def place(self, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return when the moments `times` of the original sound."""
        return TimeMap(self.target, self.source).origin(times)


def rigid(time_map: TimeMap, attacks: NDArray[np.float64]) -> TimeMap:
    """Return a time map that puts `attacks` where `time_map` does, but stretches none of them.

    A little before and after each attack runs at the original speed; the rest makes up for it.

    Examples
    --------
    >>> half_speed = TimeMap(np.array([0.0, 1.0]), np.array([0.0, 2.0]))
    >>> rigid(half_speed, np.array([0.5])).place(np.array([0.48, 0.5, 0.52])).round(3)
    array([0.98, 1.  , 1.02])
    """
    places = time_map.place(attacks)
    closest = min(np.diff(attacks).min(initial=1.0), np.diff(places).min(initial=1.0))
    guard = min(GUARD, MOST_GUARD * float(closest))
    around = np.array([-guard, guard])
    # Before its first and after its last moment a time map runs at the original speed anyway.
    edges = np.array([-2 * GUARD, 2 * GUARD])
    first_last = np.array([0, -1])
    source = np.concatenate(
        [(attacks[:, None] + around).ravel(), time_map.source[first_last] + edges]
    )
    target = np.concatenate(
        [(places[:, None] + around).ravel(), time_map.target[first_last] + edges]
    )
    order = np.argsort(source)
    return TimeMap(source[order], target[order])


def warp(samples: Block, sample_rate: int, time_map: TimeMap) -> Block:
    """Play a sound along a time map.

    Parameters
    ----------
    samples : ndarray
        Shape (channels, frames).
    sample_rate : int
        In Hz.
    time_map : TimeMap
        What sounds when.

    Returns
    -------
    ndarray
        Shape (channels, n), up to the moment at which the last sample of the original sounds.
    """
    duration = time_map.place(np.array([samples.shape[1] / sample_rate]))[0]
    frames = round(duration * sample_rate)
    size = 1 << round(np.log2(FRAME * sample_rate))
    hop = size // OVERLAPS
    window = np.sqrt(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)).astype(np.float32)
    # Two frames of silence on either side, so that every frame has one a hop before it.
    padded = np.pad(samples, ((0, 0), (2 * size, 2 * size)))
    centres = np.arange(0, frames + size, hop)
    origins = np.round(time_map.origin(centres / sample_rate) * sample_rate).astype(int)
    starts = np.clip(origins + 2 * size - size // 2, hop, padded.shape[1] - size)
    made = np.zeros((samples.shape[0], frames + 2 * size), np.float32)
    before = previous = output = np.zeros((samples.shape[0], size // 2 + 1), np.complex64)
    for number, start in enumerate(starts):
        now = rfft(padded[:, start : start + size] * window)
        if number and start == starts[number - 1] + hop:
            before = previous
        else:
            before = rfft(padded[:, start - hop : start - hop + size] * window)
        output = now * _turn(now, before, output)
        previous = now
        made[:, number * hop : number * hop + size] += irfft(output, size) * window
    # The squares of four overlapping windows add up to 2.
    made /= np.float32(OVERLAPS / 2)
    return made[:, size // 2 :][:, :frames]


def _turn(now: Spectrum, before: Spectrum, output: Spectrum) -> NDArray[np.complex64]:
    """Return by which angle each bin of a frame is to be turned, as complex numbers of size 1.

    `before` is what the original has one hop earlier, and `output` is what was put out one hop
    earlier: the turn from one to the other goes on.
    """
    energy = np.sum(now.real**2 + now.imag**2, axis=0)
    past = np.sum(before.real**2 + before.imag**2, axis=0)
    turn = np.sum(output * before.conj(), axis=0)
    size = np.abs(turn)
    struck = (size < 1e-12) | (energy > LEAP * past)  # noqa: PLR2004  (silence)
    turn = np.where(struck, 1, turn / np.maximum(size, 1e-12))
    peaks = _peaks(energy)
    if peaks.size == 0:
        return turn.astype(np.complex64)
    # Each bin follows the nearest peak; between two peaks the border is at the middle.
    borders = (peaks[1:] + peaks[:-1] + 1) // 2
    owner = peaks[np.searchsorted(borders, np.arange(energy.size), side="right")]
    return turn[owner].astype(np.complex64)


def _peaks(energy: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the bins that are louder than the two on either side."""
    padded = np.pad(energy, 2)
    middle = padded[2:-2]
    higher = np.ones(energy.size, bool)
    for shift in (0, 1, 3, 4):
        higher &= middle > padded[shift : shift + energy.size]
    return np.flatnonzero(higher)
