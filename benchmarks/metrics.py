"""How close an estimated stem comes to the true one, and how sure one can be of a mean.

Three scores, in dB, higher is better. They differ in what an estimate is forgiven:

- ``sdr``: any filter of 512 taps on the true stem, as BSS Eval's sources do (Vincent, Gribonval
  and Févotte, 2006), here over the whole excerpt, each channel by itself, then averaged.
- ``si_sdr``: a gain (Le Roux, Wisdom, Erdogan and Hershey, 2019), likewise.
- ``plain_sdr``: nothing; the energy of the stem over that of the error, both channels together.
  Published scores on MUSDB18 are of this kind, as medians over seconds.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

METRICS = ("sdr", "si_sdr", "plain_sdr")
TAPS = 512
RESAMPLES = 2000
#: Scores are held within +-100 dB: a perfect estimate is no better than that.
LIMIT = 100.0


def scores(truth: NDArray[Any], estimate: NDArray[Any]) -> dict[str, float]:
    """Return the three scores of an estimate, both of shape (channels, frames).

    Examples
    --------
    >>> tone = np.random.default_rng(0).normal(size=(2, 9000))
    >>> round(scores(tone, 0.9 * tone)["plain_sdr"], 1)
    20.0
    >>> scores(tone, 0.9 * tone)["si_sdr"] > 90
    True
    """
    import fast_bss_eval
    import torch

    s = torch.from_numpy(np.ascontiguousarray(truth, np.float64))
    e = torch.from_numpy(np.ascontiguousarray(estimate, np.float64))
    # A little on the diagonal, so that a stem without high frequencies has a solution. (It counts
    # against signals of unit energy.)
    filtered = fast_bss_eval.sdr_loss(e, s, filter_length=TAPS, load_diag=1e-9, clamp_db=LIMIT)
    scaled = fast_bss_eval.si_sdr_loss(e, s, clamp_db=LIMIT)
    error = max(float((e - s).square().sum()), 1e-12)
    plain = 10 * np.log10(max(float(s.square().sum()), 1e-12) / error)
    return {
        "sdr": -float(filtered.mean()),
        "si_sdr": -float(scaled.mean()),
        "plain_sdr": float(np.clip(plain, -LIMIT, LIMIT)),
    }


def interval(values: list[float], seed: int = 0) -> dict[str, float]:
    """Return the mean and its 95 % bootstrap interval over items.

    Examples
    --------
    >>> interval([3.0, 3.0, 3.0])
    {'mean': 3.0, 'low': 3.0, 'high': 3.0, 'items': 3}
    """
    array = np.asarray(values, float)
    picks = _picks(len(array), seed)
    low, high = np.percentile(array[picks].mean(axis=1), [2.5, 97.5])
    return {
        "mean": round(float(array.mean()), 3),
        "low": round(float(low), 3),
        "high": round(float(high), 3),
        "items": len(array),
    }


@functools.cache
def _picks(count: int, seed: int) -> NDArray[np.int64]:
    return np.random.default_rng(seed).integers(0, count, (RESAMPLES, count))
