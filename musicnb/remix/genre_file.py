"""A file in another genre: `edit_file` with a genre, which needs the whole song at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from musicnb.audio.audio import Audio
from musicnb.audio.files import load
from musicnb.errors import InputError
from musicnb.remix.genre import change_genre

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from musicnb.remix.edit import Edit

#: What goes together with a new genre; other edits come before it or after it.
TOGETHER = ("tempo", "swing")


def genre_of_file(
    source: str | os.PathLike[str] | Audio,
    path: Path,
    genre: str,
    options: Mapping[str, Any],
    *,
    keep: Sequence[str],
    seed: int,
    verify: bool,
    bar: bool,
) -> Edit:
    """Write a song in another genre to a file, and return the edit.

    Parameters
    ----------
    source : path or Audio
        The song.
    path : Path
        Where the result goes.
    genre, keep, seed, verify, bar
        As in :func:`musicnb.change_genre`.
    options : mapping
        What else is asked for: of edits only a tempo and a swing go together with a genre.
    """
    others = [name for name, value in options.items() if value and name not in TOGETHER]
    if others:
        raise InputError(
            f"genre and {others[0]} are asked for at once",
            expected=f"a genre with no other edit but {' and '.join(TOGETHER)}",
            todo="Make two edits, one after the other.",
        )
    song = source if isinstance(source, Audio) else load(source)
    made = change_genre(
        song,
        genre,
        keep=keep,
        tempo=options.get("tempo"),
        swing=options.get("swing"),
        seed=seed,
        verify=verify,
        bar=bar,
    )
    made.save(path)
    return made
