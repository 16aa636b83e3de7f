"""Time stretching and pitch shifting of a stream, by Signalsmith's library.

To transpose is to stretch, and to play the result faster. The library (python-stretch) takes a
whole sound at a time. So that memory does not grow with the duration, a long one is cut into
segments, each stretched by itself. Two neighbours overlap by a second, and within it they are
joined where they agree best.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.errors import MissingToolError
from musicnb.remix.formants import keep_formants
from musicnb.remix.seam import REACH, join
from musicnb.remix.window import Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    Block = NDArray[np.float32]

#: Seconds of output in a segment.
SEGMENT = 30.0
#: Seconds by which segments overlap; somewhere in it is a place to join them.
OVERLAP = 1.0
#: Seconds of input around a segment, so that its edges sound like its middle.
CONTEXT = 0.25


def stretched_frames(frames: int, tempo: float) -> int:
    """Return how many frames `frames` frames have at `tempo` times the speed.

    Examples
    --------
    >>> stretched_frames(44100, 0.5)
    88200
    """
    return round(frames / tempo)


def stretch_blocks(
    blocks: Iterable[Block],
    sample_rate: int,
    *,
    tempo: float = 1.0,
    transpose: float = 0.0,
    preserve_formants: bool = False,
    segment: float = SEGMENT,
) -> Iterator[Block]:
    """Change tempo and pitch of a stream, each without the other, in one pass.

    Parameters
    ----------
    blocks : iterable of ndarray
        Float32 blocks of shape (channels, frames), of any lengths; mono or stereo.
    sample_rate : int
        Of the blocks, in Hz.
    tempo : float
        How many times faster; 2 halves the duration.
    transpose : float
        How many semitones higher.
    preserve_formants : bool
        Keep the spectral envelope where it is, as a singer does who sings another note.
    segment : float
        Seconds of output that are made at a time.

    Yields
    ------
    ndarray
        Shape (channels, n). Together they have :func:`stretched_frames` frames, exactly.
    """
    if tempo == 1 and transpose == 0:
        yield from blocks
        return
    step = round(segment * sample_rate)
    overlap = round(OVERLAP * sample_rate)
    reach = round(REACH * sample_rate)
    context = round(CONTEXT * sample_rate)
    window = Window(blocks)
    at = 0  # output frames that were given
    tail: Block | None = None  # the next frames, as the last segment has them
    while True:
        # A last segment shorter than the overlap could not be joined: it is made with this one.
        enough = math.ceil((at + step + 2 * overlap) * tempo) + context
        last = not window.reach(enough)
        stop = stretched_frames(window.stop, tempo) if last else at + step + overlap
        if stop <= at:
            return
        # `reach` more on either side, to shift the segment against the last one.
        start = at if tail is None else at - reach
        first = max(0, math.floor(start * tempo) - context)
        end = min(window.stop, math.ceil((stop + reach) * tempo) + context)
        source = window.cut(first, end)
        made = _stretch(source, sample_rate, tempo, transpose, preserve_formants)
        skip = start - round(first / tempo)
        made = made[:, skip : skip + stop - start + reach]
        if tail is not None:
            made = join(tail, made, reach, sample_rate)
        made = _fit(made, stop - at)
        if last:
            yield made
            return
        yield made[:, :step]
        tail = made[:, step:]
        at += step
        window.forget(math.floor((at - reach) * tempo) - context)


def _stretch(
    source: Block, sample_rate: int, tempo: float, transpose: float, preserve_formants: bool
) -> Block:
    """Stretch one segment, as a whole.

    The library could transpose too, but puts deep tones off by up to half a semitone. So it
    stretches only, which keeps every frequency to a hundredth of a cent, by so much that
    resampling gives the length and the pitch that are wanted.
    """
    import soxr

    frames = stretched_frames(source.shape[1], tempo)
    longer = round(frames * 2 ** (transpose / 12))
    if not frames or not longer:
        return np.zeros((source.shape[0], frames), np.float32)
    stretcher = _library().Stretch(0)  # a seed: beyond half the speed it makes phases random
    stretcher.preset(source.shape[0], sample_rate)
    stretcher.setTimeFactor(source.shape[1] / longer)
    # A copy, because the library takes no read-only array.
    made = _fit(np.asarray(stretcher.process(np.array(source, np.float32, order="C"))), longer)
    if longer == frames:
        return made
    made = _fit(soxr.resample(made.T, longer / frames, 1.0, quality="HQ").T, frames)
    if preserve_formants:
        return keep_formants(source, made, sample_rate, tempo=tempo, transpose=transpose)
    return made


def _library() -> Any:
    try:
        from python_stretch import Signalsmith
    except ImportError as error:  # there is no wheel for every platform
        raise MissingToolError(
            "python-stretch is not installed", expected="it", todo="Run pip install python-stretch."
        ) from error
    return Signalsmith


def _fit(samples: Block, frames: int) -> Block:
    """Cut or fill to exactly `frames` frames: the library may round to a frame more or less."""
    missing = frames - samples.shape[1]
    return np.pad(samples, ((0, 0), (0, missing))) if missing > 0 else samples[:, :frames]
