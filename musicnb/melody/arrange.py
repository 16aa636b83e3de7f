"""`arrange`: the chords and beats of a song as a score in another style."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from musicnb.melody.instruments import DRUMS
from musicnb.melody.score import Note, Part, Score, tempo_map
from musicnb.melody.voicing import OCTAVE, chord_tones, power, voiced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicnb.melody.styles import Line, Style
    from musicnb.melody.voicing import Harmony

#: Steps a beat in a pattern, and in a bar of a pattern.
STEPS, BAR = 4, 16
#: How hard the strokes are struck.
VELOCITY = {"X": 108, "x": 86, "o": 58}
BASS_VELOCITY, PAD_VELOCITY, ARPEGGIO_VELOCITY = 92, 70, 78
#: Nobody plays like a machine: standard deviations of velocity, and of onsets in seconds, which
#: are never off by more than `LATEST`.
UNEVEN, LATE, LATEST = 4.0, 0.004, 0.010
#: Bars in a phrase; the last of them ends in a fill.
PHRASE = 4
#: Tones of a bass line, in semitones above the root.
BASS = {"r": 0, "5": 7, "6": 9, "8": 12}
#: The lowest root of a bass: the E string.
LOWEST_ROOT = 28
#: Seconds before the first beat, at least, if there are beats before it in its bar.
LEAD_IN = 0.01
#: A tempo is usual for a style if it is within so much (logarithm) of its range.
NEAR_TEMPO = 0.12
#: How far a bar may be softer or louder than the others, in dB, and what that makes of velocities.
QUIETEST, LOUDEST = -9.0, 2.0


@dataclass(frozen=True)
class Song:
    """What is kept of a song when it is played in another style.

    Attributes
    ----------
    times : tuple of float
        Of the beats, in seconds; two at least.
    first : int
        The number of a beat with which a bar begins.
    meter : int
        Beats a bar.
    tempo : float
        Beats a minute.
    key : str
        Such as 'A minor'.
    harmony : tuple of Harmony
        In numbers of beats, one after the other; without chord there is only the rhythm.
    loudness : tuple of float
        For each beat how much louder than on average it is, in dB; by default not at all.
    """

    times: tuple[float, ...]
    first: int
    meter: int
    tempo: float
    key: str
    harmony: tuple[Harmony, ...]
    loudness: tuple[float, ...] = field(default=(), repr=False)


def paced(song: Song, style: Style) -> Song:
    """Return a song with twice or half the beats, if that is how a style would count it.

    A metal band plays a song of 80 beats a minute as one of 160, a singer of ballads one of 150 as
    one of 75: what sounds when stays.

    Examples
    --------
    >>> from musicnb.melody.styles import style_of
    >>> song = Song(tuple(0.75 * n for n in range(5)), 1, 4, 80.0, "A minor", ())
    >>> fast = paced(song, style_of("metal"))
    >>> fast.tempo, fast.times[:3], fast.first
    (160.0, (0.0, 0.375, 0.75), 2)
    """

    def off(factor: float) -> float:
        low, high = style.tempo
        return abs(float(np.log(np.clip(song.tempo * factor, low, high) / song.tempo / factor)))

    factor = min((1.0, 2.0, 0.5), key=off)
    if factor == 1 or off(1.0) <= NEAR_TEMPO or off(factor) > NEAR_TEMPO:
        return song
    times, loudness = np.array(song.times), np.array(song.loudness or [0.0] * len(song.times))
    # Every second beat, of which one begins a bar.
    skipped = song.first % 2 if factor < 1 else 0
    numbers = np.arange(skipped, len(times) - 1 + 1e-9, 1 / factor)
    if numbers.size < 2:  # noqa: PLR2004
        return song
    return replace(
        song,
        times=tuple(np.interp(numbers, np.arange(len(times)), times).round(5).tolist()),
        first=int((song.first - skipped) * factor) % song.meter,
        tempo=song.tempo * factor,
        harmony=tuple(
            replace(
                chord, start=(chord.start - skipped) * factor, end=(chord.end - skipped) * factor
            )
            for chord in song.harmony
        ),
        loudness=tuple(loudness[np.minimum(numbers[:-1].astype(int), loudness.size - 1)].tolist()),
    )


@dataclass(frozen=True)
class _Stroke:
    """A stroke of a pattern, with the chord that it falls on; in beats of the song."""

    start: float
    end: float
    what: str
    bar: int
    chord: Harmony | None
    #: Whether it goes on with what was struck before the chord changed.
    tied: bool = False


def arrange(song: Song, style: Style, *, swing: float | None = None, seed: int = 0) -> Score:
    """Return a song in a style.

    Parameters
    ----------
    song : Song
        Its beats and chords.
    style : Style
        See `musicnb.melody.styles`.
    swing : float, optional
        How long the first half of what swings is against the second; by default as the style has
        it.
    seed : int
        Of the unevenness of the players, and of what they choose among.

    Returns
    -------
    Score
        Its beats fall on those of the song, and its bars begin where the song's do.

    Examples
    --------
    >>> from musicnb.melody.styles import style_of
    >>> from musicnb.melody.voicing import Harmony
    >>> chords = (Harmony(0, 4, 9, minor=True), Harmony(4, 8, 5, minor=False))
    >>> song = Song(tuple(0.5 * n for n in range(9)), 0, 4, 120.0, "A minor", chords)
    >>> arrange(song, style_of("rock"))
    Score(drums, bass, guitar, second guitar, organ; 8.0 beats, 4.0 s)
    """
    return _Arranger(song, style, swing or style.swing, seed).score()


class _Arranger:
    """The song, the style and the pieces that are put together."""

    def __init__(self, song: Song, style: Style, swing: float, seed: int) -> None:
        self.song, self.style, self.swing, self.seed = song, style, swing, seed
        self.beats = len(song.times) - 1
        # Bars are counted from the one that the first beat is in.
        self.offset = -song.first % song.meter
        self.bars = -(-(self.beats + self.offset) // song.meter)
        self.tonic = _tonic(song.key)
        loudness = np.array(song.loudness or [0.0] * self.beats)
        self.force = 10 ** (np.clip(loudness, QUIETEST, LOUDEST) / 40)

    def score(self) -> Score:
        times = list(self.song.times)
        if self.offset:
            times[0] = max(times[0], LEAD_IN)
        lead = self.offset or (self.song.meter if times[0] >= LEAD_IN else 0)
        parts = [self._drums(lead), *(self._line(line, lead) for line in self.style.lines)]
        return Score(
            tuple(parts),
            tempo=round(self.song.tempo, 3),
            meter=self.song.meter,
            key=self.song.key,
            tempo_changes=tempo_map(times, lead),
        )

    # ---- patterns ----------------------------------------------------------------------------

    def _strokes(self, pattern: str, *, first: int = 0) -> Iterator[_Stroke]:
        """Yield the strokes of a pattern through the song, cut where chords change."""
        bars = [pattern[at : at + BAR] for at in range(0, len(pattern), BAR)]
        steps = self.song.meter * STEPS
        line = "".join(bars[bar % len(bars)][:steps] for bar in range(first, self.bars))
        origin = first * self.song.meter - self.offset
        at = 0
        while at < len(line):
            length = 1
            if line[at] not in ".-":
                while at + length < len(line) and line[at + length] == "-":
                    length += 1
                start = origin + at / STEPS
                end = min(start + length / STEPS, self.beats)
                if start >= 0 and start < end:
                    bar = first + at // steps
                    yield from self._cut(start, end, line[at], bar)
            at += length

    def _cut(self, start: float, end: float, what: str, bar: int) -> Iterator[_Stroke]:
        tied = False
        for chord in self.song.harmony:
            if chord.end <= start or chord.start >= end:
                continue
            yield _Stroke(max(start, chord.start), min(end, chord.end), what, bar, chord, tied=tied)
            tied = True
        if not tied:
            yield _Stroke(start, end, what, bar, None)

    def swung(self, beat: float) -> float:
        """Return when a moment of an even pattern comes in a swinging one."""
        unit = self.style.swung
        whole = np.floor(beat / unit + 1e-9) * unit
        part = (beat - whole) / unit
        later = self.swing / (1 + self.swing)
        moved = part * 2 * later if part <= 0.5 else later + (part - 0.5) * 2 * (1 - later)  # noqa: PLR2004
        return float(whole + moved * unit)

    # ---- parts -------------------------------------------------------------------------------

    def _drums(self, lead: int) -> Part:
        player = self._player("drums", lead)
        fills = {bar for bar in range(self.bars) if bar % PHRASE == PHRASE - 1}
        for drum, pattern in self.style.drums.items():
            for stroke in self._strokes(pattern):
                place = stroke.start + self.offset - stroke.bar * self.song.meter
                filled = stroke.bar in fills and place >= self.song.meter - 2
                if self.style.fill and filled and drum != "kick":
                    continue
                player.strike(stroke.start, 0.25, DRUMS[drum], VELOCITY[stroke.what])
        for bar in sorted(fills):
            self._fill(bar, player)
        if self.style.crash:
            for bar in range(0, self.bars, 2 * PHRASE):
                at = bar * self.song.meter - self.offset
                if at >= 0:
                    player.strike(at, 2.0, DRUMS["crash"], VELOCITY["x"])
        return Part("drums", self.style.kit, player.notes())

    def _fill(self, bar: int, player: _Player) -> None:
        start = (bar + 1) * self.song.meter - self.offset - 2
        for drum, pattern in self.style.fill.items():
            for step, what in enumerate(pattern):
                at = start + step / STEPS
                if what != "." and 0 <= at < self.beats:
                    player.strike(at, 0.25, DRUMS[drum], VELOCITY[what])

    def _line(self, line: Line, lead: int) -> Part:
        player = self._player(line.name, lead)
        {
            "bass": self._bass,
            "chords": self._chords,
            "arpeggio": self._arpeggio,
            "pad": self._pad,
        }[line.kind](line, player)
        return Part(line.name, line.program, player.notes(), pan=line.pan)

    def _bass(self, line: Line, player: _Player) -> None:
        before = None
        for stroke in self._strokes(line.pattern):
            chord = stroke.chord
            if chord is None:
                continue
            root = LOWEST_ROOT + (chord.root - LOWEST_ROOT) % OCTAVE
            # A chord that has just changed is known by its root.
            what = "r" if stroke.tied or before != chord else stroke.what
            before = chord
            if what == "a":
                pitch = self._leading(chord, root, stroke.end, player)
            elif what == "3":
                pitch = root + (3 if chord.minor else 4)
            else:
                pitch = root + BASS[what]
            length = (stroke.end - stroke.start) * line.gate
            player.strike(stroke.start, length, pitch, BASS_VELOCITY)

    def _leading(self, chord: Harmony, root: int, at: float, player: _Player) -> int:
        """Return a tone that leads to the next root: a semitone beside it, or the fifth."""
        following = next((c for c in self.song.harmony if c.start <= at < c.end), chord)
        if following.root == chord.root:
            return root + 7
        target = LOWEST_ROOT + (following.root - LOWEST_ROOT) % OCTAVE
        return target + (1 if player.choose(2) else -1)

    def _chords(self, line: Line, player: _Player) -> None:
        before: tuple[int, ...] = ()
        for stroke in self._strokes(line.pattern):
            if stroke.chord is None:
                continue
            before = self._pitches(stroke.chord, line, before)
            length = (stroke.end - stroke.start) * line.gate
            velocity = VELOCITY["o" if stroke.tied else stroke.what]
            for number, pitch in enumerate(before):
                player.strike(stroke.start, length, pitch, velocity, number * line.strum)

    def _arpeggio(self, line: Line, player: _Player) -> None:
        before: tuple[int, ...] = ()
        chord = None
        for stroke in self._strokes(line.pattern):
            if stroke.chord is None or stroke.tied:
                continue
            if stroke.chord != chord:
                chord = stroke.chord
                before = self._pitches(chord, line, before)
            octave, number = divmod(int(stroke.what) - 1, len(before))
            length = min((stroke.end - stroke.start) * line.gate, chord.end - stroke.start)
            pitch = before[number] + OCTAVE * octave
            player.strike(stroke.start, length, pitch, ARPEGGIO_VELOCITY)

    def _pad(self, line: Line, player: _Player) -> None:
        before: tuple[int, ...] = ()
        for chord in self.song.harmony:
            start, end = max(chord.start, 0.0), min(chord.end, float(self.beats))
            if start < end:
                before = self._pitches(chord, line, before)
                for pitch in before:
                    player.strike(start, end - start, pitch, PAD_VELOCITY)

    def _pitches(self, chord: Harmony, line: Line, before: tuple[int, ...]) -> tuple[int, ...]:
        if line.voicing == "power":
            return power(chord.root, line.lowest)
        return voiced(chord_tones(chord, line.voicing, self.tonic), line.lowest, before)

    def _player(self, name: str, lead: int) -> _Player:
        return _Player(self, np.random.default_rng([self.seed, zlib.crc32(name.encode())]), lead)


class _Player:
    """Collects notes, a little unevenly; each player has dice of its own."""

    def __init__(self, of: _Arranger, dice: np.random.Generator, lead: int) -> None:
        self._of, self._dice, self._lead = of, dice, lead
        self._notes: list[Note] = []

    def choose(self, count: int) -> int:
        return int(self._dice.integers(count))

    def strike(
        self, beat: float, length: float, pitch: int, velocity: int, seconds: float = 0.0
    ) -> None:
        """Add a note that begins at an (even) beat of the song, some seconds later."""
        of = self._of
        start = of.swung(beat)
        end = max(of.swung(beat + length), start + 0.05)
        number = min(max(int(beat), 0), of.beats - 1)
        a_beat = of.song.times[number + 1] - of.song.times[number]
        late = float(np.clip(self._dice.normal(0, LATE), -LATEST, LATEST)) + seconds
        force = velocity * of.force[number] + self._dice.normal(0, UNEVEN)
        onset = max(start + late / a_beat, 0.0) + self._lead
        self._notes.append(
            Note(
                round(onset, 5),
                round(max(end + self._lead - onset, 0.05), 5),
                pitch,
                int(np.clip(round(force), 1, 127)),
            )
        )

    def notes(self) -> tuple[Note, ...]:
        return tuple(sorted(self._notes))


def _tonic(key: str) -> int:
    names = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
    return names.index(key.partition(" ")[0])
