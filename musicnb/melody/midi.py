"""A `Score` to and from standard MIDI files, by symusic."""

from __future__ import annotations

import warnings
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.errors import InputError, MissingToolError
from musicnb.melody.instruments import program_name, program_number
from musicnb.melody.score import Note, Part, Score
from musicnb.runtime.files import atomic

if TYPE_CHECKING:
    import os

#: Ticks a beat.
TICKS = 960
#: MIDI's controllers for pan and volume; a volume of 100 is 0 dB, as in General MIDI.
PAN, VOLUME = 10, 7
FULL = 100
KEYS = ("Cb", "Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#")
#: Where in KEYS C major is.
NO_SIGNS = 7
#: The relative major stands three fifths before its minor.
THIRD = 3
#: Other names of the keys that musicnb names with one sign or the other.
SAME = {"C#": "Db", "Eb": "D#", "F#": "Gb", "Ab": "G#", "Bb": "A#", "B": "Cb"}
NAMES = {"Db": "C#", "D#": "Eb", "Gb": "F#", "G#": "Ab", "A#": "Bb", "Cb": "B"}


def symusic() -> Any:
    """Return the library, which is imported when it is first needed."""
    try:
        with warnings.catch_warnings():
            # Of an odd backslash in a library that symusic imports, when it is first compiled.
            warnings.simplefilter("ignore")
            import symusic as library
    except ImportError as error:
        raise MissingToolError(
            "symusic is not installed",
            expected="the package that reads and writes MIDI",
            todo="Run `pip install symusic`.",
        ) from error
    return library


def write_midi(score: Score, path: str | os.PathLike[str]) -> None:
    """Write a score as a standard MIDI file."""
    library = symusic()
    made = library.Score(TICKS)
    for beat, bpm in _tempos(score):
        made.tempos.append(library.Tempo(_tick(beat), qpm=bpm))
    made.time_signatures.append(library.TimeSignature(0, score.meter, 4))
    if score.key:
        made.key_signatures.append(library.KeySignature(0, *_signature(score.key)))
    for part in score.parts:
        number, drums = program_number(part.program)
        track = library.Track(part.name, number, drums)
        volume = int(np.clip(round(FULL * 10 ** (part.gain / 40)), 0, 127))
        track.controls.append(library.ControlChange(0, VOLUME, volume))
        track.controls.append(library.ControlChange(0, PAN, round(64 + 63 * part.pan)))
        for note in part.notes:
            start, end = _tick(note.onset), _tick(note.onset + note.duration)
            track.notes.append(library.Note(start, max(end - start, 1), note.pitch, note.velocity))
        made.tracks.append(track)
    with atomic(path) as temporary:
        made.dump_midi(str(temporary))


def read_midi(path: str | os.PathLike[str]) -> Score:
    """Read a standard MIDI file."""
    path = Path(path)
    try:
        read = symusic().Score(str(path))
    except (RuntimeError, ValueError, OSError) as error:
        raise InputError(
            f"{path} cannot be read as MIDI ({error})",
            expected="a standard MIDI file, .mid",
            todo="Check the file.",
        ) from error
    ticks = read.ticks_per_quarter
    parts = []
    names: Counter[str] = Counter()
    for track in read.tracks:
        if not len(track.notes):
            continue
        program = program_name(track.program, drums=track.is_drum)
        name = track.name.strip() or program
        names[name] += 1
        controls = {c.number: c.value for c in reversed(track.controls)}
        volume = max(controls.get(VOLUME, FULL), 1)
        notes = [
            Note(n.start / ticks, max(n.duration, 1) / ticks, n.pitch, max(n.velocity, 1))
            for n in track.notes
        ]
        parts.append(
            Part(
                name if names[name] == 1 else f"{name} {names[name]}",
                program,
                tuple(notes),
                gain=round(40 * float(np.log10(volume / FULL)), 2),
                pan=float(np.clip(round((controls.get(PAN, 64) - 64) / 63, 3), -1, 1)),
            )
        )
    changes = {tempo.time / ticks: float(tempo.qpm) for tempo in read.tempos}
    tempo = float(np.median(list(changes.values()))) if changes else 120.0
    meters, keys = read.time_signatures, read.key_signatures
    return Score(
        tuple(parts),
        tempo=round(tempo, 3),
        meter=meters[0].numerator if len(meters) else 4,
        key=_key(keys[0].key, keys[0].tonality) if len(keys) else None,
        tempo_changes=tuple(sorted(changes.items())) if len(changes) > 1 else (),
    )


def _tempos(score: Score) -> tuple[tuple[float, float], ...]:
    changes = score.tempo_changes
    return changes if changes and changes[0][0] == 0 else ((0.0, score.tempo), *changes)


def _tick(beat: float) -> int:
    return round(beat * TICKS)


def _signature(key: str) -> tuple[int, int]:
    """Return a key as MIDI has it: sharps (or, below 0, flats), and 1 for minor.

    Examples
    --------
    >>> _signature("A minor"), _signature("F major"), _signature("C# minor")
    ((0, 1), (-1, 0), (4, 1))
    """
    tonic, _, mode = key.partition(" ")
    minor = mode == "minor"
    for name in (tonic, SAME.get(tonic, tonic)):
        signs = KEYS.index(name) - NO_SIGNS - THIRD * minor if name in KEYS else 8
        if abs(signs) <= NO_SIGNS:
            return signs, int(minor)
    raise InputError(f"the key is {key!r}", expected="such as 'A minor'", todo="Pass another.")


def _key(signs: int, minor: int) -> str:
    """Return the name of a key from what MIDI says.

    Examples
    --------
    >>> _key(0, 1), _key(-1, 0), _key(4, 1), _key(-5, 0)
    ('A minor', 'F major', 'C# minor', 'C# major')
    """
    fifths = ("Cb", "Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#",
              "G#", "D#", "A#")  # fmt: skip
    tonic = fifths[min(max(signs, -NO_SIGNS), NO_SIGNS) + NO_SIGNS + THIRD * bool(minor)]
    return f"{NAMES.get(tonic, tonic)} {'minor' if minor else 'major'}"
