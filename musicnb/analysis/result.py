"""What `analyze` returns: estimates with their confidence, and the beats."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.audio.provenance import Recipe
from musicnb.errors import InputError
from musicnb.runtime.files import write_json

if TYPE_CHECKING:
    import os

    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from musicnb.analysis.chords import Chord
    from musicnb.analysis.saliency import Saliency
    from musicnb.audio.audio import Audio


@dataclass(frozen=True)
class Estimate:
    """One answer, how sure the network is, and what it would have said instead.

    Attributes
    ----------
    value : float, int or str
        The answer.
    confidence : float
        Its probability, 0 to 1. It is calibrated: of the answers given with 0.7, about seven in ten
        are right, on music like that of the test (see the card of the weights).
    runner_up : float, int or str
        The second answer.
    runner_up_confidence : float
        Its probability.
    shares : dict
        The probability of each answer, the likeliest first. For the tempo only the first few.

    Examples
    --------
    >>> print(Estimate("A minor", 0.81, "C major", 0.12, {"A minor": 0.81, "C major": 0.12}))
    A minor (81 %; else C major, 12 %)
    """

    value: float | str
    confidence: float
    runner_up: float | str
    runner_up_confidence: float
    shares: dict[str, float] = field(default_factory=dict, repr=False)

    def __str__(self) -> str:
        return (
            f"{self.value} ({self.confidence:.0%}; else {self.runner_up}, "
            f"{self.runner_up_confidence:.0%})".replace("%", " %")
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the estimate as JSON values."""
        return {
            "value": self.value,
            "confidence": round(self.confidence, 4),
            "runner_up": self.runner_up,
            "runner_up_confidence": round(self.runner_up_confidence, 4),
            "shares": {name: round(value, 4) for name, value in self.shares.items()},
        }


