"""From curves to sound: a performance, sung by a voice."""

from __future__ import annotations

from dataclasses import replace
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

#: As loud as half the voiced moments of what the decoder learned from are, in dBFS.
AT_HOME = -21.0
#: Frames over which loudness is told: two syllables or so. How much softer an m is than the vowel
#: after it belongs to the voice, and not to the performance.
PHRASE = 41
#: Frames whose sound is made at once.
SOUNDED = 500
#: Frames that the synthesis sees beyond either end of a block: more than half its window.
EDGE = 8
#: Frames whose noise is drawn at once.
A_SECOND = 100


def controls(performance: Performance) -> Tensor:
    """Return what the decoder is told beside the content: (1, 3, frames).

    Octaves over 220 Hz (0 where unvoiced), voiced or not, and loudness, `phrased`.
    """
    hz = torch.from_numpy(performance.hz)
    voiced = (hz > 0).float()
    octaves = torch.where(hz > 0, torch.log2(hz.clamp(min=1) / 220), 0.0)
    loudness = torch.from_numpy(phrased(performance.loudness)) / 20 + 2
    return torch.stack((octaves, voiced, loudness))[None]


def at_home(performance: Performance, whole: Performance | None = None) -> Performance:
    """Return the performance as loud as the decoder is used to.

    A voice that is told to be soft sounds otherwise, not only softer; how near somebody stood to
    the microphone must not do that. A part is brought to where the `whole` belongs.

    Examples
    --------
    >>> import numpy as np
    >>> from musicnb.voices.listen import Performance
    >>> content, hz = np.zeros((64, 3), np.float32), np.full(3, 220, np.float32)
    >>> at_home(Performance(content, hz, np.full(3, -30, np.float32))).loudness.tolist()
    [-21.0, -21.0, -21.0]
    """
    known = whole or performance
    voiced = known.loudness[(known.hz > 0) & (known.loudness > SILENCE)]
    gain = AT_HOME - np.median(voiced) if len(voiced) else np.float32(0)
    loud = performance.loudness
    return replace(performance, loudness=np.where(loud > SILENCE, loud + gain, SILENCE))


@torch.inference_mode()
def filters(
    performance: Performance,
    net: DecoderNet,
    speaker: Tensor,
    device: torch.device,
    each: Callable[[int], None] = lambda _: None,
) -> tuple[Tensor, Tensor]:
    """Return the voice's filters for pulses and for noise, (BANDS, frames) each.

    `speaker` is (SPEAKER,), or (SPEAKER, frames) where it changes. In blocks that see beyond their
    ends: the result does not depend on them. `each` is told the frames that are done.
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
        for kept, bands in zip((pulses, noise), made, strict=True):
            kept.append(bands[0, :, keep].cpu())
        each(min(BLOCK, frames - start))
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

    In blocks without seams: the phase of the pulses goes on from one to the next, and a block is
    worked out with what its window sees beyond its ends. `each` is told the frames that are done.
    """
    frames = len(hz)
    curve, whole = synthesis.held(hz[None]), hz[None]
    train, phase, drawn = torch.zeros(1, 0), torch.zeros(1, 1, dtype=torch.float64), 0
    parts = []
    for first, last, start, stop in _blocks(frames):
        more, phase = synthesis.pulses_of_block(curve, whole, slice(drawn, last), phase)
        drawn = last
        train = torch.cat((train, more), 1)[:, -(last - first) * HOP_LENGTH :]
        made = synthesis.shape(
            train,
            noise_of(first, last, seed),
            pulse_bands[None, :, first:last],
            noise_bands[None, :, first:last],
            noise_scale=noise_scale,
            formant_shift=formant_shift,
        )
        parts.append(made[0, (start - first) * HOP_LENGTH : (stop - first) * HOP_LENGTH])
        each(stop - start)
    return torch.cat(parts) if parts else torch.zeros(0)


def noise_of(first: int, last: int, seed: int) -> Tensor:
    """Return the noise of some frames, (1, samples): each has its own, whatever the block."""
    drawn = [
        np.random.default_rng((seed, second)).standard_normal(A_SECOND * HOP_LENGTH, np.float32)
        for second in range(first // A_SECOND, -(-last // A_SECOND))
    ]
    skipped = first % A_SECOND * HOP_LENGTH
    samples = np.concatenate(drawn)[skipped : skipped + (last - first) * HOP_LENGTH]
    return torch.from_numpy(samples)[None]


def _blocks(frames: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield (first seen, behind the last seen, first kept, behind the last kept) of each block."""
    for start in range(0, frames, SOUNDED):
        stop = min(frames, start + SOUNDED)
        yield max(0, start - EDGE), min(frames, stop + EDGE), start, stop


def phrased(loudness: Levels) -> NDArray[np.float32]:
    """Return a curve of loudness, in dBFS, without what happens within a syllable.

    Of powers: a short pause leaves no hole.

    Examples
    --------
    >>> import numpy as np
    >>> curve = phrased(np.where(np.arange(200) == 100, -100.0, -20.0))
    >>> curve.shape, bool(abs(curve + 20).max() < 0.5)
    ((200,), True)
    """
    if not len(loudness):
        return np.zeros(0, np.float32)
    weights = np.hanning(PHRASE + 2)[1:-1]
    padded = np.pad(10 ** (np.asarray(loudness, np.float64) / 10), PHRASE // 2, mode="edge")
    power = np.convolve(padded, weights / weights.sum(), mode="valid")
    return np.asarray(10 * np.log10(power.clip(1e-10)), np.float32)


def loudness_gain(wanted: Levels, found: Levels) -> Levels:
    """Return the gain, in dB a frame, that makes one level the other; silence stays silence.

    What happens within a syllable stays as it is found.
    """
    difference = phrased(wanted) - phrased(found)
    difference = np.where(wanted > SILENCE, difference, -60).clip(-60, 20)
    width = 5
    padded = np.pad(difference, width // 2, mode="edge")
    return np.convolve(padded, np.full(width, 1 / width), mode="valid")
