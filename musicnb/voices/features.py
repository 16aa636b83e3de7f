"""What the content network sees of a sound: a log-mel spectrogram, normalised band by band."""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

from musicnb.voices.network import MELS

SAMPLE_RATE, N_FFT, HOP_LENGTH = 16_000, 512, 160
BINS = N_FFT // 2 + 1
#: Power below which there is silence.
FLOOR = 1e-7
#: What is so far below the loudest frame, in powers of ten, says nothing about the speaker.
QUIET = 4.0


@lru_cache(maxsize=1)
def _filters() -> Tensor:
    """Return the triangular mel filters, (MELS, BINS)."""
    import librosa

    return torch.from_numpy(librosa.filters.mel(sr=SAMPLE_RATE, n_fft=N_FFT, n_mels=MELS, fmin=40))


def power(samples: Tensor) -> Tensor:
    """Return the power spectrogram (batch, BINS, frames) of sound at 16 kHz (batch, samples).

    There are ``samples // 160 + 1`` frames; the first is centred on the first sample.

    Examples
    --------
    >>> import torch
    >>> tuple(power(torch.zeros(1, 1600)).shape)
    (1, 257, 11)
    """
    window = torch.hann_window(N_FFT, device=samples.device)
    made = torch.stft(samples, N_FFT, HOP_LENGTH, window=window, return_complex=True)
    return made.abs().square()


def normalised_mel(spectrum: Tensor) -> Tensor:
    """Return what the network sees, (batch, MELS, frames), of a power spectrogram.

    Each band's mean over the frames that are not silent is taken away, and its spread is made 1:
    what a microphone, a room or the length of a vocal tract does to every frame alike is gone.

    Examples
    --------
    >>> import torch
    >>> mel = normalised_mel(torch.rand(1, BINS, 200))
    >>> bool(mel.mean().abs() < 0.01), round(float(mel.std()), 1)
    (True, 1.0)
    """
    level = (_filters().to(spectrum.device) @ spectrum + FLOOR).log10()
    frame = level.mean(1, keepdim=True)
    loud = (frame > frame.amax(2, keepdim=True) - QUIET / 2).float()
    count = loud.sum(2, keepdim=True).clamp(min=1)
    mean = (level * loud).sum(2, keepdim=True) / count
    spread = ((level - mean).square() * loud).sum(2, keepdim=True) / count
    return (level - mean) / spread.sqrt().clamp(min=0.1)
