"""Which genre each accompaniment style is, how fast it usually goes, and how it counts.

A genre here is a family of MMA's styles, given by the name of the style's file: that is all the
network can learn of it.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from musicnb.recipes.parts import mma_folder

if TYPE_CHECKING:
    from pathlib import Path

GENRES = (
    "ballroom", "blues", "country-folk", "electronic", "funk-soul", "jazz", "latin", "pop",
    "reggae-ska", "rock",
)  # fmt: skip

#: Genre, the styles' files, and the range of usual tempos. The first match counts.
FAMILIES = (
    ("reggae-ska", "zoom/reggae|stdlib/ska|zoom/ska|stdlib/boneym|stdlib/calypso", (70, 140)),
    (
        "blues",
        r"\w+/\w*blues\w*|\w+/\w*bo?ogg?ie\w*|casio/shuffleb\w+|casio/shufflerock",
        (60, 150),
    ),
    (
        "latin",
        (
            r"stdlib/(afro-cuban|beguine|bolero|bossanova|chacha|cubanguitar|jazzrhumba|lfusion|"
            r"mambo|merengue|rhumba|salsa|samba|slowbolero|son|tango|lighttango)|casio/latin\w+|"
            r"kara/kbossa|yamaha/(jazzbossa|mambo|salsa\d)|zoom/(bossa|samba|latin|afro)"
        ),
        (85, 150),
    ),
    (
        "country-folk",
        (
            r"stdlib/(bluegrass|\w*country\w*|folk\w*|hillcountry|bluefolk|westernswing|"
            r"zydeco)|kara/kwest\w+|yamaha/(jazzcountry|western)|zoom/c\w*ntry"
        ),
        (80, 140),
    ),
    (
        "jazz",
        (
            r"\w+/\w*(jazz|swing|bebop|bigband|evansish|dixie|charleston|ragtime|strut)\w*|"
            r"casio/(\w*bigband|modernjazz)"
        ),
        (80, 200),
    ),
    ("funk-soul", r"\w+/\w*(funk|soul|motown|rb)\w*|\w+/(r\+b|rb\w*|rnb|fus\w*|fusion)", (80, 120)),
    (
        "electronic",
        (
            r"\w+/\w*(techno|trance|house|rave|dance|digital|electric|hip|disco|dnb|ambient|"
            r"trip)\w*"
        ),
        (85, 150),
    ),
    (
        "ballroom",
        r"\w+/\w*(waltz|polka|march|fox|quickstep|serenade|softshoe|broadway|showtune)\w*",
        (75, 140),
    ),
    ("rock", r"\w+/\w*(rock|metal|twist|twi|punk|hrk|mtl|thr|jive|highfive)\w*", (85, 170)),
    (
        "pop",
        r"\w+/\w*(pop|beat|ballad|16shuffle|shuffle|worldpop|hymn|spiritual|lullaby|bald)\w*",
        (65, 130),
    ),
)

#: Styles written so that two of MMA's beats are one beat to a listener.
HALVED = re.compile(
    r"\w+/(polka|dixie|dixiemarch|march|bwmarch|samba|merengue|broadway|fastswing|quickstep|"
    r"fastbigband|zydeco)$"
)
#: Never a style of their own: what begins, ends or fills, and what counts a rhythm out.
#: (One style in `HELD_OUT` of each genre is kept for testing, at least one.)
HELD_OUT = 8
NOT_A_GROOVE = re.compile(r"(intro|end|ending|fill|break|metronome)\d*$", re.IGNORECASE)


@dataclass(frozen=True)
class Style:
    """One file of MMA's library.

    Attributes
    ----------
    name : str
        ``folder/file``.
    genre : str
        One of `GENRES`.
    grooves : tuple of str
        Its patterns, the plainest first.
    meter : int
        MMA's beats in a bar.
    beat : int
        How many of MMA's beats are one beat to a listener.
    tempo : tuple of float
        The usual range, in beats of a listener a minute.
    drums_only : bool
        Whether bass and chords have to be added.
    held_out : bool
        Whether nothing is learned from it.
    """

    name: str
    genre: str
    grooves: tuple[str, ...]
    meter: int
    beat: int
    tempo: tuple[float, float]
    drums_only: bool
    held_out: bool = False


def styles(cache: Path) -> list[Style]:
    """Return every style that has a genre, in the order of their names."""
    library = mma_folder(cache) / "lib"
    found = []
    for path in sorted(library.glob("*/*.mma")):
        file = f"{path.parent.name}/{path.stem}"
        name = file.lower()
        text = path.read_text("latin-1")
        time = re.search(r"^\s*time\s+(\d+)(/\d+)?", text, re.IGNORECASE | re.MULTILINE)
        grooves = re.findall(r"^\s*defgroove\s+(\S+)", text, re.IGNORECASE | re.MULTILINE)
        grooves = [g for g in grooves if not NOT_A_GROOVE.search(g)]
        family = next((f for f in FAMILIES if re.fullmatch(f[1], name)), None)
        if not (time and grooves and family) or int(time[1]) not in {3, 4, 6}:
            continue
        meter = int(time[1])
        beat = 3 if meter == 6 else 2 if HALVED.match(name) else 1
        # A dotted quarter goes slower than a quarter.
        slow = 0.6 if meter == 6 else 1.0
        tempo = (family[2][0] * slow, family[2][1] * slow)
        if "ballad" in name or "slow" in name or name.endswith(("lullaby", "hymn", "bald")):
            tempo = (max(tempo[0] * 0.8, 45), min(tempo[1], 95 * slow))
        elif "fast" in name or "bebop" in name:
            tempo = (tempo[0] * 1.3, tempo[1])
        genre = family[0]
        drums_only = path.parent.name == "zoom"
        found.append(Style(file, genre, tuple(grooves), meter, beat, tempo, drums_only))
    kept = {
        style.name
        for genre in GENRES
        for number, style in enumerate(
            sorted((s for s in found if s.genre == genre), key=lambda s: _digest(s.name))
        )
        if number % HELD_OUT == 0
    }
    return [replace(style, held_out=style.name in kept) for style in found]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
