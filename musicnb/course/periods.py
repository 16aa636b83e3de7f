"""Autocorrelation, and the pitch that it shows: the checks of a student's own."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.course.checks import array, explained, number
from musicnb.course.question import Wrong, call

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: A peak counts that is so high against the highest; a frame whose highest is lower has no pitch.
NEARLY, VOICED = 0.9, 0.5
RATE = 8000


def autocorrelation(frame: Floats, lags: int) -> Floats:
    """Return how alike a frame is to itself `lag` samples later, 0 to 1 (or below 0).

    Parameters
    ----------
    frame : ndarray
        Samples.
    lags : int
        How many: 0, 1, 2 and so on.

    Examples
    --------
    >>> wave = np.tile([0.0, 1, 0, -1], 10)
    >>> autocorrelation(wave, 6).round(2) + 0.0
    array([ 1.,  0., -1.,  0.,  1.,  0.])
    """
    made = np.zeros(lags)
    for lag in range(lags):
        now, later = frame[: len(frame) - lag], frame[lag:]
        power = np.sqrt(np.sum(now**2) * np.sum(later**2))
        made[lag] = np.sum(now * later) / power if power > 0 else 0
    return made


def pitch(r: Floats, sample_rate: int, low: float, high: float) -> float:
    """Return the pitch (Hz) that an autocorrelation shows, or NaN for none.

    Parameters
    ----------
    r : ndarray
        By lag.
    sample_rate : int
        In Hz.
    low, high : float
        What is looked for, in Hz.

    Examples
    --------
    >>> r = autocorrelation(np.tile([0.0, 1, 0, -1], 10), 20)
    >>> pitch(r, 800, 60, 300)
    200.0
    """
    first, last = math.ceil(sample_rate / high), math.floor(sample_rate / low)
    lags = [
        lag
        for lag in range(max(1, first), min(last, len(r) - 2) + 1)
        if r[lag - 1] < r[lag] >= r[lag + 1]
    ]
    best = max((r[lag] for lag in lags), default=0)
    if best < VOICED:
        return math.nan
    return sample_rate / next(lag for lag in lags if r[lag] >= NEARLY * best)


def tone(random: np.random.Generator, hertz: float, *, seconds: float = 0.05) -> Floats:
    """Return a tone with harmonics of any strength, at 8000 Hz."""
    t = np.arange(round(seconds * RATE)) / RATE
    waves = [
        random.uniform(0.3, 1) * np.sin(2 * np.pi * (n * hertz * t + random.uniform()))
        for n in range(1, 6)
    ]
    return np.asarray(sum(waves))


def judge_autocorrelation(answer: Any) -> str:
    """Check a function that makes an autocorrelation."""
    random = np.random.default_rng(7)
    for hertz in (110, 173):
        compare_autocorrelation(answer, tone(random, hertz), 120)
    silent = array(call(answer, np.zeros(400), 50), (50,), "(lags,)")
    if np.abs(silent).max() > 0:
        raise Wrong("of silence yours is not 0 throughout", part=0.75)
    return "1 for a lag of a whole period, however short the rest of the frame has become"


def compare_autocorrelation(answer: Any, frame: Floats, lags: int) -> None:
    """Raise `Wrong`, with the mistake that was made, unless it is right."""
    try:
        given = np.asarray(call(answer, frame.copy(), lags), float)
    except (TypeError, ValueError):
        given = np.zeros(0)
    plain = np.correlate(frame, frame, "full")
    if given.shape == plain.shape:
        raise Wrong("that has the negative lags too; asked are the lags 0, 1, ... `lags` - 1")
    found = array(given, (lags,), "(lags,)")
    right = autocorrelation(frame, lags)
    sums = plain[len(frame) - 1 :][:lags]
    around = np.array([np.sum(frame * np.roll(frame, -lag)) for lag in range(lags)])
    explained(
        found,
        right,
        (
            (sums, "multiply and add up is right; now divide by the strength of both pieces", 0.5),
            (
                sums / sums[0],
                (
                    "divided by the strength of the whole frame; the pieces get shorter with the "
                    "lag, so at 110 Hz your peaks sink although nothing in the sound does"
                ),
                0.5,
            ),
            (
                np.array([np.mean(frame[: len(frame) - k] * frame[k:]) for k in range(lags)]),
                "a mean still depends on how loud the sound is; divide by the strength",
                0.5,
            ),
            (
                around / around[0],
                "yours goes around from the end of the frame to its beginning; leave that off",
                0.5,
            ),
            (around, "yours goes around, from the end of the frame to its beginning", 0.25),
            (
                right**2,
                "the strength is the square root of the product of both sums of squares",
                0.5,
            ),
            (np.concatenate([right[1:], [0]]), "off by one: the first value is for lag 0", 0.5),
        ),
        otherwise="for lag 0 it is 1; for a lag k compare frame[: len(frame) - k] with frame[k:]: "
        "the sum of their products, over the root of the product of their sums of squares",
        tolerance=1e-6,
    )


def shown(random: np.random.Generator, hertz: float, *, tall: float = 0.0) -> Floats:
    """Return an autocorrelation whose second peak is the highest, and with a small one before it.

    `tall` is how high the small one is, at half the period.
    """
    lags = np.arange(400)
    period = RATE / hertz
    turns = lags / period
    made = 0.45 + 0.45 * np.cos(2 * np.pi * turns)
    made = made + 0.03 * np.exp(-(((turns - 2) / 0.2) ** 2))
    made = made + tall * np.exp(-(((turns - 0.5) / 0.12) ** 2))
    made = made + 0.1 * np.exp(-lags / 3)
    return np.asarray(made + random.uniform(-1e-6, 1e-6, lags.size))


def judge_pitch(answer: Any) -> str:
    """Check a function that reads the pitch off an autocorrelation."""
    random = np.random.default_rng(7)
    for hertz, tall in ((160.0, 0.0), (125.0, 0.6), (200.0, 0.0)):
        compare_pitch(answer, shown(random, hertz, tall=tall), hertz, 60, 500)
    noise = 0.3 * np.cos(np.arange(400) / 9) * np.exp(-np.arange(400) / 300)
    found = number(call(answer, noise, RATE, 60, 500))
    if not math.isnan(found):
        raise Wrong(
            f"where the highest peak is 0.3 there is no pitch: NaN, and yours says {found:.0f} Hz",
            part=0.75,
        )
    return "the shortest lag that is nearly as good as the best: every multiple of a period is one"


def compare_pitch(answer: Any, r: Floats, hertz: float, low: float, high: float) -> None:
    """Raise `Wrong`, with the mistake that was made, unless the pitch is right."""
    found = number(call(answer, r.copy(), RATE, low, high))
    if math.isnan(found):
        raise Wrong(f"there is a pitch, {hertz:g} Hz, and yours finds none", part=0.25)
    if not 0 < found <= 1.5 * high:
        raise Wrong("a lag of 0 fits best, and always does: look only from sample_rate / high on")
    octaves = math.log2(found / hertz)
    if abs(octaves) <= 1.5 * hertz / RATE:
        return
    known = (
        (
            hertz / 2,
            (
                "an octave too low: two periods fit as well as one, and here a hair better. Take "
                "the first peak that is nearly as high as the highest"
            ),
            0.5,
        ),
        (2 * hertz, "an octave too high: that peak is lower than 0.9 times the highest", 0.5),
        (RATE / hertz, "that is the lag, in samples; asked is the pitch, in Hz", 0.5),
        (1 / hertz, "that is the period, in s; asked is the pitch, in Hz", 0.5),
        (high, "that is the first lag of all; a peak is higher than both neighbours", 0.25),
    )
    for value, text, part in known:
        if abs(found / value - 1) <= 0.03:  # noqa: PLR2004
            raise Wrong(text, part=part)
    if 0 < octaves < 1:
        raise Wrong(
            f"{found:.0f} Hz, and it is {hertz:g}: you stop on the slope before the peak; a peak "
            "is higher than both neighbours",
            part=0.5,
        )
    raise Wrong(f"{found:.0f} Hz, and it is {hertz:g}: which lags are peaks, and which come first?")
