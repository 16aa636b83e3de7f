"""Colour maps, as 17 equally spaced colours; the same stand in ``widgets/core/colormaps.ts``.

viridis and cividis are by the matplotlib project and by Nuñez, Anderton and Renslow (2018), magma
by Smith and van der Walt; all are in the public domain (CC0). Lightness grows evenly in each, so
that they serve without colour vision too.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

COLORMAPS = {
    "viridis": (
        "44015448186a472d7b4240863b528b33638d2c728e26828e219"
        "18c1fa08828ae803fbc735ec96284d44baddc30d8e219fde725"
    ),
    "cividis": (
        "00224e002e6a1a386f32436d434e6c535a6d61656f6f70737d7"
        "c788c88789b9476aba072bcae6ccdbb63dec958f0d846fee838"
    ),
    "magma": (
        "0000040a08221d114736106b51127c6a1c818326819c2e7fb73"
        "779d0416fe75263f56b5cfc8961fea772fec488fde2a3fcfdbf"
    ),
    "grey": (
        "000000101010202020303030404040505050606060707070808"
        "080909090a0a0a0b0b0b0c0c0c0d0d0d0e0e0e0f0f0f0ffffff"
    ),
}


@cache
def colors(name: str, count: int = 256) -> NDArray[np.uint8]:
    """Return `count` colours from dark to light, shape (count, 3).

    Examples
    --------
    >>> colors("viridis")[[0, -1]].tolist()
    [[68, 1, 84], [253, 231, 37]]
    """
    stops = np.frombuffer(bytes.fromhex(COLORMAPS[name]), np.uint8).reshape(-1, 3)
    at, where = np.linspace(0, 1, count), np.linspace(0, 1, len(stops))
    channels = [np.interp(at, where, stops[:, channel]) for channel in range(3)]
    return np.rint(np.stack(channels, axis=1)).astype(np.uint8)
