"""`hum`: a hummed or sung tune, played by an instrument."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.audio.audio import Audio
from musicnb.audio.provenance import Recipe
from musicnb.errors import InputError, RecipeError
from musicnb.melody.instruments import PROGRAMS
from musicnb.melody.render import render, sound_versions
from musicnb.melody.score import Note, Part, Score
from musicnb.remix.names import parse_key
from musicnb.remix.plan import TRANSPOSE, require
from musicnb.runtime.job import Job
from musicnb.voices.f0 import F0
from musicnb.voices.notes import SungNote, sung_notes

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from matplotlib.figure import Figure

#: Beats a minute that can be asked for, and among which the tune's own are looked for: one octave.
BPM, HEARD_BPM = (30.0, 300.0), (70.0, 140.0)
#: Beats that a grid may have between its lines, and times faster.
GRID, FASTER = (1 / 16, 4.0), (0.25, 4.0)
DEFAULT_BPM = 120.0
SCALES = {False: (0, 2, 4, 5, 7, 9, 11), True: (0, 2, 3, 5, 7, 8, 10)}
#: The velocity of the loudest note, and what the others may have.
LOUDEST, VELOCITIES = 110, (25, 127)
#: The notes of a tune agree on a tuning if the mean of their phases is at least so long.
AGREED = 0.6


@dataclass(frozen=True, eq=False)
class Hum:
    """A tune that was hummed, and what an instrument makes of it.

    Attributes
    ----------
    score : Score
        The notes as they are played: one part, 'tune'.
    audio : Audio
        The instrument's sound: stereo, 44.1 kHz.
    sung : tuple of SungNote
        The notes as they were sung, with their exact pitch.
    f0 : F0
        The pitch of the source.
    tuning : float
        By how many cents the singer is higher than A = 440 Hz, -50 to 50; it is taken out before
        the nearest keys are looked for.

    Examples
    --------
    >>> import musicnb
    >>> phase = 2 * np.pi * 220 * np.arange(16000) / 16000
    >>> tone = musicnb.Audio(0.1 * sum(np.sin(n * phase) / n for n in range(1, 9)), 16000)
    >>> musicnb.hum(tone, "Flute")
    Hum(1 notes by Flute; 120 beats a minute, tuned 0 cents off)
    """

    score: Score
    audio: Audio
    sung: tuple[SungNote, ...]
    f0: F0
    tuning: float

    @property
    def instrument(self) -> str:
        """The General MIDI name of the instrument."""
        return self.score["tune"].program

    def save(self, path: str | os.PathLike[str], *, subtype: str | None = None) -> None:
        """Write a MIDI file if the name ends in .mid or .midi, and else the instrument's sound."""
        if Path(path).suffix.lower() in {".mid", ".midi"}:
            self.score.to_midi(path)
        else:
            self.audio.save(path, subtype=subtype)

    def picture(self) -> Figure:
        """Return a figure: the pitch that was sung, and over it the notes that are played."""
        from musicnb.remix.hum_picture import picture

        return picture(self)

    def __repr__(self) -> str:
        played = self.score["tune"].notes
        return (
            f"Hum({len(played)} notes by {self.instrument}; {self.score.tempo:.4g} beats a minute, "
            f"tuned {round(self.tuning)} cents off)"
        )

    def _repr_html_(self) -> str:
        return f"<div>{self!r}</div>" + self.audio._repr_html_()


