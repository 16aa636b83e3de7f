"""`F0`: the pitch of a voice over time, and what can be done with the curve."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.errors import InputError
from musicnb.runtime.files import write_json

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Sequence

    from numpy.typing import ArrayLike, NDArray

#: Seconds from one value to the next.
STEP = 0.01
#: The note A4, in Hz, and its MIDI number.
A4, A4_NOTE = 440.0, 69
#: Over how many seconds a snapped curve goes from one note's correction to the next's.
GLIDE_S = 0.06
#: Every tone, 0 for C to 11 for B.
CHROMATIC = tuple(range(12))
#: What a snapped curve adds to the name of its method.
SNAPPED = ", snapped"
#: Percentiles that stand for the lowest and the highest note of a voice.
LOW, HIGH = 5, 95


@dataclass(frozen=True, eq=False)
class F0:
    """The fundamental frequency of one voice: a value every 10 ms.

    Attributes
    ----------
    hz : ndarray of float32
        In Hz; NaN where the voice is unvoiced or silent. The first value is of the time 0.
    confidence : ndarray of float32
        0 to 1, as long as `hz`.
    method : str
        How it was estimated.

    Examples
    --------
    >>> import numpy as np
    >>> curve = F0(np.array([220.0, np.nan, 440.0]), np.ones(3), "by hand")
    >>> curve.voiced.tolist(), curve.transpose(12).hz.tolist()
    ([True, False, True], [440.0, nan, 880.0])

    Notes
    -----
    Taught in lesson 07.
    """

    hz: NDArray[np.float32]
    confidence: NDArray[np.float32]
    method: str

    def __post_init__(self) -> None:
        for name in ("hz", "confidence"):
            value = np.array(getattr(self, name), np.float32).reshape(-1)
            value.flags.writeable = False
            object.__setattr__(self, name, value)
        if len(self.hz) != len(self.confidence):
            raise InputError(
                f"there are {len(self.hz)} frequencies and {len(self.confidence)} confidences",
                expected="as many of one as of the other",
                todo="Pass two arrays of one length.",
            )
        with np.errstate(invalid="ignore"):
            if (self.hz <= 0).any() or np.isinf(self.hz).any():
                raise InputError(
                    "a frequency is not positive",
                    expected="Hz, or NaN where there is no pitch",
                    todo="Replace zeros by NaN.",
                )

    # ---- what it is ------------------------------------------------------------------------------

    @property
    def times(self) -> NDArray[np.float64]:
        """Seconds of each value."""
        return np.arange(len(self.hz), dtype=np.float64) * STEP

    @property
    def voiced(self) -> NDArray[np.bool_]:
        """Where there is a pitch."""
        return ~np.isnan(self.hz)

    @property
    def notes(self) -> NDArray[np.float32]:
        """The pitch as MIDI numbers with fractions: 69 is A4, 440 Hz; NaN where there is none."""
        return np.asarray(A4_NOTE + 12 * np.log2(self.hz / A4), np.float32)

    @property
    def median(self) -> float:
        """The pitch that half of the voiced time lies below, in Hz; NaN for no voice at all."""
        return float(np.nanmedian(self.hz)) if self.voiced.any() else math.nan

    @property
    def range_hz(self) -> tuple[float, float]:
        """The lowest and highest pitch, in Hz, without the 5 % at either end."""
        if not self.voiced.any():
            return math.nan, math.nan
        low, high = np.nanpercentile(self.hz, (LOW, HIGH))
        return float(low), float(high)

    # ---- what can be done with it ----------------------------------------------------------------

    def transpose(
        self, semitones: float, *, start: float | None = None, stop: float | None = None
    ) -> F0:
        """Return the curve higher (or, if negative, lower) by so many semitones.

        With `start` or `stop`, in seconds, only that stretch of it: ``transpose(12, start=1,
        stop=2)`` mends a second that was heard an octave too low.
        """
        where = self._stretch(start, stop)
        made = self.hz.copy()
        made[where] *= np.float32(2 ** (semitones / 12))
        return replace(self, hz=made)

    def edited(self, times: ArrayLike, hz: ArrayLike) -> F0:
        """Return the curve with other values between the first and the last of `times`.

        Between two points the pitch goes in a straight line of semitones; a NaN makes what follows
        up to the next point unvoiced.

        Examples
        --------
        >>> import numpy as np
        >>> curve = F0(np.full(5, 200.0), np.ones(5), "by hand")
        >>> curve.edited([0.01, 0.03], [300, 300]).hz.round().tolist()
        [200.0, 300.0, 300.0, 300.0, 200.0]
        """
        at, values = (np.asarray(each, np.float64).reshape(-1) for each in (times, hz))
        if len(at) != len(values) or not len(at) or not np.isfinite(at).all():
            raise InputError(
                f"the edit has {len(at)} times and {len(values)} frequencies",
                expected="as many of one as of the other, at least one, and finite times",
                todo="Pass two arrays of one length.",
            )
        order = np.argsort(at, kind="stable")
        at, values = at[order], values[order]
        where = self._stretch(at[0], at[-1])
        # In logarithms a straight line is an even glide; NaN stays NaN up to the next point.
        with np.errstate(divide="ignore", invalid="ignore"):
            line = np.exp2(np.interp(self.times[where], at, np.log2(values)))
        made = self.hz.copy()
        made[where] = line
        return replace(self, hz=made, confidence=np.where(where, 1, self.confidence))

    def snap(
        self,
        tones: Iterable[int] = CHROMATIC,
        *,
        strength: float = 1.0,
        start: float | None = None,
        stop: float | None = None,
    ) -> F0:
        """Return the curve drawn to the nearest notes.

        What is corrected is the drift from the note, not the vibrato around it: the correction is
        the same over each stretch that is nearest to one note, and glides to the next.

        Parameters
        ----------
        tones : iterable of int
            The tones allowed, 0 for C to 11 for B. C major is ``(0, 2, 4, 5, 7, 9, 11)``.
        strength : float
            0 leaves the curve as it is, 1 brings every note's mean to the tone.
        start, stop : float, optional
            Seconds; nothing outside is changed. By default all of it.

        Examples
        --------
        >>> import numpy as np
        >>> sharp = F0(np.full(100, 450.0), np.ones(100), "by hand")
        >>> round(float(sharp.snap().hz[50]), 1)
        440.0
        """
        allowed = sorted({int(tone) % 12 for tone in tones})
        if not allowed or not 0 <= strength <= 1:
            raise InputError(
                f"tones are {allowed} and strength is {strength}",
                expected="at least one tone, and a strength of 0 to 1",
                todo="For C major pass (0, 2, 4, 5, 7, 9, 11).",
            )
        grid = np.array([octave * 12 + tone for octave in range(11) for tone in allowed])
        where = self._stretch(start, stop)
        notes = self.notes[where].astype(np.float64)
        correction = np.zeros(len(notes))
        for first, last in _stretches(~np.isnan(notes)):
            nearest = np.abs(_smoothed(notes[first:last])[:, None] - grid).argmin(1)
            for low, high in _runs(nearest):
                mean = notes[first + low : first + high].mean()
                correction[first + low : first + high] = grid[nearest[low]] - mean
            correction[first:last] = _smoothed(correction[first:last])
        made = self.hz.copy()
        made[where] = A4 * 2 ** ((notes + strength * correction - A4_NOTE) / 12)
        return replace(self, hz=made, method=f"{self.method.removesuffix(SNAPPED)}{SNAPPED}")

    def _stretch(self, start: float | None, stop: float | None) -> NDArray[np.bool_]:
        """Return where a stretch of time is, its ends included."""
        first, last = -math.inf if start is None else start, math.inf if stop is None else stop
        if not first <= last:
            raise InputError(
                f"the stretch goes from {first:g} to {last:g} s",
                expected="a start before the stop",
                todo="Pass them the other way round.",
            )
        return (self.times >= first - STEP / 2) & (self.times <= last + STEP / 2)

    # ---- files -----------------------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """Return the curve as JSON values; 0 stands for unvoiced."""
        return {
            "method": self.method,
            "step": STEP,
            "hz": [round(float(each), 2) for each in np.nan_to_num(self.hz)],
            "confidence": [round(float(each), 3) for each in self.confidence],
        }

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the curve as JSON."""
        write_json(path, self.to_dict())


