"""What tells a style: how loud which bands rise at which place in the beat and in the bar.

The beats are known by then, so that the same rhythm gives the same pattern at every tempo.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from musicnb.analysis.features import RHYTHM_BANDS, RHYTHM_RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

#: Groups of neighbouring bands, places in a beat, and in a bar (half beats, at most four beats).
GROUPS, PLACES, HALVES = 14, 12, 8
#: Length of what `style_features` returns.
FEATURES = GROUPS * (PLACES + HALVES) + 2 * RHYTHM_BANDS + GROUPS + 2
#: Fewer beats have no pattern.
FEWEST = 4
EPSILON = 1e-4


def rises(rhythm: Tensor) -> Tensor:
    """Return by how much each group of bands rises from frame to frame, shape (frames, 14)."""
    change = torch.diff(rhythm, dim=0, prepend=rhythm[:1])
    return torch.relu(change).reshape(len(rhythm), GROUPS, -1).mean(dim=2)


def places(
    frames: int, beats: NDArray[np.float64], downbeats: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Return a matrix (20, frames) that averages frames by their place in the beat and the bar."""
    matrix = np.zeros((PLACES + HALVES, frames), np.float32)
    if len(beats) < FEWEST:
        return matrix
    # A rise is heard between two frames; a place begins half a place before its moment.
    times = (np.arange(frames) - 0.5) / RHYTHM_RATE
    count = np.interp(times, beats, np.arange(len(beats)), left=-1, right=-1) + 0.5 / PLACES
    inside = np.flatnonzero((times >= beats[0]) & (times <= beats[-1]))
    beat = np.floor(count).astype(int)
    place = ((count - beat) * PLACES).astype(int)
    firsts = np.isin(beats, downbeats)
    since = np.arange(len(beats)) - np.maximum.accumulate(
        np.where(firsts, np.arange(len(beats)), 0)
    )
    half = since[np.clip(beat, 0, len(beats) - 1)] % 4 * 2 + (place >= PLACES // 2)
    matrix[place[inside], inside] = 1
    matrix[PLACES + half[inside], inside] = 1
    made: NDArray[np.float32] = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    return made


def style_features(
    rise: Tensor,
    mean: Tensor,
    spread: Tensor,
    beats: NDArray[np.float64],
    downbeats: NDArray[np.float64],
    mode: float,
) -> Tensor:
    """Return what the heads for genre and mood see.

    Parameters
    ----------
    rise : Tensor
        From `rises`.
    mean, spread : Tensor
        Mean and standard deviation over time of each band of the rhythm view.
    beats, downbeats : ndarray
        Times in seconds.
    mode : float
        From -1, surely minor, to 1, surely major.
    """
    matrix = torch.from_numpy(places(len(rise), beats, downbeats)).to(rise.device)
    pattern = matrix @ rise
    pattern = pattern / (pattern.mean() + EPSILON)
    usual = float(np.median(np.diff(beats))) if len(beats) >= FEWEST else 60 / 110
    rest = torch.tensor([float(np.log2(60 / usual / 110)), mode], device=rise.device)
    balance = mean - mean.mean()
    return torch.cat((pattern.flatten(), balance, spread, rise.mean(dim=0) * 10, rest))
