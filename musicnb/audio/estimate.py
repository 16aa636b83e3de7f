"""`estimate`: what a task will take, before it is begun."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicnb.audio.audio import Audio
from musicnb.audio.files import load, open_audio
from musicnb.runtime.cost import Estimate, estimate_duration

if TYPE_CHECKING:
    import os


def estimate(task: str, source: float | Audio | str | os.PathLike[str]) -> Estimate:
    """Return the seconds and the peak memory that a task will take on this machine.

    The first estimate of a task calibrates it, which takes ten to thirty seconds; the result is
    cached.

    Parameters
    ----------
    task : {'separate', 'analyze', 'edit', 'cover'}
        The task.
    source : float, Audio or path
        How many seconds of sound, or the sound itself.

    Returns
    -------
    Estimate

    Raises
    ------
    musicnb.errors.InputError
        If there is no such task.
    musicnb.errors.AudioFileError
        If the file cannot be read.

    Examples
    --------
    >>> line = estimate("separate", 240)
    >>> line.duration, line.fits, line.rtf < 1
    (240.0, True, True)

    Notes
    -----
    Taught in lesson 00.
    """
    return estimate_duration(task, _duration(source))


def _duration(source: float | Audio | str | os.PathLike[str]) -> float:
    if isinstance(source, int | float):
        return float(source)
    if isinstance(source, Audio):
        return source.duration
    if str(source).startswith("demo:"):
        return load(source).duration
    with open_audio(source) as reader:
        if reader.frames is not None:
            return reader.frames / reader.sample_rate
        frames: int = sum(block.shape[1] for block in reader.blocks())
        return frames / reader.sample_rate
