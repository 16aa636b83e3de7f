"""The check of a student's own short-time Fourier transform, which names what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.course.question import Wrong, call

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

#: Relative to the largest value; the two Hann windows in use differ by more.
CLOSE = 1e-4
#: (samples, n_fft, hop_length): the last frame ends with the sound, so that none may be lost.
CASES = ((256 + 27 * 64, 256, 64), (400 + 9 * 150, 400, 150))


def hann(n_fft: int, *, periodic: bool = True) -> NDArray[np.float64]:
    """Return the Hann window: periodic, as libraries have it, or symmetric, as `np.hanning`.

    Examples
    --------
    >>> hann(4).tolist()
    [0.0, 0.5, 1.0, 0.5]
    """
    return np.hanning(n_fft + 1)[:-1] if periodic else np.hanning(n_fft)


def magnitudes(
    samples: Any, n_fft: int, hop_length: int, window: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Return a magnitude spectrogram of shape (frequency, time), without padding.

    Examples
    --------
    >>> magnitudes(np.ones(16), 8, 4).shape
    (5, 3)
    """
    weights = hann(n_fft) if window is None else window
    frames = np.lib.stride_tricks.sliding_window_view(np.asarray(samples), n_fft)[::hop_length]
    return np.asarray(np.abs(np.fft.rfft(frames * weights)).T)


def judge_stft(answer: Any) -> str:
    """Check a function ``stft(samples, n_fft, hop_length)``."""
    symmetric = False
    for frames, n_fft, hop_length in CASES:
        random = np.random.default_rng(frames)
        tone = np.sin(2 * np.pi * 0.06 * np.arange(frames))
        samples = 0.1 * random.normal(size=frames) + 0.3 * tone
        found = np.asarray(call(answer, samples.copy(), n_fft, hop_length))
        if found.dtype.kind not in "biufc":
            raise Wrong("your function should return one array of numbers; np.stack makes it")
        asked = f"of n_fft = {n_fft} and hop_length = {hop_length}"
        _judge_shape(found, samples, n_fft, hop_length, asked)
        symmetric |= _judge_values(found, samples, n_fft, hop_length)
    praise = "the same as scipy's and librosa's, to rounding"
    if symmetric:
        praise = (
            "with np.hanning; libraries leave out its last zero (scipy.signal.get_window), so "
            "you differ from them by less than 1 %"
        )
    return praise


def _judge_shape(
    found: NDArray[Any], samples: NDArray[np.float64], n_fft: int, hop_length: int, asked: str
) -> None:
    right = magnitudes(samples, n_fft, hop_length)
    bins, frames = right.shape
    expected = f"expected (frequency, time) = {right.shape} for {len(samples)} samples, {asked}"
    if found.shape == right.shape:
        return
    if found.ndim == 2 and found.shape == right.shape[::-1]:  # noqa: PLR2004
        part = 0.75 if _close(np.abs(found).T, right) else 0.25
        raise Wrong(f"your spectrogram is transposed, (time, frequency); {expected}", part=part)
    if found.ndim != 2:  # noqa: PLR2004
        raise Wrong(f"your result has the shape {found.shape}; {expected}")
    if bins in found.shape[1:] and found.shape[0] != bins:
        raise Wrong(f"your spectrogram is transposed, and not all its frames are there; {expected}")
    if found.shape[1] != frames:
        raise Wrong(
            f"{_frames(found.shape[1], len(samples), n_fft, hop_length)}; {expected}", part=0.25
        )
    rows = {
        n_fft: "your spectrum has its mirror image too: np.fft.rfft leaves it out",
        bins - 1: "the last bin, at half the sample rate, is missing",
    }
    what = rows.get(found.shape[0], f"you have {found.shape[0]} bins: is n_fft used?")
    raise Wrong(f"{what}; {expected}", part=0.25)


def _frames(found: int, total: int, n_fft: int, hop_length: int) -> str:
    """Say how a number of frames came about."""
    right = 1 + (total - n_fft) // hop_length
    if found == right - 1:
        return "one frame is missing, the last: it ends exactly where the sound does"
    if found in (total // n_fft, 1 + (total - n_fft) // n_fft):
        return "your frames stand side by side: the next begins hop_length later, not n_fft"
    if found == 1 + total // hop_length:
        return "your sound was padded at both ends (librosa does with center=True); do not"
    if found == -(-total // hop_length):
        return "your last frames reach beyond the end of the sound; stop before"
    return f"you have {found} frames: is hop_length used?"


def _judge_values(
    found: NDArray[Any], samples: NDArray[np.float64], n_fft: int, hop_length: int
) -> bool:
    """Return whether the window was the symmetric one; raise if the values are wrong."""

    def made(window: NDArray[np.float64]) -> NDArray[np.float64]:
        return magnitudes(samples, n_fft, hop_length, window)

    if not np.isfinite(found).all():
        raise Wrong("your spectrogram holds values that are not finite: is there a log10 of 0?")
    right, symmetric = made(hann(n_fft)), made(hann(n_fft, periodic=False))
    if found.dtype.kind == "c" and (
        _close(np.abs(found), right) or _close(np.abs(found), symmetric)
    ):
        raise Wrong("your values are complex, with their phase; np.abs takes it off", part=0.75)
    if _close(found, right):
        return False
    if _close(found, symmetric):
        return True
    _judge_window(found, made, n_fft)
    for same in (right, symmetric):
        _judge_scale(found, same)
    if _close(found[:, :1], right[:, :1]):
        raise Wrong("your first frame is right, the later ones are not: where does each begin?")
    raise Wrong("the shape is right, but the values are not: frame, times window, rfft, np.abs")


def _judge_window(
    found: NDArray[Any], made: Callable[[NDArray[np.float64]], NDArray[np.float64]], n_fft: int
) -> None:
    """Raise if the values are those of another window."""
    bare = made(np.ones(n_fft))
    for wrong, what, part in (
        (bare, "your frames are without a window: multiply each by it before rfft", 0.5),
        (bare**2, "your values are powers, and without a window", 0.25),
        (made(np.hamming(n_fft)), "your window is a Hamming window; Hann's begins at 0", 0.75),
        (made(hann(n_fft) ** 2), "each frame was multiplied by the window twice", 0.5),
    ):
        if _close(found, wrong):
            raise Wrong(what, part=part)


def _judge_scale(found: NDArray[Any], right: NDArray[np.float64]) -> None:
    """Raise if the values are right, but on another scale."""
    if _close(found, right**2):
        raise Wrong("your values are power, the square: magnitude is np.abs alone", part=0.5)
    decibels = 20 * np.log10(right)
    if np.abs(found - decibels).max() < 1 or np.abs(found * 2 - decibels).max() < 1:
        raise Wrong("your values are decibels; here magnitudes are asked for", part=0.5)
    factor = float(np.real(np.sum(found * right) / np.sum(right**2)))
    if factor and _close(found, factor * right):
        raise Wrong(
            f"right but for a common factor, {factor:.3g}: leave the division out", part=0.75
        )


def _close(found: NDArray[Any], expected: NDArray[np.float64]) -> bool:
    return bool(np.abs(found - expected).max() < CLOSE * np.abs(expected).max())
