"""`Score`: notes, the parts that play them, and when."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from musicnb.errors import InputError
from musicnb.melody.instruments import program_number

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

    from musicnb.audio.audio import Audio

#: Beats a minute that a score may have. A beat before the first bar may be a short one.
TEMPO = (4.0, 60_000.0)
PITCH, VELOCITY = (0, 127), (1, 127)
METER = (1, 16)
#: Seconds that a score may take.
LONGEST = 3600.0


@dataclass(frozen=True, order=True)
class Note:
    """A note.

    Attributes
    ----------
    onset, duration : float
        In beats, from the beginning of the score.
    pitch : int
        MIDI note number: 60 is middle C. In a drum kit it says which drum.
    velocity : int
        How hard it is struck, 1 to 127.
    """

    onset: float
    duration: float
    pitch: int
    velocity: int = 80

    def __post_init__(self) -> None:
        if not (np.isfinite(self.onset) and self.onset >= 0):
            _refuse("onset", self.onset, "0 or more beats")
        if not (np.isfinite(self.duration) and self.duration > 0):
            _refuse("duration", self.duration, "more than 0 beats")
        for name, (low, high) in (("pitch", PITCH), ("velocity", VELOCITY)):
            value = getattr(self, name)
            if value != int(value) or not low <= value <= high:
                _refuse(name, value, f"a whole number from {low} to {high}")


@dataclass(frozen=True)
class Part:
    """What one instrument plays.

    Attributes
    ----------
    name : str
        Such as 'bass'.
    program : str
        The General MIDI name of the instrument, such as 'Electric Bass (finger)', or of a drum
        kit, such as 'Jazz Kit'; see `musicnb.melody.instruments`.
    notes : tuple of Note
        In the order of their onsets.
    gain : float
        In dB.
    pan : float
        -1 (left) to 1 (right).
    """

    name: str
    program: str
    notes: tuple[Note, ...] = ()
    gain: float = 0.0
    pan: float = 0.0

    def __post_init__(self) -> None:
        program_number(self.program)
        if not -1 <= self.pan <= 1:
            _refuse("pan", self.pan, "-1 (left) to 1 (right)")
        object.__setattr__(self, "notes", tuple(sorted(self.notes)))

    @property
    def is_drums(self) -> bool:
        """Whether its instrument is a drum kit."""
        return program_number(self.program)[1]

    def __repr__(self) -> str:
        return f"Part({self.name!r}, {self.program!r}, {len(self.notes)} notes)"


@dataclass(frozen=True)
class Score:
    """A piece of music in notes, never changed in place.

    Attributes
    ----------
    parts : tuple of Part
        Each with a name of its own.
    tempo : float
        Beats a minute.
    meter : int
        Beats a bar; bars begin at its multiples.
    key : str, optional
        Such as 'A minor'.
    tempo_changes : tuple of (float, float)
        Where the tempo is another: a beat, and the beats a minute from there on.

    Examples
    --------
    >>> line = [Note(beat, 1, pitch) for beat, pitch in enumerate([60, 64, 67, 72])]
    >>> score = Score([Part("piano", "Acoustic Grand Piano", line)], tempo=120, key="C major")
    >>> score
    Score(piano; 4.0 beats, 2.0 s)
    >>> score.seconds([1, 2])
    array([0.5, 1. ])
    >>> score.render()
    Audio(2 channels, 2.800 s, 44100 Hz)
    """

    parts: tuple[Part, ...]
    tempo: float = 120.0
    meter: int = 4
    key: str | None = None
    tempo_changes: tuple[tuple[float, float], ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", tuple(self.parts))
        changes = tuple((float(beat), float(bpm)) for beat, bpm in self.tempo_changes)
        object.__setattr__(self, "tempo_changes", changes)
        names = [part.name for part in self.parts]
        if len(set(names)) < len(names):
            _refuse("the parts are named", ", ".join(names), "a name of its own for each")
        for bpm in (self.tempo, *(bpm for _, bpm in changes)):
            if not TEMPO[0] <= bpm <= TEMPO[1]:
                _refuse("tempo", bpm, f"{TEMPO[0]:g} to {TEMPO[1]:g} beats a minute")
        beats = [beat for beat, _ in changes]
        if any(beat < 0 for beat in beats) or any(a >= b for a, b in pairwise(beats)):
            _refuse("tempo_changes", beats, "beats from 0 on, each after the one before")
        if not METER[0] <= self.meter <= METER[1]:
            _refuse("meter", self.meter, f"{METER[0]} to {METER[1]} beats a bar")
        if self.duration > LONGEST:
            _refuse("the duration", f"{self.duration:.0f} s", f"at most {LONGEST:.0f} s")

    # ---- how long ----------------------------------------------------------------------------

    @property
    def length(self) -> float:
        """Beats until the last note ends."""
        return max((n.onset + n.duration for p in self.parts for n in p.notes), default=0.0)

    @property
    def duration(self) -> float:
        """Seconds until the last note ends."""
        return float(self.seconds(self.length))

    def seconds(self, beats: ArrayLike) -> NDArray[np.float64]:
        """Return the times of beats, in seconds."""
        at, times, last = self._map()
        beats = np.asarray(beats, float)
        made: NDArray[np.float64] = (
            np.interp(beats, at, times) + np.maximum(beats - at[-1], 0) * 60 / last
        )
        return made

    def beats(self, seconds: ArrayLike) -> NDArray[np.float64]:
        """Return the beats that sound at these times."""
        at, times, last = self._map()
        seconds = np.asarray(seconds, float)
        made: NDArray[np.float64] = (
            np.interp(seconds, times, at) + np.maximum(seconds - times[-1], 0) * last / 60
        )
        return made

    def _map(self) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
        """Return beats at which the tempo changes, their times, and the last tempo."""
        changes = self.tempo_changes
        if not changes or changes[0][0] > 0:
            changes = ((0.0, self.tempo), *changes)
        at, bpm = np.array(changes).T
        times = np.concatenate([[0.0], np.cumsum(np.diff(at) * 60 / bpm[:-1])])
        return at, times, float(bpm[-1])

    # ---- parts -------------------------------------------------------------------------------

    def __getitem__(self, name: str) -> Part:
        for part in self.parts:
            if part.name == name:
                return part
        raise KeyError(f"{name!r}; the parts are {', '.join(part.name for part in self.parts)}")

    # ---- to and from elsewhere ---------------------------------------------------------------

    def render(self, sample_rate: int = 44_100) -> Audio:
        """Return the score as sound; see :func:`musicnb.melody.render`."""
        from musicnb.melody.render import render

        return render(self, sample_rate)

    def to_midi(self, path: str | os.PathLike[str]) -> None:
        """Write a standard MIDI file, whole or not at all; onsets to 1/960 of a beat."""
        from musicnb.melody.midi import write_midi

        write_midi(self, path)

    @staticmethod
    def from_midi(path: str | os.PathLike[str]) -> Score:
        """Read a standard MIDI file.

        Raises
        ------
        musicnb.errors.InputError
            If it is not one, or too long.

        Examples
        --------
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "two.mid"
        >>> notes = [Note(0, 1, 60), Note(1.5, 0.5, 67, 100)]
        >>> Score([Part("flute", "Flute", notes)], tempo=90).to_midi(path)
        >>> Score.from_midi(path)["flute"].notes[1]
        Note(onset=1.5, duration=0.5, pitch=67, velocity=100)
        """
        from musicnb.melody.midi import read_midi

        return read_midi(path)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a MIDI file if the name ends in .mid or .midi, and else the sound of the score."""
        if Path(path).suffix.lower() in {".mid", ".midi"}:
            self.to_midi(path)
        else:
            self.render().save(path)

    def to_dict(self) -> dict[str, Any]:
        """Return the score as JSON values, each note as a list."""
        made = asdict(self)
        for part, own in zip(made["parts"], self.parts, strict=True):
            part["notes"] = [[n.onset, n.duration, n.pitch, n.velocity] for n in own.notes]
        made["parts"] = list(made["parts"])
        made["tempo_changes"] = [list(change) for change in self.tempo_changes]
        return made

    @staticmethod
    def from_dict(value: dict[str, Any]) -> Score:
        """Return the score that :meth:`to_dict` wrote."""
        parts = tuple(
            Part(**{**part, "notes": tuple(Note(*note) for note in part["notes"])})
            for part in value["parts"]
        )
        return Score(**{**value, "parts": parts})

    def picture(self) -> Figure:
        """Return a figure: a piano roll, a colour for each part."""
        from musicnb.melody.picture import picture

        return picture(self)

    def __repr__(self) -> str:
        names = ", ".join(part.name for part in self.parts)
        return f"Score({names}; {self.length:.1f} beats, {self.duration:.1f} s)"


def tempo_map(times: Iterable[float], lead_in: int) -> tuple[tuple[float, float], ...]:
    """Return the tempo changes by which a score's beats fall on given times.

    Parameters
    ----------
    times : iterable of float
        The times of beats `lead_in`, `lead_in` + 1, and so on, in seconds.
    lead_in : int
        How many beats there are before the first of these times; they fill the time up to it.

    Examples
    --------
    >>> tempo_map([0.5, 1.0, 1.4], lead_in=1)
    ((0.0, 120.0), (1.0, 120.0), (2.0, 150.0))
    """
    at = [float(time) for time in times]
    changes = [(0.0, lead_in * 60 / at[0])] if lead_in else []
    for number, (one, other) in enumerate(pairwise(at)):
        changes.append((float(lead_in + number), round(60 / (other - one), 6)))
    return tuple(changes)


def _refuse(name: str, value: object, expected: str) -> NoReturn:
    raise InputError(f"{name} is {value}", expected=expected, todo="Pass another.")
