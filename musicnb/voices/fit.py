"""Fitting a decoder to a voice: what it is trained on, and how far off it is.

The loss compares spectrograms of several window lengths (Yamamoto et al., "Parallel WaveGAN",
ICASSP 2020): a short one sees when, a long one how high.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from musicnb.voices import synthesis
from musicnb.voices.disguise import said_by
from musicnb.voices.listen import Performance
from musicnb.voices.perform import controls
from musicnb.voices.synthesis import HOP_LENGTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from musicnb.voices.network import DecoderNet

#: Window lengths of the loss, in samples.
WINDOWS = (2048, 1024, 512)
#: Magnitudes below this are silence to the loss.
FLOOR = 1e-4


class Pieces:
    """A voice's takes, of which stretches are drawn.

    Parameters
    ----------
    takes : list of (Performance, Tensor)
        Curves, and the sound (samples,) at 44.1 kHz.
    others : list of Tensor, optional
        Indexes of other voices, (kept, 64). If there are some, a share `LENT` of the stretches
        have the content of one of them, and how loud a stretch is said to be is a little off: what
        is to be converted comes from others, too.
    """

    #: Frames of a stretch.
    FRAMES = 150
    LENT = 0.35
    #: How far off the loudness is, in dB.
    OFF = 2.0

    def __init__(
        self, takes: list[tuple[Performance, Tensor]], others: Sequence[Tensor] = ()
    ) -> None:
        self.takes = [each for each in takes if each[0].frames > self.FRAMES]
        self.others = others
        lengths = np.array([each[0].frames for each in self.takes], np.float64)
        self.share = lengths / max(lengths.sum(), 1)

    def draw(self, rng: np.random.Generator) -> tuple[Performance, Tensor]:
        """Return a stretch: its curves, and its sound."""
        performance, samples = self.takes[int(rng.choice(len(self.takes), p=self.share))]
        start = int(rng.integers(performance.frames - self.FRAMES))
        at = slice(start, start + self.FRAMES)
        content, loudness = performance.content[:, at], performance.loudness[at]
        if self.others:
            loudness = loudness + np.float32(rng.normal(0, self.OFF))
            if rng.random() < self.LENT:
                content = said_by(content, self.others[int(rng.integers(len(self.others)))])
        sound = samples[start * HOP_LENGTH : (start + self.FRAMES) * HOP_LENGTH]
        missing = self.FRAMES * HOP_LENGTH - len(sound)
        cut = Performance(content, performance.hz[at], loudness)
        return cut, torch.nn.functional.pad(sound, (0, missing))


def loss_of_pieces(
    net: DecoderNet,
    drawn: list[tuple[Performance, Tensor]],
    voices: Tensor,
    rng: np.random.Generator,
    device: torch.device,
) -> Tensor:
    """Return how far the decoder's singing of the stretches is from what they really were."""
    truth = torch.stack([sound for _, sound in drawn]).to(device)
    return distance(sung(net, [each for each, _ in drawn], voices, rng, device), truth)


def sung(
    net: DecoderNet,
    performances: list[Performance],
    voices: Tensor,
    rng: np.random.Generator,
    device: torch.device,
) -> Tensor:
    """Return the decoder's singing of performances of one length: (batch, samples)."""
    content = torch.stack([torch.from_numpy(each.content) for each in performances]).to(device)
    told = torch.cat([controls(each) for each in performances]).to(device)
    hz = torch.from_numpy(np.stack([each.hz for each in performances])).to(device)
    pulse_bands, noise_bands = net(content, told, voices.to(device))
    train = synthesis.pulses(hz, hz.shape[1])
    noise = torch.from_numpy(rng.standard_normal(train.shape, np.float32)).to(device)
    return synthesis.shape(train, noise, pulse_bands, noise_bands)


def distance(made: Tensor, truth: Tensor) -> Tensor:
    """Return how unlike two sounds (batch, samples) are: 0 for the same spectrograms.

    Examples
    --------
    >>> import torch
    >>> tone = torch.sin(torch.arange(8192) / 10)[None]
    >>> float(distance(tone, tone)), bool(distance(0.5 * tone, tone) > 0.3)
    (0.0, True)
    """
    total: Any = 0.0
    for length in WINDOWS:
        window = torch.hann_window(length, device=made.device)
        spectra = [
            torch.stft(x, length, length // 4, window=window, return_complex=True).abs()
            / length**0.5
            for x in (made, truth)
        ]
        ours, theirs = spectra
        off = (ours - theirs).square().sum((1, 2)).sqrt() / theirs.square().sum(
            (1, 2)
        ).sqrt().clamp(min=1e-3)
        logs = (ours.clamp(min=FLOOR).log() - theirs.clamp(min=FLOOR).log()).abs().mean((1, 2))
        total = total + (off + logs).mean()
    result: Tensor = total / len(WINDOWS)
    return result
