"""Loudness as ITU-R BS.1770-4 measures it."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from musicnb.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Seconds of the standard's gating block.
BLOCK = 0.4
#: BS.1770 gives weights for five channels (L, R, C, Ls, Rs).
MAX_CHANNELS = 5


def loudness(samples: NDArray[np.float32], sample_rate: int) -> float:
    """Return the integrated loudness in LUFS; -inf for silence."""
    import pyloudnorm

    channels, frames = samples.shape
    if frames < BLOCK * sample_rate:
        raise InputError(
            f"the sound lasts {frames / sample_rate:.3f} s",
            expected=f"at least {BLOCK} s, the window over which loudness is defined",
            todo="Use its level (dBFS) instead.",
        )
    if channels > MAX_CHANNELS:
        raise InputError(
            f"the sound has {channels} channels",
            expected=f"at most {MAX_CHANNELS}",
            todo="Measure its mono() instead.",
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # log of zero, for silence
        return float(pyloudnorm.Meter(sample_rate).integrated_loudness(samples.T))
