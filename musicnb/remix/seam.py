"""Joining two versions of the same second of sound where they agree best.

Two segments that were stretched apart agree in what is heard and when, but not in the phase of
each partial. A crossfade of opposite phases cancels. So the place of the crossfade is chosen, and
the second version is shifted by a few milliseconds, such that their waveforms are most alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Block = NDArray[np.float32]

#: Seconds by which the second version may be moved: half a period of 100 Hz.
REACH = 0.005
#: Seconds that the crossfade takes.
FADE = 0.04
#: Below this energy (per sample) there is nothing that could disagree.
SILENCE = 1e-9


def join(old: Block, new: Block, reach: int, sample_rate: int) -> Block:
    """Return `new`, beginning as `old` does, without a seam.

    Parameters
    ----------
    old : ndarray
        Shape (channels, n): how the second begins in the first version.
    new : ndarray
        Shape (channels, reach + n + more): the second version; its frame `reach` belongs to the
        frame 0 of `old`.
    reach : int
        How many frames it may be moved by, either way.
    sample_rate : int
        In Hz.

    Returns
    -------
    ndarray
        Shape (channels, n + more - about reach).

    Examples
    --------
    >>> tone = np.sin(np.arange(4000, dtype=np.float32) / 10)[None]
    >>> joined = join(tone[:, 100:2100], tone[:, 60:], 40, 8000)
    >>> bool(np.allclose(joined[:, :3800], tone[:, 100:3900], atol=1e-5))
    True
    """
    fade = min(round(FADE * sample_rate), old.shape[1])
    at, lag, likeness = _best(old.mean(axis=0), new.mean(axis=0), reach, fade)
    shifted = new[:, reach + lag :]
    rise = np.linspace(0, 1, fade, dtype=np.float32)
    # Constant power for what is unlike, constant amplitude for what is alike.
    gain = 1 / np.sqrt(rise**2 + (1 - rise) ** 2 + 2 * likeness * rise * (1 - rise))
    mixed = (old[:, at : at + fade] * (1 - rise) + shifted[:, at : at + fade] * rise) * gain
    return np.concatenate([old[:, :at], mixed, shifted[:, at + fade :]], axis=1, dtype=np.float32)


def _best(
    old: NDArray[np.float32], new: NDArray[np.float32], reach: int, fade: int
) -> tuple[int, int, float]:
    """Return where to begin the crossfade, how far to shift `new`, and how alike they are then."""
    from scipy.signal import correlate

    best = (0, 0, -1.0)
    for at in range(0, old.size - fade + 1, max(fade // 2, 1)):
        mine = old[at : at + fade].astype(np.float64)
        theirs = new[at : at + fade + 2 * reach].astype(np.float64)
        products = correlate(theirs, mine, "valid")
        powers = _sums(theirs, fade)
        floor = SILENCE * fade
        alike = (products + floor) / np.sqrt((powers + floor) * (mine @ mine + floor))
        lag = int(alike.argmax())
        if alike[lag] > best[2] + 1e-6:
            best = (at, lag - reach, min(float(alike[lag]), 1.0))
    return best[0], best[1], max(best[2], 0.0)


def _sums(samples: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """Return the energy of each stretch of `width` samples."""
    total = np.concatenate([[0.0], np.cumsum(samples**2)])
    sums: NDArray[np.float64] = np.maximum(total[width:] - total[:-width], 0.0)
    return sums
