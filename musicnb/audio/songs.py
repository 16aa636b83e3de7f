"""The songs that come with musicnb, each with its card: artist, licence, credit, true stems."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicnb.errors import InputError

if TYPE_CHECKING:
    from musicnb.audio.audio import Audio
    from musicnb.audio.provenance import Recipe

FOLDER = Path(__file__).parent.parent / "songs"


@dataclass(frozen=True)
class DemoSong:
    """A song that comes with musicnb.

    Attributes
    ----------
    name : str
        Its name in ``load("demo:NAME")``.
    files : dict of str to Path
        'mixture', or the true stems whose exact sum is the mixture.
    card : dict
        Title, artist, style, licence, credit, source, tempo_bpm, key, vocals, notes.
    """

    name: str
    files: dict[str, Path]
    card: dict[str, Any]

    @property
    def credit(self) -> str:
        """What must be said when the song, or something made of it, is passed on."""
        return str(self.card["credit"])


@cache
def demo_songs() -> dict[str, DemoSong]:
    """Return the songs that come with musicnb, by name.

    Examples
    --------
    >>> {name: song.card["licence"] for name, song in demo_songs().items()}["starfall"]
    'CC-BY-SA-3.0'

    Notes
    -----
    Taught in lesson 00.
    """
    songs = {}
    for path in sorted(FOLDER.glob("*/card.json")):
        card = json.loads(path.read_text("utf-8"))
        names = {"mixture": card["mixture"]} if card["mixture"] else card["stems"]
        files = {name: path.parent / file for name, file in names.items()}
        songs[card["name"]] = DemoSong(card["name"], files, card)
    return songs


def demo_song(name: str) -> DemoSong:
    """Return one of the songs that come with musicnb.

    Examples
    --------
    >>> demo_song("starfall").card["artist"]
    'Obsidian Shell'
    """
    songs = demo_songs()
    if name not in songs:
        raise InputError(
            f"there is no demo song {name!r}", expected=" or ".join(songs), todo="Choose one."
        )
    return songs[name]


def load_demo(source: str, offset: float, duration: float | None, recipe: Recipe) -> Audio:
    """Load ``demo:NAME`` or ``demo:NAME/STEM``; see :func:`musicnb.load`."""
    from musicnb.audio.audio import Audio
    from musicnb.audio.files import load
    from musicnb.audio.mix import mix

    name, _, stem = source.removeprefix("demo:").partition("/")
    song = demo_song(name)
    if stem and stem not in song.files:
        raise InputError(
            f"the demo song {name!r} has no stem {stem!r}",
            expected=" or ".join(song.files),
            todo="Choose one.",
        )
    chosen = [stem] if stem else list(song.files)
    parts = [load(song.files[each]) for each in chosen]
    whole = parts[0] if len(parts) == 1 else mix(parts)
    audio = Audio(whole.samples, whole.sample_rate, recipe=recipe)
    if offset or duration is not None:
        return audio[offset : None if duration is None else offset + duration]
    return audio
