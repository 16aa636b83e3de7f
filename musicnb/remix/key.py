"""`change_key`: higher or lower, at the same speed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from musicnb.audio.audio import Audio
from musicnb.errors import InputError
from musicnb.remix.edit import Edit, edited, mixture_of
from musicnb.remix.judge import interval_of, key_of
from musicnb.remix.names import interval, parse_key, transposed
from musicnb.remix.plan import TRANSPOSE, Plan, require

if TYPE_CHECKING:
    from musicnb.stems.stems import Stems

#: Stems without a pitch that could be in a key.
UNPITCHED = frozenset({"drums"})
#: What is heard is exact to a third of a semitone.
SEMITONES_OFF = 0.5
#: Stems of which a listener knows how the formants should be.
VOICES = frozenset({"vocals"})


def change_key(
    sound: Audio | Stems,
    *,
    transpose: float | None = None,
    key: str | None = None,
    source_key: str | None = None,
    preserve_formants: bool | str | None = None,
    verify: bool = True,
    bar: bool = True,
) -> Edit:
    """Play a song higher or lower, at the same speed.

    Parameters
    ----------
    sound : Audio or Stems
        Mono or stereo. Of stems, the drums stay as they are, bit by bit.
    transpose : float, optional
        How many semitones higher, -24 to 24.
    key : str, optional
        Instead: the key that it should be in, such as 'A minor'. The nearer way is taken, up or
        down.
    source_key : str, optional
        With `key`: the key that it is in. By default it is listened for.
    preserve_formants : bool or 'vocals', optional
        Keep the formants, so that a voice stays the same voice. Of stems, by default those of
        the vocals are kept. True keeps those of the whole sound, which is right for a voice
        alone; 'vocals' separates the vocals of a song first, which takes longer.
    verify : bool
        Listen to the result, and warn if its key is not the one that was asked for.
    bar : bool
        Show a progress bar if it takes more than two seconds.

    Returns
    -------
    Edit
        Its sound is as long as the source, to the frame.

    Raises
    ------
    musicnb.errors.InputError
        If the transposition is out of range, or there is no way to the key.
    musicnb.errors.Cancelled
        If it was interrupted.

    Examples
    --------
    >>> import musicnb
    >>> song = musicnb.load("demo:starfall", duration=5)
    >>> edit = musicnb.change_key(song, transpose=-3)
    >>> edit.audio.duration, edit.requested
    (5.0, {'transpose': -3.0})

    Notes
    -----
    By Signalsmith's stretch library. Formants are kept by the true envelope (Röbel and Rodet,
    2005). Taught in lesson 06.
    """
    source = mixture_of(sound)
    heard = None
    if verify or (key is not None and source_key is None):
        heard = key_of(source)
    semitones = key_interval(transpose, key, source_key, heard)

    def plan(stem: str | None) -> Plan | None:
        if stem in UNPITCHED:
            return None
        kept = preserve_formants
        if not isinstance(sound, Audio) and (kept is None or kept == "vocals"):
            kept = stem in VOICES
        return Plan(transpose=semitones, preserve_formants=kept or False)

    audio, stems = edited(sound, plan, function="change_key", title="Changing the key", bar=bar)
    requested: dict[str, Any] = {"transpose": semitones} | ({} if key is None else {"key": key})
    if preserve_formants is not None:
        requested["preserve_formants"] = preserve_formants
    measured: dict[str, Any] = {}
    notes: list[str] = []
    if verify:
        measured, notes = judged_key(source, audio, semitones, heard)
    return Edit(audio, requested, measured, tuple(notes), stems)


def key_interval(
    transpose: float | None, key: str | None, source_key: str | None, heard: str | None
) -> float:
    """Return how many semitones higher to play.

    Examples
    --------
    >>> key_interval(None, "E minor", None, "D minor")
    2.0
    """
    if (transpose is None) == (key is None):
        raise InputError(
            f"transpose is {transpose} and key is {key}",
            expected="one of the two",
            todo="Pass transpose (semitones) or key, such as 'A minor'.",
        )
    if transpose is not None:
        require("transpose", transpose, TRANSPOSE, "semitones")
        return float(transpose)
    assert key is not None  # noqa: S101  (for the type checker)
    parse_key(key)
    start = source_key or heard
    if start is None:
        raise InputError(
            "no key is heard in the sound",
            expected="some tones",
            todo="Pass source_key, or transpose instead of key.",
        )
    return float(interval(start, key))


def judged_key(
    source: Audio, made: Audio, semitones: float, source_key: str | None
) -> tuple[dict[str, Any], list[str]]:
    """Return what is heard in the source and the result, and where it is not what was asked.

    Two things are looked at: how much higher the tones of the result are, and which key it is
    heard in. The second is harder, as two keys may share all their tones.
    """
    heard, shift = key_of(made), interval_of(source, made, semitones)
    measured = {
        "transpose": None if shift is None else round(shift, 2),
        "source_key": source_key,
        "key": heard,
    }
    notes = []
    if shift is not None and abs(shift - semitones) > SEMITONES_OFF:
        notes.append(f"The tones are {shift:.3g} semitones higher instead of {semitones:g}.")
    if source_key is None or heard is None:
        return measured, [*notes, "No key is heard, so that it could not be checked."]
    expected = transposed(source_key, semitones)
    if heard != expected and not semitones % 1:  # between two keys there is none to expect
        notes.append(f"The result is heard in {heard} instead of {expected}.")
    return measured, notes
