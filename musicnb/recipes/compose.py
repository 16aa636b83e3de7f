"""A piece for the renders: a song played by MMA in a style, with what is true of it.

The mood of a piece is the one it is *played* in: tempo, mode, loudness, articulation and register
follow the rules that listeners are known to hear as happy, tense, sad or calm (Bresin and Friberg,
"Emotional coloring of computer-controlled music performances", Computer Music Journal 24(4), 2000;
Juslin and Laukka, Psychological Bulletin 129(5), 2003). Nobody listened to these pieces: it is an
aim, not a judgement.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicnb.recipes.parts import run_mma, use_libraries
from musicnb.recipes.tunes import Song, harmonised, invented

if TYPE_CHECKING:
    import numpy as np

    from musicnb.recipes.styles import Style

#: What a mood asks of the player: mode, where in the usual range of tempos (0 slow, 1 fast),
#: velocity, length of notes, brightness (gain in dB an octave), transposition of the melody.
MOODS = {
    "happy": ("major", (0.55, 1.1), (1.0, 1.2), (0.55, 0.9), (0.0, 1.5), (0, 12)),
    "tense": ("minor", (0.55, 1.2), (1.1, 1.35), (0.5, 0.95), (0.5, 2.5), (-12, 0)),
    "sad": ("minor", (-0.15, 0.35), (0.55, 0.8), (0.95, 1.2), (-2.5, -0.5), (-12, -12)),
    "calm": ("major", (-0.15, 0.4), (0.55, 0.8), (0.95, 1.2), (-2.0, 0.0), (-12, 0)),
}
STEMS = ("drums", "bass", "other", "melody")
#: MMA's ticks a beat.
TICKS = 192
DRUM_CHANNEL = 9
#: Bass and chords for the styles that are drums only, by genre: MMA's sequences.
BASSES = {
    "": ("1 4 1 90; 2 4 1 80; 3 4 5 90; 4 4 1 80", "1 4. 1 95; 2.5 8 1 80; 3 4. 5 90; 4.5 8 1 80"),
    "rock": (
        "1 8 1 100; 1.5 8 1 80; 2 8 1 90; 2.5 8 1 80; 3 8 1 95; 3.5 8 1 80; 4 8 1 90; 4.5 8 1 80",
    ),
    "reggae-ska": ("1 4. 1 100; 2.5 8 3 90; 3 4 5 95; 4 4 1 80",),
    "electronic": ("1.5 8 1 95; 2.5 8 1 95; 3.5 8 1 95; 4.5 8 1 95",),
}
HARMONIES = {
    "": ("1 2 80; 3 2 75", "1 1 80", "1 8 80; 2 8 70; 2.5 8 75; 4 8 70"),
    "rock": ("1 8 90; 1.5 8 75; 2 8 85; 2.5 8 75; 3 8 90; 3.5 8 75; 4 8 85; 4.5 8 75", "1 1 90"),
    "reggae-ska": ("1.5 8 95; 2.5 8 95; 3.5 8 95; 4.5 8 95", "2 8 95; 4 8 95"),
}
BASS_VOICES = ("FingeredBass", "PickedBass", "SynthBass1", "AcousticBass")
VOICES = {
    "": ("Piano1", "EPiano", "Organ1", "CleanGuitar", "NylonGuitar", "Strings"),
    "rock": ("OverDriveGuitar", "DistortonGuitar", "CleanGuitar", "SteelGuitar"),
    "electronic": ("SynthStrings1", "SawWave", "SquareWave", "PolySynthPad", "WarmPad"),
    "reggae-ska": ("CleanGuitar", "Organ1", "Piano1"),
}


@dataclass(frozen=True)
class Event:
    """A note in beats of MMA: `program` is General MIDI's, counted from 0."""

    beat: float
    length: float
    channel: int
    program: int
    pitch: int
    velocity: int


@dataclass(frozen=True)
class Piece:
    """Notes by stem, and what is true of them. `meter` and `beat` are those of the style."""

    song: Song
    style: Style
    bars: int
    stems: dict[str, tuple[Event, ...]]


