"""`change_swing`: off-beats later or earlier, the beats where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.errors import InputError
from musicnb.remix.edit import Edit, edited, mixture_of
from musicnb.remix.judge import beats_of, swing_of
from musicnb.remix.plan import SWING, Plan, require

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from musicnb.audio.audio import Audio
    from musicnb.stems.stems import Stems

#: By how much of a beat the off-beat that is heard may be off.
TOLERANCE = 0.04
FEWEST_BEATS = 2


def change_swing(
    sound: Audio | Stems,
    swing: float,
    *,
    source_swing: float = 1.0,
    beats: ArrayLike | None = None,
    verify: bool = True,
    bar: bool = True,
) -> Edit:
    """Make a straight song swing, or a swinging one straight.

    The second eighth of each beat begins later (or earlier), the beats stay where they are. Pitch
    and duration stay too.

    Parameters
    ----------
    sound : Audio or Stems
        Mono or stereo. Of stems, all are moved by the same time map.
    swing : float
        How long the first eighth of a beat should be against the second, 1/3 to 4: 1 is
        straight, 1.5 swings lightly, 2 puts the off-beat at two thirds, as in triplets.
    source_swing : float
        The same, as it is in the source.
    beats : array_like, optional
        The times of the beats in seconds. By default they are listened for.
    verify : bool
        Listen to the result, and warn if its swing is not the one that was asked for.
    bar : bool
        Show a progress bar if it takes more than two seconds.

    Returns
    -------
    Edit
        Its sound is as long as the source, to the frame.

    Raises
    ------
    musicnb.errors.InputError
        If the swing is out of range, or there are no beats.
    musicnb.errors.Cancelled
        If it was interrupted.

    Examples
    --------
    >>> import musicnb
    >>> song = musicnb.load("demo:starfall", duration=5)
    >>> edit = musicnb.change_swing(song, 2.0, beats=[0.2, 0.8, 1.4, 2.0, 2.6, 3.2, 3.8, 4.4])
    >>> edit.audio.duration
    5.0

    Notes
    -----
    By a phase vocoder along a time map: see `musicnb.remix.warp`. Taught in lesson 06.
    """
    source = mixture_of(sound)
    require("swing", swing, SWING, "(the first eighth over the second)")
    times = beat_grid(beats_of(source) if beats is None else beats, source.duration)
    plan = Plan(swing=float(swing), source_swing=float(source_swing), beats=times)
    audio, stems = edited(
        sound, lambda _: plan, function="change_swing", title="Changing the swing", bar=bar
    )
    requested = {"swing": float(swing), "source_swing": float(source_swing)}
    measured: dict[str, Any] = {}
    notes: list[str] = []
    if verify:
        measured, notes = judged_swing(source, audio, np.array(times), plan)
    return Edit(audio, requested, measured, tuple(notes), stems)


def beat_grid(beats: ArrayLike, duration: float) -> tuple[float, ...]:
    """Return beats that cover the whole sound, to a tenth of a millisecond.

    Examples
    --------
    >>> beat_grid([0.7, 1.2], 2.0)
    (0.2, 0.7, 1.2, 1.7)
    """
    try:
        times = np.asarray(beats, float).ravel()
    except (TypeError, ValueError):
        times = np.array([np.nan])
    if times.size and (not np.isfinite(times).all() or (np.diff(times) < 0.01).any()):  # noqa: PLR2004
        raise InputError(
            "the beats are not increasing times",
            expected="times in seconds, each at least 0.01 s after the one before",
            todo="Sort them, and leave out what is there twice.",
        )
    if times.size < FEWEST_BEATS or times[-1] <= 0 or times[0] >= duration:
        raise InputError(
            f"{times.size} beats are heard" if times.size else "no beats are heard",
            expected=f"at least {FEWEST_BEATS} within the {duration:.1f} s of the sound",
            todo="Pass beats, or a longer sound with a beat.",
        )
    period = float(np.median(np.diff(times)))
    times = times[(times >= 0) & (times <= duration)]
    if not times.size:  # the sound is between two beats
        return tuple(float(time) for time in np.asarray(beats, float).ravel())
    before = np.arange(times[0] - period, 0, -period)[::-1]
    after = np.arange(times[-1] + period, duration, period)
    return tuple(float(time) for time in np.concatenate([before, times, after]).round(4))


def judged_swing(
    source: Audio, made: Audio, beats: NDArray[np.float64], plan: Plan
) -> tuple[dict[str, Any], list[str]]:
    """Return what is heard in the source and the result, and where it is not what was asked.

    `beats` are those of the source; in the result they come faster by the plan's tempo.
    """
    before, after = swing_of(source, beats), swing_of(made, beats / plan.tempo)
    measured = {
        "source_swing": None if before is None else round(before, 2),
        "swing": None if after is None else round(after, 2),
    }
    notes = []
    if before is not None and abs(_place(before) - _place(plan.source_swing)) > TOLERANCE:
        notes.append(
            f"The source is heard to swing {before:.2f} : 1 already; if so, pass source_swing."
        )
    if after is None:
        notes.append("No off-beats are heard, so that the edit could not be checked.")
    elif abs(_place(after) - _place(plan.swing)) > TOLERANCE:
        notes.append(f"The result is heard to swing {after:.2f} : 1, not {plan.swing:.2f} : 1.")
    return measured, notes


def _place(swing: float) -> float:
    """Return where in the beat the off-beat is, 0 to 1."""
    return swing / (1 + swing)
