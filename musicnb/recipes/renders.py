"""Render a corpus of music whose beats, tempo, key, genre and mood are known, stem by stem.

    python -m musicnb.recipes.renders [--cache DIR] [--pieces N] [--test N] [--seed S]

Every piece is a tune or a progression (`tunes`), played by MMA in one of its styles (`compose`),
moved to another key, tempo and tuning, given other instruments, and rendered with a soundfont and,
for half of the drums, with Sonic Pi's hits. What is kept is not the sound but the two views of it
that the network learns from (`musicnb.analysis.features`), in float16, one file a piece. It goes on
where it was stopped, and the same seed renders the same pieces.

The test pieces use tunes and styles that no training piece uses, and a soundfont of their own.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from musicnb.analysis.features import SAMPLE_RATE, level_gain, views
from musicnb.recipes.compose import DRUM_CHANNEL, MOODS, STEMS, Event, Piece, compose, draw_song
from musicnb.recipes.mixing import mixed
from musicnb.recipes.parts import HELD_OUT_FONT, TRAINING_FONTS, drum_hits, soundfont, use_libraries
from musicnb.recipes.styles import GENRES, Style, styles
from musicnb.recipes.tunes import read_tunes
from musicnb.runtime.files import atomic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Sound = NDArray[np.float32]

SECONDS = 40.0
SEED = 1
#: Of so many test pieces every fifth is for calibration, and so are all later ones.
SCORED, CALIBRATION = 500, 5
#: Every eighth tune is for testing.
TUNE_STEP = 8
#: Instruments (General MIDI programs from 0) that may stand for one another.
FAMILIES = ((0, 6), (6, 8), (8, 16), (16, 21), (24, 29), (29, 31), (32, 40), (40, 45), (48, 52),
            (56, 64), (64, 72), (72, 80), (80, 88), (88, 96))  # fmt: skip
MELODY_PROGRAMS = (0, 4, 11, 16, 21, 22, 24, 25, 26, 27, 29, 30, 40, 42, 48, 52, 53, 54, 56, 57, 64,
                   65, 66, 68, 71, 73, 75, 80, 81, 85)  # fmt: skip
DRUM_KITS = (0, 0, 8, 16, 24, 25, 32, 40)
#: Sonic Pi's hits for General MIDI's drum notes.
HITS = {
    "bd_*": (35, 36), "sn_*": (38, 40), "drum_snare_*": (38, 40), "hat_*": (42, 44),
    "drum_cymbal_closed": (42, 44), "drum_cymbal_open": (46,), "drum_cymbal_hard": (49, 57),
    "drum_cymbal_soft": (51, 59), "drum_tom_lo_*": (41, 43, 45), "drum_tom_mid_*": (47, 48),
    "drum_tom_hi_*": (50,), "drum_cowbell": (56,), "perc_snap*": (37, 39), "elec_hi_snare": (40,),
}  # fmt: skip


class Player:
    """A soundfont, loaded once, that plays notes into an array."""

    def __init__(self, font: str, cache: Path, rate: int = SAMPLE_RATE) -> None:
        use_libraries(cache)
        import tinysoundfont

        self.rate = rate
        self._synth = tinysoundfont.Synth(gain=-6, samplerate=rate)
        self._font = self._synth.sfload(str(soundfont(font, cache)))

    def play(
        self, notes: list[tuple[float, float, Event]], seconds: float, tuning: float, kit: int
    ) -> Sound:
        """Return stereo sound, shape (2, samples), of notes with start and end in seconds."""
        synth, samples = self._synth, round(seconds * self.rate)
        synth.sounds_off()
        programs: dict[int, int] = {}
        for channel in range(16):
            synth.set_tuning(channel, 0.0 if channel == DRUM_CHANNEL else tuning)
        marks = [(round(a * self.rate), 1, e) for a, _, e in notes]
        marks += [(round(b * self.rate), 0, e) for _, b, e in notes]
        marks.sort(key=lambda m: m[:2])
        out, at = np.empty((samples, 2), np.float32), 0
        for when, on, event in marks:
            stop = min(max(when, at), samples)
            if stop > at:
                out[at:stop] = self._run(stop - at)
                at = stop
            channel = event.channel
            if not on:
                synth.noteoff(channel, event.pitch)
                continue
            program = kit if channel == DRUM_CHANNEL else event.program
            if programs.get(channel) != program:
                self._select(channel, program)
                programs[channel] = program
            synth.noteon(channel, event.pitch, event.velocity)
        if at < samples:
            out[at:] = self._run(samples - at)
        return out.T

    def _run(self, samples: int) -> Sound:
        return np.frombuffer(self._synth.generate(samples), np.float32).reshape(-1, 2)

    def _select(self, channel: int, program: int) -> None:
        drums = channel == DRUM_CHANNEL
        try:
            self._synth.program_select(channel, self._font, 128 if drums else 0, program, drums)
        except Exception:  # noqa: BLE001  (a kit or preset that this font lacks)
            self._synth.program_select(channel, self._font, 128 if drums else 0, 0, drums)


@dataclass(frozen=True)
class Take:
    """One performance of a piece: stems, and what is true of them. Times in seconds."""

    stems: dict[str, Sound]
    beats: NDArray[np.float64]
    downbeats: NDArray[np.float64]
    tempo: float
    key: int
    genre: int
    mood: int
    meter: int
    name: str


def perform(piece: Piece, player: Player, hits: Hits, mood: str, rng: np.random.Generator) -> Take:
    """Play a piece in a mood, in a key, tempo and tuning of its own."""
    _, pace, loud, short, _, shift = MOODS[mood]
    style, song = piece.style, piece.song
    slow, fast = style.tempo
    share = rng.uniform(*pace)
    tempo = float(np.clip(slow * (fast / slow) ** share, 45, 215))
    seconds = SECONDS
    clock = _Clock(tempo / 60 * style.beat, piece.bars * style.meter, rng)
    transpose = int(rng.integers(-6, 6))
    tuning = rng.uniform(-0.5, 0.5) if rng.random() < 0.5 else rng.normal(0, 0.08)
    velocity, length = rng.uniform(*loud), rng.uniform(*short)
    octave = int(rng.choice(shift)) + (0 if transpose > -3 else 12)
    voices = _Voices(rng, mood)
    jitter = rng.choice((0, 0.004, 0.012))
    lead = int(rng.choice(MELODY_PROGRAMS))
    kit = int(rng.choice(DRUM_KITS))

    def timed(name: str) -> list[tuple[float, float, Event]]:
        made = []
        for event in piece.stems[name]:
            drums = name == "drums"
            program = lead if name == "melody" else voices(event.program)
            pitch = event.pitch + (0 if drums else transpose + octave * (name == "melody"))
            start = clock(event.beat) + (rng.normal(0, jitter) if jitter else 0)
            end = clock(event.beat + event.length * (1 if drums else length))
            if 0 <= start < seconds and 0 <= pitch < 128:
                loudness = int(np.clip(event.velocity * velocity, 12, 127))
                played = replace(event, program=program, pitch=pitch, velocity=loudness)
                made.append((start, max(end, start + 0.03), played))
        return made

    stems = {}
    for name in STEMS:
        notes = timed(name)
        if name == "drums" and rng.random() < 0.4:
            stems[name] = hits.play(notes, seconds, rng)
        else:
            stems[name] = player.play(notes, seconds, tuning, kit)
    bar = style.meter
    times = clock(np.arange(0, piece.bars * bar + 1, style.beat))
    downs = clock(np.arange(0, piece.bars * bar + 1, bar))
    return Take(
        stems,
        times[times < seconds],
        downs[downs < seconds],
        60 / float(np.median(np.diff(times[times < seconds]))),
        (song.tonic + transpose) % 12 + (12 if song.mode == "minor" else 0),
        GENRES.index(style.genre),
        list(MOODS).index(mood),
        bar // style.beat,
        f"{style.name} | {song.name}",
    )


class _Clock:
    """From beats (of MMA) to seconds: steady, or drifting, with a little silence before."""

    def __init__(self, rate: float, beats: float, rng: np.random.Generator) -> None:
        grid = np.arange(0, beats + 2)
        drift = np.zeros(len(grid))
        if rng.random() < 0.35:
            walk = np.cumsum(rng.normal(0, 1, len(grid) // 8 + 3))
            walk -= walk.mean()
            smooth = np.interp(grid, np.arange(len(walk)) * 8, walk)
            drift = rng.uniform(0.01, 0.06) * smooth / max(np.abs(smooth).max(), 1e-9)
        steps = np.exp(drift)[:-1] / rate
        self._grid = grid
        self._times = rng.uniform(0, 0.8) + np.concatenate(([0], np.cumsum(steps)))

    def __call__(self, beats: Any) -> Any:
        return np.interp(beats, self._grid, self._times)


class _Voices:
    """Other instruments of the same family, the same throughout a piece."""

    def __init__(self, rng: np.random.Generator, mood: str) -> None:
        self._rng, self._mood = rng, mood
        self._map: dict[int, int] = {}

    def __call__(self, program: int) -> int:
        if program not in self._map:
            family = next((f for f in FAMILIES if f[0] <= program < f[1]), (program, program + 1))
            other = int(self._rng.integers(*family)) if self._rng.random() < 0.7 else program
            if self._mood == "tense" and 24 <= other < 29 and self._rng.random() < 0.4:
                other = 30
            self._map[program] = other
        return self._map[program]


class Hits:
    """Sonic Pi's drum hits, one drawn for each note of the kit."""

    def __init__(self, cache: Path, rate: int = SAMPLE_RATE) -> None:
        import soundfile
        import soxr

        self.rate = rate
        self._hits: dict[int, list[Sound]] = {}
        for pattern, notes in HITS.items():
            for path in sorted(drum_hits(cache).glob(f"{pattern}.flac")):
                samples, old = soundfile.read(path, dtype="float32", always_2d=True)
                sound = soxr.resample(samples, old, rate)[: 2 * rate].mean(axis=1)
                sound = sound / max(float(np.abs(sound).max()), 1e-6)
                for note in notes:
                    self._hits.setdefault(note, []).append(sound)

    def play(
        self,
        notes: list[tuple[float, float, Event]],
        seconds: float,
        rng: np.random.Generator,
    ) -> Sound:
        """Return stereo sound, shape (2, samples); a drum without a hit is played by a hat."""
        out = np.zeros(round(seconds * self.rate), np.float32)
        kit: dict[int, Sound] = {}
        for start, _, event in notes:
            if event.pitch not in kit:
                choices = self._hits.get(event.pitch) or self._hits[42]
                kit[event.pitch] = choices[int(rng.integers(len(choices)))] * rng.uniform(0.4, 1)
            at = round(start * self.rate)
            sound = kit[event.pitch][: len(out) - at]
            out[at : at + len(sound)] += sound * np.float32((event.velocity / 127) ** 1.5 * 0.4)
        return np.repeat(out[None], 2, axis=0)