def compose(song: Song, style: Style, rng: np.random.Generator, cache: Path, bars: int) -> Piece:
    """Have MMA play the song in the style; raise `ValueError` if it cannot."""
    bars = min(bars, len(song.chords))
    lines = [f"RndSeed {rng.integers(1 << 30)}"]
    grooves = [str(g) for g in rng.choice(style.grooves, 2)]
    added = _added(style, rng) if style.drums_only else []
    for bar in range(bars):
        if bar % 8 == 0:
            lines += [f"Groove {style.name}:{grooves[bar // 8 % 2]}", *added]
        chords = song.chords[bar]
        gap = " " + "/ " * (song.meter // len(chords) - 1)
        lines.append(f"{bar + 1} " + gap.join(chords))
    with tempfile.TemporaryDirectory() as folder:
        midi = run_mma("\n".join(lines) + "\n", Path(folder), cache)
        if midi is None:
            raise ValueError(style.name)
        stems = _read(midi, cache, bars * style.meter)
    if not stems["other"] and not stems["bass"]:
        raise ValueError(style.name)
    stems["melody"] = [
        Event(beat, length, 0, 0, pitch, int(rng.integers(80, 110)))
        for beat, length, pitch in song.melody
        if beat < bars * style.meter
    ]
    return Piece(song, style, bars, {name: tuple(stems[name]) for name in STEMS})


def _added(style: Style, rng: np.random.Generator) -> list[str]:
    def pick(table: dict[str, tuple[str, ...]]) -> str:
        return str(rng.choice(table.get(style.genre, table[""])))

    bass, chords = pick(BASSES), pick(HARMONIES)
    if style.meter == 3:
        bass, chords = "1 4 1 90; 2 4 5 70; 3 4 5 70", "2 4 80; 3 4 75"
    return [
        f"Bass-Added Voice {rng.choice(BASS_VOICES)}",
        "Bass-Added Octave 3",
        f"Bass-Added Sequence {{{bass}}}",
        f"Chord-Added Voice {pick(VOICES)}",
        "Chord-Added Octave 5",
        f"Chord-Added Sequence {{{chords}}}",
    ]


def _read(path: Path, cache: Path, beats: int) -> dict[str, list[Event]]:
    """Return the notes of a MIDI file by stem."""
    use_libraries(cache)
    import mido

    stems: dict[str, list[Event]] = {name: [] for name in STEMS}
    for track in mido.MidiFile(path).tracks:
        name, at, program, open_notes = track.name.lower(), 0, 0, {}
        for message in track:
            at += message.time
            if message.type == "program_change":
                program = message.program
            elif message.type == "note_on" and message.velocity:
                open_notes[message.note] = (at, message.velocity, program)
            elif message.type in {"note_on", "note_off"} and message.note in open_notes:
                start, velocity, played = open_notes.pop(message.note)
                named = name.startswith(("bass", "walk"))
                low = played in range(32, 40) or (named and message.note < 56)
                drums = message.channel == DRUM_CHANNEL
                stem = "drums" if drums else "bass" if low else "other"
                event: dict[str, Any] = {"channel": message.channel, "program": played}
                if start / TICKS < beats:
                    length = (at - start) / TICKS
                    stems[stem].append(
                        Event(start / TICKS, length, pitch=message.note, velocity=velocity, **event)
                    )
    return stems


def draw_song(
    tunes: list[dict[str, Any]], style: Style, mode: str, rng: np.random.Generator, bars: int
) -> Song:
    """Return a tune that fits the style's meter, or (two times in five) an invented song."""
    fitting = [t for t in tunes if t["meter"] == style.meter and t["mode"] == mode]
    if fitting and rng.random() < 0.6:
        song = harmonised(fitting[int(rng.integers(len(fitting)))])
        times = -(-bars // len(song.chords))
        length = len(song.chords) * song.meter
        melody = tuple((b + i * length, n, p) for i in range(times) for b, n, p in song.melody)
        return Song(song.name, song.tonic, song.mode, song.meter, melody, song.chords * times)
    return invented(rng, mode, style.meter, bars)
