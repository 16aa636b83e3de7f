"""Genre and mood beside the musicnn tagger, which others trained on other music.

Its tags are no classes. Those that mean one of our genres or moods are named here; where there is
none (ballroom, latin, reggae-ska, tense), neither is asked: both choose among what both can name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from musicnb.analysis.result import Analysis

GENRE_TAGS = {
    "blues": ("blues",),
    "country-folk": ("country", "folk"),
    "electronic": ("electronic", "electronica", "electro", "house", "dance"),
    "funk-soul": ("funk", "soul", "rnb"),
    "jazz": ("jazz",),
    "pop": ("pop",),
    "rock": ("rock", "classic rock", "hard rock", "alternative rock", "indie rock", "metal",
             "heavy metal", "punk", "progressive rock"),
}  # fmt: skip
MOOD_TAGS = {
    "happy": ("happy", "party"),
    "sad": ("sad",),
    "calm": ("chill", "chillout", "mellow", "easy listening"),
}
#: How probable electronic music is said to be.
ELECTRONIC = "_electronic"
#: Folders of the generated songs, and the mood that they mean; 'energetic' means none of ours.
FOLDERS = {"happy": "happy", "calm": "calm", "tender": "calm", "nostalgic": "sad"}


def best(shares: Mapping[str, float], names: Iterable[str]) -> str:
    """Return the likeliest of some names.

    Examples
    --------
    >>> best({"pop": 0.5, "jazz": 0.3, "rock": 0.2}, ("jazz", "rock"))
    'jazz'
    """
    return max(names, key=lambda name: shares.get(name, 0.0))


def by_tags(tags: Mapping[str, float], meaning: Mapping[str, tuple[str, ...]]) -> dict[str, float]:
    """Return for each name the highest of its tags.

    Examples
    --------
    >>> by_tags({"happy": 0.1, "party": 0.3, "sad": 0.2}, MOOD_TAGS)
    {'happy': 0.3, 'sad': 0.2, 'calm': 0.0}
    """
    return {name: max(tags.get(tag, 0.0) for tag in those) for name, those in meaning.items()}


def compared(
    item: str, genre: str | None, mood: str | None, made: Analysis
) -> list[dict[str, Any]]:
    """Return a row for musicnb and one for musicnn: who is right, among what both can name."""
    tags = made.second_opinion or {}
    said = {
        "musicnb": (made.genre.shares, made.mood.shares),
        "musicnn": (by_tags(tags, GENRE_TAGS), by_tags(tags, MOOD_TAGS)),
    }
    rows = []
    for method, (genres, moods) in said.items():
        row: dict[str, Any] = {"item": item, "method": method}
        if genre in GENRE_TAGS:
            row["genre_of_7"] = float(best(genres, GENRE_TAGS) == genre)
        if mood in MOOD_TAGS:
            row["mood_of_3"] = float(best(moods, MOOD_TAGS) == mood)
        # Not a score of its own: see `auc`.
        row[ELECTRONIC] = round(float(genres["electronic"]), 4)
        rows.append(row)
    return rows


def auc(scores: list[float], right: list[bool]) -> float:
    """Return how often one of a kind scores higher than one that is not; ties count half.

    Examples
    --------
    >>> auc([0.9, 0.4, 0.5, 0.1], [True, True, False, False])
    0.75
    """
    yes = np.array([s for s, r in zip(scores, right, strict=True) if r])[:, None]
    no = np.array([s for s, r in zip(scores, right, strict=True) if not r])[None]
    return round(float(((yes > no) + 0.5 * (yes == no)).mean()), 4)


def electronic_auc(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Return for each method how well it tells electronic from acoustic, by the items' names."""
    made = {}
    for method in ("musicnb", "musicnn"):
        mine = [row for row in rows if row["method"] == method and ELECTRONIC in row]
        names = ["_electronic_" in row["item"] for row in mine]
        made[method] = auc([row[ELECTRONIC] for row in mine], names)
    return made