def save_take(path: Path, take: Take, mix: Sound) -> None:
    """Keep the two views of a mix, and what is true of it."""
    samples = torch.from_numpy(mix)
    rhythm, pitch = views(samples * level_gain(samples))
    with atomic(path) as temporary:
        np.savez(
            temporary,
            rhythm=rhythm.numpy().astype(np.float16),
            pitch=pitch.numpy().astype(np.float16),
            beats=take.beats,
            downbeats=take.downbeats,
            tempo=take.tempo,
            labels=np.array([take.key, take.genre, take.mood, take.meter]),
            name=take.name,
        )


class Studio:
    """What it takes to make the pieces of one half of the corpus, each by its number."""

    def __init__(self, cache: Path, *, test: bool, seed: int) -> None:
        torch.set_num_threads(1)
        self._cache, self._seed = cache, seed
        self._tunes = [t for i, t in enumerate(read_tunes(cache)) if (i % TUNE_STEP == 0) == test]
        self._library = [s for s in styles(cache) if s.held_out == test]
        fonts = (HELD_OUT_FONT,) if test else TRAINING_FONTS
        self._players = [Player(font, cache) for font in fonts]
        self._hits = Hits(cache)

    def make(self, number: int) -> tuple[Take, Sound]:
        """Return a piece and its mono mix."""
        rng = np.random.default_rng((self._seed, number))
        # Not kept for the next piece, so that a piece depends on its number alone.
        refused: set[str] = set()
        for _ in range(20):
            genre = GENRES[int(rng.integers(len(GENRES)))]
            choices = [s for s in self._library if s.genre == genre and s.name not in refused]
            style: Style = choices[int(rng.integers(len(choices)))]
            mood = str(rng.choice(list(MOODS)))
            fastest = style.tempo[1] * 1.15 * style.beat / style.meter
            bars = int(np.ceil(SECONDS / 60 * fastest)) + 1
            song = draw_song(self._tunes, style, MOODS[mood][0], rng, bars)
            try:
                piece = compose(song, style, rng, self._cache, bars)
            except ValueError as error:
                print(f"MMA cannot play {error}", file=sys.stderr)
                refused.add(style.name)
                continue
            break
        player = self._players[int(rng.integers(len(self._players)))]
        take = perform(piece, player, self._hits, mood, rng)
        return take, mixed(take.stems, MOODS[mood][4], rng)


