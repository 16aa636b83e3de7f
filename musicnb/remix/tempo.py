"""`change_tempo`: faster or slower, at the same pitch."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from musicnb.errors import InputError
from musicnb.remix.edit import Edit, edited, mixture_of
from musicnb.remix.judge import speed_of, tempo_of
from musicnb.remix.plan import TEMPO, Plan, require

if TYPE_CHECKING:
    from musicnb.audio.audio import Audio
    from musicnb.stems.stems import Stems

#: Beats a minute that music has.
BPM = (20.0, 400.0)
#: Tempi that differ by less are the same; what evaluations of tempo trackers allow.
TOLERANCE = 0.04
#: Half the beats of another listener, or twice as many.
OCTAVES = {0.5: "half", 2.0: "twice"}
#: What may be counted instead, where there are triplets too.
LEVELS = OCTAVES | {
    1 / 3: "a third of",
    2 / 3: "two thirds of",
    3 / 4: "three quarters of",
    4 / 3: "four thirds of",
    3 / 2: "one and a half times",
    3.0: "three times",
}


def change_tempo(
    sound: Audio | Stems,
    *,
    tempo: float | None = None,
    bpm: float | None = None,
    source_bpm: float | None = None,
    verify: bool = True,
    bar: bool = True,
) -> Edit:
    """Play a song faster or slower, at the same pitch.

    Parameters
    ----------
    sound : Audio or Stems
        Mono or stereo. Of stems, each is changed, and the residual too.
    tempo : float, optional
        How many times faster, 0.25 to 4.
    bpm : float, optional
        Instead: the beats a minute that it should have.
    source_bpm : float, optional
        With `bpm`: the beats a minute that it has. By default they are listened for; of the
        tempi that the song may be heard at (half, twice), the one is taken that needs the
        smallest change.
    verify : bool
        Listen to the result, and warn if its tempo is not the one that was asked for.
    bar : bool
        Show a progress bar if it takes more than two seconds.

    Returns
    -------
    Edit
        Its sound has ``round(frames / tempo)`` frames, exactly.

    Raises
    ------
    musicnb.errors.InputError
        If the tempo is out of range, or no tempo is heard.
    musicnb.errors.Cancelled
        If it was interrupted.

    Examples
    --------
    >>> import musicnb
    >>> song = musicnb.load("demo:starfall", duration=6)
    >>> musicnb.change_tempo(song, tempo=1.5).audio
    Audio(2 channels, 4.000 s, 44100 Hz)

    Notes
    -----
    By Signalsmith's stretch library. Taught in lesson 06.
    """
    source = mixture_of(sound)
    heard = source_bpm
    if verify or (bpm is not None and source_bpm is None):
        heard = tempo_of(source)
    ratio, notes = tempo_ratio(tempo, bpm, source_bpm, heard)
    plan = Plan(tempo=ratio)
    audio, stems = edited(
        sound, lambda _: plan, function="change_tempo", title="Changing the tempo", bar=bar
    )
    requested: dict[str, Any] = {"tempo": ratio} | ({} if bpm is None else {"bpm": float(bpm)})
    measured: dict[str, Any] = {}
    if verify:
        measured, more = judged_tempo(source, audio, ratio, bpm, heard)
        notes += more
    return Edit(audio, requested, measured, tuple(notes), stems)


def tempo_ratio(
    tempo: float | None, bpm: float | None, source_bpm: float | None, heard: float | None
) -> tuple[float, list[str]]:
    """Return how many times faster to play, and what to tell about it.

    Examples
    --------
    >>> tempo_ratio(None, 150, None, 76.0)
    (0.986..., ['The song was taken for one of 152 BPM, twice what is heard; if it is not, ...'])
    """
    if (tempo is None) == (bpm is None):
        raise InputError(
            f"tempo is {tempo} and bpm is {bpm}",
            expected="one of the two",
            todo="Pass tempo (times faster) or bpm (beats a minute).",
        )
    if tempo is not None:
        require("tempo", tempo, TEMPO, "times the speed")
        return float(tempo), []
    assert bpm is not None  # noqa: S101  (for the type checker)
    require("bpm", bpm, BPM, "beats a minute")
    if source_bpm is not None:
        require("source_bpm", source_bpm, BPM, "beats a minute")
        return _in_range(bpm / source_bpm, bpm, source_bpm), []
    if heard is None:
        raise InputError(
            "no tempo is heard in the sound",
            expected="at least 4 s with a beat",
            todo="Pass source_bpm, or tempo instead of bpm.",
        )
    factor = min((1.0, *OCTAVES), key=lambda times: abs(math.log(bpm / heard / times)))
    taken = heard * factor
    ratio = _in_range(bpm / taken, bpm, taken)
    if factor == 1:
        return ratio, []
    words = f"The song was taken for one of {taken:.0f} BPM, {OCTAVES[factor]} what is heard"
    return ratio, [f"{words}; if it is not, pass source_bpm."]


def judged_tempo(
    source: Audio | None, made: Audio, ratio: float, bpm: float | None, source_bpm: float | None
) -> tuple[dict[str, Any], list[str]]:
    """Return what is heard in the source and the result, and where it is not what was asked.

    Two things are looked at: how much faster the result is, and which tempo it is heard at. The
    second is harder, as a listener, too, may count half or twice the beats.
    """
    heard = tempo_of(made)
    speed = None if source is None else speed_of(source, made, ratio)
    measured = {
        "tempo": None if speed is None else round(speed, 3),
        "source_bpm": None if source_bpm is None else round(source_bpm, 2),
        "bpm": None if heard is None else round(heard, 2),
    }
    notes = []
    if speed is not None and not same_tempo(speed, ratio):
        notes.append(f"The result is {speed:.3f} times as fast instead of {ratio:.3f}.")
    expected = bpm if bpm is not None else source_bpm and source_bpm * ratio
    if expected is None or heard is None:
        return measured, [*notes, "No tempo is heard, so that it could not be checked."]
    if same_tempo(heard, expected):
        return measured, notes
    found = f"The result is heard at {heard:.1f} BPM"
    for factor, words in LEVELS.items():
        if same_tempo(heard, expected * factor):
            return measured, [*notes, f"{found}, {words} the {expected:.1f} that were expected."]
    return measured, [*notes, f"{found} instead of {expected:.1f}."]


def same_tempo(one: float, other: float) -> bool:
    """Return whether two tempi are the same within 4 %."""
    return abs(one / other - 1) <= TOLERANCE


def _in_range(ratio: float, bpm: float, source: float) -> float:
    require(f"the change from {source:.1f} to {bpm:g} BPM", ratio, TEMPO, "times the speed")
    return ratio
