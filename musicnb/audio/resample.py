"""Changing the sample rate, by soxr."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import soxr

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

#: Frames handed to soxr at a time.
CHUNK = 1 << 18


def resample(samples: NDArray[np.float32], old: int, new: int) -> NDArray[np.float32]:
    """Return `samples` (channels, frames) at the rate `new` instead of `old`, in Hz.

    The result has ``round(frames * new / old)`` frames.
    """
    chunks = (samples[:, i : i + CHUNK] for i in range(0, samples.shape[1], CHUNK))
    parts = list(resample_blocks(chunks, old, new, samples.shape[0]))
    return np.concatenate(parts, axis=1) if parts else samples[:, :0]


def resample_blocks(
    blocks: Iterable[NDArray[np.float32]], old: int, new: int, channels: int
) -> Iterator[NDArray[np.float32]]:
    """Resample a stream of blocks (channels, frames); memory does not grow with its length."""
    if old == new:
        yield from blocks
        return
    stream = soxr.ResampleStream(old, new, channels, dtype="float32", quality="HQ")
    taken = given = 0
    for block in blocks:
        taken += block.shape[1]
        out = stream.resample_chunk(np.ascontiguousarray(block.T)).reshape(-1, channels)
        given += len(out)
        yield out.T
    out = stream.resample_chunk(np.zeros((0, channels), np.float32), last=True)
    out = out.reshape(-1, channels)
    # soxr may be a frame off at the end; the length is what the two rates say.
    missing = round(taken * new / old) - given
    if missing > len(out):
        out = np.pad(out, ((0, missing - len(out)), (0, 0)))
    yield out[: max(missing, 0)].T
