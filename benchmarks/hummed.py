"""Tunes whose notes are known, sung, hummed and played: what `benchmarks.hum` is measured on.

Free recordings of singing with their notes written down are scarce. So a voice of flite says words
or syllables, and WORLD re-sings them: a note begins where a vowel begins, with the scoops, vibrato
and drifting that singers have. Hums are one held /m/ with dips between notes, or with none where
only the pitch changes. Tunes are seeded walks on a scale.
"""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import soundfile

from benchmarks.packages import CACHE
from musicnb.melody import Note, Part, Score
from musicnb.recipes.singing import use_world

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Seconds from one frame of WORLD to the next.
STEP = 0.005
SCALES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10))
LENGTHS, CHANCES = (0.25, 0.375, 0.5, 0.75, 1.0), (0.3, 0.15, 0.3, 0.15, 0.1)
VOWELS = frozenset(
    ("aa", "ae", "ah", "ao", "aw", "ax", "ay", "eh", "er", "ey", "ih", "iy", "ow", "oy", "uh", "uw")
)
UNVOICED = frozenset(("p", "t", "k", "f", "th", "s", "sh", "ch", "hh", "pau"))
TEXTS = {
    "words": (
        "in the beginning the river was wide and nobody knew where the water came from",
        "tell me a story of winter and summer before the evening is over and gone",
        "all of the people were singing together and dancing along the road to the sea",
        "give me the morning and I will be ready to carry the letter over the hill",
    ),
    "syllables": (
        "la la la la la la la la la la la la la la",
        "na na na na na na na na na na na na na na",
        "doo doo doo doo doo doo doo doo doo doo doo doo doo doo",
        "ba da ba da ba da ba da ba da ba da ba da",
    ),
}
#: The voices with the middle of their range, in MIDI notes.
VOICES = {"kal16": 50, "rms": 48, "slt": 61, "awb": 53}
INSTRUMENTS = ("Flute", "Violin", "Clarinet", "Choir Aahs")


@dataclass(frozen=True)
class Item:
    """A tune as sound, and its notes.

    Attributes
    ----------
    name, kind : str
        What it is; 'words', 'syllables', 'hummed' or 'played'.
    samples : ndarray
        Mono.
    rate : int
        Its sample rate.
    notes : ndarray
        A row each: onset and offset in seconds, MIDI pitch.
    """

    name: str
    kind: str
    samples: Floats
    rate: int
    notes: Floats


def items(seed: int, voices: tuple[str, ...]) -> list[Item]:
    """Return an item of each kind and text, the voices taking turns."""
    made = []
    for kind, texts in TEXTS.items():
        for number, text in enumerate(texts):
            rng = np.random.default_rng((seed, len(kind), number))
            voice = voices[number % len(voices)]
            made.append(_sung(f"{voice}: {text[:12]}", kind, voice, text, rng))
    for number in range(4):
        rng = np.random.default_rng((seed, 1, number))
        voice = voices[number % len(voices)]
        made.append(_hummed(f"{voice} {number}", voice, rng, legato=number % 2 == 1))
    for number, name in enumerate(INSTRUMENTS):
        made.append(_played(name, np.random.default_rng((seed, 2, number))))
    return made


