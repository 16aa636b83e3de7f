"""From curves to sound: a performance, sung by a voice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from musicnb.voices import synthesis
from musicnb.voices.listen import BLOCK, CONTEXT, SILENCE
from musicnb.voices.synthesis import HOP_LENGTH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from musicnb.voices.listen import Performance
    from musicnb.voices.network import DecoderNet

    Levels = NDArray[np.floating[Any]]

#: Frames that the synthesis sees beyond either end of a block: more than half its window.
EDGE = 8


def controls(performance: Performance) -> Tensor:
    """Return what the decoder is told beside the content: (1, 3, frames).

    Octaves over 220 Hz (0 where unvoiced), voiced or not, and loudness.
    """
    hz = torch.from_numpy(performance.hz)
    voiced = (hz > 0).float()
    octaves = torch.where(hz > 0, torch.log2(hz.clamp(min=1) / 220), 0.0)
    loudness = torch.from_numpy(performance.loudness) / 20 + 2
    return torch.stack((octaves, voiced, loudness))[None]


@torch.inference_mode()
def filters(
    performance: Performance, net: DecoderNet, speaker: Tensor, device: torch.device
) -> tuple[Tensor, Tensor]:
    """Return the voice's filters for pulses and for noise, (BANDS, frames) each.

    `speaker` is (SPEAKER,), or (SPEAKER, frames) where it changes. In blocks that see beyond their
    ends: the result does not depend on them.
    """
    content = torch.from_numpy(performance.content)[None]
    told = controls(performance)
    frames = performance.frames
    whole = speaker if speaker.ndim > 1 else speaker[:, None].expand(-1, frames)
    pulses: list[Tensor] = []
    noise: list[Tensor] = []
    for start in range(0, frames, BLOCK):
        first, last = max(0, start - CONTEXT), min(frames, start + BLOCK + CONTEXT)
        part = slice(first, last)
        made = net(
            content[..., part].to(device),
            told[..., part].to(device),
            whole[None, :, part].to(device),
        )
        keep = slice(start - first, start - first + BLOCK)
        for kept, each in zip((pulses, noise), made, strict=True):
            kept.append(each[0, :, keep].cpu())
    return torch.cat(pulses, 1), torch.cat(noise, 1)


@torch.inference_mode()
def sound(
    hz: Tensor,
    pulse_bands: Tensor,
    noise_bands: Tensor,
    *,
    seed: int,
    noise_scale: float = 1.0,
    formant_shift: float = 0.0,
    each: Callable[[int], None] = lambda _: None,
) -> Tensor:
    """Return mono sound at 44.1 kHz, (frames * HOP_LENGTH,).

    In blocks without seams: pulses and noise are drawn for the whole, and a block is worked out
    with what its window sees beyond its ends. `each` is told the frames that are done.
    """
    frames = len(hz)
    train = synthesis.pulses(hz[None], frames)
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn((1, frames * HOP_LENGTH), generator=generator)
    parts = []
    for first, last, start, stop in _blocks(frames):
        at = slice(first * HOP_LENGTH, last * HOP_LENGTH)
        made = synthesis.shape(
            train[:, at],
            noise[:, at],
            pulse_bands[None, :, first:last],
            noise_bands[None, :, first:last],
            noise_scale=noise_scale,
            formant_shift=formant_shift,
        )
        parts.append(made[0, (start - first) * HOP_LENGTH : (stop - first) * HOP_LENGTH])
        each(stop - start)
    return torch.cat(parts) if parts else torch.zeros(0)


def _blocks(frames: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield (first seen, behind the last seen, first kept, behind the last kept) of each block."""
    for start in range(0, frames, BLOCK):
        stop = min(frames, start + BLOCK)
        yield max(0, start - EDGE), min(frames, stop + EDGE), start, stop


def loudness_gain(wanted: Levels, found: Levels) -> Levels:
    """Return the gain, in dB a frame, that makes one level the other; silence stays silence."""
    difference = np.where(wanted > SILENCE, wanted - found, -60).clip(-60, 20)
    width = 5
    padded = np.pad(difference, width // 2, mode="edge")
    return np.convolve(padded, np.full(width, 1 / width), mode="valid")
