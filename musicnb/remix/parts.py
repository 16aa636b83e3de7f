"""`remove_part`: a song without one of its stems."""

from __future__ import annotations

import math
from typing import Any

from musicnb.audio.audio import Audio
from musicnb.audio.mix import mix
from musicnb.errors import InputError
from musicnb.remix.edit import Edit
from musicnb.remix.plan import STEMS, require_part, require_sound
from musicnb.stems.separate import separate
from musicnb.stems.stems import Stems

TWO = ("vocals", "accompaniment")
FOUR = ("vocals", "drums", "bass", "other")
#: Below this many dB under the mixture there is nothing of a part to speak of.
ABSENT_DB = -50.0


def remove_part(
    sound: Audio | Stems, part: str, *, verify: bool = True, device: str | None = None
) -> Edit:
    """Take one part out of a song.

    Parameters
    ----------
    sound : Audio or Stems
        A song, which is separated first, or its stems.
    part : str
        The stem to take out: 'vocals', 'accompaniment', 'drums', 'bass' or 'other' of a song, or
        one of the stems.
    verify : bool
        Warn if there was next to nothing of that part.
    device : {'auto', 'cpu', 'cuda', 'cuda:N'}, optional
        Where to separate; see :func:`musicnb.device`.

    Returns
    -------
    Edit
        Its stems are the others, bit by bit as they were, and the residual is kept; its sound is
        their sum.

    Raises
    ------
    musicnb.errors.InputError
        If there is no such part, or it is the only one.
    musicnb.errors.Cancelled
        If it was interrupted.

    Examples
    --------
    >>> import musicnb
    >>> stems = musicnb.separate(musicnb.load("demo:starfall", duration=4))
    >>> karaoke = musicnb.remove_part(stems, "vocals")
    >>> karaoke.stems
    Stems(accompaniment; 4.000 s)
    >>> karaoke.stems["accompaniment"] is stems["accompaniment"]
    True

    Notes
    -----
    Taught in lesson 06.
    """
    if isinstance(sound, Audio):
        require_part(part, STEMS)
        require_sound(sound.frames, sound.sample_rate, sound.channels)
        # The others as one sound, or as many as the part is one of.
        names = TWO if part in TWO else FOUR
        stems = separate(sound, stems=names, device=device)
    else:
        stems = sound
    require_part(part, tuple(stems))
    others = {name: audio for name, audio in stems.items() if name != part}
    if not others:
        raise InputError(
            f"{part} is the only stem", expected="at least one other", todo="Separate the song."
        )
    left = Stems(others, stems.residual)
    audio = mix([*others.values(), stems.residual])
    measured: dict[str, Any] = {}
    notes: list[str] = []
    if verify:
        measured, notes = _judged(stems, part)
    return Edit(audio, {"remove_part": part}, measured, tuple(notes), left)


def _judged(stems: Stems, part: str) -> tuple[dict[str, Any], list[str]]:
    """Return how loud the part was in the song."""
    whole, taken = stems.mixture.level, stems[part].level
    share = taken - whole if math.isfinite(whole) else -math.inf
    measured = {"part_db": round(share, 1) if math.isfinite(share) else None}
    if share >= ABSENT_DB:
        return measured, []
    return measured, [f"There was next to nothing of {part} in the song."]
