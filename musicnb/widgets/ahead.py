"""Tiles of the first look, made while the page gets ready to ask for them."""

from __future__ import annotations

import math
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from musicnb.widgets.tiles import COLUMNS, MAX_LEVEL, Tile, tile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from musicnb.widgets.sound import Sound

#: Pixels across which a notebook usually shows a sound.
USUAL_WIDTH = 1000


class Ahead:
    """Makes tiles in the background, and keeps them until they are asked for.

    Examples
    --------
    >>> import musicnb
    >>> from musicnb.widgets.sound import sound_of
    >>> ahead = Ahead()
    >>> sound = sound_of(musicnb.load("demo:starfall", duration=4))
    >>> ahead.begin([sound], [("stft", "mix", 2048)])
    >>> key, first = ahead.take()[0]
    >>> key["index"], first.columns, first.rows
    (0, 256, 1025)
    """

    def __init__(self) -> None:
        self._made: list[tuple[dict[str, Any], Future[Tile]]] = []

    def begin(
        self,
        sounds: Sequence[Sound],
        pictures: Sequence[tuple[str, str, int]],
        columns: int = USUAL_WIDTH,
    ) -> None:
        """Begin to make pictures (kind, lane, window) of whole sounds in about so many columns."""
        executor = ThreadPoolExecutor(1)
        for number, sound in enumerate(sounds):
            level = level_of(sound.frames, columns)
            count = -(-sound.frames // (COLUMNS * (16 << level)))
            for kind, lane, n_fft in pictures:
                for index in range(count):
                    made = executor.submit(tile, sound, kind, lane, level, index, n_fft)
                    key = {"kind": kind, "lane": lane, "level": level, "index": index}
                    self._made.append(({"sound": number, **key, "nFft": n_fft}, made))
        executor.shutdown(wait=False)

    def take(self) -> list[tuple[dict[str, Any], Tile]]:
        """Return what was begun, each with the names the front end has for it, and forget it."""
        made, self._made = self._made, []
        return [(key, future.result()) for key, future in made]


def level_of(frames: int, columns: int) -> int:
    """Return the level on which a whole sound has about so many columns.

    The front end chooses it likewise, with the width it has (``levelFor`` in
    widgets/ui/painter.ts).
    """
    return max(0, min(MAX_LEVEL, round(math.log2(frames / columns / 16))))
