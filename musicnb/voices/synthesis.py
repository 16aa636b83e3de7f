"""The source-filter model: pulses and noise through filters that change with time.

A voice is a train of pulses from the vocal folds, and noise where air rubs, both shaped by the
vocal tract (Fant, "Acoustic theory of speech production", 1960). Here the shaping is done in the
frequency domain, as in the comb-tooth synthesis of DDSP singing converters; the phase of the
filter of the pulses is the smallest that its magnitude allows, as in natural resonances.
"""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional

from musicnb.voices.network import BANDS

SAMPLE_RATE = 44_100
#: Ten milliseconds: a frame of every curve here.
HOP_LENGTH = 441
N_FFT = 2048
BINS = N_FFT // 2 + 1
#: Below this frequency the bands of the filters are evenly wide, above it in proportion, in Hz.
CORNER_HZ = 1000.0
#: Natural logarithms of magnitudes stay within these bounds.
LOWEST, HIGHEST = -14.0, 6.0


@lru_cache(maxsize=1)
@torch.inference_mode(mode=False)  # whoever asks first, a training may use it after
def _to_bins() -> Tensor:
    """Return what takes bands to bins, in straight lines between their centres: (BINS, BANDS)."""
    top = 1 + math.log(SAMPLE_RATE / 2 / CORNER_HZ)
    steps = torch.linspace(0, top, BANDS, dtype=torch.float64)
    centres = torch.where(steps < 1, steps, torch.exp(steps - 1)) * CORNER_HZ
    hz = torch.linspace(0, SAMPLE_RATE / 2, BINS, dtype=torch.float64)
    above = torch.searchsorted(centres, hz).clamp(1, BANDS - 1)
    weight = ((hz - centres[above - 1]) / (centres[above] - centres[above - 1])).clamp(0, 1)
    matrix = torch.zeros(BINS, BANDS)
    rows = torch.arange(BINS)
    matrix[rows, above - 1] = (1 - weight).float()
    matrix[rows, above] = weight.float()
    return matrix


def to_bins(bands: Tensor, formant_shift: float = 0.0) -> Tensor:
    """Return log magnitudes for bins, (batch, BINS, frames), of (batch, BANDS, frames) for bands.

    `formant_shift` moves everything up by so many semitones, as a shorter vocal tract would.

    Examples
    --------
    >>> import torch
    >>> tuple(to_bins(torch.zeros(1, BANDS, 4)).shape)
    (1, 1025, 4)
    """
    matrix = _to_bins().to(bands.device)
    if formant_shift:
        source = torch.arange(BINS, device=bands.device) * 2 ** (-formant_shift / 12)
        low = source.floor().long().clamp(max=BINS - 2)
        weight = (source - low).clamp(0, 1)[:, None]
        matrix = matrix[low] * (1 - weight) + matrix[low + 1] * weight
    return (matrix @ bands).clamp(LOWEST, HIGHEST)


def pulses(hz: Tensor, frames: int) -> Tensor:
    """Return a band-limited train of pulses: (batch, samples) for f0 (batch, frames), 0 for none.

    Each pulse is a sinc, so that nothing folds back at the top; the train's power does not depend
    on its pitch.

    Examples
    --------
    >>> import torch
    >>> train = pulses(torch.full((1, 101), 441.0), 100)
    >>> tuple(train.shape), int((train[0, 1000:20000] > 5).sum())
    ((1, 44100), 190)
    """
    samples = frames * HOP_LENGTH
    voiced = functional.interpolate((hz > 0).float()[:, None], size=samples, mode="nearest")[:, 0]
    smooth = functional.interpolate(held(hz)[:, None], size=samples, mode="linear")[:, 0].double()
    return _train(smooth, voiced, torch.zeros(len(hz), 1, dtype=torch.float64, device=hz.device))[0]


