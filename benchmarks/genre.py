"""Songs in another genre: whether genre, chords, key and beats are heard in the result."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.packages import note

SONGS = ("starfall", "glasswork", "feelings")
#: The song that has a singer, who is kept.
SUNG = "starfall"
#: A struck drum and an onset that is heard belong together within so many seconds.
NEAR = 0.03
NOTES = (
    f"genre: means over {', '.join(SONGS)}; the voice is kept in the first, nothing in the others",
    "analyze: how often the genre's family is heard; before: of the songs as they are",
    "musicnn: how often one of the genre's tags is among the five likeliest; before: idem",
    "same chords: in how much of the time with a chord the same is heard; key: how often it is",
    "beats: onsets of the new drums within 30 ms of a beat, its half or quarter, as they are heard",
)


def genres() -> dict[str, dict[str, float]]:
    """Play every song in every genre, and listen."""
    import musicnb
    from musicnb.melody.styles import STYLES

    songs = {name: musicnb.load(f"demo:{name}") for name in SONGS}
    stems = {name: musicnb.separate(song) for name, song in songs.items()}
    heard = {name: musicnb.analyze(s, second_opinion=True) for name, s in songs.items()}
    made: dict[str, dict[str, float]] = {}
    for style in STYLES.values():
        note(f"genre: {style.name}")
        rows = []
        for name in SONGS:
            before = heard[name]
            keep = ("vocals",) if name == SUNG else ()
            edit = musicnb.change_genre(stems[name], style.name, keep=keep, bar=False)
            found = edit.measured
            tags = list(before.second_opinion or {})[:5]
            rows.append(
                {
                    "analyze": found["genre"] == style.family,
                    "analyze_before": before.genre.value == style.family,
                    "musicnn": bool(set(found["tags"].split(", ")) & set(style.tags)),
                    "musicnn_before": bool(set(tags) & set(style.tags)),
                    "same_chords": found["same_chords"],
                    "key": found["key"] == before.key.value,
                    "beats": on_beats(edit.stems["drums"], before.beats),
                }
            )
        made[style.name] = means(rows)
    made["mean"] = means(list(made.values()))
    return made


def means(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Return the mean of each column."""
    return {name: round(float(np.mean([row[name] for row in rows])), 2) for name in rows[0]}


def on_beats(drums: Any, beats: Any) -> float:
    """Return which part of the onsets lies near a beat, its half or its quarters."""
    import librosa

    onsets = librosa.onset.onset_detect(
        y=drums.samples.mean(axis=0), sr=drums.sample_rate, hop_length=256, units="time", delta=0.2
    )
    numbers = np.arange(beats.size)
    grid = np.interp(np.arange(0, beats.size - 1 + 1e-9, 0.25), numbers, beats)
    inside = onsets[(onsets > grid[0] - NEAR) & (onsets < grid[-1] + NEAR)]
    return float(np.mean(np.abs(inside[:, None] - grid).min(axis=1) < NEAR)) if inside.size else 0.0
