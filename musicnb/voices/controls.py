"""The controls of a conversion: their ranges, and the suggested transposition."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from musicnb.errors import InputError

if TYPE_CHECKING:
    from musicnb.voices.f0 import F0
    from musicnb.voices.voice import Voice

#: What each control may be.
RANGES: dict[str, tuple[float, float]] = {
    "transpose": (-24, 24),
    "formant_shift": (-12, 12),
    "source_loudness": (0, 1),
    "dynamics": (0, 3),
    "retrieval_ratio": (0, 1),
    "protect": (0, 1),
    "noise_scale": (0, 3),
    "slicing_threshold": (-100, 0),
    "tempo": (0.25, 4),
}


@dataclass(frozen=True)
class Controls:
    """What can be set in a conversion. Taught in lesson 08.

    Attributes
    ----------
    transpose : float
        Semitones, -24 to 24.
    formant_shift : float
        Semitones by which the resonances move, -12 to 12: up makes the vocal tract smaller.
    source_loudness : float
        1 follows the source's loudness from syllable to syllable (within one it is the voice's
        own), 0 sings as loudly throughout as the source does in the middle.
    dynamics : float
        0 to 3: how far loud and soft are apart, 1 as in the source.
    retrieval_ratio : float
        0 to 1: how far what is sung is drawn to what the target voice has really said.
    protect : float
        0 to 1: by how much less consonants and breath are drawn.
    noise_scale : float
        0 to 3: gain of the noise, the breath in the voice.
    slicing_threshold : float
        In dB under the loudest moment: what is softer is silence.
    tempo : float
        How many times faster, 0.25 to 4, at the same pitch.
    durations : tuple of (start, stop, factor)
        Notes (seconds in the source) that last `factor` times as long, 0.25 to 4.

    Examples
    --------
    >>> Controls(transpose=12).transpose
    12
    >>> Controls(protect=2)
    Traceback (most recent call last):
        ...
    musicnb.errors.InputError: protect is 2; expected 0 to 1. Pass another value.
    """

    transpose: float = 0.0
    formant_shift: float = 0.0
    source_loudness: float = 1.0
    dynamics: float = 1.0
    retrieval_ratio: float = 0.5
    protect: float = 0.33
    noise_scale: float = 1.0
    slicing_threshold: float = -40.0
    tempo: float = 1.0
    durations: tuple[tuple[float, float, float], ...] = ()

    def __post_init__(self) -> None:
        for name, (low, high) in RANGES.items():
            value = getattr(self, name)
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or not low <= value <= high:
                raise InputError(
                    f"{name} is {value}",
                    expected=f"{low:g} to {high:g}",
                    todo="Pass another value.",
                )
        low, high = RANGES["tempo"]
        for entry in self.durations:
            start, stop, factor = entry
            if not (0 <= start < stop and low <= factor <= high):
                raise InputError(
                    f"a note lasts from {start:g} to {stop:g} s, times {factor:g}",
                    expected=f"a stop behind its start, and a factor from {low:g} to {high:g}",
                    todo="Pass (start, stop, factor) each.",
                )

    def to_dict(self) -> dict[str, Any]:
        """Return the controls as JSON values."""
        return asdict(self) | {"durations": [list(each) for each in self.durations]}


@dataclass(frozen=True)
class Suggestion:
    """A transposition, and why.

    Attributes
    ----------
    transpose : int
        Semitones.
    reason : str
        In words.
    """

    transpose: int
    reason: str


def suggest_transpose(f0: F0, voice: Voice, *, keep_key: bool = True) -> Suggestion:
    """Return the transposition that brings a melody to where a voice is at home.

    It is the one that brings the median of the melody to that of the voice. Taught in lesson 08.

    Parameters
    ----------
    f0 : F0
        The pitch of the source.
    voice : Voice
        The target.
    keep_key : bool
        Only whole octaves, so that the voice still fits its accompaniment. Without: the nearest
        semitone, which is for speech, and for a voice that sings alone.
    """
    source, target = f0.median, voice.median_hz
    if math.isnan(source):
        return Suggestion(0, "No pitch is heard in the source, so there is nothing to transpose.")
    exact = 12 * math.log2(target / source)
    step = 12 if keep_key else 1
    moved = max(-24, min(24, step * round(exact / step)))
    where = (
        f"The source lies around {source:.0f} Hz and the voice around {target:.0f} Hz, "
        f"{abs(exact):.0f} semitones apart"
    )
    if not moved:
        return Suggestion(0, f"{where}: it can stay where it is.")
    way = "up" if moved > 0 else "down"
    if not keep_key:
        return Suggestion(moved, f"{where}: {abs(moved)} semitones {way}.")
    words = {12: "an octave", 24: "two octaves"}[abs(moved)]
    return Suggestion(moved, f"{where}: {words} {way}, and the key stays the same.")
