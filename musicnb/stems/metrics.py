"""How close an estimated stem comes to the true one, in decibels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

#: Scores are held within +-100 dB: a perfect estimate is no better than that.
LIMIT = 100.0
#: What silence counts as, so that nothing is divided by zero.
TINY = 1e-20


def sdr(estimate: ArrayLike, reference: ArrayLike) -> float:
    """Return the signal-to-distortion ratio: the energy of the stem over that of the error, in dB.

    Nothing is forgiven: an estimate that is right but softer counts as wrong.

    Parameters
    ----------
    estimate, reference : array_like
        The guess and the true stem, of one shape: ``(frames,)`` or ``(channels, frames)``.

    Returns
    -------
    float
        dB, from -100 (also for a silent true stem) to 100; all channels together.

    Raises
    ------
    musicnb.errors.InputError
        If the shapes differ, or there is no sample.

    Examples
    --------
    >>> tone = np.sin(np.arange(1000))
    >>> round(sdr(0.9 * tone, tone), 1)
    20.0

    Notes
    -----
    The score of the Music Demixing Challenge (Mitsufuji et al., 2021). Taught in lesson 03.
    """
    guess, truth = _pair(estimate, reference)
    return _ratio(truth, guess - truth)


def si_sdr(estimate: ArrayLike, reference: ArrayLike, *, zero_mean: bool = True) -> float:
    """Return the scale-invariant SDR, which forgives a gain, in dB.

    The estimate is split into the part that points where the true stem points, and the rest;
    their ratio counts.

    Parameters
    ----------
    estimate, reference : array_like
        The guess and the true stem, of one shape: ``(frames,)`` or ``(channels, frames)``.
    zero_mean : bool
        Take the mean off both first, so that an offset, which nobody hears, does not count.

    Returns
    -------
    float
        dB, from -100 to 100; of several channels, the mean of their scores.

    Raises
    ------
    musicnb.errors.InputError
        If the shapes differ, or there is no sample.

    Examples
    --------
    >>> tone, noise = np.random.default_rng(0).normal(size=(2, 44100))
    >>> round(si_sdr(tone + 0.1 * noise, tone))
    20
    >>> round(si_sdr(5 * (tone + 0.1 * noise), tone))
    20

    Notes
    -----
    Le Roux, Wisdom, Erdogan and Hershey, *SDR: half-baked or well done?*, ICASSP 2019. Taught in
    lesson 03.
    """
    guesses, truths = _pair(estimate, reference)
    if zero_mean:
        guesses = guesses - guesses.mean(axis=-1, keepdims=True)
        truths = truths - truths.mean(axis=-1, keepdims=True)
    scores = []
    for guess, truth in zip(guesses, truths, strict=True):
        target = (guess @ truth) / max(truth @ truth, TINY) * truth
        scores.append(_ratio(target, guess - target))
    return float(np.mean(scores))


def _pair(estimate: ArrayLike, reference: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
    guess, truth = (np.atleast_2d(np.asarray(each, np.float64)) for each in (estimate, reference))
    if guess.shape != truth.shape or not guess.size:
        raise InputError(
            f"the estimate has the shape {guess.shape}, the true stem {truth.shape}",
            expected="one shape, (frames,) or (channels, frames), and at least one sample",
            todo="Cut both to one length.",
        )
    return guess, truth


def _ratio(signal: NDArray[Any], error: NDArray[Any]) -> float:
    above, below = (float(np.square(each).sum()) for each in (signal, error))
    if above <= TINY:  # nothing of the stem is there: the worst, also where there is no error
        return -LIMIT
    return float(np.clip(10 * np.log10(above / max(below, TINY)), -LIMIT, LIMIT))