def fuse(curves: Sequence[F0], how: str = "median") -> F0:
    """Return one curve made of several of the same sound.

    It is voiced where more than half of them are, and its pitch there is the median or the mean
    of theirs, in semitones. The median is untouched by one method's octave error.

    Parameters
    ----------
    curves : sequence of F0
        At least one; the result is as long as the shortest.
    how : {'median', 'mean'}
        What is taken of the pitches.

    Examples
    --------
    >>> import numpy as np
    >>> low, right, also = (F0(np.array([hz]), np.ones(1), "by hand") for hz in (110, 220, 222))
    >>> round(float(fuse([low, right, also]).hz[0]))
    220
    """
    if not curves or how not in {"median", "mean"}:
        raise InputError(
            f"there are {len(curves)} curves and how is {how!r}",
            expected="at least one curve, and 'median' or 'mean'",
            todo="Pass other ones.",
        )
    frames = min(len(curve.hz) for curve in curves)
    notes = np.stack([curve.notes[:frames] for curve in curves])
    votes = (~np.isnan(notes)).sum(0)
    voiced = 2 * votes > len(curves)
    take = np.nanmedian if how == "median" else np.nanmean
    made = np.full(frames, np.nan)
    made[voiced] = A4 * 2 ** ((take(notes[:, voiced], axis=0) - A4_NOTE) / 12)
    method = f"{how} of {', '.join(curve.method for curve in curves)}"
    return F0(made, votes / len(curves), method)


def _smoothed(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the running mean over `GLIDE_S`, the ends held."""
    width = min(round(GLIDE_S / STEP) | 1, len(values) | 1)
    padded = np.pad(values, width // 2, mode="edge")
    return np.convolve(padded, np.full(width, 1 / width), mode="valid")[: len(values)]


def _stretches(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return where `flags` are true: (first, behind the last) each."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _runs(values: NDArray[np.intp]) -> list[tuple[int, int]]:
    """Return where `values` stay the same: (first, behind the last) each."""
    edges = np.concatenate(([0], np.flatnonzero(np.diff(values)) + 1, [len(values)]))
    return [(int(a), int(b)) for a, b in itertools.pairwise(edges)]
