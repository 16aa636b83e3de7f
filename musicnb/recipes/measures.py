"""What the scores of the analysis mean, in a few lines each; the tests compare with mir_eval."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: Seconds by which a beat may be off.
BEAT_TOLERANCE = 0.07
#: Beats before this time are not judged: nobody taps along at once.
SETTLING_S = 5.0
TEMPO_TOLERANCE = 0.04
OCTAVES = (1.0, 2.0, 0.5, 3.0, 1 / 3)


def beat_f(
    truth: NDArray[np.float64], found: NDArray[np.float64], settling: float = SETTLING_S
) -> float:
    """Return the F-measure of beats: each may be met once, within 70 ms.

    Examples
    --------
    >>> beat_f(np.arange(6.0, 20), np.arange(6.0, 20) + 0.05)
    1.0
    """
    truth, found = truth[truth >= settling], found[found >= settling]
    if not len(truth) or not len(found):
        return 0.0
    hits, j = 0, 0
    for beat in truth:  # both rise, so that the first fit is as good as any
        while j < len(found) and found[j] < beat - BEAT_TOLERANCE:
            j += 1
        if j < len(found) and found[j] <= beat + BEAT_TOLERANCE:
            hits, j = hits + 1, j + 1
    return 2 * hits / (len(truth) + len(found))


def tempo_right(truth: float, found: float, *, octaves: bool = False) -> bool:
    """Return whether a tempo is within 4 % (Acc1), or so is an octave of it (Acc2).

    Examples
    --------
    >>> tempo_right(120, 61), tempo_right(120, 61, octaves=True)
    (False, True)
    """
    factors = OCTAVES if octaves else (1.0,)
    return any(abs(found / (truth * f) - 1) <= TEMPO_TOLERANCE for f in factors)


def key_score(truth: int, found: int) -> float:
    """Return the MIREX score of a key: 0 to 11 are C major to B major, 12 to 23 the minors.

    1 for the same key, 0.5 for a fifth above or below, 0.3 for the relative and 0.2 for the
    parallel key.

    Examples
    --------
    >>> [key_score(0, found) for found in (0, 7, 5, 21, 12, 1)]
    [1.0, 0.5, 0.5, 0.3, 0.2, 0.0]
    """
    if truth == found:
        return 1.0
    (tonic, mode), (other, other_mode) = (
        (truth % 12, truth // 12),
        (found % 12, found // 12),
    )
    if mode == other_mode:
        return 0.5 if (other - tonic) % 12 in {5, 7} else 0.0
    if tonic == other:
        return 0.2
    relative = (tonic - 3) % 12 if mode == 0 else (tonic + 3) % 12
    return 0.3 if other == relative else 0.0


def reliability(
    confidence: NDArray[np.float64], right: NDArray[np.bool_], bins: int = 10
) -> list[dict[str, float]]:
    """Return, for each tenth of confidence, how sure the answers were and how many were right."""
    rows = []
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    for b in range(bins):
        inside = place == b
        if inside.any():
            rows.append(
                {
                    "confidence": round(float(confidence[inside].mean()), 4),
                    "right": round(float(right[inside].mean()), 4),
                    "count": int(inside.sum()),
                }
            )
    return rows


def calibration_error(rows: list[dict[str, float]]) -> float:
    """Return the expected calibration error: the mean gap, each bin by its count.

    Examples
    --------
    >>> calibration_error([{"confidence": 0.9, "right": 0.8, "count": 10}])
    0.1
    """
    total = sum(row["count"] for row in rows)
    gaps = (row["count"] * abs(row["confidence"] - row["right"]) for row in rows)
    return round(sum(gaps) / total, 4)


def by_chance(confidence: NDArray[np.float64], draws: int = 500) -> dict[str, float]:
    """Return what calibration error perfect confidence gets on so many items: mean, and 95 %.

    The error is a mean of absolute gaps, so that chance alone makes it greater than 0.

    Examples
    --------
    >>> by_chance(np.full(100, 0.5))["mean"]
    0.0404
    """
    rng = np.random.default_rng(0)
    errors = [
        calibration_error(reliability(confidence, rng.random(len(confidence)) < confidence))
        for _ in range(draws)
    ]
    high = float(np.quantile(errors, 0.95))
    return {"mean": round(float(np.mean(errors)), 4), "below_in_95_percent": round(high, 4)}


def interval(values: Sequence[float], resamples: int = 2000) -> dict[str, float]:
    """Return the mean of the items and its 95 % interval by bootstrap.

    Examples
    --------
    >>> interval([1.0, 1.0])
    {'mean': 1.0, 'low': 1.0, 'high': 1.0, 'items': 2}
    """
    array = np.asarray(values, float)
    rng = np.random.default_rng(0)
    means = array[rng.integers(len(array), size=(resamples, len(array)))].mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    rounded = {"mean": array.mean(), "low": low, "high": high}
    return {**{k: round(float(v), 4) for k, v in rounded.items()}, "items": len(array)}
