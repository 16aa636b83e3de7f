"""Names of keys: 'A minor', 'F# major', also 'Am' and 'Gb'."""

from __future__ import annotations

import re

from musicnb.errors import InputError

TONES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
PATTERN = re.compile(
    r"\s*([A-Ga-g])\s*([#♯b♭]?)\s*[-_ ]?\s*(major|maj|dur|minor|min|moll|m|)\s*", re.IGNORECASE
)


def key_name(tonic: int, *, minor: bool) -> str:
    """Return the name of a key; the tonic is 0 for C to 11 for B.

    Examples
    --------
    >>> key_name(9, minor=True)
    'A minor'
    """
    return f"{TONES[tonic % 12]} {'minor' if minor else 'major'}"


def parse_key(key: str) -> tuple[int, bool]:
    """Return the tonic, 0 to 11, and whether the key is minor.

    Examples
    --------
    >>> parse_key("F# minor"), parse_key("Gbm"), parse_key("C")
    ((6, True), (6, True), (0, False))
    """
    found = PATTERN.fullmatch(key) if isinstance(key, str) else None
    if not found:
        raise InputError(
            f"the key is {key!r}",
            expected="a tone and 'major' or 'minor', as in 'A minor' or 'F# major'",
            todo="Pass another.",
        )
    letter, sign, mode = found.groups()
    tonic = STEPS[letter.upper()] + {"": 0, "#": 1, "♯": 1}.get(sign, -1)
    return tonic % 12, mode == "m" or mode.lower() in {"minor", "min", "moll"}


def transposed(key: str, semitones: float) -> str:
    """Return the key that `key` is in after a transposition.

    Examples
    --------
    >>> transposed("A minor", 3)
    'C minor'
    """
    tonic, minor = parse_key(key)
    return key_name(tonic + round(semitones), minor=minor)


def interval(source: str, target: str) -> int:
    """Return the smallest transposition from one key to another, -5 to 6 semitones.

    Raises
    ------
    musicnb.errors.InputError
        If one is major and the other minor: transposing changes no mode.

    Examples
    --------
    >>> interval("A minor", "E minor"), interval("C major", "D major")
    (-5, 2)
    """
    (start, was_minor), (end, is_minor) = parse_key(source), parse_key(target)
    if was_minor != is_minor:
        relative = key_name(end + (3 if is_minor else -3), minor=was_minor)
        raise InputError(
            f"the sound is in {source}, and transposing does not lead to {target}",
            expected=f"a {'minor' if was_minor else 'major'} key, such as {relative}, which has "
            "the same tones",
            todo="Pass another, or source_key if it was misheard.",
        )
    return (end - start + 5) % 12 - 5