@dataclass(frozen=True)
class Tempo(Estimate):
    """A tempo in beats a minute, with the octave that it could be mistaken by.

    Attributes
    ----------
    octave : float
        Half or double the tempo, whichever is likelier: where one listener taps each beat, another
        may tap each second.
    octave_confidence : float
        Its probability.
    """

    octave: float = 0.0
    octave_confidence: float = 0.0

    def __str__(self) -> str:
        return (
            f"{self.value:.1f} bpm ({self.confidence:.0%}; else {self.runner_up:.1f}, "
            f"{self.runner_up_confidence:.0%}; its octave is {self.octave:.1f}, "
            f"{self.octave_confidence:.0%})".replace("%", " %")
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the estimate as JSON values."""
        octave = {"octave": self.octave, "octave_confidence": round(self.octave_confidence, 4)}
        return {**super().to_dict(), **octave}


@dataclass(frozen=True)
class Analysis:
    """What :func:`musicnb.analyze` heard in a sound.

    Attributes
    ----------
    tempo : Tempo
        In beats a minute, with its octave.
    key : Estimate
        Such as 'A minor'.
    genre, mood : Estimate
        One of ten families of accompaniment styles, and one of four moods.
    meter : Estimate
        Beats a bar: 2, 3 or 4.
    beats, downbeats : ndarray
        Times in seconds; the downbeats are those beats that begin a bar.
    chords : tuple of Chord
        One after the other without gaps, each from one beat to another; see
        :class:`musicnb.analysis.chords.Chord`.
    local_tempo : list of tuple
        Each second: time, tempo, confidence.
    local_key : list of tuple
        Each second: time, key, confidence.
    second_opinion : dict of str to float
        The tags that the musicnn tagger gives it, if it was asked; the likeliest first.
    duration : float
        Seconds of sound.
    recipe : Recipe
        From what, and by which weights.
    """

    tempo: Tempo
    key: Estimate
    genre: Estimate
    mood: Estimate
    meter: Estimate
    beats: NDArray[np.float64] = field(repr=False)
    downbeats: NDArray[np.float64] = field(repr=False)
    chords: tuple[Chord, ...] = field(repr=False)
    local_tempo: list[tuple[float, float, float]] = field(repr=False)
    local_key: list[tuple[float, str, float]] = field(repr=False)
    duration: float = 0.0
    recipe: Recipe = field(default_factory=lambda: Recipe("analyze"), repr=False)
    second_opinion: dict[str, float] | None = field(default=None, repr=False)
    source: Audio | str | None = field(default=None, repr=False, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON values.

        Examples
        --------
        >>> import musicnb
        >>> made = musicnb.analyze(musicnb.load("demo:starfall", duration=10)).to_dict()
        >>> sorted(made)[:6]
        ['beats', 'chords', 'downbeats', 'duration_s', 'genre', 'key']
        """
        estimates = ("tempo", "key", "genre", "mood", "meter")
        return {
            "duration_s": round(self.duration, 3),
            **{name: getattr(self, name).to_dict() for name in estimates},
            "beats": np.round(self.beats, 3).tolist(),
            "downbeats": np.round(self.downbeats, 3).tolist(),
            "chords": [chord.to_dict() for chord in self.chords],
            "local_tempo": [[t, round(v, 1), round(c, 3)] for t, v, c in self.local_tempo],
            "local_key": [[t, k, round(c, 3)] for t, k, c in self.local_key],
            "second_opinion": self.second_opinion,
            "recipe": self.recipe.to_dict(),
        }

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write everything to a JSON file, whole or not at all."""
        write_json(path, self.to_dict())

    def saliency(self, head: str, *, start: float = 0.0, duration: float = 30.0) -> Saliency:
        """Show which parts of the spectrogram an answer rests on.

        Parameters
        ----------
        head : {'tempo', 'beats', 'downbeats', 'key', 'genre', 'mood'}
            Which answer.
        start, duration : float
            Which part of the sound, in seconds; at most 40 s.

        Returns
        -------
        Saliency
            Its `mask` and `region` go into ``SpectrogramExplorer.add_mask``.

        Examples
        --------
        >>> import musicnb
        >>> made = musicnb.analyze(musicnb.load("demo:starfall", duration=10))
        >>> made.saliency("key", duration=5).values.shape
        (216, 25)
        """
        from musicnb.analysis.saliency import saliency

        if self.source is None:
            raise InputError(
                "this analysis no longer knows its sound",
                expected="one that analyze has just made",
                todo="Call analyze again.",
            )
        beats = (self.beats, self.downbeats)
        return saliency(self.source, head, beats, start=start, duration=duration)

    def picture(self) -> Figure:
        """Return a figure: chords, beats, local tempo, local key, the shares of each answer."""
        from musicnb.analysis.picture import picture

        return picture(self)

    def __str__(self) -> str:
        lines = [f"{name:6} {getattr(self, name)}" for name in ("tempo", "key", "genre", "mood")]
        beats = f"{len(self.beats)} beats, {len(self.downbeats)} bars of {self.meter}"
        return "\n".join([*lines, f"chords {_names(self.chords)}", beats])

    def _repr_html_(self) -> str:
        rows = []
        for name in ("tempo", "key", "meter", "genre", "mood"):
            estimate = getattr(self, name)
            cells = _cells(estimate)
            rows.append(f"<tr><th style='text-align:left'>{name}</th>{cells}</tr>")
        head = "<tr><th></th><th></th><th>confidence</th><th>otherwise</th><th></th></tr>"
        beats = f"{len(self.beats)} beats, {len(self.downbeats)} downbeats in {self.duration:.1f} s"
        chords = html.escape(_names(self.chords, 24))
        opinion = ""
        if self.second_opinion:
            tags = ", ".join(f"{t} {v:.2f}" for t, v in list(self.second_opinion.items())[:5])
            opinion = f"<p>musicnn, a second opinion: {html.escape(tags)}</p>"
        return f"<table>{head}{''.join(rows)}</table><p>{beats}</p><p>chords: {chords}</p>{opinion}"


def _names(chords: tuple[Chord, ...], most: int = 12) -> str:
    """Return the names of the first chords, those in a row that are the same only once."""
    names = [chord.name for chord in chords]
    return " ".join(names[:most]) + (f" … ({len(names)} in all)" if len(names) > most else "")


def _cells(estimate: Estimate) -> str:
    def cell(text: str) -> str:
        return f"<td style='text-align:left'>{html.escape(text)}</td>"

    bar = (
        "<td><div style='width:90px;background:#8884'>"
        f"<div style='width:{90 * estimate.confidence:.0f}px;background:#2a78b8;height:10px'>"
        f"</div></div></td>"
    )
    if isinstance(estimate, Tempo):
        value = f"{estimate.value:.1f} bpm"
        other = f"{estimate.runner_up:.1f} ({estimate.runner_up_confidence:.2f})"
        octave = f"octave: {estimate.octave:.1f} ({estimate.octave_confidence:.2f})"
        return cell(f"{value} ({estimate.confidence:.2f})") + bar + cell(other) + cell(octave)
    other = f"{estimate.runner_up} ({estimate.runner_up_confidence:.2f})"
    return cell(f"{estimate.value} ({estimate.confidence:.2f})") + bar + cell(other) + cell("")
