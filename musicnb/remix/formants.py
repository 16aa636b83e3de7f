"""Keeping formants: the pitch moves, the spectral envelope stays.

What makes an "a" an "a", and one singer's voice not another's, are resonances of the vocal tract:
the formants, peaks of the spectral envelope. A pitch shifter moves them along with the pitch, and
the voice sounds like a chipmunk's or a giant's. Here the envelope of the shifted sound is divided
out, and the envelope that the original has at the same moment is put in its place.

The envelope is the "true envelope" (Röbel and Rodet, DAFx 2005): a smooth curve through the tops
of the harmonics, found by smoothing the log spectrum again and again, each time after raising it
to the curve of the last time. Smoothing means to keep the low part of the cepstrum, up to half
the period of the voice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.fft import irfft, rfft

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Block = NDArray[np.float32]

#: Seconds of an STFT frame: two periods and more of the lowest voices.
FRAME = 0.046
#: Frames overlap four times.
OVERLAPS = 4
#: The voices that singers have, in Hz.
LOWEST, HIGHEST = 70.0, 1000.0
#: Smoothings; the curve hardly changes any more.
ROUNDS = 12
#: Corrections stay within this many dB: below lies only noise to amplify.
MOST_DB = 24.0
#: 120 dB below full scale, as the floor of the log spectrum.
FLOOR = 1e-6
#: Frames worked on at a time, so that memory stays bounded.
BATCH = 512


def keep_formants(
    source: Block, moved: Block, sample_rate: int, *, tempo: float, transpose: float
) -> Block:
    """Give a pitch-shifted sound the formants of the sound it was made from.

    Parameters
    ----------
    source : ndarray
        The original, shape (channels, frames).
    moved : ndarray
        The same, `transpose` semitones higher and `tempo` times faster.
    sample_rate : int
        In Hz.
    tempo, transpose : float
        What was done.

    Returns
    -------
    ndarray
        Of the shape of `moved`.
    """
    size = 1 << round(np.log2(FRAME * sample_rate))
    hop = size // OVERLAPS
    window = np.sin(np.pi * (np.arange(size) + 0.5) / size).astype(np.float32)
    count = moved.shape[1] // hop + OVERLAPS
    made = np.zeros((moved.shape[0], count * hop + size), np.float32)
    for first in range(0, count, BATCH):
        numbers = np.arange(first, min(first + BATCH, count))
        starts = (numbers + 1) * hop - size
        frames = _frames(moved, starts, window)
        centres = (starts + size / 2) * tempo
        origin = _frames(source, np.round(centres - size / 2).astype(int), window)
        gain = _correction(origin, frames, sample_rate, 2 ** (transpose / 12))
        frames = irfft(rfft(frames) * gain, size) * window
        for row, number in enumerate(numbers):
            made[:, number * hop : number * hop + size] += frames[:, row]
    made /= np.float32(OVERLAPS / 2)
    return made[:, size - hop :][:, : moved.shape[1]]


def _frames(samples: Block, starts: NDArray[np.int64], window: Block) -> Block:
    """Return windowed frames, shape (channels, starts, size), with silence outside the sound."""
    low, high = int(starts.min()), int(starts.max()) + window.size
    part = samples[:, max(low, 0) : max(high, 0)]
    before = min(max(-low, 0), high - low)
    part = np.pad(part, ((0, 0), (before, high - low - before - part.shape[1])))
    views = np.lib.stride_tricks.sliding_window_view(part, window.size, axis=1)
    frames: Block = views[:, starts - low] * window
    return frames


def _correction(origin: Block, moved: Block, sample_rate: int, ratio: float) -> Block:
    """Return the gain of each frame and bin that gives `moved` the envelope of `origin`."""
    size = origin.shape[-1]
    old, new = (
        np.log(np.maximum(np.sqrt(np.mean(np.abs(rfft(each)) ** 2, axis=0)), FLOOR))
        for each in (origin, moved)
    )
    # A higher voice has fewer harmonics to see the envelope by; both are seen as smoothly.
    order = _half_period(old, sample_rate) / max(ratio, 1.0)
    difference = _envelope(old, order, size) - _envelope(new, order, size)
    most = MOST_DB / 20 * np.log(10)
    gain: Block = np.exp(np.clip(difference, -most, most)).astype(np.float32)
    return gain


def _half_period(log_spectrum: NDArray[np.floating], sample_rate: int) -> NDArray[np.floating]:
    """Return half the period of each frame's voice, in samples, from the peak of its cepstrum."""
    from scipy.ndimage import median_filter

    cepstrum = irfft(log_spectrum)
    low, high = int(sample_rate / HIGHEST), int(sample_rate / LOWEST)
    high = min(high, cepstrum.shape[1] // 2)
    period = low + cepstrum[:, low:high].argmax(axis=1)
    # A moment without a voice, or an octave misheard, follows its neighbours.
    steady: NDArray[np.int64] = median_filter(period, 9, mode="nearest")
    return steady / 2


def _envelope(
    log_spectrum: NDArray[np.floating], order: NDArray[np.floating], size: int
) -> NDArray[np.floating]:
    """Return the true envelope of each row, smoothed to `order` samples of the cepstrum."""
    quefrency = np.minimum(np.arange(size), size - np.arange(size))
    # The lifter falls off softly, or the envelope would ring.
    fall = np.clip((order[:, None] * 1.2 - quefrency) / (order[:, None] * 0.4), 0, 1)
    lifter = np.sin(fall * np.pi / 2) ** 2
    raised = log_spectrum
    envelope = log_spectrum
    for _ in range(ROUNDS):
        envelope = rfft(irfft(raised, size) * lifter).real
        raised = np.maximum(log_spectrum, envelope)
    return envelope
