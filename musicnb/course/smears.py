"""What a phase vocoder does to a hit: the check of a box around its pre-echo."""

from __future__ import annotations

from typing import Any

from musicnb.course.checks import box
from musicnb.course.question import Wrong

#: In the picture of the lesson three hits begin at these moments (s).
HITS = (1.0, 3.0, 5.0)
#: So long before and after a hit its frames reach (s): half of 4096 samples at 44 100 Hz.
REACH = 2048 / 44_100
#: A box around all of it is so wide at least (s).
LEAST = 0.035
#: How exactly an edge of the box is drawn (s).
NEAR = 0.015
#: A box that is lower than this (Hz) shows a slice.
LEAST_HIGH = 2000


def pre_echo(answer: Any) -> str:
    """Check a box around what sounds before a hit."""
    start, stop, low, high = box(answer)
    hit = min(HITS, key=lambda moment: abs(moment - (start + stop) / 2))
    if stop - start > 4 * REACH:
        raise Wrong(
            f"your box is {1000 * (stop - start):.0f} ms wide, and the pre-echo about "
            f"{1000 * REACH:.0f}: zoom in on one hit",
            part=0.25 if start < hit < stop else 0.0,
        )
    if start > hit - NEAR / 2 and start < hit + 1:
        raise Wrong(f"your box begins at the hit, {hit:g} s, or after it: what sounds before it?")
    if stop < hit - 2 * REACH or start > hit + 1:
        raise Wrong(f"it is silent there; the hits are at {HITS[0]:g}, {HITS[1]:g}, {HITS[2]:g} s")
    if stop > hit + NEAR:
        raise Wrong(
            f"your box holds the hit itself too; end it where it begins, at {hit:g} s", part=0.5
        )
    if start < hit - 2 * REACH - NEAR:
        raise Wrong("your box begins in the silence; move its left edge to the right", part=0.5)
    if start > hit - LEAST:
        raise Wrong("that is only the end of it; where does it begin?", part=0.5)
    if high - low < LEAST_HIGH:
        raise Wrong(
            f"your box is {high - low:.0f} Hz high, a slice; the pre-echo has all frequencies",
            part=0.5,
        )
    return "half a frame before the hit it sounds already: no vocoder knows when in a frame it was"
