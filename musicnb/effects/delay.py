"""Echoes by a delay line with feedback."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import torch
from scipy.fft import next_fast_len
from torch import Tensor

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicnb.effects.settings import Delay

#: Echoes softer than this, -80 dB below the first, are over.
OVER = 1e-4


def echo(samples: NDArray[np.float64], settings: Delay, sample_rate: int) -> NDArray[np.float64]:
    """Return the sound (channels, frames) with its echoes."""
    wet = np.zeros_like(samples)
    frames = samples.shape[1]
    step = max(1, round(settings.time * sample_rate))
    for start in range(step, frames, step):
        stop = min(start + step, frames)
        before = slice(start - step, stop - step)
        wet[:, start:stop] = samples[:, before] + settings.feedback * wet[:, before]
    return (1 - settings.mix) * samples + settings.mix * wet


def count(settings: Delay, frames: int, sample_rate: int) -> int:
    """Return how many echoes there are before they are over or the sound ends."""
    most = int(frames / (settings.time * sample_rate))
    if settings.feedback <= OVER:
        return min(1, most)
    return min(most, math.ceil(math.log(OVER) / math.log(settings.feedback)) + 1)


def echoes(x: Tensor, time: Tensor, feedback: Tensor, number: int, sample_rate: int) -> Tensor:
    """Return the first `number` echoes of `x`, differentiable in the time too.

    A delay by `time` is a turn of each frequency's phase, so that the time may lie between two
    frames; the echoes are a geometric series, summed at each frequency.
    """
    frames = x.shape[-1]
    if not number:
        return torch.zeros_like(x)
    size = next_fast_len(
        2 * frames, real=True
    )  # twice, so that no echo comes round to the beginning
    frequencies = torch.fft.rfftfreq(size, 1 / sample_rate, dtype=x.dtype, device=x.device)
    phase = -2 * math.pi * frequencies * time
    once = torch.polar(torch.ones_like(phase), phase)
    series = (1 - (feedback * once) ** number) / (1 - feedback * once)
    made: Tensor = torch.fft.irfft(torch.fft.rfft(x, size) * once * series, size)
    return made[..., :frames]
