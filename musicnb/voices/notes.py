"""`sung_notes`: the notes that a voice sings: when each begins and ends, how high and how loud."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from musicnb.audio.resample import resample
from musicnb.errors import InputError
from musicnb.voices.estimate_f0 import SAMPLE_RATE, estimate_f0
from musicnb.voices.f0 import F0, STEP

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from musicnb.audio.audio import Audio

    Floats = NDArray[np.float64]

#: Hz. In this band a vowel is far louder than the consonants, of the same pitch, between vowels.
BAND = (800.0, 3500.0)
#: Values on either side among which the loudest is looked for, and dB below it that are no dip.
REACH, DIP_DB = 8, 3.0
#: What one value costs: for each semitone from its note's pitch (at most so many), for being likely
#: unvoiced, and for each dB of a dip.
OFF_PITCH, MOST_OFF, UNVOICED, QUIET = 0.625, 2.0, 0.625, 0.94
#: What a note costs: without it every trembling of the pitch would be one.
NOTE = 5.0
#: Semitones between the pitches that a note may have.
FINE = 0.05
#: Values that are worked on between two reports of progress.
REPORT = 1000


@dataclass(frozen=True)
class SungNote:
    """A note as it is sung.

    Attributes
    ----------
    onset, offset : float
        Seconds.
    pitch : float
        A MIDI number with a fraction: 69 is A4, 440 Hz.
    level : float
        dBFS, of the loudest tenth of a second.
    """

    onset: float
    offset: float
    pitch: float
    level: float


def sung_notes(
    audio: Audio,
    *,
    f0: F0 | str | Sequence[str] = "swift",
    device: str | None = None,
    each: Callable[[float], None] = lambda _: None,
) -> list[SungNote]:
    """Return the notes that one voice sings or hums.

    Of all ways to divide the pitch curve into notes and gaps, the one with the least cost is found,
    by dynamic programming. Each note has one pitch and costs something; so does each moment that is
    off its pitch, unvoiced, or softer than what surrounds it between 800 and 3500 Hz. There the
    consonants are soft, so that two syllables on one pitch are two notes, and a note begins with
    its vowel.

    Parameters
    ----------
    audio : Audio
        One voice without accompaniment. Channels are averaged.
    f0 : F0, str or sequence of str
        The pitch, for instance edited, or the methods by which `estimate_f0` finds it.
    device : {'auto', 'cpu', 'cuda', 'cuda:N'}, optional
        Where CREPE computes.
    each : callable
        Told the seconds that are done.

    Returns
    -------
    list of SungNote
        In the order of their onsets, none of them overlapping.

    Raises
    ------
    musicnb.errors.InputError
        If the sound is empty.

    Examples
    --------
    >>> from musicnb.audio.audio import Audio
    >>> time = np.arange(16000) / 16000
    >>> hz = np.where(time < 0.5, 220.0, 261.63)
    >>> phase = 2 * np.pi * np.cumsum(hz) / 16000
    >>> tone = Audio(0.1 * sum(np.sin(n * phase) / n for n in range(1, 9)), 16000)
    >>> [(round(note.onset, 1), round(note.pitch)) for note in sung_notes(tone)]
    [(0.0, 57), (0.5, 60)]

    Notes
    -----
    After the cost of SwiftF0's own segmentation (Nieradzik, arXiv 2508.18440, 2025), which knows
    the level over all frequencies only.
    """
    if not audio.frames:
        raise InputError("the sound is empty", expected="at least one frame", todo="Pass another.")
    curve = f0 if isinstance(f0, F0) else estimate_f0(audio, f0, device=device)
    samples = np.ascontiguousarray(audio.samples.mean(axis=0, keepdims=True))
    samples = resample(samples, audio.sample_rate, SAMPLE_RATE)[0]
    frames = len(curve.hz)
    quiet = _dips(_levels(samples, frames, BAND))
    loud = _levels(samples, frames, None)
    return [
        SungNote(first * STEP, last * STEP, pitch, float(_held(loud[first:last]).max()))
        for first, last, pitch in _divided(curve, quiet, each)
    ]


def _levels(samples: NDArray[np.float32], frames: int, band: tuple[float, float] | None) -> Floats:
    """Return the level around each value of the curve, in dB, of all or of a band."""
    from scipy.signal import butter, sosfiltfilt

    width = round(2 * STEP * SAMPLE_RATE)
    x = np.pad(samples.astype(np.float64), (0, 2 * width))
    if band:
        x = sosfiltfilt(butter(2, band, "band", fs=SAMPLE_RATE, output="sos"), x)
    window = np.hanning(width)
    power = np.convolve(np.square(x), window / window.sum(), "same")
    at = np.minimum(np.arange(frames) * round(STEP * SAMPLE_RATE), len(power) - 1)
    made: Floats = 10 * np.log10(np.maximum(power[at], 1e-10))
    return made


def _held(levels: Floats) -> Floats:
    """Return the mean level over a tenth of a second, or over all if it is shorter."""
    width = min(round(0.1 / STEP), len(levels))
    made: Floats = np.convolve(levels, np.full(width, 1 / width), "valid")
    return made


def _dips(levels: Floats) -> Floats:
    """Return by how many dB, beyond `DIP_DB`, each value is softer than both of its sides."""
    from scipy.ndimage import maximum_filter1d

    # A window of REACH + 1 values that ends, or begins, at the value itself.
    size = REACH + 1
    before = maximum_filter1d(levels, size, origin=REACH // 2, mode="reflect")
    after = maximum_filter1d(levels, size, origin=-(REACH // 2), mode="reflect")
    made: Floats = np.maximum(0.0, np.minimum(before, after) - levels - DIP_DB)
    return made


def _divided(
    curve: F0, quiet: Floats, each: Callable[[float], None]
) -> list[tuple[int, int, float]]:
    """Return the notes of the best division: first value, the one behind the last, and pitch."""
    notes = curve.notes.astype(np.float64)
    sure = np.where(curve.voiced, curve.confidence, 0).astype(np.float64)
    odds = np.clip(sure, 0.01, 0.99)
    costs = QUIET * quiet - UNVOICED * np.log(odds / (1 - odds))
    pitches = np.unique(np.round(notes[curve.voiced] / FINE)) * FINE
    if not len(pitches):
        return []
    frames = len(notes)
    heard = np.nan_to_num(notes)
    # Of each pitch: the least cost of all divisions that end in a note of it, and its beginning.
    open_notes = np.full(len(pitches), np.inf)
    begun = np.zeros(len(pitches), np.intp)
    # Of each moment: where the last note before it began, and its pitch; -1 for a gap.
    back, which = np.zeros(frames + 1, np.intp), np.full(frames + 1, -1)
    best = 0.0
    for frame in range(frames):
        newer = best + NOTE < open_notes
        begun[newer] = frame
        np.minimum(open_notes, best + NOTE, out=open_notes)
        off = np.minimum(np.abs(pitches - heard[frame]), MOST_OFF)
        open_notes += OFF_PITCH * sure[frame] * off + costs[frame]
        cheapest = int(open_notes.argmin())
        back[frame + 1] = frame
        if open_notes[cheapest] < best:
            best = float(open_notes[cheapest])
            back[frame + 1], which[frame + 1] = begun[cheapest], cheapest
        if not frame % REPORT:
            each(min(REPORT, frames - frame) * STEP)
    found = []
    end = frames
    while end > 0:
        start = int(back[end])
        if which[end] >= 0:
            found.append((start, end, float(pitches[which[end]])))
        end = start
    return found[::-1]
