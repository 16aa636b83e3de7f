"""From the network's beat curves to beats: the likeliest steady pulse through them.

The hidden Markov model is the bar pointer of Krebs, Boeck and Widmer, "An efficient state-space
model for joint tempo and meter tracking", ISMIR 2015, in two steps: first the beats, then the
downbeats among them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from musicnb.analysis.features import RHYTHM_RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Curve = NDArray[np.float32]

#: Beats a minute that the pulse may have.
SLOWEST, FASTEST = 42.0, 220.0
#: How unlikely a change of tempo is: exp(-STIFFNESS * |ratio - 1|) from beat to beat.
STIFFNESS = 60.0
#: The share of a beat that counts as being on it.
ON_BEAT = 1 / 16
#: Meters that a song may have, in beats a bar.
METERS = (4, 3, 2)
#: What it costs, in nats, when a bar is cut short.
BROKEN_BAR = 6.0
TINY = 1e-5


def find_beats(curve: Curve) -> NDArray[np.float64]:
    """Return the times of the beats, in seconds.

    Parameters
    ----------
    curve : ndarray
        The probability of a beat in each frame, 50 frames a second.

    Examples
    --------
    >>> import numpy as np
    >>> curve = np.full(500, 0.01, np.float32)
    >>> curve[10::25] = 0.9  # a beat each half second: 120 a minute
    >>> find_beats(curve)[:3]
    array([0.2, 0.7, 1.2])
    """
    if len(curve) < 2 or float(curve.max()) < 0.05:  # noqa: PLR2004
        return np.zeros(0)
    frames = _likeliest_pulse(curve)
    frames = _within_sound(frames, curve)
    return np.array([_refined(curve, f) for f in frames]) / RHYTHM_RATE


def _likeliest_pulse(curve: Curve) -> NDArray[np.int64]:
    """Return the frames in which the likeliest path is at the start of a beat (Viterbi)."""
    shortest = int(np.floor(60 * RHYTHM_RATE / FASTEST))
    longest = int(np.ceil(60 * RHYTHM_RATE / SLOWEST))
    lengths = np.arange(shortest, longest + 1)
    last = np.cumsum(lengths) - 1
    first = last - lengths + 1
    position = np.concatenate([np.arange(n) / n for n in lengths])
    on_beat = position < ON_BEAT
    on_beat[first] = True
    change = -STIFFNESS * np.abs(lengths[None, :] / lengths[:, None] - 1)
    change -= np.log(np.exp(change).sum(axis=1, keepdims=True))

    likely = np.log(np.clip(curve, TINY, 1 - TINY).astype(np.float64))
    unlikely = np.log((1 - np.clip(curve, TINY, 1 - TINY)) / (1 / ON_BEAT - 1))
    score = np.zeros(len(position))
    came_from = np.zeros((len(curve), len(lengths)), np.int16)
    for t in range(len(curve)):
        reach = score[last][:, None] + change
        came_from[t] = reach.argmax(axis=0)
        moved = np.empty_like(score)
        moved[1:] = score[:-1]
        moved[first] = reach.max(axis=0)
        score = moved + np.where(on_beat, likely[t], unlikely[t])
        if t % 1000 == 0:  # only differences matter; keep the numbers small
            score -= score.max()
    state = int(score.argmax())
    length = int(np.searchsorted(last, state))
    offset = state - int(first[length])
    found = []
    t = len(curve) - 1 - offset
    while t >= 0:
        found.append(t)
        length = int(came_from[t, length])
        t -= int(lengths[length])
    return np.array(found[::-1], np.int64)


def _within_sound(frames: NDArray[np.int64], curve: Curve) -> NDArray[np.int64]:
    """Leave out what the pulse adds before the first and after the last beat that is heard."""
    heights = np.array([curve[max(f - 2, 0) : f + 3].max() for f in frames])
    heard = np.flatnonzero(heights > 0.1)  # noqa: PLR2004
    return frames[heard[0] : heard[-1] + 1] if len(heard) else frames[:0]


def _refined(curve: Curve, frame: int) -> float:
    """Return the peak of the curve near a frame, between frames by a parabola."""
    low = max(frame - 2, 0)
    peak = low + int(curve[low : frame + 3].argmax())
    if curve[peak] < 0.1 or not 0 < peak < len(curve) - 1:  # noqa: PLR2004
        return float(frame)
    left, middle, right = (float(curve[peak + i]) for i in (-1, 0, 1))
    bend = left - 2 * middle + right
    return peak + (0.5 * (left - right) / bend if bend < 0 else 0.0)


def find_downbeats(
    beats: NDArray[np.float64], curve: Curve, temperature: float = 8.0
) -> tuple[NDArray[np.bool_], dict[int, float]]:
    """Return which beats begin a bar, and the probability of each meter.

    Parameters
    ----------
    beats : ndarray
        Times in seconds.
    curve : ndarray
        The probability of a downbeat in each frame.
    temperature : float
        What the log-likelihoods of the meters are divided by: neighbouring bars are alike, so that
        their evidence counts for less than its sum.
    """
    if len(beats) < 2:  # noqa: PLR2004
        return np.zeros(len(beats), bool), dict.fromkeys(METERS, 1 / len(METERS))
    at = np.round(beats * RHYTHM_RATE).astype(int)
    height = np.array([curve[max(f - 2, 0) : f + 3].max(initial=0.0) for f in at])
    height = np.clip(height, 0.02, 0.98)
    paths = [_bars(np.log(height), np.log(1 - height), meter) for meter in METERS]
    scores = np.array([score for score, _ in paths])
    shares = np.exp((scores - scores.max()) / temperature)
    shares /= shares.sum()
    counts = paths[int(scores.argmax())][1]
    return counts == 0, dict(zip(METERS, shares.tolist(), strict=True))


def _bars(
    yes: NDArray[np.float64], no: NDArray[np.float64], meter: int
) -> tuple[float, NDArray[np.int64]]:
    """Return the score of the best counting in this meter, and the count of each beat from 0."""
    emission = np.repeat(no[:, None], meter, axis=1)
    emission[:, 0] = yes
    score = emission[0].copy()
    came_from = np.zeros(emission.shape, np.int64)
    for k in range(1, len(emission)):
        onward = np.roll(score, 1)
        restart = score.max() - BROKEN_BAR
        came_from[k] = (np.arange(meter) - 1) % meter
        if restart > onward[0]:
            onward[0], came_from[k, 0] = restart, int(score.argmax())
        score = onward + emission[k]
    counts = [int(score.argmax())]
    for k in range(len(emission) - 1, 0, -1):
        counts.append(int(came_from[k, counts[-1]]))
    return float(score.max()), np.array(counts[::-1], np.int64)
