"""What Whisper's encoder sees of a sound: a log-mel spectrogram, 100 frames a second."""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor

SAMPLE_RATE, N_FFT, HOP_LENGTH = 16_000, 400, 160
BINS, MELS = N_FFT // 2 + 1, 80
#: Power below which there is silence, and so many powers of ten below the loudest as well.
FLOOR, RANGE = 1e-10, 8.0
#: Frames whose spectrum is worked out at once.
BLOCK = 1500
#: The mel scale: Hz a mel up to the corner, and above it the natural logarithm of the ratio a mel.
STEP, CORNER, RATIO = 200 / 3, 1000.0, math.log(6.4) / 27


@lru_cache(maxsize=1)
@torch.inference_mode(mode=False)  # whoever asks first, a training may use it after
def _filters() -> Tensor:
    """Return the triangular mel filters of Slaney's Auditory Toolbox, (MELS, BINS).

    The same as librosa's, whose import would be a fifth of the memory that a conversion takes.
    """
    edges = _hz(torch.linspace(0, _mel(SAMPLE_RATE / 2), MELS + 2, dtype=torch.float64))
    bins = torch.linspace(0, SAMPLE_RATE / 2, BINS, dtype=torch.float64)
    width = edges.diff()[:, None]
    rising = (bins - edges[:-2, None]) / width[:-1]
    falling = (edges[2:, None] - bins) / width[1:]
    area = 2 / (edges[2:] - edges[:-2])
    return (torch.minimum(rising, falling).clamp(min=0) * area[:, None]).float()


def _mel(hz: float) -> float:
    # In proportion below 1 kHz, in octaves above it.
    return hz / STEP if hz < CORNER else (CORNER / STEP) + math.log(hz / CORNER) / RATIO


def _hz(mel: Tensor) -> Tensor:
    above = CORNER * torch.exp(RATIO * (mel - CORNER / STEP))
    return torch.where(mel < CORNER / STEP, mel * STEP, above)


def power(samples: Tensor) -> Tensor:
    """Return the power spectrogram (batch, BINS, frames) of sound at 16 kHz (batch, samples).

    There are ``samples // 160 + 1`` frames; the first is centred on the first sample.

    Examples
    --------
    >>> import torch
    >>> tuple(power(torch.zeros(1, 1600)).shape)
    (1, 201, 11)
    """
    return _power(_padded(samples))


def _padded(samples: Tensor) -> Tensor:
    # Mirrored at its ends, unless it is too short for that.
    mode = "reflect" if samples.shape[1] > N_FFT // 2 else "constant"
    return torch.nn.functional.pad(samples, (N_FFT // 2, N_FFT // 2), mode=mode)


def _power(padded: Tensor) -> Tensor:
    window = torch.hann_window(N_FFT, device=padded.device)
    made = torch.stft(padded, N_FFT, HOP_LENGTH, window=window, center=False, return_complex=True)
    return made.abs().square()


def mel(spectrum: Tensor) -> Tensor:
    """Return the power in each mel band, (..., MELS, frames), of a power spectrogram.

    Examples
    --------
    >>> import torch
    >>> tuple(mel(torch.zeros(BINS, 20)).shape)
    (80, 20)
    """
    return _filters().to(spectrum.device) @ spectrum


def seen_of(samples: Tensor) -> Tensor:
    """Return what the network sees, (batch, MELS, frames), of sound at 16 kHz (batch, samples).

    Worked out in blocks, so that long recordings take little memory.

    Examples
    --------
    >>> import torch
    >>> sound = torch.rand(1, 800_000) - 0.5
    >>> bool(torch.allclose(seen_of(sound), seen(power(sound)), atol=1e-3))
    True
    """
    padded = _padded(samples)
    frames = samples.shape[1] // HOP_LENGTH + 1
    levels = []
    for start in range(0, frames, BLOCK):
        stop = min(frames, start + BLOCK)
        some = padded[:, start * HOP_LENGTH : (stop - 1) * HOP_LENGTH + N_FFT]
        levels.append(_level(_power(some)))
    return _scaled(torch.cat(levels, 2))


def seen(spectrum: Tensor) -> Tensor:
    """Return what the network sees, (batch, MELS, frames), of a power spectrogram.

    Examples
    --------
    >>> import torch
    >>> sight = seen(torch.rand(1, BINS, 200))
    >>> tuple(sight.shape), round(float(sight.max() - sight.min()), 1) <= RANGE / 4
    ((1, 80, 200), True)
    """
    return _scaled(_level(spectrum))


def _level(spectrum: Tensor) -> Tensor:
    return mel(spectrum).clamp(min=FLOOR).log10()


def _scaled(level: Tensor) -> Tensor:
    return (torch.maximum(level, level.amax((1, 2), keepdim=True) - RANGE) + 4) / 4
