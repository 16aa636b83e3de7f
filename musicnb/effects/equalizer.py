"""Biquad filters after Robert Bristow-Johnson's "Audio EQ Cookbook".

One formula serves twice: its coefficients filter a sound in time (`equalize`), and, evaluated on
the unit circle, they are a frequency response through which gradients flow (`response`).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicnb.effects.settings import Equalizer

#: A band above this share of the sample rate has nothing left to act on.
AUDIBLE = 0.49


def coefficients(
    kind: str, frequency: Tensor, gain: Tensor, q: Tensor, sample_rate: int
) -> tuple[Tensor, Tensor]:
    """Return numerator and denominator of a biquad, three numbers each.

    Parameters
    ----------
    kind : {'low_shelf', 'peak', 'high_shelf'}
        What is raised or lowered.
    frequency, gain, q : Tensor
        Hz, dB and quality; scalars.
    sample_rate : int
        Hz.

    Examples
    --------
    >>> b, a = coefficients("peak", *torch.tensor([1000.0, 0.0, 1.0]), 44100)
    >>> bool(torch.equal(b, a))  # 0 dB changes nothing
    True
    """
    amplitude = 10 ** (gain / 40)
    omega = 2 * math.pi * frequency / sample_rate
    cosine, alpha = torch.cos(omega), torch.sin(omega) / (2 * q)
    if kind == "peak":
        b = [1 + alpha * amplitude, -2 * cosine, 1 - alpha * amplitude]
        a = [1 + alpha / amplitude, -2 * cosine, 1 - alpha / amplitude]
        return torch.stack(b), torch.stack(a)
    # The high shelf is the low shelf with the frequency axis turned round.
    sign = 1.0 if kind == "low_shelf" else -1.0
    more, less, root = amplitude + 1, amplitude - 1, 2 * torch.sqrt(amplitude) * alpha
    turned = sign * cosine
    b = [
        amplitude * (more - less * turned + root),
        sign * 2 * amplitude * (less - more * turned),
        amplitude * (more - less * turned - root),
    ]
    a = [
        more + less * turned + root,
        sign * -2 * (less + more * turned),
        more + less * turned - root,
    ]
    return torch.stack(b), torch.stack(a)


def response(b: Tensor, a: Tensor, frequencies: Tensor, sample_rate: int) -> Tensor:
    """Return the complex response of a biquad at `frequencies` in Hz."""
    omega = 2 * math.pi * frequencies / sample_rate
    powers = torch.stack([torch.zeros_like(omega), omega, 2 * omega])
    z = torch.polar(torch.ones_like(powers), -powers)
    numerator: Tensor = (b[:, None] * z).sum(0)
    return numerator / (a[:, None] * z).sum(0)


def sections(settings: Equalizer, sample_rate: int) -> NDArray[np.float64]:
    """Return the bands as second-order sections (bands, 6), as scipy.signal takes them."""
    rows = []
    for band in settings.bands:
        if band.frequency < AUDIBLE * sample_rate:
            given = torch.tensor([band.frequency, band.gain, band.q], dtype=torch.float64)
            frequency, gain, q = given
            b, a = coefficients(band.kind, frequency, gain, q, sample_rate)
            rows.append(torch.cat([b, a]).numpy() / float(a[0]))
    return np.array(rows).reshape(-1, 6)


def equalize(
    samples: NDArray[np.float64], settings: Equalizer, sample_rate: int
) -> NDArray[np.float64]:
    """Return the sound (channels, frames) filtered."""
    from scipy.signal import sosfilt

    rows = sections(settings, sample_rate)
    if not len(rows):
        return samples
    filtered: NDArray[np.float64] = sosfilt(rows, samples, axis=-1)
    return filtered


def decibels(
    settings: Equalizer, frequencies: NDArray[Any], sample_rate: int
) -> NDArray[np.float64]:
    """Return the gain in dB at `frequencies` in Hz."""
    from scipy.signal import sosfreqz

    rows = sections(settings, sample_rate)
    if not len(rows):
        return np.zeros(len(frequencies))
    _, h = sosfreqz(rows, worN=2 * np.pi * np.asarray(frequencies) / sample_rate)
    made: NDArray[np.float64] = 20 * np.log10(np.maximum(np.abs(h), 1e-12))
    return made
