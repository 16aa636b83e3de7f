"""What the analysis network looks at: two views of the sound on a logarithmic frequency axis.

The *rhythm* view has 50 frames a second and 12 bands an octave: sharp in time. The *pitch* view has
5 frames a second and 36 bands an octave: sharp in frequency, for the key.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

#: Both views are of mono sound at this rate.
SAMPLE_RATE = 22_050
#: Frames a second.
RHYTHM_RATE, PITCH_RATE = 50, 5
RHYTHM_HOP, PITCH_HOP = SAMPLE_RATE // RHYTHM_RATE, SAMPLE_RATE // PITCH_RATE
RHYTHM_FFT, PITCH_FFT = 2048, 16_384
#: Bands: the rhythm view from 30 Hz to 9.4 kHz, the pitch view from A1 over six octaves.
RHYTHM_BANDS, RHYTHM_LOW = 84, 30.0
BINS_PER_SEMITONE, OCTAVES, PITCH_LOW = 3, 6, 55.0
PITCH_BANDS = 12 * OCTAVES * BINS_PER_SEMITONE
#: Sound is shown to the network at this level (dBFS, root mean square), raised by at most
#: `MAX_GAIN` dB, so that silence stays silent.
LEVEL, MAX_GAIN = -20.0, 40.0
EPSILON = 1e-10
#: The logarithm is log(1 + CURVE * magnitude).
CURVE = 100.0


def rhythm_frequencies() -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the centres of the rhythm view's bands, in Hz."""
    top = SAMPLE_RATE / 2 / 2 ** (3 / 12)
    return np.geomspace(RHYTHM_LOW, top, RHYTHM_BANDS)


def pitch_frequencies() -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the centres of the pitch view's bands, in Hz; the second of three is the note."""
    steps = np.arange(PITCH_BANDS) - 1
    return PITCH_LOW * 2.0 ** (steps / (12 * BINS_PER_SEMITONE))


@lru_cache(maxsize=8)
def _bank(n_fft: int, device: torch.device) -> Tensor:
    """Return triangular filters, at least as wide as a bin, of shape (bands, bins)."""
    centres = rhythm_frequencies() if n_fft == RHYTHM_FFT else pitch_frequencies()
    ratio = centres[1] / centres[0]
    edges = np.concatenate(([centres[0] / ratio], centres, [centres[-1] * ratio]))
    bins = np.arange(n_fft // 2 + 1) * SAMPLE_RATE / n_fft
    width = SAMPLE_RATE / n_fft
    low = np.maximum(centres - edges[:-2], width)[:, None]
    high = np.maximum(edges[2:] - centres, width)[:, None]
    distance = bins - centres[:, None]
    weights = np.clip(1 - np.where(distance < 0, -distance / low, distance / high), 0, None)
    weights /= weights.sum(axis=1, keepdims=True)
    return torch.from_numpy(weights.astype(np.float32)).to(device)


def level_gain(samples: Tensor) -> Tensor:
    """Return the factor that brings mono sound to `LEVEL`."""
    level = 10 * torch.log10(samples.square().mean() + EPSILON)
    return 10 ** ((LEVEL - level).clamp(max=MAX_GAIN) / 20)


def views(samples: Tensor) -> tuple[Tensor, Tensor]:
    """Return the rhythm and the pitch view of mono sound at `SAMPLE_RATE`.

    Parameters
    ----------
    samples : Tensor
        Shape ``(samples,)``, already at the level that the network knows (see `level_gain`).

    Returns
    -------
    rhythm : Tensor
        Shape ``(frames, 84)``, 50 frames a second; frame `i` is centred on ``i / 50`` s.
    pitch : Tensor
        Shape ``(frames, 216)``, 5 frames a second.

    Examples
    --------
    >>> import torch
    >>> [tuple(view.shape) for view in views(torch.zeros(22050))]
    [(50, 84), (5, 216)]
    """
    return _view(samples, RHYTHM_FFT, RHYTHM_HOP), _view(samples, PITCH_FFT, PITCH_HOP)


def _view(samples: Tensor, n_fft: int, hop: int) -> Tensor:
    frames = max(samples.shape[-1] // hop, 1)
    half = n_fft // 2
    padded = torch.nn.functional.pad(samples, (half, half + hop))
    window = torch.hann_window(n_fft, device=samples.device)
    spectrum = torch.stft(padded, n_fft, hop, window=window, center=False, return_complex=True)[
        :, :frames
    ]
    # Half the window's sum: a sine of amplitude 1 has magnitude 1.
    magnitude = spectrum.abs() / (n_fft / 4)
    bands: Tensor = _bank(n_fft, samples.device) @ magnitude
    return torch.log1p(CURVE * bands).T
