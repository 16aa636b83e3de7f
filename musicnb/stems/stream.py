"""Separation of a stream: overlapping segments, any sample rate, memory that does not grow."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np
import torch

from musicnb.audio.resample import resample_blocks
from musicnb.errors import InputError
from musicnb.stems.masks import HOP_LENGTH, SAMPLE_RATE, TWO_STEMS, split

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    Block = NDArray[np.float32]

#: A segment is 512 STFT frames, the length the networks were trained on: 11.9 s.
SEGMENT = 511 * HOP_LENGTH
#: Neighbouring segments overlap by 1.5 s and are crossfaded there.
OVERLAP = 64 * HOP_LENGTH


def separate_blocks(
    blocks: Iterable[Block],
    sample_rate: int,
    channels: int,
    device: torch.device,
    names: tuple[str, ...] = tuple(TWO_STEMS),
) -> Iterator[tuple[Block, Block]]:
    """Separate a stream into stems.

    Parameters
    ----------
    blocks : iterable of ndarray
        Float32 blocks of shape (channels, frames), of any lengths.
    sample_rate : int
        Of the blocks, in Hz.
    channels : int
        1 or 2.
    device : torch.device
        Where the networks run.
    names : tuple of str
        The stems that are wanted, some of `musicnb.stems.masks.STEMS`.

    Yields
    ------
    mixture : ndarray
        Shape (channels, n): the next n frames of the stream, as they came.
    stems : ndarray
        Shape (stems, channels, n): those of `names`, aligned with the mixture.
    """
    if channels not in {1, 2}:
        raise InputError(
            f"the sound has {channels} channels", expected="1 or 2", todo="Call mono() first."
        )
    count = len(names)
    waiting = _Fifo(channels)
    stereo = (
        block if channels == 2 else np.repeat(block, 2, axis=0)  # noqa: PLR2004
        for block in resample_blocks(waiting.tap(blocks), sample_rate, SAMPLE_RATE, channels)
    )
    flat = (
        (stems if channels == 2 else stems.mean(axis=1)).reshape(count * channels, -1)  # noqa: PLR2004
        for stems in _segments(stereo, device, names)
    )
    for made in resample_blocks(flat, SAMPLE_RATE, sample_rate, count * channels):
        stems = made[:, : len(waiting)].reshape(count, channels, -1)
        if stems.shape[-1]:
            yield waiting.pop(stems.shape[-1]), stems
    if len(waiting):  # resampling there and back may lose a frame
        rest = waiting.pop(len(waiting))
        yield rest, np.zeros((count, *rest.shape), np.float32)


def _segments(
    blocks: Iterable[Block], device: torch.device, names: tuple[str, ...]
) -> Iterator[Block]:
    """Yield the stems (stems, 2, n) of a stereo stream, segment after crossfaded segment."""
    buffer = _Fifo(2)
    rise = torch.linspace(0, 1, OVERLAP, device=device)
    tail: torch.Tensor | None = None
    stream = iter(buffer.tap(blocks))
    more = True
    while more:
        # One frame beyond the segment tells whether another segment follows.
        while more and len(buffer) <= SEGMENT:
            more = next(stream, None) is not None
        if not len(buffer):
            return
        segment = torch.from_numpy(buffer.peek(SEGMENT)).to(device)
        stems = split(segment, names)
        if tail is not None:
            stems[..., :OVERLAP] *= rise
            stems[..., :OVERLAP] += tail
        if more:
            step = SEGMENT - OVERLAP
            tail = stems[..., step:] * (1 - rise)
            stems = stems[..., :step]
            buffer.pop(step)
        yield stems.cpu().numpy()


class _Fifo:
    """Samples that wait for their turn."""

    def __init__(self, channels: int) -> None:
        self._blocks: deque[Block] = deque()
        self._channels = channels
        self._frames = 0

    def __len__(self) -> int:
        return self._frames

    def tap(self, blocks: Iterable[Block]) -> Iterator[Block]:
        """Pass blocks on, keeping them."""
        for block in blocks:
            self._blocks.append(block)
            self._frames += block.shape[1]
            yield block

    def peek(self, frames: int) -> Block:
        """Return the first frames (fewer if there are no more) without taking them."""
        taken = self.pop(min(frames, self._frames))
        self._blocks.appendleft(taken)
        self._frames += taken.shape[1]
        return taken

    def pop(self, frames: int) -> Block:
        """Take exactly `frames` frames."""
        parts = [np.zeros((self._channels, 0), np.float32)]
        need = frames
        while need:
            block = self._blocks.popleft()
            if block.shape[1] > need:
                self._blocks.appendleft(block[:, need:])
                block = block[:, :need]
            parts.append(block)
            need -= block.shape[1]
        self._frames -= frames
        return np.concatenate(parts, axis=1)
