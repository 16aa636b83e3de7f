"""Chords as tones: which of them sound, and where, so that each moves as little as may be."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MAJOR, MINOR = (0, 4, 7), (0, 3, 7)
OCTAVE = 12
#: How far above its lowest tone a line may go, in semitones.
ROOM = 19


@dataclass(frozen=True)
class Harmony:
    """A chord for some beats.

    Attributes
    ----------
    start, end : float
        Beats.
    root : int
        Pitch class, 0 for C.
    minor : bool
        Or major.
    """

    start: float
    end: float
    root: int
    minor: bool


def chord_tones(harmony: Harmony, voicing: str, tonic: int) -> tuple[int, ...]:
    """Return the pitch classes of a chord, its root first.

    A major chord a fifth above the tonic takes the small seventh, as dominants do; other major
    chords take the large one.

    Examples
    --------
    >>> g = Harmony(0, 4, 7, minor=False)
    >>> chord_tones(g, "triad", 0), chord_tones(g, "seventh", 0), chord_tones(g, "power", 0)
    ((7, 11, 2), (7, 11, 2, 5), (7, 2))
    """
    steps: tuple[int, ...] = MINOR if harmony.minor else MAJOR
    if voicing == "power":
        steps = (0, 7)
    elif voicing == "seventh":
        small = harmony.minor or harmony.root == (tonic + 7) % OCTAVE
        steps = (*steps, 10 if small else 11)
    return tuple((harmony.root + step) % OCTAVE for step in steps)


def voiced(tones: Sequence[int], lowest: int, before: Sequence[int]) -> tuple[int, ...]:
    """Return the tones as pitches within an octave and a half above `lowest`.

    They are chosen so that the voices move least from where they were `before`; without that, so
    that they lie close together.

    Examples
    --------
    >>> c = voiced((0, 4, 7), 55, ())
    >>> c, voiced((5, 9, 0), 55, c)
    ((60, 64, 67), (60, 65, 69))
    """
    choices = [
        [pitch for pitch in range(lowest, lowest + ROOM) if pitch % OCTAVE == tone]
        for tone in tones
    ]
    return min(
        (tuple(sorted(pitches)) for pitches in product(*choices)),
        key=lambda pitches: (_movement(pitches, before, lowest), pitches),
    )


def power(root: int, lowest: int) -> tuple[int, int, int]:
    """Return root, fifth and octave, the root from `lowest` on.

    Examples
    --------
    >>> power(9, 40)
    (45, 52, 57)
    """
    bottom = lowest + (root - lowest) % OCTAVE
    return bottom, bottom + 7, bottom + OCTAVE


def _movement(pitches: tuple[int, ...], before: Sequence[int], lowest: int) -> float:
    spread = pitches[-1] - pitches[0]
    wide = max(0, spread - OCTAVE) * 2
    if not before:
        return spread + abs(pitches[0] - lowest) / 4
    moved = sum(min(abs(p - q) for q in before) for p in pitches)
    moved += sum(min(abs(p - q) for p in pitches) for q in before)
    # A slight pull back to where the line belongs, or it would wander off.
    return moved + wide + abs(pitches[0] - lowest) / 8