def render(folder: Path, count: int, studio: Studio) -> None:
    """Render `count` pieces into a folder; those that are there already are left alone."""
    folder.mkdir(parents=True, exist_ok=True)
    started, made = time.process_time(), 0
    for number in range(count):
        path = folder / f"{number:05d}.npz"
        if path.is_file():
            continue
        save_take(path, *studio.make(number))
        made += 1
        if made % 20 == 0:
            pace = made * SECONDS / (time.process_time() - started)
            print(f"{number + 1}/{count}: {pace:.1f} s of music a core-second", flush=True)


def for_calibration(number: int) -> bool:
    """Return whether a test piece fits the calibration, and is not scored."""
    return number >= SCORED or number % CALIBRATION == 0


def unseen(cache: Path, count: int, seed: int = SEED) -> Iterator[tuple[Take, Sound]]:
    """Yield the test pieces that are scored (not those that fit the temperatures)."""
    studio = Studio(cache, test=True, seed=seed + 1000)
    numbers = (n for n in range(SCORED) if not for_calibration(n))
    for number in itertools.islice(numbers, count):
        yield studio.make(number)


def main() -> None:
    """Run the recipe."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--cache", type=Path, default=Path(".cache"))
    parser.add_argument("--pieces", type=int, default=1582)
    parser.add_argument("--test", type=int, default=800)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    cache = options.cache.resolve()
    corpus = cache / "renders"
    for name, count, seed in (
        ("test", options.test, options.seed + 1000),
        ("train", options.pieces, options.seed),
    ):
        render(corpus / name, count, Studio(cache, test=name == "test", seed=seed))


if __name__ == "__main__":
    main()
