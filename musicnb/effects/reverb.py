"""A room as noise that dies away exponentially, each octave band in its own time.

The model of late reverberation of Moorer ("About this reverberation business", Computer Music
Journal 3(2), 1979) and Polack: beyond the first reflections, a room's impulse response is
Gaussian noise under an exponential envelope. RT60 is the time of 60 dB, 6.91 time constants.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicnb.effects.settings import Reverb

#: Centres of the octave bands, Hz. The first holds all below, the last all above.
CENTRES = (250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0)
#: Between these the time falls from `rt60` to `rt60 * damping`.
FULL, DAMPED = 1000.0, 8000.0
#: Hz at which the noise is drawn.
NOISE_RATE = 48_000
#: An impulse response ends 66 dB down.
LENGTH = 1.1


def band_times(rt60: Tensor, damping: Tensor) -> Tensor:
    """Return the RT60 of each octave band, in seconds.

    Examples
    --------
    >>> band_times(torch.tensor(2.0), torch.tensor(0.5)).tolist()[0::5]
    [2.0, 1.0]
    """
    place = [
        min(max(math.log(centre / FULL) / math.log(DAMPED / FULL), 0.0), 1.0) for centre in CENTRES
    ]
    return rt60 * damping ** torch.tensor(place, dtype=rt60.dtype, device=rt60.device)


def noise_bands(seed: int, channels: int, frames: int, sample_rate: int) -> NDArray[np.float64]:
    """Return white noise split in octave bands, shape (channels, bands, frames).

    The bands add up to the noise. The same seed is the same room at every sample rate, and a
    longer response begins like a shorter one.
    """
    drawn = max(1, round(frames * NOISE_RATE / sample_rate))
    noise = np.stack(
        [np.random.default_rng([seed, c]).standard_normal(drawn) for c in range(channels)]
    )
    frequency = np.fft.rfftfreq(frames, 1 / sample_rate)
    # To another rate by its spectrum: what is above is cut off, or stays empty.
    spectrum = np.zeros((channels, len(frequency)), complex)
    made = np.fft.rfft(noise)[:, : len(frequency)]
    spectrum[:, : made.shape[1]] = made
    place = np.log2(np.maximum(frequency, 1e-3) / CENTRES[0])
    # A fade of one octave from each band to the next.
    edges = np.clip(place[None] - np.arange(len(CENTRES) - 1)[:, None], 0, 1)
    rise = np.concatenate([np.ones((1, len(frequency))), np.sin(np.pi / 2 * edges) ** 2])
    share = rise - np.concatenate([rise[1:], np.zeros((1, len(frequency)))])
    bands: NDArray[np.float64] = np.fft.irfft(spectrum[:, None] * share, frames)
    return bands


def impulse_response(bands: Tensor, rt60: Tensor, damping: Tensor, sample_rate: int) -> Tensor:
    """Return the room's answer to a click, shape (channels, frames), of unit energy."""
    time = torch.arange(bands.shape[-1], dtype=bands.dtype, device=bands.device) / sample_rate
    decay = torch.exp(-math.log(1000) * time / band_times(rt60, damping)[:, None])
    answer = (bands * decay).sum(1)
    return answer / answer.square().sum(-1, keepdim=True).sqrt().clamp(min=1e-12)


def frames_of(rt60: float, sample_rate: int) -> int:
    """Return the length of a room's impulse response."""
    return max(16, math.ceil(LENGTH * rt60 * sample_rate))


def room(settings: Reverb, channels: int, sample_rate: int) -> NDArray[np.float64]:
    """Return the impulse response of a `Reverb`, without its pre-delay and dry sound."""
    bands = noise_bands(settings.seed, channels, frames_of(settings.rt60, sample_rate), sample_rate)
    rt60, damping = torch.tensor([settings.rt60, settings.damping], dtype=torch.float64)
    return impulse_response(torch.from_numpy(bands), rt60, damping, sample_rate).numpy()


def reverberate(
    samples: NDArray[np.float64], settings: Reverb, sample_rate: int
) -> NDArray[np.float64]:
    """Return the sound (channels, frames) in the room."""
    from scipy.signal import oaconvolve

    channels, frames = samples.shape
    answer = room(settings, channels, sample_rate)
    ahead = round(settings.pre_delay * sample_rate)
    made = (1 - settings.mix) * samples
    if ahead < frames:
        wet = oaconvolve(samples[:, : frames - ahead], answer, axes=-1)
        made[:, ahead:] += settings.mix * wet[:, : frames - ahead]
    return made
