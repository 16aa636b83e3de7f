"""What of an analysed song another band has to know: beats, bars, chords, and how loud it goes."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from musicnb.errors import InputError
from musicnb.melody.arrange import Song
from musicnb.melody.voicing import Harmony
from musicnb.remix.swing import beat_grid

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicnb.analysis.result import Analysis

#: Beats are heard one by one, each a little early or late; a curve through this many on either
#: side says where they are meant.
NEIGHBOURS = 8
FEWEST_BEATS = 4
#: A beat this far from the curve, in seconds, is where it is heard: the song slows down there.
FAR = 0.05


def outline(
    heard: Analysis, band: NDArray[np.float32], sample_rate: int, ratio: float = 1.0
) -> Song:
    """Return what is kept of a song when it is played in another style.

    Parameters
    ----------
    heard : Analysis
        Of the song.
    band : ndarray
        What is to be replaced, shape (channels, frames): the new band is as loud, bar by bar.
    sample_rate : int
        Of `band`.
    ratio : float
        How many times faster the new song is.
    """
    times = np.array(beat_grid(steady(heard.beats), heard.duration))
    if times[-1] < heard.duration - 0.05:
        times = np.append(times, times[-1] + np.median(np.diff(times)))
    meter = int(heard.meter.value)
    harmony = _harmony(heard, times)
    return Song(
        tuple(float(time) for time in (times / ratio).round(5)),
        _first(heard.downbeats, times, meter),
        meter,
        pulse(heard) * ratio,
        str(heard.key.value),
        harmony,
        _loudness(band, sample_rate, times, meter),
    )


def require_beats(heard: Analysis) -> None:
    """Raise `InputError` if too few beats are heard to play along."""
    if heard.beats.size < FEWEST_BEATS:
        raise InputError(
            f"{heard.beats.size} beats are heard in the song",
            expected=f"at least {FEWEST_BEATS}",
            todo="Pass a song with a beat, or a longer part of it.",
        )


def pulse(heard: Analysis) -> float:
    """Return the beats a minute that are counted; the tempo that is heard may be twice that."""
    return round(60 / float(np.median(np.diff(heard.beats))), 2)


def steady(beats: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return beats on curves through their neighbours, where they are not far from those.

    Examples
    --------
    >>> steady(np.array([0.0, 0.51, 0.99, 1.5, 2.0])).round(2)
    array([0. , 0.5, 1. , 1.5, 2. ])
    """
    numbers = np.arange(beats.size)
    made = np.empty(beats.size)
    for number in numbers:
        near = slice(max(0, number - NEIGHBOURS), number + NEIGHBOURS + 1)
        away = np.abs(numbers[near] - number) / (NEIGHBOURS + 1)
        # A parabola, as the song may be slowing down.
        curve = np.polyfit(numbers[near] - number, beats[near], 2, w=(1 - away**3) ** 1.5)
        made[number] = curve[-1]
    made = np.where(np.abs(made - beats) > FAR, beats, made)
    return made if (np.diff(made) > 0).all() else beats


def _first(downbeats: NDArray[np.float64], times: NDArray[np.float64], meter: int) -> int:
    """Return the number of the beat, below `meter`, on which most bars begin."""
    if not downbeats.size:
        return 0
    numbers = np.abs(times[:, None] - downbeats).argmin(axis=0)
    return int(np.bincount(numbers % meter, minlength=meter).argmax())


def _harmony(heard: Analysis, times: NDArray[np.float64]) -> tuple[Harmony, ...]:
    """Return the chords from beat to beat; neighbours that are the same are one."""
    made: list[Harmony] = []
    for chord in heard.chords:
        start, end = (int(np.abs(times - t).argmin()) for t in (chord.start, chord.end))
        if chord.pitch_class is None or end <= start:
            continue
        minor = chord.quality == "minor"
        last = made[-1] if made else None
        if last and (last.root, last.minor, last.end) == (chord.pitch_class, minor, start):
            made[-1] = Harmony(last.start, end, last.root, last.minor)
        else:
            made.append(Harmony(start, end, chord.pitch_class, minor))
    return tuple(made)


def _loudness(
    band: NDArray[np.float32], sample_rate: int, times: NDArray[np.float64], meter: int
) -> tuple[float, ...]:
    """Return for each beat how much louder than usual the bar around it is, in dB."""
    edges = np.round(times * sample_rate).astype(int)
    power = np.square(band, dtype=np.float64).mean(axis=0)
    beat = np.array([
        power[max(a, 0) : b].mean() if b > max(a, 0) and a < power.size else 0.0
        for a, b in pairwise(edges.tolist())
    ])  # fmt: skip
    around = np.convolve(np.pad(beat, meter, mode="edge"), np.ones(2 * meter + 1), "same")
    around = around[meter:-meter] / (2 * meter + 1)
    usual = np.median(around[around > 0]) if (around > 0).any() else 1.0
    decibels = 10 * np.log10(np.maximum(around, 1e-12) / usual)
    return tuple(float(value) for value in decibels.round(2))
