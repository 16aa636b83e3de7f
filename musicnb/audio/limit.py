"""Peaks held below a ceiling, as a limiter that looks ahead does."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: By default the limiter lets nothing above -0.3 dBFS, and looks ahead by 10 ms.
CEILING = 10 ** (-0.3 / 20)
LOOK_AHEAD = 0.01


def limit(
    samples: NDArray[np.float64],
    sample_rate: int,
    *,
    ceiling: float = CEILING,
    look_ahead: float = LOOK_AHEAD,
) -> NDArray[np.float64]:
    """Return the sound (channels, frames) with its peaks held at `ceiling`, 1 being full scale.

    The gain is the mean, over `look_ahead` seconds, of the least that the coming peaks allow.
    """
    from scipy.ndimage import minimum_filter1d, uniform_filter1d

    ahead = frames_ahead(look_ahead, sample_rate)
    peak = np.max(np.abs(samples), axis=0, initial=0)
    need = np.minimum(1, ceiling / np.maximum(peak, 1e-300))
    # Both windows end at the latest frame, which is `ahead` after the one that comes out.
    need = np.concatenate([np.ones(ahead), need, np.ones(ahead)])
    reach = {"size": ahead + 1, "origin": ahead // 2, "mode": "nearest"}
    least = minimum_filter1d(need, **reach)
    gain = uniform_filter1d(least, **reach)
    held: NDArray[np.float64] = samples * gain[2 * ahead : 2 * ahead + samples.shape[1]]
    return held


def frames_ahead(look_ahead: float, sample_rate: int) -> int:
    """Return how many frames the limiter looks ahead."""
    # Half up, as JavaScript rounds.
    return math.floor(look_ahead * sample_rate + 0.5)
