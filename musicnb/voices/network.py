"""The two networks of voice conversion: what is said, and how a voice says it.

`ContentNet` hears a spectrogram and gives features of what is said (or sung), which are to be the
same whoever says it: it is trained to name phones, and the features are the narrow layer before the
answer. `DecoderNet` gives, for features, pitch and loudness, the filters that one voice puts its
pulses and its noise through.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

#: Bands of the spectrogram the content network sees; features it gives.
MELS, FEATURES = 80, 64
#: Bands in which the decoder gives its filters, and features that tell voices apart.
BANDS, SPEAKER = 80, 32


class FrameNorm(nn.Module):
    """Normalise every frame over its channels: what comes later or earlier plays no part.

    Examples
    --------
    >>> import torch
    >>> made = FrameNorm(8)(torch.rand(1, 8, 5))
    >>> bool(made.mean(1).abs().max() < 1e-5)
    True
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)

    def forward(self, x: Tensor) -> Tensor:
        """Return a tensor of the same shape, (batch, width, frames)."""
        made: Tensor = self.norm(x.transpose(1, 2)).transpose(1, 2)
        return made


class Block(nn.Module):
    """A residual block: a dilated convolution over time, channel by channel, and a mixing of them.

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
        self.norm = FrameNorm(width)
        self.widen = nn.Conv1d(width, 2 * width, 1)
        self.narrow = nn.Conv1d(2 * width, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return a tensor of the same shape, (batch, width, frames)."""
        made: Tensor = x + self.narrow(functional.gelu(self.widen(self.norm(self.over_time(x)))))
        return made


class ContentNet(nn.Module):
    """Features of what is said, from a log-mel spectrogram normalised band by band.

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
    >>> features = net(torch.rand(1, MELS, 50))
    >>> tuple(features.shape), tuple(net.name(features, "en").shape)
    ((1, 64, 50), (1, 40, 50))
    """

    def __init__(self, phones: dict[str, int], width: int = 192) -> None:
        super().__init__()
        self.first = nn.Conv1d(MELS, width, 5, padding=2)
        self.blocks = nn.ModuleList(Block(width, d) for d in (1, 2, 4, 1, 2, 4, 1))
        self.norm = FrameNorm(width)
        self.features = nn.Conv1d(width, FEATURES, 1)
        self.names = nn.ModuleDict(
            {language: nn.Conv1d(FEATURES, count, 1) for language, count in phones.items()}
        )

    def forward(self, mel: Tensor) -> Tensor:
        """Return features (batch, 64, frames), -1 to 1, of (batch, 80, frames)."""
        x = self.first(mel)
        for block in self.blocks:
            x = block(x)
        return torch.tanh(self.features(self.norm(x)))

    def name(self, features: Tensor, language: str) -> Tensor:
        """Return the logits of a language's phones (batch, phones, frames)."""
        made: Tensor = self.names[language](features)
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
        self.norm = FrameNorm(width)
        self.last = nn.Conv1d(width, 2 * BANDS, 1)

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
        pulses, noise = self.last(self.norm(x)).chunk(2, dim=1)
        return pulses, noise
