"""Loops for lesson 04: chords, bass and drums whose tempo and key are known, in sounds made up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Samples = NDArray[np.floating]

#: Of every loop: Hz and seconds.
RATE, SECONDS = 11_025, 8.0
#: Tempos are drawn between these, evenly by ratio (beats a minute).
SLOWEST, FASTEST = 60.0, 180.0
NOTES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
#: Semitones of the scale above the tonic, and chords as steps of that scale (0 is the tonic).
MODES = {
    "major": (
        (0, 2, 4, 5, 7, 9, 11),
        ((0, 3, 4, 0), (0, 4, 5, 3), (0, 5, 3, 4), (0, 3, 0, 4), (0, 1, 4, 0), (5, 3, 0, 4)),
    ),
    "minor": (
        (0, 2, 3, 5, 7, 8, 10),
        ((0, 3, 4, 0), (0, 5, 3, 4), (0, 6, 5, 4), (0, 3, 0, 4), (0, 5, 6, 0), (0, 4, 0, 3)),
    ),
}
#: How loud the whole is (root mean square of the samples): -20 dBFS.
LEVEL = 0.1
#: Of the sounds to compare by ear (LUFS).
LOUDNESS = -24.0


@dataclass(frozen=True)
class Loop:
    """A few seconds of music, and what is known of it.

    Attributes
    ----------
    samples : ndarray
        Mono, `SECONDS` long at `RATE`.
    bpm : float
        Beats a minute.
    tonic : int
        Semitones above C.
    mode : str
        'major' or 'minor'.
    """

    samples: Samples
    bpm: float
    tonic: int
    mode: str

    @property
    def key(self) -> str:
        """Such as 'A minor'."""
        return f"{NOTES[self.tonic]} {self.mode}"


def make_loop(
    random: np.random.Generator,
    *,
    bpm: float | None = None,
    tonic: int | None = None,
    mode: str | None = None,
) -> Loop:
    """Return a loop that nobody has ever heard; what is not asked for is drawn.

    Examples
    --------
    >>> loop = make_loop(np.random.default_rng(1), tonic=9, mode="minor")
    >>> loop.key, loop.samples.shape
    ('A minor', (88200,))
    """
    bpm = SLOWEST * (FASTEST / SLOWEST) ** random.uniform() if bpm is None else bpm
    tonic = int(random.integers(12)) if tonic is None else tonic
    mode = str(random.choice(list(MODES))) if mode is None else mode
    beat = 60 / bpm
    parts = int(random.choice([2, 3, 4], p=[0.4, 0.2, 0.4]))  # of a beat
    drums = _even(_drums(random, beat, parts))
    chords = _even(_chords(random, beat, parts, tonic, mode))
    balance = random.uniform(0.3, 0.7)
    whole = balance * drums + (1 - balance) * chords
    return Loop((LEVEL * _even(whole)).astype(np.float32), bpm, tonic, mode)


def _even(samples: Samples) -> Samples:
    made: Samples = samples / (samples.std() + 1e-9)
    return made


class _Track:
    """Sounds put where they begin."""

    def __init__(self, random: np.random.Generator) -> None:
        self.samples = np.zeros(round(SECONDS * RATE))
        self._random = random

    def add(self, seconds: float, sound: Samples, gain: float = 1.0) -> None:
        """Add a sound; nobody plays to the millisecond."""
        start = round((seconds + self._random.normal(0, 0.006)) * RATE)
        if 0 <= start < len(self.samples):
            room = self.samples[start : start + len(sound)]
            room += gain * self._random.uniform(0.7, 1) * sound[: len(room)]


def _drums(random: np.random.Generator, beat: float, parts: int) -> Samples:
    """Return a bar over and over: kick and snare in turn on the beats, a hi-hat between them."""
    track = _Track(random)
    kick, snare, hat = (_hit(random, kind) for kind in ("kick", "snare", "hat"))
    gain = {"kick": 1.0, "snare": random.uniform(0.3, 1), "hat": random.uniform(0.05, 0.5)}
    places = np.arange(4 * parts)  # of the bar
    between = (places % parts > 0).astype(int)
    kicks = (places % (2 * parts) == 0) | (between & random.binomial(1, 0.15, len(places)))
    snares = (places % (2 * parts) == parts) | (between & random.binomial(1, 0.05, len(places)))
    hats = places % random.choice([1, parts]) == 0
    kit = {"kick": (kick, kicks), "snare": (snare, snares), "hat": (hat, hats)}
    # Some loops begin in the middle of a bar.
    start = -beat * random.uniform(0, 4)
    for bar in range(int(SECONDS / beat / 4) + 2):
        for place in places:
            seconds = start + (4 * bar + place / parts) * beat
            for name, (sound, struck) in kit.items():
                if struck[place]:
                    track.add(seconds, sound, gain[name])
    return track.samples


def _hit(random: np.random.Generator, kind: str) -> Samples:
    t = np.arange(round(0.3 * RATE)) / RATE
    noise = random.normal(size=len(t))
    if kind == "kick":
        falling = random.uniform(45, 80) + random.uniform(30, 200) * np.exp(-t / 0.02)
        tone = np.sin(2 * np.pi * np.cumsum(falling) / RATE)
        return tone * np.exp(-t / random.uniform(0.05, 0.12))
    if kind == "snare":
        tone = np.sin(2 * np.pi * random.uniform(150, 300) * t)
        return 0.7 * (tone + noise) * np.exp(-t / random.uniform(0.03, 0.1))
    # Differences keep the high frequencies.
    return np.diff(noise, prepend=0) * np.exp(-t / random.uniform(0.01, 0.05))


def _chords(random: np.random.Generator, beat: float, parts: int, tonic: int, mode: str) -> Samples:
    """Return chords, a bass and a melody, in a key."""
    track = _Track(random)
    scale, progressions = MODES[mode]
    roots = progressions[random.integers(len(progressions))]
    pad, bass, lead = (_wave(random, count) for count in (6, 5, 4))
    strokes = random.choice([1, parts, 2 * parts])  # so many parts of a beat between two
    steady = random.choice([1, parts])
    plucked, melody = random.uniform(0.2, 1.5), random.uniform(0, 0.5)
    part, step = beat / parts, 0
    for count in range(int(SECONDS / part) + 1):
        seconds, root = count * part, roots[count // (2 * parts) % 4]
        if count % strokes == 0:
            for third in (0, 2, 4):
                # Close together, whatever the chord.
                pitch = 52 + (tonic + _semitones(scale, root + third) - 4) % 12
                track.add(seconds, _note(pad, pitch, strokes * part, plucked), 0.4)
        if count % parts == 0 or (count % steady == 0 and random.binomial(1, 0.5)):
            low = 36 + (tonic + _semitones(scale, root)) % 12
            track.add(seconds, _note(bass, low, part * steady, 0.6), 0.8)
        if random.uniform() < melody:
            step = (step + int(random.integers(-2, 3))) % 9
            pitch = 60 + (tonic + 6) % 12 - 6 + _semitones(scale, step)
            track.add(seconds, _note(lead, pitch, beat / 2, 0.4), 0.5)
    return track.samples


def _semitones(scale: tuple[int, ...], step: int) -> int:
    return scale[step % 7] + 12 * (step // 7)


def _wave(random: np.random.Generator, harmonics: int) -> Samples:
    """Return one cycle of a timbre."""
    phase = np.arange(1024) / 1024
    slope = random.uniform(0.6, 2)
    gains = random.uniform(0.2, 1, harmonics) / np.arange(1, harmonics + 1) ** slope
    waves = (g * np.sin(2 * np.pi * n * phase) for n, g in enumerate(gains, 1))
    made: Samples = np.sum(list(waves), axis=0)
    return _even(made)


def _note(wave: Samples, pitch: float, seconds: float, decay: float) -> Samples:
    """Return a note of a MIDI pitch that dies away."""
    t = np.arange(round(seconds * RATE)) / RATE
    phase = 440 * 2 ** ((pitch - 69) / 12) * t * len(wave)
    edge = np.minimum(1, np.minimum(t / 0.008, (seconds - t) / 0.02))
    made: Samples = wave[phase.astype(int) % len(wave)] * edge * np.exp(-t / decay)
    return made


#: Songs that ship and whose tempo and key are known, and where in them an excerpt begins (s).
RECORDS = {"glasswork": (6, 10, 14, 18), "feelings": (0, 6, 14, 18)}


def records(semitones: Sequence[int] = range(-5, 7)) -> list[Loop]:
    """Return excerpts of real songs, played like a record at other speeds.

    A record that turns faster by one semitone raises tempo and key alike: both are known of every
    excerpt.

    Examples
    --------
    >>> found = records([0])
    >>> len(found), found[0].key, round(found[0].bpm)
    (8, 'E minor', 80)
    """
    import soxr

    import musicnb

    found = []
    for name, starts in RECORDS.items():
        song, about = musicnb.load(f"demo:{name}").mono(), musicnb.demo_songs()[name]
        note, mode = about.card["key"].split()
        for semitone in semitones:
            speed = 2 ** (semitone / 12)
            played = soxr.resample(song.samples[0], song.sample_rate * speed, RATE)
            for start in starts:
                first = round(start / speed * RATE)
                part = played[first : first + round(SECONDS * RATE)]
                if len(part) == round(SECONDS * RATE):
                    tonic = (NOTES.index(note) + semitone) % 12
                    bpm = about.card["tempo_bpm"] * speed
                    found.append(Loop(LEVEL * _even(part), bpm, tonic, mode))
    return found


#: Which eighths of a bar of four beats are struck: by the kick, and by the snare.
FEELS = {
    "on every beat": ((0, 4), (2, 6)),
    "double time": ((0, 2, 4, 6), (1, 3, 5, 7)),
    "half time": ((0,), (4,)),
}


def feel(name: str) -> Samples:
    """Return four bars of drums whose hi-hat ticks 240 times a minute, in one of three feels.

    Examples
    --------
    >>> feel("half time").shape
    (88200,)
    """
    random = np.random.default_rng(3)
    track = _Track(random)
    kick, snare, hat = (_hit(random, kind) for kind in ("kick", "snare", "hat"))
    kicks, snares = FEELS[name]
    for eighth in range(32):
        track.add(eighth / 4, hat, 0.15)
        if eighth % 8 in kicks:
            track.add(eighth / 4, kick)
        if eighth % 8 in snares:
            track.add(eighth / 4, snare, 0.5)
    return track.samples


def three_feels() -> dict[str, Any]:
    """Return the quiz: one hi-hat, three feels, of one loudness."""
    from musicnb.audio.audio import Audio

    sounds = {name: Audio(0.05 * _even(feel(name)), RATE) for name in FEELS}
    return {
        "prompt": "The hi-hat ticks equally fast in all three. Tap along with the drums: in which "
        "do you tap slowest?",
        "kind": "which",
        "sounds": {name: each.gain(LOUDNESS - each.loudness) for name, each in sounds.items()},
    }
