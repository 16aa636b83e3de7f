"""Recordings of a low sample rate, made up to the whole range that a voice here sings in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from musicnb.audio.resample import resample
from musicnb.voices.synthesis import HOP_LENGTH, N_FFT, SAMPLE_RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.floating[Any]]

#: Above so much of the highest frequency a recording is taken to hold nothing.
FULL = 0.94


def extended(sound: Samples, rate: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return the sound at 44.1 kHz and one level, with noise above what its rate can hold.

    The noise is as loud, moment by moment, as the octave below the limit, falling by 12 dB an
    octave.

    Examples
    --------
    >>> import numpy as np
    >>> tone = np.sin(np.arange(16000) / 3)
    >>> made = extended(tone, 16000, np.random.default_rng(0))
    >>> len(made), round(float(np.abs(made).max()), 1)
    (44100, 0.4)
    """
    level = sound * 0.35 / max(float(np.abs(sound).max()), 1e-3)
    samples = resample(level.astype(np.float32)[None], rate, SAMPLE_RATE)[0]
    limit = FULL * rate / 2
    if limit > FULL * SAMPLE_RATE / 2:
        return np.asarray(samples, np.float32)
    window = torch.hann_window(N_FFT)
    options: dict[str, Any] = {"n_fft": N_FFT, "hop_length": HOP_LENGTH, "window": window}
    spectrum = torch.stft(torch.from_numpy(samples), **options, return_complex=True)
    noise = torch.from_numpy(rng.normal(size=len(samples)).astype(np.float32))
    high = torch.stft(noise, **options, return_complex=True)
    hz = torch.linspace(0, SAMPLE_RATE / 2, N_FFT // 2 + 1)
    below = ((hz > limit / 2) & (hz < limit))[:, None]
    power = (spectrum.abs().square() * below).sum(0) / below.sum()
    gain = power.sqrt() / high.abs().square().mean().sqrt()
    slope = ((hz / limit).clamp(min=1) ** -2)[:, None] * (hz > limit)[:, None]
    made = spectrum * (hz <= limit)[:, None] + high * gain * slope
    return torch.istft(made, **options, length=len(samples)).numpy()
