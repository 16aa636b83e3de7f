"""Compressors of lesson 05: a black box to measure, and checks of curves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.course.checks import array, explained
from musicnb.course.question import Wrong, call

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from musicnb.audio.audio import Audio

#: What is in each box: threshold (dBFS) and ratio.
BOXES = {"red": (-30, 4.0), "blue": (-24, 2.5), "green": (-36, 3.0), "grey": (-27, 6.0)}
#: How far off a threshold (dB), and by which factor a ratio, may be read.
CLOSE_DB, CLOSE_RATIO = 2.0, 1.2


def black_box(name: str) -> Callable[[Audio], Audio]:
    """Return a function that sends a sound through one of the `BOXES`.

    Examples
    --------
    >>> import musicnb
    >>> tone = musicnb.Audio(0.5 * np.sin(np.arange(8000) / 3), 8000)
    >>> bool(black_box("red")(tone).level < tone.level - 10)
    True
    """
    from musicnb.effects.apply import apply_effects
    from musicnb.effects.chain import EffectChain
    from musicnb.effects.settings import Compressor

    threshold, ratio = BOXES[name]
    chain = EffectChain(compressor=Compressor(threshold, ratio, 0.005, 0.1, knee=0))

    def through(sound: Audio) -> Audio:
        """Return the sound as it comes out of the box."""
        return apply_effects(sound, chain)

    return through


def out_level(level: Any, threshold: float, ratio: float) -> NDArray[np.float64]:
    """Return the level behind a compressor, both in dBFS.

    Examples
    --------
    >>> out_level([-40, -20, 0], -20, 4)
    array([-40., -20., -15.])
    """
    given = np.asarray(level, float)
    return given - np.maximum(given - threshold, 0) * (1 - 1 / ratio)


def judge_curve(answer: Any) -> str:
    """Check a function ``curve(level, threshold, ratio)``."""
    levels = np.linspace(-60, 0, 25)
    for threshold, ratio in ((-20.0, 4.0), (-35.0, 2.0), (-10.0, 1.0)):
        given = call(answer, levels.copy(), threshold, ratio)
        found = array(given, levels.shape, "one for each level").astype(float)
        _judge(found, levels, threshold, ratio)
    return "below the threshold nothing happens; above it, `ratio` dB more in are 1 dB more out"


def _judge(found: Any, levels: Any, threshold: float, ratio: float) -> None:
    over = levels - threshold
    right = out_level(levels, threshold, ratio)
    above = over > 0
    explained(
        found,
        right,
        (
            (levels, "nothing is turned down: your levels come out as they went in", 0.0),
            (
                np.minimum(levels, threshold),
                "nothing gets above the threshold: that is a limiter, with an infinite ratio",
                0.5,
            ),
            (
                np.where(above, levels / ratio, levels),
                "divide what is over the threshold, not the whole level: your curve has a jump",
                0.5,
            ),
            (
                np.where(above, threshold + over * ratio, levels),
                "what is loud gets louder (an expander): divide by the ratio",
                0.5,
            ),
            (
                np.where(above, levels, threshold + over / ratio),
                "you turn down the soft side; a compressor works above the threshold",
                0.5,
            ),
            (threshold + over / ratio, "below the threshold a level stays as it is", 0.5),
            (
                levels - right,
                "that is by how much it is turned down; asked is the level that comes out",
                0.75,
            ),
            (right - levels, "that is the gain; asked is the level that comes out", 0.75),
        ),
        otherwise=f"with the threshold {threshold:g} dB and the ratio {ratio:g}, "
        f"{levels[-1]:g} dBFS come out as {right[-1]:.2f} dBFS, and yours says {found[-1]:.2f}",
    )


def read_box(answer: Any, box: str) -> str:
    """Check a threshold and a ratio that were read off a box's curve."""
    try:
        threshold, ratio = (float(value) for value in answer)
    except (TypeError, ValueError):
        raise Wrong("two numbers are asked for: [threshold, ratio]") from None
    true_threshold, true_ratio = BOXES[box]

    def near(value: float) -> bool:
        return true_ratio / CLOSE_RATIO <= value <= true_ratio * CLOSE_RATIO

    bend, slope = abs(threshold - true_threshold) <= CLOSE_DB, near(ratio)
    if bend and slope:
        return f"threshold {true_threshold:g} dBFS, ratio {true_ratio:g} to 1, and no box opened"
    if near(threshold) and abs(ratio - true_threshold) <= CLOSE_DB:
        raise Wrong("the other way round: [threshold, ratio]", part=0.75)
    if abs(threshold + true_threshold) <= CLOSE_DB:
        raise Wrong("levels in dBFS are negative: full scale is 0", part=0.5 if slope else 0.25)
    if not slope and ratio > 0 and near(1 / ratio):
        raise Wrong(
            "that is the slope, dB out over dB in; the ratio is the other way round",
            part=0.75 if bend else 0.25,
        )
    if not bend and not slope:
        raise Wrong(
            "neither is it yet: the threshold is where the line bends, the ratio how many dB more "
            "in make 1 dB more out, above the bend"
        )
    if not bend:
        raise Wrong(
            f"the ratio is right; but does the line bend at {threshold:g} dBFS, read on the axis "
            "“in”?",
            part=0.5,
        )
    raise Wrong(
        f"the threshold is right; above it, take two points: dB more in over dB more out is not "
        f"{ratio:g}",
        part=0.5,
    )
