"""Tunes and chords for the renders: traditional tunes with chords put to them, and progressions.

The tunes come from music21's corpus (Ryan's Mammoth Collection, 1883; O'Neill's Music of Ireland;
Aird's Airs, 1778-1801), all long out of copyright. A tune's chords are those that hold most of its
notes, found by dynamic programming; `music21` parses, and only this recipe needs it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from musicnb.recipes.parts import use_libraries
from musicnb.runtime.files import write_json

#: (beat, length in beats, MIDI pitch)
Note = tuple[float, float, int]

COLLECTIONS = ("ryansMammoth/*.abc", "oneills1850/*.abc", "airdsAirs/*.abc")
#: Meters that are used: beats in a bar as MMA counts them, and what a quarter of the tune becomes.
METERS = {"2/4": (4, 2.0), "2/2": (4, 1.0), "4/4": (4, 1.0), "3/4": (3, 1.0), "6/8": (6, 2.0)}
NAMES = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
#: Chords of a tune by mode: degree in semitones, suffix, pitch classes above the tonic.
CHORDS = {
    "major": ((0, "", 0.25), (5, "", 0.2), (7, "", 0.2), (7, "7", 0.1), (9, "m", 0), (2, "m", 0)),
    "minor": ((0, "m", 0.25), (5, "m", 0.2), (7, "7", 0.2), (10, "", 0.1), (3, "", 0), (8, "", 0)),
}
TONES = {"": (0, 4, 7), "m": (0, 3, 7), "7": (0, 4, 7, 10)}
#: Progressions: degree and suffix, one a bar, by mode. Looped.
PROGRESSIONS = {
    "major": (
        "0 7 9m 5", "0 9m 5 7", "0 5 7 5", "0 5 0 7", "0 4m 5 7", "0 9m 2m 7", "0 0 5 7",
        "0 5 9m 7", "0M7 9m7 2m7 7 7", "0 7 5 0", "0M7 0M7 2m7 77",
        "07 07 07 07 57 57 07 07 77 57 07 77",
        "0M7 5M7 4m7 9m7 2m7 77 0M7 77", "0 10 5 0", "0 2m 5 0", "0 5 0 0 5 0 7 0",
    ),
    "minor": (
        "0m 8 3 10", "0m 10 8 7", "0m 5m 7 0m", "0m 8 5m 7", "0m 0m 5m 0m 8 7 0m 0m", "0m 3 10 5m",
        "0m7 5m7 0m7 77", "0m 10 0m 10", "0m7 2m7b5 77 0m7", "0m 5m 10 3 8 5m 7 0m",
        "0m7 0m7 5m7 0m7 87 77 0m7 77", "0m 7 0m 7", "0m 8 10 0m",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Song:
    """What a piece is made from: notes in beats, and a chord for each half bar (or bar)."""

    name: str
    tonic: int
    mode: str
    meter: int
    melody: tuple[Note, ...]
    chords: tuple[tuple[str, ...], ...]


def read_tunes(cache: Path) -> list[dict[str, Any]]:
    """Return the tunes of the corpus that are in major or minor and in a meter of `METERS`."""
    path = cache / "tunes.json"
    if not path.is_file():
        use_libraries(cache)
        from music21 import converter, corpus

        root = Path(corpus.__file__).parent
        found = []
        for pattern in COLLECTIONS:
            for file in sorted(root.glob(pattern)):
                try:
                    parsed = converter.parse(str(file), forceSource=True)
                except Exception as error:  # noqa: BLE001  (the parser's, on a tune it cannot read)
                    print(f"left out {file.name}: {error}")
                    continue
                scores = getattr(parsed, "scores", None) or [parsed]
                found += [t for i, s in enumerate(scores) if (t := _tune(s, f"{file.stem}/{i}"))]
        write_json(path, found)
    tunes: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))
    return tunes


def _tune(score: Any, name: str) -> dict[str, Any] | None:
    flat = score.flatten()
    key = flat.getElementsByClass("KeySignature").first()
    time = flat.getElementsByClass("TimeSignature").first()
    measure = score.recurse().getElementsByClass("Measure").first()
    mode = getattr(key, "mode", None)
    if mode not in CHORDS or time is None or measure is None or time.ratioString not in METERS:
        return None
    beats, factor = METERS[time.ratioString]
    pickup = time.barDuration.quarterLength - measure.paddingLeft if measure.paddingLeft else 0
    notes = [
        (
            round(float(n.offset - pickup) * factor, 4),
            round(float(n.quarterLength) * factor, 4),
            int(n.pitch.midi),
        )
        for n in flat.notes
        if n.isNote and n.quarterLength and n.offset >= pickup
    ]
    bars = int(max((n[0] + n[1] for n in notes), default=0) // beats)
    if bars < 8:
        return None
    tonic = int(key.tonic.pitchClass)
    return {
        "name": name,
        "tonic": tonic,
        "mode": mode,
        "meter": beats,
        "bars": bars,
        "notes": notes,
    }


def harmonised(tune: dict[str, Any]) -> Song:
    """Return a tune with the chords that hold most of its notes."""
    meter, mode, tonic = tune["meter"], tune["mode"], tune["tonic"]
    parts = 1 if meter == 3 else 2
    step = meter / parts
    choices = CHORDS[mode]
    weights = np.zeros((tune["bars"] * parts, 12))
    for beat, length, pitch in tune["notes"]:
        slot = int(beat / step)
        if slot < len(weights):
            weights[slot, (pitch - tonic) % 12] += length * (1.3 if beat % step == 0 else 1)
    fits = np.empty((len(weights), len(choices)))
    for c, (degree, suffix, bonus) in enumerate(choices):
        inside = np.isin(np.arange(12), [(degree + t) % 12 for t in TONES[suffix]])
        fits[:, c] = weights @ np.where(inside, 1.0, -0.8) + bonus
    fits[0, 0] += 4
    fits[-1, 0] += 4
    change = np.where(np.eye(len(choices), dtype=bool), 0.0, -0.35)
    score, back = fits[0], np.zeros(fits.shape, int)
    for i in range(1, len(fits)):
        reach = score[:, None] + change
        back[i] = reach.argmax(axis=0)
        score = reach.max(axis=0) + fits[i]
    path = [int(score.argmax())]
    for i in range(len(fits) - 1, 0, -1):
        path.append(int(back[i][path[-1]]))
    names = [NAMES[(tonic + choices[c][0]) % 12] + choices[c][1] for c in reversed(path)]
    chords = tuple(tuple(names[i : i + parts]) for i in range(0, len(names), parts))
    melody = tuple((b, n, p) for b, n, p in tune["notes"])
    return Song(tune["name"], tonic, mode, meter, melody, chords)


def invented(rng: np.random.Generator, mode: str, meter: int, bars: int) -> Song:
    """Return a progression with a melody of chord and scale tones over a repeated rhythm."""
    text = str(rng.choice(PROGRESSIONS[mode]))
    degrees = [parsed_degree(word) for word in text.split()]
    chords, melody = [], []
    scale = (0, 2, 4, 5, 7, 9, 11) if mode == "major" else (0, 2, 3, 5, 7, 8, 10)
    rhythm = _rhythm(rng, meter)
    pitch = 72
    for bar in range(bars):
        degree, suffix = degrees[bar % len(degrees)]
        chords.append((NAMES[degree] + suffix,))
        third = 3 if suffix.startswith("m") else 4
        tones = [(degree + t) % 12 for t in (0, third, 7)]
        if bar % 4 == 0 and rng.random() < 0.4:
            rhythm = _rhythm(rng, meter)
        for beat, length in rhythm:
            strong = beat % 2 == 0
            allowed = tones if strong or rng.random() < 0.4 else scale
            near = [p for p in range(60, 85) if p % 12 in allowed and 0 < abs(p - pitch) < 8]
            pitch = int(rng.choice(near)) if near else 72
            melody.append((bar * meter + beat, length, pitch))
    return Song(f"progression {mode} {text}", 0, mode, meter, tuple(melody), tuple(chords))


def parsed_degree(word: str) -> tuple[int, str]:
    """Split '10m7' into 10 and 'm7', and '77' into 7 and '7'."""
    head = 2 if word[:2] in {"10", "11"} else 1
    return int(word[:head]), word[head:]


def _rhythm(rng: np.random.Generator, meter: int) -> list[tuple[float, float]]:
    """Return starts and lengths in beats of a bar of melody, with rests."""
    lengths: list[tuple[float, float]] = []
    at = 0.0
    while at < meter - 0.01:
        length = min(float(rng.choice((0.5, 0.5, 1, 1, 1.5, 2))), meter - at)
        if rng.random() < 0.85:
            lengths.append((at, length * 0.95))
        at += length
    return lengths


def as_dict(song: Song) -> dict[str, Any]:
    """Return the song as JSON values."""
    return asdict(song)