def hum(
    audio: Audio,
    instrument: str = "Flute",
    *,
    transpose: float = 0,
    key: str | None = None,
    grid: float | None = None,
    bpm: float | None = None,
    tempo: float = 1.0,
    f0: F0 | str | Sequence[str] = "swift",
    device: str | None = None,
) -> Hum:
    """Play what is hummed or sung by an instrument: the same notes, as sound and as MIDI.

    Parameters
    ----------
    audio : Audio
        One voice, hummed or sung, without accompaniment. Channels are averaged.
    instrument : str
        A General MIDI name, such as 'Violin'; see `musicnb.melody.instruments.PROGRAMS`.
    transpose : float
        Semitones up, -24 to 24, in whole ones.
    key : str, optional
        Such as 'A minor': every note becomes the nearest one of its (natural) scale. By default
        the nearest key of the piano.
    grid : float, optional
        Beats between the lines to which onsets and offsets are drawn, 1/16 to 4: 0.5 for eighths.
        Then the tune begins at once, on the first beat. By default notes stay where they are sung.
    bpm : float, optional
        The beats a minute that the singer had in mind, 30 to 300. By default, if there is a grid,
        those from 70 to 140 whose grid fits best, and else 120.
    tempo : float
        How many times faster to play, 0.25 to 4.
    f0 : F0, str or sequence of str
        The pitch, for instance edited, or the methods by which `estimate_f0` finds it.
    device : {'auto', 'cpu', 'cuda', 'cuda:N'}, optional
        Where CREPE computes.

    Returns
    -------
    Hum

    Raises
    ------
    musicnb.errors.InputError
        If no note is heard, or there is no such instrument, or a number is out of its range.

    Examples
    --------
    >>> import musicnb
    >>> phase = 2 * np.pi * 220 * np.arange(16000) / 16000
    >>> tone = musicnb.Audio(0.1 * sum(np.sin(n * phase) / n for n in range(1, 9)), 16000)
    >>> made = musicnb.hum(tone, "Violin", transpose=12)
    >>> [note.pitch for note in made.score["tune"].notes], made.audio.channels
    ([69], 2)

    Notes
    -----
    Pitch by SwiftF0, notes by :func:`musicnb.voices.notes.sung_notes`, sound by FluidR3Mono.
    Loudness is kept as velocity. ``python -m benchmarks hum`` compares the notes with those of
    Basic Pitch and of SwiftF0 alone.
    """
    return hum_job(
        audio,
        instrument,
        transpose=transpose,
        key=key,
        grid=grid,
        bpm=bpm,
        tempo=tempo,
        f0=f0,
        device=device,
    ).run()


def hum_job(
    audio: Audio,
    instrument: str = "Flute",
    *,
    f0: F0 | str | Sequence[str] = "swift",
    device: str | None = None,
    **settings: Any,
) -> Job[Hum]:
    """Return :func:`hum` as a job, to watch or to cancel."""
    wanted = _Wanted(instrument, **settings)
    if not audio.frames:
        raise InputError("the sound is empty", expected="at least one frame", todo="Pass another.")

    def task(job: Job[Hum]) -> Hum:
        from musicnb.voices.estimate_f0 import estimate_f0

        curve = f0 if isinstance(f0, F0) else estimate_f0(audio, f0, device=device)
        job.advance(0)
        sung = sung_notes(audio, f0=curve, each=job.advance)
        if not sung:
            raise InputError(
                "no note is heard in the sound",
                expected="a voice that hums or sings, alone",
                todo="Record it nearer and louder; of a song pass the separated vocals.",
            )
        tuning = tuning_of(sung)
        score = wanted.score(sung, tuning)
        made = render(score)
        if not isinstance(f0, F0):  # of a curve drawn by hand, the recipe is that of the notes
            how = {"f0": [f0] if isinstance(f0, str) else list(f0)}
            recipe = Recipe("hum", asdict(wanted) | how, (audio.recipe,), {}, _versions())
            made = Audio(made.samples, made.sample_rate, recipe=recipe)
        return Hum(score, made, tuple(sung), curve, tuning)

    return Job(task, total=audio.duration, title="Listening to the tune", unit="s")


def replay_hum(recipe: Recipe, inputs: Sequence[Audio]) -> Audio:
    """Play a tune again; called by :func:`musicnb.replay`."""
    arguments = dict(recipe.arguments)
    how = arguments.pop("f0")
    known = set(_Wanted.__dataclass_fields__)
    if not set(arguments) <= known or "instrument" not in arguments or len(inputs) != 1:
        raise RecipeError(
            f"the recipe of hum names {', '.join(recipe.arguments)}",
            expected=f"one sound, and some of {', '.join(sorted(known))}",
            todo="Save the sound again.",
        )
    return hum(inputs[0], f0=how, **arguments).audio