def pulses_of_block(
    curve: Tensor, hz: Tensor, block: slice, phase: Tensor
) -> tuple[Tensor, Tensor]:
    """Return the pulses of some frames of a whole, and the phase in which they end.

    Parameters
    ----------
    curve : Tensor
        `held` of the whole `hz`, (1, frames).
    hz : Tensor
        f0 of the whole, (1, frames).
    block : slice
        Which frames.
    phase : Tensor
        In which the frames before them ended, (1, 1), in turns.

    Examples
    --------
    >>> import torch
    >>> hz = torch.linspace(100, 300, 100)[None]
    >>> start = torch.zeros(1, 1, dtype=torch.float64)
    >>> one, phase = pulses_of_block(held(hz), hz, slice(0, 40), start)
    >>> two, _ = pulses_of_block(held(hz), hz, slice(40, 100), phase)
    >>> bool((torch.cat((one, two), 1) - pulses(hz, 100)).abs().max() < 0.05)
    True
    """
    before = max(0, block.start - 1)
    seen = curve[:, before : block.stop + 1]
    smooth = functional.interpolate(seen[:, None], scale_factor=HOP_LENGTH, mode="linear")[:, 0]
    first = (block.start - before) * HOP_LENGTH
    length = (block.stop - block.start) * HOP_LENGTH
    voiced = (hz[:, block] > 0).float().repeat_interleave(HOP_LENGTH, dim=1)
    return _train(smooth[:, first : first + length].double(), voiced, phase)


def _train(smooth: Tensor, voiced: Tensor, phase: Tensor) -> tuple[Tensor, Tensor]:
    turns = phase + torch.cumsum(smooth / SAMPLE_RATE, dim=1)
    period = (SAMPLE_RATE / smooth).float()
    distance = (turns - turns.round()).float() * period
    return torch.sinc(distance) * period.sqrt() * voiced, turns[:, -1:]


def held(hz: Tensor) -> Tensor:
    """Return the curve without gaps: where there is no voice the last pitch is held."""
    return _filled(torch.where(hz > 0, hz, torch.nan))


def _filled(hz: Tensor) -> Tensor:
    """Return the curve with gaps closed by the value before them (or the first there is)."""
    known = ~torch.isnan(hz)
    index = torch.where(known, torch.arange(hz.shape[1], device=hz.device), 0).cummax(dim=1).values
    first = known.float().argmax(dim=1, keepdim=True)
    filled = hz.gather(1, torch.maximum(index, first))
    return torch.nan_to_num(filled, nan=100.0)


def minimum_phase(log_magnitude: Tensor) -> Tensor:
    """Return the complex response of the smallest phase: (batch, BINS, frames).

    By the cepstrum: what lies before the time zero is folded to behind it (Oppenheim and Schafer,
    "Digital signal processing", 1975).

    Examples
    --------
    >>> import torch
    >>> flat = minimum_phase(torch.zeros(1, BINS, 2))
    >>> bool(torch.allclose(flat, torch.ones(1, BINS, 2, dtype=torch.complex64)))
    True
    """
    cepstrum = torch.fft.irfft(log_magnitude.transpose(1, 2).to(torch.complex64), n=N_FFT)
    fold = torch.zeros(N_FFT, device=cepstrum.device)
    fold[0] = fold[N_FFT // 2] = 1
    fold[1 : N_FFT // 2] = 2
    spectrum = torch.fft.rfft(cepstrum * fold)
    return torch.exp(spectrum).transpose(1, 2)


def shape(
    train: Tensor,
    noise: Tensor,
    pulse_bands: Tensor,
    noise_bands: Tensor,
    *,
    noise_scale: float = 1.0,
    formant_shift: float = 0.0,
) -> Tensor:
    """Return sound, (batch, samples): pulses and noise, each through its filter.

    Parameters
    ----------
    train : Tensor
        Pulses, (batch, frames * HOP_LENGTH).
    noise : Tensor
        White noise of power 1, as long: drawn by the caller, who owns the seed.
    pulse_bands, noise_bands : Tensor
        Log magnitudes, (batch, BANDS, frames).
    noise_scale : float
        Gain of the noise.
    formant_shift : float
        Semitones.

    Examples
    --------
    >>> import torch
    >>> flat, hz = torch.full((1, BANDS, 100), -3.0), torch.full((1, 100), 110.0)
    >>> tuple(shape(pulses(hz, 100), torch.randn(1, 44100), flat, flat).shape)
    (1, 44100)
    """
    frames = pulse_bands.shape[2]
    window = torch.hann_window(N_FFT, device=train.device)

    def spectrum(x: Tensor) -> Tensor:
        made: Tensor = torch.stft(x, N_FFT, HOP_LENGTH, window=window, return_complex=True)
        return made[..., :frames]

    voiced = spectrum(train) * minimum_phase(to_bins(pulse_bands, formant_shift))
    breath = spectrum(noise) * to_bins(noise_bands, formant_shift).exp()
    total = functional.pad(voiced + noise_scale * breath, (0, 1))
    made: Tensor = torch.istft(total, N_FFT, HOP_LENGTH, window=window, length=frames * HOP_LENGTH)
    return made
