"""Echoes of lesson 05: a sound with one, and checks of what was seen or computed of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.course.checks import box, number
from musicnb.course.question import Wrong, call

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from musicnb.audio.audio import Audio

#: When the drum of `mystery` is struck (s), and how long the sound is.
STRUCK, SECONDS = 0.25, 2.5
#: A selection may begin or end so far (s) from what it should.
CLOSE = 0.025
#: Nothing shorter (s) is taken for a selection.
SHORTEST = 0.01


def mystery(time: float) -> Audio:
    """Return one hit of a snare with echoes every `time` seconds.

    Examples
    --------
    >>> mystery(0.3)
    Audio(1 channel, 2.500 s, 44100 Hz)
    """
    from musicnb.audio.audio import Audio
    from musicnb.audio.files import load
    from musicnb.effects.apply import apply_effects

    hit = load("demo:glasswork/drums")[12.75:12.97].mono()
    fade = np.minimum(1, np.arange(hit.frames)[::-1] / (0.05 * hit.sample_rate))
    samples = np.zeros(round(SECONDS * hit.sample_rate))
    at = round(STRUCK * hit.sample_rate)
    samples[at : at + hit.frames] = hit.samples[0] * fade
    delay = {"time": time, "feedback": 0.6, "mix": 0.45}
    return apply_effects(Audio(samples, hit.sample_rate), {"delay": delay})


def from_hit_to_echo(answer: Any, time: float) -> str:
    """Check a selection that should reach from one hit to the next."""
    start, stop, _, _ = box(answer)
    width = stop - start
    if not width > SHORTEST:
        raise Wrong("your box has no width; drag it from the hit to its first echo")
    late = (start - STRUCK + time / 2) % time - time / 2
    if start < STRUCK - time / 2:
        raise Wrong("your box begins before anything sounds; its left edge belongs on the hit")
    if abs(width - time) <= CLOSE:
        if abs(late) <= 2 * CLOSE:
            return f"{time:g} s from edge to edge: so the delay is set to {1000 * time:.0f} ms"
        raise Wrong(
            "as wide as it should be, but it does not begin where something is struck", part=0.5
        )
    times = width / time
    if abs(times - round(times)) * time <= CLOSE and times > 1:
        raise Wrong(
            f"your box is {width:.3f} s wide, and that is {round(times)} echoes; go on to the "
            "first only",
            part=0.5,
        )
    if abs(late) > 2 * CLOSE:
        raise Wrong("your box does not begin where something is struck; look for the bright edge")
    where = "before" if width < time else "behind"
    raise Wrong(f"your box ends {where} the next bright edge: it is {width:.3f} s wide")


def best_lag(samples: Any, sample_rate: int, shortest: float, longest: float) -> float:
    """Return the lag in seconds at which a sound is most like itself.

    Examples
    --------
    >>> best_lag(np.tile([1.0, 0, 0, 0, 0], 10), 10, 0.3, 0.8)
    0.5
    """
    x = np.asarray(samples, float)
    lags = range(round(shortest * sample_rate), round(longest * sample_rate) + 1)
    products = [float(x[: len(x) - lag] @ x[lag:]) for lag in lags]
    return lags[int(np.argmax(products))] / sample_rate


def judge_lag(answer: Any) -> str:
    """Check a function ``find_echo(samples, sample_rate, shortest, longest)``."""
    for seed, lag, sample_rate in ((1, 83, 500), (2, 240, 1000)):
        samples = noise_with_echo(np.random.default_rng(seed), lag, 4 * lag)
        # Outside these the noise is like itself too: at 0, and at the lag of its hum.
        limits = (0.4 * lag / sample_rate, 1.6 * lag / sample_rate)
        found = number(call(answer, samples.copy(), sample_rate, *limits))
        _judge_lag(found, lag, sample_rate, limits)
    return "slide, multiply, add up: where that is largest, the sound meets its echo"


def noise_with_echo(random: np.random.Generator, lag: int, frames: int) -> NDArray[np.float64]:
    """Return noise that hums, and its echo `lag` samples later."""
    drawn = random.normal(size=frames)
    hum = drawn + 0.9 * np.roll(drawn, 3)
    made: NDArray[np.float64] = hum.copy()
    made[lag:] += 0.7 * hum[:-lag]
    return made


def _judge_lag(found: float, lag: int, sample_rate: int, limits: Sequence[float]) -> None:
    right = lag / sample_rate
    if abs(found - right) <= 1.1 / sample_rate:
        return
    if abs(found - lag) <= 1:
        raise Wrong("that is the lag in samples; divide by the sample rate", part=0.75)
    if abs(found - 1000 * right) <= 1000 / sample_rate:
        raise Wrong("in seconds, please, not in milliseconds", part=0.75)
    first = round(limits[0] * sample_rate)
    if found in (lag - first, (lag - first) / sample_rate) or (
        abs(found - (lag - first) / sample_rate) <= 1.1 / sample_rate
    ):
        raise Wrong(
            "argmax counts from 0, but your first lag is not 0: add the shortest lag", part=0.5
        )
    if 0 <= found < limits[0] - 1 / sample_rate:
        raise Wrong(
            f"your lag of {found:g} s is below the shortest that was asked for, {limits[0]:g} s; "
            "at lag 0 everything is like itself",
            part=0.25,
        )
    if found > limits[1] + 1 / sample_rate:
        raise Wrong(f"your lag of {found:g} s is above the longest, {limits[1]:g} s", part=0.25)
    raise Wrong(
        f"our test sound has its echo after {right:g} s, and yours says {found:g} s: for each lag, "
        "multiply the sound by itself that much later, and add up"
    )