@dataclass(frozen=True)
class _Wanted:
    """What is to be made of the notes; checked before anything is computed."""

    instrument: str
    transpose: float = 0
    key: str | None = None
    grid: float | None = None
    bpm: float | None = None
    tempo: float = 1.0

    def __post_init__(self) -> None:
        if self.instrument not in PROGRAMS:
            raise InputError(
                f"there is no instrument {self.instrument!r}",
                expected=f"one of {', '.join(PROGRAMS)}",
                todo="Choose one of these.",
            )
        require("transpose", self.transpose, TRANSPOSE, "semitones")
        if self.transpose != int(self.transpose):
            raise InputError(
                f"transpose is {self.transpose}", expected="whole semitones", todo="Pass another."
            )
        if self.key is not None:
            parse_key(self.key)
        if self.grid is not None:
            require("grid", self.grid, GRID, "beats")
        if self.bpm is not None:
            require("bpm", self.bpm, BPM, "beats a minute")
        require("tempo", self.tempo, FASTER, "times the speed")

    def score(self, sung: Sequence[SungNote], tuning: float) -> Score:
        """Return the notes to be played."""
        onsets = np.array([note.onset for note in sung])
        offsets = np.array([note.offset for note in sung])
        if self.bpm is not None:
            bpm = self.bpm
        else:
            bpm = DEFAULT_BPM if self.grid is None else heard_bpm(onsets, self.grid)
        starts, ends = onsets * bpm / 60, offsets * bpm / 60
        if self.grid is not None:
            starts, ends = _drawn(starts - starts[0], ends - starts[0], self.grid)
        loudest = max(note.level for note in sung)
        notes = tuple(
            Note(start, end - start, self._pitch(note.pitch - tuning / 100), _velocity(db))
            for start, end, note, db in zip(
                starts.tolist(), ends.tolist(), sung, [n.level - loudest for n in sung], strict=True
            )
        )
        part = Part("tune", self.instrument, notes)
        return Score((part,), tempo=round(bpm * self.tempo, 3), key=self.key)

    def _pitch(self, pitch: float) -> int:
        """Return the number of the key that is played for a pitch."""
        tones: Sequence[int] = range(12)
        if self.key is not None:
            tonic, minor = parse_key(self.key)
            tones = [(tonic + step) % 12 for step in SCALES[minor]]
        allowed = np.array([n for n in range(128) if n % 12 in tones])
        nearest = int(allowed[np.abs(allowed - pitch).argmin()])
        return min(127, max(0, nearest + int(self.transpose)))


def tuning_of(sung: Sequence[SungNote]) -> float:
    """Return by how many cents all notes are higher than the keys of a piano, if they agree.

    Examples
    --------
    >>> round(tuning_of([SungNote(0, 1, 60.3, -20), SungNote(1, 2, 64.2, -20)]))
    25
    """
    weights = np.array([note.offset - note.onset for note in sung])
    turns = np.exp(2j * np.pi * np.array([note.pitch for note in sung]))
    mean = (weights * turns).sum() / weights.sum()
    return float(100 * np.angle(mean) / (2 * np.pi)) if abs(mean) >= AGREED else 0.0


def heard_bpm(onsets: Sequence[float] | np.ndarray[Any, Any], grid: float) -> float:
    """Return the beats a minute, 70 to 140, whose grid the onsets are nearest to.

    Examples
    --------
    >>> heard_bpm([0.0, 0.6, 0.9, 1.2, 2.4, 3.0], 0.5)
    100.0
    """
    since = np.asarray(onsets, float) - onsets[0]
    tried = np.arange(HEARD_BPM[0], HEARD_BPM[1], 0.5)
    turns = np.exp(2j * np.pi * np.outer(tried / 60 / grid, since))
    return float(tried[np.abs(turns.mean(1)).argmax()])


def _drawn(
    starts: np.ndarray[Any, Any], ends: np.ndarray[Any, Any], grid: float
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return onsets and offsets on the lines of a grid; no two notes begin at once or overlap."""
    lines = np.rint(starts / grid)
    steps = np.arange(len(lines))
    # Each at least one line behind the one before.
    lines = np.maximum.accumulate(lines - steps) + steps
    last = np.maximum(np.rint(ends / grid), lines + 1)
    last[:-1] = np.minimum(last[:-1], lines[1:])
    return lines * grid, last * grid


def _velocity(db: float) -> int:
    """Return the velocity of a note that is so many dB louder than the loudest one."""
    # The sampler's gain is the square of the velocity.
    return int(np.clip(round(LOUDEST * 10 ** (db / 40)), *VELOCITIES))


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    return sound_versions() | {"swift-f0": version("swift-f0")}
