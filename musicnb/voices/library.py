"""The voice library: the voices that come with musicnb, and those trained here."""

from __future__ import annotations

import os
import re
import shutil
from functools import lru_cache
from pathlib import Path

from musicnb.errors import InputError
from musicnb.voices.voice import CARD, Voice, load_voice

#: The voices that come with the package, a folder each.
PACKAGED = Path(__file__).parent / "library"
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


def voices_dir() -> Path:
    """Return the folder of the voices trained here; ``MUSICNB_VOICES`` overrides it."""
    import platformdirs

    chosen = os.environ.get("MUSICNB_VOICES")
    return Path(chosen) if chosen else Path(platformdirs.user_data_dir("musicnb")) / "voices"


def voice_names() -> list[str]:
    """Return the names of all voices: those of the library, then those trained here.

    Taught in lesson 08.

    Examples
    --------
    >>> import musicnb
    >>> musicnb.voice_names()[:8]
    ['awb', 'joe', 'kal', 'ked', 'rms', 'robot', 'ru', 'slt']
    """
    return [*_names(PACKAGED), *(n for n in _names(voices_dir()) if n not in _names(PACKAGED))]


def voice(name: str | Voice) -> Voice:
    """Return a voice by its name. Taught in lesson 08.

    Raises
    ------
    musicnb.errors.InputError
        If there is no such voice.

    Examples
    --------
    >>> import musicnb
    >>> slt = musicnb.voice("slt")
    >>> slt.about["what"], slt.about["licence"]
    ("A woman, American; flite's slt (CMU ARCTIC)", 'CMU (BSD-like)')
    """
    if isinstance(name, Voice):
        return name
    folder = folder_of(name)
    return _loaded(folder, (folder / CARD).stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _loaded(folder: Path, _changed: int) -> Voice:
    return load_voice(folder)


def remove_voice(name: str) -> None:
    """Remove a voice that was trained here.

    Raises
    ------
    musicnb.errors.InputError
        If there is none of that name, or it came with musicnb.
    """
    folder = folder_of(name)
    if folder.parent == PACKAGED:
        raise InputError(
            f"the voice {name!r} came with musicnb",
            expected="a voice trained here",
            todo="`musicnb voices list` shows which those are.",
        )
    shutil.rmtree(folder)


def new_folder(name: str) -> Path:
    """Return the folder for a voice to be trained, which must not be there yet.

    Raises
    ------
    musicnb.errors.InputError
        If the name is taken, or is no name.
    """
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise InputError(
            f"the name is {name!r}",
            expected="up to 40 small letters, digits, - and _",
            todo="Pass another name.",
        )
    if name in voice_names():
        raise InputError(
            f"there is a voice {name!r} already",
            expected="a new name",
            todo=f"Pass another, or run `musicnb voices remove {name}`.",
        )
    return voices_dir() / name


def folder_of(name: str) -> Path:
    """Return the folder of a voice: its card, its index, and what else is kept with it.

    Raises
    ------
    musicnb.errors.InputError
        If there is no such voice.
    """
    for place in (PACKAGED, voices_dir()):
        if isinstance(name, str) and NAME.fullmatch(name) and (place / name / CARD).is_file():
            return place / name
    raise InputError(
        f"there is no voice {name!r}",
        expected=f"one of {', '.join(voice_names())}",
        todo="`musicnb voices list` shows them all.",
    )


def _names(place: Path) -> list[str]:
    return sorted(path.parent.name for path in place.glob(f"*/{CARD}"))
