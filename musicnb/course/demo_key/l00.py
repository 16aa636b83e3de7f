"""Hidden checks of lesson 00, for trying out how a class is graded.

A real key is in a folder that no student can see: everybody can read this one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.course.grading.key import Hidden
from musicnb.course.question import Wrong, call

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Seeds that differ at every run: an answer that was learned by heart does not help.
RANDOM = np.random.default_rng()


def rest(answer: Any, shape: Sequence[int], dtype: type, tolerance: float) -> None:
    """Check what is left of a random song of a shape and a type."""
    song, voice = RANDOM.normal(0, 0.1, (2, *shape)).astype(dtype)
    found = np.asarray(call(answer, song, voice))
    if found.shape != song.shape:
        raise Wrong(f"the shape is {found.shape} for songs of {song.shape}")
    if not np.allclose(found, song - voice, rtol=0, atol=tolerance):
        raise Wrong(f"differs by {np.abs(found - (song - voice)).max():.3g} from song - voice")


def stereo(answer: Any) -> None:
    """Other numbers than in the notebook."""
    rest(answer, (2, 777), np.float32, 1e-6)


def mono(answer: Any) -> None:
    """One channel, and no axis for it."""
    rest(answer, (1, 500), np.float32, 1e-6)
    rest(answer, (500,), np.float32, 1e-6)


def surround(answer: Any) -> None:
    """Six channels."""
    rest(answer, (6, 50), np.float32, 1e-6)


def precise(answer: Any) -> None:
    """Numbers of 64 bits, which must not be rounded to 32."""
    rest(answer, (2, 500), np.float64, 1e-12)


HIDDEN = {
    "l00-q6": (
        Hidden("other songs", stereo, weight=2),
        Hidden("songs with one channel", mono),
        Hidden("songs with six channels", surround),
        Hidden("samples of 64 bits", precise),
    ),
}
