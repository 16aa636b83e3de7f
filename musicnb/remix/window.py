"""A view of the part of a stream that is needed at the moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Block = NDArray[np.float32]


class Window:
    """The part of a stream that is still needed, by the number of the frame.

    Examples
    --------
    >>> window = Window(np.arange(12).reshape(4, 1, 3))
    >>> window.reach(5), window.stop
    (True, 6)
    >>> window.forget(2)
    >>> window.cut(2, 5)
    array([[2, 3, 4]])
    """

    def __init__(self, blocks: Iterable[Block]) -> None:
        self._stream = iter(blocks)
        self._blocks: list[Block] = []
        self._start = 0
        self.stop = 0

    def reach(self, stop: int) -> bool:
        """Read up to the frame `stop`; return whether there were so many."""
        while self.stop < stop:
            block = next(self._stream, None)
            if block is None:
                return False
            self._blocks.append(block)
            self.stop += block.shape[1]
        return True

    def cut(self, first: int, stop: int) -> Block:
        """Return the frames from `first` to `stop`."""
        if len(self._blocks) > 1:
            self._blocks = [np.concatenate(self._blocks, axis=1)]
        return self._blocks[0][:, first - self._start : stop - self._start]

    def forget(self, first: int) -> None:
        """Drop what is before the frame `first`."""
        kept = self.cut(first, self.stop)
        self._blocks, self._start = [kept.copy()], first
