"""Listening again to a song in another genre: whether it is that genre, and still that song."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from musicnb.analysis.analyze import analyze
from musicnb.remix.judge import excerpt
from musicnb.remix.outline import pulse
from musicnb.remix.tempo import LEVELS, same_tempo

if TYPE_CHECKING:
    from musicnb.analysis.result import Analysis
    from musicnb.audio.audio import Audio
    from musicnb.melody.styles import Style

#: A tag that is among so many of the likeliest fits.
TAGS = 5
#: Less of the time with the same chords as before is told.
SAME_CHORDS = 0.5


def judged_genre(
    before: Analysis,
    made: Audio,
    style: Style,
    ratio: float,
    counted: float,
    device: str | None = None,
) -> tuple[dict[str, Any], list[str]]:
    """Return what is heard in the result, and where it is not what was asked.

    Genre is asked of two networks, as either is often wrong: the one of :func:`musicnb.analyze`,
    and the musicnn tagger. `counted` are the beats a minute that the new band counts, which may be
    twice or half of what the song has.
    """
    after = analyze(excerpt(made), second_opinion=True, device=device)
    whole = after if after.duration >= made.duration else analyze(made, device=device)
    tags = list(after.second_opinion or {})[:TAGS]
    shared = same_chords(before, whole, ratio)
    measured = {
        "genre": str(after.genre.value),
        "genre_share": round(after.genre.shares.get(style.family, 0.0), 3),
        "tags": ", ".join(tags),
        "bpm": round(float(after.tempo.value), 2),
        "key": str(after.key.value),
        "same_chords": round(shared, 2),
    }
    notes = []
    if after.genre.value != style.family and not set(tags) & set(style.tags):
        notes.append(
            f"The result is heard as {after.genre.value}, and tagged {measured['tags']}, not as "
            f"{style.family}."
        )
    bpm, expected = float(after.tempo.value), pulse(before) * ratio
    also = (counted, float(before.tempo.value) * ratio)
    if not any(same_tempo(bpm, each) for each in (expected, *also)):
        level = next((w for f, w in LEVELS.items() if same_tempo(bpm, expected * f)), "")
        instead = f", {level} the {expected:.1f} that were expected" if level else ""
        notes.append(
            f"The result is heard at {bpm:.1f} BPM{instead or f' instead of {expected:.1f}'}."
        )
    if after.key.value != before.key.value:
        notes.append(f"The result is heard in {after.key.value}, the song in {before.key.value}.")
    if shared < SAME_CHORDS:
        notes.append(f"Only {shared:.0%} of the chords are heard again.".replace("%", " %"))
    return measured, notes


def same_chords(before: Analysis, after: Analysis, ratio: float = 1.0) -> float:
    """Return in which part of the time with a chord the result has the chord of the song.

    Parameters
    ----------
    before, after : Analysis
        Of the song and of the result.
    ratio : float
        How many times faster the result is.
    """
    total = same = 0.0
    for chord in before.chords:
        if chord.pitch_class is None:
            continue
        start, end = chord.start / ratio, chord.end / ratio
        total += end - start
        for other in after.chords:
            if (other.pitch_class, other.quality) == (chord.pitch_class, chord.quality):
                same += max(0.0, min(end, other.end) - max(start, other.start))
    return same / total if total else 0.0
