"""The two networks of voice conversion: what is said, and how a voice says it.

`ContentNet` takes what Whisper's encoder hears and keeps of it what is said (or sung), which is to
be the same whoever says it: it is trained to name phones, and the features are the narrow layer
before the answer. `DecoderNet` gives, for features, pitch and loudness, the filters that one voice
puts its pulses and its noise through.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from musicnb.voices.whisper import WIDTH

#: Features that the content network gives.
FEATURES = 64
#: Bands in which the decoder gives its filters, and features that tell voices apart.
BANDS, SPEAKER = 80, 32


class Block(nn.Module):
    """A residual block: a dilated convolution over time, channel by channel, and a mixing of them.

    After ConvNeXt (Liu et al., CVPR 2022). Every frame is normalised over its channels, so that
    what comes later or earlier plays no part in it.

    Examples
    --------
    >>> import torch
    >>> tuple(Block(8, 2)(torch.rand(1, 8, 20)).shape)
    (1, 8, 20)
    """

    def __init__(self, width: int, dilation: int, kernel: int = 5) -> None:
        super().__init__()
        self.over_time = nn.Conv1d(
            width, width, kernel, padding=dilation * (kernel // 2), dilation=dilation, groups=width
        )
        self.norm = nn.LayerNorm(width)
        # Linear layers on (batch, frames, width): on a CPU faster than convolutions of width 1.
        self.widen = nn.Linear(width, 2 * width)
        self.narrow = nn.Linear(2 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        """Return a tensor of the same shape, (batch, width, frames)."""
        frames = self.norm(self.over_time(x).transpose(1, 2))
        made: Tensor = x + self.narrow(functional.gelu(self.widen(frames))).transpose(1, 2)
        return made


class ContentNet(nn.Module):
    """Features of what is said, from what Whisper's encoder hears.

    Parameters
    ----------
    phones : dict
        How many phones each language has that it is trained to name.
    width : int
        Channels inside. Tests use few.

    Examples
    --------
    >>> import torch
    >>> net = ContentNet({"en": 40}, width=8)
    >>> features = net(torch.rand(1, 384, 25))
    >>> tuple(features.shape), tuple(net.name(features, "en").shape)
    ((1, 64, 50), (1, 40, 50))
    """

    def __init__(self, phones: dict[str, int], width: int = 192) -> None:
        super().__init__()
        self.first = nn.Linear(WIDTH, width)
        self.blocks = nn.ModuleList(Block(width, d) for d in (1, 2, 1))
        self.norm = nn.LayerNorm(width)
        self.features = nn.Linear(width, FEATURES)
        self.names = nn.ModuleDict(
            {language: nn.Linear(FEATURES, count) for language, count in phones.items()}
        )

    def forward(self, heard: Tensor) -> Tensor:
        """Return features (batch, 64, 2 * frames), -1 to 1, of (batch, 384, frames).

        Whisper hears 50 frames a second; halfway between two of them is their mean.
        """
        x = self.first(heard.transpose(1, 2)).transpose(1, 2)
        for block in self.blocks:
            x = block(x)
        found = torch.tanh(self.features(self.norm(x.transpose(1, 2)))).transpose(1, 2)
        after = torch.cat((found[:, :, 1:], found[:, :, -1:]), 2)
        return torch.stack((found, (found + after) / 2), 3).flatten(2)

    def name(self, features: Tensor, language: str) -> Tensor:
        """Return the logits of a language's phones (batch, phones, frames)."""
        made: Tensor = self.names[language](features.transpose(1, 2)).transpose(1, 2)
        return made


class DecoderNet(nn.Module):
    """The filters of a voice: (batch, BANDS, frames) of log magnitude for pulses, and for noise.

    Parameters
    ----------
    voices : int
        How many voices it knows.
    width : int
        Channels inside. Tests use few.

    Examples
    --------
    >>> import torch
    >>> net = DecoderNet(2, width=8)
    >>> pulses, noise = net(torch.rand(1, FEATURES, 50), torch.rand(1, 3, 50), torch.tensor([1]))
    >>> tuple(pulses.shape), tuple(noise.shape)
    ((1, 80, 50), (1, 80, 50))
    """

    def __init__(self, voices: int, width: int = 256) -> None:
        super().__init__()
        self.speaker = nn.Embedding(voices, SPEAKER)
        self.first = nn.Conv1d(FEATURES + 3 + SPEAKER, width, 3, padding=1)
        self.blocks = nn.ModuleList(Block(width, d) for d in (1, 2, 4, 1, 2, 4))
        self.norm = nn.LayerNorm(width)
        self.last = nn.Linear(width, 2 * BANDS)
        # At first about as loud as a voice is, so that training need not begin with that.
        nn.init.constant_(self.last.bias, -4.0)

    def forward(self, features: Tensor, controls: Tensor, voice: Tensor) -> tuple[Tensor, Tensor]:
        """Return the filters for pulses and for noise.

        Parameters
        ----------
        features : Tensor
            What is said: (batch, 64, frames).
        controls : Tensor
            (batch, 3, frames): octaves over 220 Hz (0 where unvoiced), voiced or not (1 or 0), and
            loudness (dBFS / 20 + 2).
        voice : Tensor
            (batch,) numbers of voices, or (batch, SPEAKER, frames) mixtures of their embeddings.
        """
        if voice.ndim == 1:
            voice = self.speaker(voice)[:, :, None].expand(-1, -1, features.shape[-1])
        x = self.first(torch.cat((features, controls, voice), dim=1))
        for block in self.blocks:
            x = block(x)
        pulses, noise = self.last(self.norm(x.transpose(1, 2))).transpose(1, 2).chunk(2, dim=1)
        return pulses, noise