def tune(count: int, middle: float, rng: np.random.Generator) -> Floats:
    """Return notes one after another: a length in seconds and a MIDI pitch each."""
    scale = SCALES[int(rng.integers(2))]
    tones = np.array([12 * octave + tone for octave in range(-2, 3) for tone in scale])
    at = int(np.argmin(np.abs(tones)))
    beat = rng.uniform(0.45, 0.75)
    rows = []
    for _ in range(count):
        at += int(rng.choice((-2, -1, 0, 1, 2, 4, -4), p=(0.15, 0.22, 0.2, 0.22, 0.15, 0.03, 0.03)))
        at = int(np.clip(at, len(tones) // 2 - 6, len(tones) // 2 + 6))
        length = float(rng.choice(LENGTHS, p=CHANCES)) / 0.5 * beat
        rows.append((max(length, 0.16), round(middle) + tones[at]))
    return np.array(rows, float)


def _contour(lengths: list[int], pitches: list[float], rng: np.random.Generator) -> Floats:
    """Return the pitch of notes that follow each other without a break, frame by frame."""
    parts = []
    previous = pitches[0] - rng.uniform(0, 2) * (rng.random() < 0.5)
    for length, pitch in zip(lengths, pitches, strict=True):
        time = np.arange(length) * STEP
        glide = np.exp(-time / rng.uniform(0.012, 0.035)) * (previous - pitch)
        depth = rng.uniform(0, 0.6) * np.clip((time - 0.2) / 0.3, 0, 1)
        vibrato = depth * np.sin(2 * np.pi * rng.uniform(4.8, 6.4) * time)
        drift = np.cumsum(rng.normal(size=length)) * 0.01
        off = rng.normal() * 0.12
        parts.append(pitch + off + glide + vibrato + drift - drift.mean())
        previous = pitch + off
    return np.concatenate(parts)


def _hz(pitch: Floats) -> Floats:
    return np.asarray(440 * 2 ** ((pitch - 69) / 12), np.float64)


def _spoken(voice: str, text: str) -> tuple[Floats, int, list[tuple[str, float, float]]]:
    """Return speech, its sample rate, and its phones: name, start and end in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "speech.wav"
        command = ["flite", "-psdur", "-voice", voice, "-t", text, "-o", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        samples, rate = soundfile.read(path)
    pairs = [each.rsplit(":", 1) for each in done.stdout.split()]
    ends = [float(end) for _, end in pairs]
    return (
        np.asarray(samples, np.float64),
        int(rate),
        [(name, a, b) for (name, _), a, b in zip(pairs, [0.0, *ends], ends, strict=False)],
    )


def _analysed(samples: Floats, rate: int) -> tuple[Any, Floats, Floats]:
    world = use_world(CACHE / "recipes")
    rough, times = world.dio(samples, rate, frame_period=STEP * 1000)
    f0 = world.stonemask(samples, rough, times, rate)
    return world, world.cheaptrick(samples, f0, times, rate), world.d4c(samples, f0, times, rate)


def _sung(name: str, kind: str, voice: str, text: str, rng: np.random.Generator) -> Item:
    """Have a voice sing a text, a note on each vowel and on some vowels two."""
    samples, rate, phones = _spoken(voice, text)
    world, envelope, noise = _analysed(samples, rate)
    count = sum(phone in VOWELS for phone, _, _ in phones)
    line = iter(tune(2 * count, VOICES[voice] + rng.integers(2, 7), rng))
    source: list[Floats] = []
    lengths, pitches, notes, voiced = [], [], [], []
    at, waiting = 0, 0
    for phone, start, end in phones:
        first, last = round(start / STEP), min(round(end / STEP), len(envelope) - 1)
        if last <= first:
            continue
        if phone not in VOWELS:
            source.append(np.arange(first, last, dtype=np.float64))
            voiced += [phone not in UNVOICED] * (last - first)
            waiting += last - first
            at += last - first
            continue
        for _ in range(2 if rng.random() < 0.15 else 1):
            seconds, pitch = next(line)
            length = max(round(seconds / STEP) - waiting, round(0.12 / STEP))
            source.append(np.linspace(first, last - 1, length))
            notes.append((at * STEP, (at + length) * STEP, pitch))
            lengths.append(waiting + length)
            pitches.append(pitch)
            voiced += [True] * length
            at, waiting = at + length, 0
    lengths.append(waiting)
    pitches.append(pitches[-1])
    frames = np.concatenate(source)
    f0 = np.where(voiced, _hz(_contour(lengths, pitches, rng)), 0.0)
    whole = np.rint(frames).astype(int)
    made = world.synthesize(f0, envelope[whole], noise[whole], rate, STEP * 1000)
    return Item(name, kind, _loud(made, rng), rate, np.array(notes))


def _hummed(name: str, voice: str, rng: np.random.Generator, *, legato: bool) -> Item:
    """Hum a tune on one /m/; legato leaves the dip out wherever the pitch changes."""
    samples, rate, phones = _spoken(voice, "mama, a memory")
    world, envelope, noise = _analysed(samples, rate)
    first, last = next((a, b) for phone, a, b in phones if phone == "m")
    held = round((first + last) / 2 / STEP)
    line = tune(14, VOICES[voice] + rng.integers(0, 6), rng)
    lengths = [round(seconds / STEP) for seconds, _ in line]
    level = np.ones(sum(lengths))
    notes, at = [], 0
    for number, (length, (_, pitch)) in enumerate(zip(lengths, line, strict=True)):
        same = number > 0 and pitch == line[number - 1][1]
        if not legato or same or rng.random() < 0.2:
            dip = round(rng.uniform(0.03, 0.08) / STEP)
            depth = 10 ** (-rng.uniform(8, 30) / 20)
            level[max(0, at - dip) : at] *= depth
        notes.append((at * STEP, (at + length) * STEP, pitch))
        at += length
    level = np.convolve(np.pad(level, 3, mode="edge"), np.full(7, 1 / 7), mode="valid")
    f0 = _hz(_contour(lengths, [pitch for _, pitch in line], rng))
    shape = np.repeat(envelope[held][None], at, 0) * (level**2)[:, None]
    made = world.synthesize(f0, shape, np.repeat(noise[held][None], at, 0), rate, STEP * 1000)
    return Item(name, "hummed", _loud(made, rng), rate, np.array(notes))


def _played(name: str, rng: np.random.Generator) -> Item:
    """Have an instrument play a tune."""
    line = tune(14, 69, rng)
    ends = np.cumsum(line[:, 0])
    notes = np.column_stack([ends - line[:, 0], ends - 0.02, line[:, 1]])
    played = tuple(
        Note(start, end - start, int(pitch), int(rng.integers(60, 110)))
        for start, end, pitch in notes
    )
    score = Score([Part("tune", name, played)], tempo=60)
    audio = score.render().mono()
    return Item(name, "played", audio.samples[0].astype(np.float64), audio.sample_rate, notes)


def _loud(samples: Floats, rng: np.random.Generator) -> Floats:
    """Return the sound at an ordinary level, with the hiss of a microphone 50 dB below."""
    made = samples * 0.3 / np.abs(samples).max()
    level = np.sqrt(np.mean(made**2)) * 10 ** (-50 / 20)
    return np.asarray(made + rng.normal(size=len(made)) * level, np.float64)
