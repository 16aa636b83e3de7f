"""From a segment of stereo sound to its stems: STFT, networks, soft masks, inverse STFT."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from musicnb.runtime.weights import load_weights
from musicnb.stems.bandnet import MULTIPLE as BAND_MULTIPLE
from musicnb.stems.bandnet import PARTS, BandNet, to_bands, to_bins
from musicnb.stems.network import MaskNet

if TYPE_CHECKING:
    from torch import Tensor

#: What the networks were trained on.
SAMPLE_RATE = 44_100
N_FFT = 4096
HOP_LENGTH = 1024
#: Bins that the networks see: up to 11 kHz.
BINS = 1024
#: Bins from 8 to 11 kHz, whose shares are extended to everything above.
TOP = 768
#: Frames come in multiples of this, because the network halves them six times.
MULTIPLE = 64
EPSILON = 1e-10
#: The networks learned from mastered songs, and hear worse in softer ones: every segment is shown
#: to them at this level (dBFS, root mean square), but is raised by `MAX_GAIN` dB at most, so that
#: near-silence stays soft. Louder still finds more voice, but also where there is none.
LEVEL = -16.0
MAX_GAIN = 30.0

#: The stems of the two-stem model and their weights.
TWO_STEMS = {"vocals": "spleeter-vocals", "accompaniment": "spleeter-accompaniment"}
#: What shares the accompaniment out among `PARTS`.
BAND = "band-parts"
#: All stems that can be asked for.
STEMS = (*TWO_STEMS, *PARTS)


@lru_cache(maxsize=2)
def band_network(device: torch.device) -> BandNet:
    """Return the network that shares out an accompaniment."""
    net = BandNet()
    net.load_state_dict(load_weights(BAND))
    return net.eval().to(device)


@lru_cache(maxsize=2)
def networks(device: torch.device) -> tuple[MaskNet, ...]:
    """Return the networks of the two-stem model on `device`, in the order of `TWO_STEMS`."""
    nets = []
    for name in TWO_STEMS.values():
        net = MaskNet()
        net.load_state_dict(load_weights(name))
        # Channels last makes the convolutions a third faster on a CPU. (torch's annotations do not
        # know this form of `to`, its documentation does.)
        nets.append(net.eval().to(device).to(memory_format=torch.channels_last))  # type: ignore[call-overload]
    return tuple(nets)


@torch.no_grad()
def split(segment: Tensor, names: tuple[str, ...]) -> Tensor:
    """Split a segment into the stems that are asked for.

    Each network guesses its stem's magnitude; each stem gets, in every bin, the share of the
    mixture that its guess has in the sum of squared guesses (a Wiener-like soft mask). Drums, bass
    and other share the accompaniment's part among them.

    Parameters
    ----------
    segment : Tensor
        Shape ``(2, samples)`` at 44.1 kHz.
    names : tuple of str
        Some of `STEMS`.

    Returns
    -------
    Tensor
        Shape ``(len(names), 2, samples)``; vocals and accompaniment add up to `segment`, and drums,
        bass and other to the accompaniment.
    """
    samples = segment.shape[-1]
    frames = -(-samples // HOP_LENGTH) + 1
    frames = -(-frames // MULTIPLE) * MULTIPLE
    padded = functional.pad(segment, (0, (frames - 1) * HOP_LENGTH - samples))
    spectrum = stft(padded)
    nets = networks(segment.device)
    magnitude = spectrum[:, :BINS].abs().transpose(1, 2)[None] * _gain(segment)
    magnitude = magnitude.contiguous(memory_format=torch.channels_last)
    powers = torch.stack([net(magnitude)[0].transpose(1, 2) ** 2 for net in nets])
    shares = powers + EPSILON / len(nets)
    top = shares[:, :, TOP:].sum(dim=2, keepdim=True)
    shares = torch.cat((shares / shares.sum(0), (top / top.sum(0)).expand(-1, -1, 1025, -1)), dim=2)
    found = dict(zip(TWO_STEMS, spectrum * shares, strict=True))
    if set(names) & set(PARTS):
        found |= parts(found["accompaniment"], band_network(segment.device))
    window = torch.hann_window(N_FFT, device=segment.device)
    # One after the other: together they would take several times the memory.
    return torch.stack(
        [
            torch.istft(found[name], N_FFT, HOP_LENGTH, window=window, length=samples)
            for name in names
        ]
    )


def stft(samples: Tensor) -> Tensor:
    """Return the spectrum, shape ``(..., bins, frames)``, as the networks learned to see it."""
    window = torch.hann_window(N_FFT, device=samples.device)
    flat = samples.reshape(-1, samples.shape[-1])
    spectra = torch.stft(
        flat, N_FFT, HOP_LENGTH, window=window, pad_mode="constant", return_complex=True
    )
    return spectra.reshape(*samples.shape[:-1], *spectra.shape[1:])


def parts(spectrum: Tensor, net: BandNet) -> dict[str, Tensor]:
    """Share the spectrum of an accompaniment, shape ``(2, bins, frames)``, out among `PARTS`."""
    power = to_bands(spectrum.abs().square()) * band_gain(spectrum) ** 2
    frames = power.shape[-1]
    power = functional.pad(power, (0, -frames % BAND_MULTIPLE))
    shares = to_bins(net(power[None])[0])[..., :frames]
    return dict(zip(PARTS, spectrum * shares, strict=True))


def band_gain(spectrum: Tensor) -> Tensor:
    """Return the factor that brings a spectrum's mean power to 1, but not near-silence."""
    power = spectrum.abs().square().mean()
    return 1 / torch.sqrt(power.clamp(min=10 ** (-MAX_GAIN / 10)))


def _gain(segment: Tensor) -> Tensor:
    """Return the factor that brings a segment to the level the networks know."""
    level = 10 * torch.log10(segment.square().mean() + EPSILON)
    return 10 ** ((LEVEL - level).clamp(max=MAX_GAIN) / 20)
