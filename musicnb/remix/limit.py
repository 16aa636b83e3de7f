"""Peaks of a stream held below full scale, so that a file need not clip them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from musicnb.audio.limit import LOOK_AHEAD, frames_ahead, limit
from musicnb.remix.window import Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    Block = NDArray[np.float32]

#: Frames limited at a time.
STEP = 1 << 18


def limit_blocks(blocks: Iterable[Block], sample_rate: int) -> Iterator[Block]:
    """Yield a stream as `musicnb.audio.limit` leaves it, whatever the lengths of the blocks.

    Examples
    --------
    >>> loud = np.linspace(0, 2, 20000, dtype=np.float32)[None]
    >>> held = np.concatenate(list(limit_blocks([loud[:, :7000], loud[:, 7000:]], 8000)), axis=1)
    >>> held.shape, bool(held.max() <= 1)
    ((1, 20000), True)
    >>> bool(np.allclose(held, limit(loud.astype(float), 8000)))
    True
    """
    window = Window(blocks)
    # What the gain of a frame depends on, on either side.
    reach = 2 * frames_ahead(LOOK_AHEAD, sample_rate) + 2
    at = 0
    more = True
    while more:
        more = window.reach(at + STEP + reach)
        stop = at + STEP if more else window.stop
        if stop <= at:
            return
        first = max(0, at - reach)
        part = window.cut(first, min(window.stop, stop + reach))
        held = limit(part.astype(np.float64), sample_rate).astype(np.float32)
        yield held[:, at - first : stop - first]
        at = stop
        window.forget(max(0, at - reach))
