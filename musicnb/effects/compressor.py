"""A feed-forward compressor after Giannoulis, Massberg and Reiss.

"Digital Dynamic Range Compressor Design: A Tutorial and Analysis", JAES 60(6), 2012: the level is
measured in dB, a gain computer with a soft knee says by how much to turn down, and a smooth,
branching peak detector lets this fall with the attack time and recover with the release time. All
channels share one gain, so that the stereo picture stays.

The recursion runs at a control rate of about 5.5 kHz, and its gradient is exact: the same
recursion, run backwards (Yu, Mitcheltree, Carson, Bilbao, Reiss and Fazekas, "Differentiable
all-pole filters for time-varying audio systems", DAFx 2024).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

#: Hz at which the gain is computed; it is interpolated in between.
CONTROL_RATE = 5512.5
#: dBFS that stand for silence.
FLOOR = -120.0


def hop(sample_rate: int) -> int:
    """Return the frames from one value of the gain to the next."""
    return max(1, round(sample_rate / CONTROL_RATE))


def reduction(level: Tensor, threshold: Tensor, ratio: Tensor, knee: Tensor) -> Tensor:
    """Return by how many dB a steady sound of `level` dBFS is turned down.

    Examples
    --------
    >>> level = torch.tensor([-30.0, -10.0, 0.0])
    >>> reduction(level, *torch.tensor([-20.0, 4.0, 0.0]))
    tensor([ 0.0000,  7.5000, 15.0000])
    """
    slope = 1 - 1 / ratio
    over = level - threshold
    knee = knee.clamp(min=1e-3)
    bend = slope * (over + knee / 2).clamp(min=0) ** 2 / (2 * knee)
    return torch.where(over > knee / 2, slope * over, bend)


def coefficient(time: Tensor, rate: float) -> Tensor:
    """Return the factor by which a one-pole filter with this time constant forgets a step."""
    return torch.exp(-1 / (time * rate))


class Ballistics(torch.autograd.Function):
    """Smoothing with one time constant upwards (attack) and another downwards (release)."""

    @staticmethod
    def forward(ctx: Any, wanted: Tensor, attack: Tensor, release: Tensor) -> Tensor:
        """Return the smoothed reduction; `wanted` has one dimension."""
        up, down = float(attack), float(release)
        value = 0.0
        made = []
        # Plain floats: an element of a tensor would take a hundred times as long.
        for target in wanted.tolist():
            value = target + (up if target > value else down) * (value - target)
            made.append(value)
        smoothed = torch.tensor(made, dtype=wanted.dtype, device=wanted.device)
        ctx.save_for_backward(wanted, smoothed, attack, release)
        return smoothed

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> tuple[Tensor, Tensor, Tensor]:
        """Run the recursion from the end to the beginning."""
        (gradient,) = gradients
        wanted, smoothed, attack, release = ctx.saved_tensors
        before = functional.pad(smoothed, (1, 0))[:-1]
        rising = wanted > before
        forget = torch.where(rising, attack, release)
        total, sums = 0.0, []
        later = functional.pad(forget, (0, 1))[1:]
        for given, kept in zip(gradient.flip(0).tolist(), later.flip(0).tolist(), strict=True):
            total = given + kept * total
            sums.append(total)
        flowing = torch.tensor(sums[::-1], dtype=wanted.dtype, device=wanted.device)
        change = flowing * (before - wanted)
        zero = torch.zeros((), dtype=wanted.dtype, device=wanted.device)
        return (
            flowing * (1 - forget),
            torch.where(rising, change, zero).sum(),
            torch.where(rising, zero, change).sum(),
        )


def gain(
    x: Tensor,
    sample_rate: int,
    *,
    threshold: Tensor,
    ratio: Tensor,
    attack: Tensor,
    release: Tensor,
    knee: Tensor,
    makeup: Tensor,
) -> Tensor:
    """Return the gain in dB for each frame of `x`, of shape (channels, frames).

    Parameters
    ----------
    x : Tensor
        The sound.
    sample_rate : int
        Hz.
    """
    step = hop(sample_rate)
    frames = x.shape[-1]
    peak = x.abs().amax(0)
    peak = functional.pad(peak, (0, -frames % step)).reshape(-1, step).amax(1)
    level = 20 * torch.log10(peak.clamp(min=10 ** (FLOOR / 20)))
    wanted = reduction(level, threshold, ratio, knee)
    rate = sample_rate / step
    smoothed: Tensor = Ballistics.apply(  # type: ignore[no-untyped-call]
        wanted, coefficient(attack, rate), coefficient(release, rate)
    )
    fine = functional.interpolate(smoothed[None, None], scale_factor=float(step), mode="linear")
    return makeup - fine[0, 0, :frames]


def compress(
    samples: np.ndarray[Any, np.dtype[np.float64]], settings: Any, sample_rate: int
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the sound (channels, frames) compressed by a `Compressor`."""
    numbers = {
        name: torch.tensor(getattr(settings, name), dtype=torch.float64) for name in settings.RANGES
    }
    with torch.no_grad():
        db = gain(torch.from_numpy(samples), sample_rate, **numbers)
        made: np.ndarray[Any, np.dtype[np.float64]] = samples * np.exp(
            db.numpy() * (math.log(10) / 20)
        )
    return made
