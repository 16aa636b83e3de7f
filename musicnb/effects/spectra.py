"""Log-mel spectrograms in torch, and what can be said about two sounds that differ in content."""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor

#: (n_fft, hop_length, mel bands) of the resolutions at which sounds are compared.
RESOLUTIONS = ((512, 256, 40), (1024, 512, 64), (4096, 2048, 100))
#: Energies below this are silence.
SILENCE = 1e-8
#: Hz; below, a mel band of a short window holds no bin.
LOWEST = 30.0


@cache
def mel_filters(sample_rate: int, n_fft: int, mels: int) -> Tensor:
    """Return the filters (mels, bins) of a mel spectrogram, of unit sum each."""
    import librosa

    filters = librosa.filters.mel(
        sr=sample_rate, n_fft=n_fft, n_mels=mels, fmin=LOWEST, htk=True, norm=None
    )
    total = filters.sum(axis=1, keepdims=True)
    # Where bands are narrower than bins, the nearest bin stands for the band.
    centres = librosa.mel_frequencies(mels + 2, fmin=LOWEST, fmax=sample_rate / 2, htk=True)[1:-1]
    for band, frequency in enumerate(centres):
        if total[band] < 0.5:  # noqa: PLR2004  (half a bin)
            filters[band] = 0
            filters[band, round(frequency / sample_rate * n_fft)] = 1
            total[band] = 1
    return torch.from_numpy(filters / total)


def log_mel(x: Tensor, sample_rate: int, n_fft: int, hop_length: int, mels: int) -> Tensor:
    """Return the log-mel spectrogram (..., mels, frames) of `x` (..., frames) in units of 10 dB.

    Examples
    --------
    >>> log_mel(torch.ones(1, 8000), 8000, 512, 128, 40).shape
    torch.Size([1, 40, 63])
    """
    window = torch.hann_window(n_fft, dtype=x.dtype, device=x.device)
    spectrum = torch.stft(
        x, n_fft, hop_length, window=window, pad_mode="constant", return_complex=True
    )
    power = spectrum.real.square() + spectrum.imag.square()
    power = power / window.sum() ** 2
    filters = mel_filters(sample_rate, n_fft, mels).to(power)
    return torch.log10((filters @ power).clamp(min=SILENCE))


def statistics(mel: Tensor) -> Tensor:
    """Return what a sound's log-mel spectrogram (mels, frames) is like over time.

    For each band its mean (which EQ moves), its spread (which compression narrows), and how fast
    it rises and falls from frame to frame (which reverberation slows). Frames more than 50 dB
    below the loudest of the band are rests, and do not count.
    """
    heard = (mel > mel.amax(-1, keepdim=True) - 5).to(mel)
    number = heard.sum(-1).clamp(min=1)
    mean = (mel * heard).sum(-1) / number
    spread = ((mel - mean[..., None]).square() * heard).sum(-1) / number
    step = mel.diff(dim=-1)
    both = heard[..., 1:]
    rise = (step.clamp(min=0) * both).sum(-1) / number
    fall = (-step.clamp(max=0) * both).sum(-1) / number
    return torch.stack([mean, (spread + 1e-4).sqrt(), 3 * rise, 3 * fall])


def levels(x: Tensor, sample_rate: int) -> Tensor:
    """Return level and crest factor (in units of 10 dB), and the spread of short-time levels."""
    power = x.square().mean().clamp(min=SILENCE)
    # A high norm, not the maximum: it has a gradient at more than one sample.
    peak = x.abs().pow(12).mean().pow(1 / 12).clamp(min=SILENCE)
    size = max(1, round(0.05 * sample_rate))
    short = x[..., : x.shape[-1] // size * size].reshape(-1, size).square().mean(-1)
    short = torch.log10(short.clamp(min=SILENCE))
    level = torch.log10(power)
    spread = short[short > short.amax() - 4].std(unbiased=False)
    return torch.stack([level, 2 * torch.log10(peak) - level, spread])
