"""Whisper's encoder: a network that has heard very many people speak.

Radford et al., "Robust speech recognition via large-scale weak supervision", ICML 2023. Of the
model `tiny.en` (MIT) the half that listens is used, and nothing of the half that writes;
`musicnb.recipes.whisper` converts it. So-VITS-SVC, too, can listen through Whisper.
"""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor, nn
from torch.nn import functional

from musicnb.runtime.weights import load_weights
from musicnb.voices.features import MELS

WEIGHTS = "whisper-tiny"
#: Channels, heads of attention, layers, and the frames of its result that it can tell apart.
WIDTH, HEADS, LAYERS, POSITIONS = 384, 6, 4, 1500


class Layer(nn.Module):
    """Attention over time, then a mixing of channels, each added to what came in.

    Examples
    --------
    >>> import torch
    >>> tuple(Layer(8, 2)(torch.rand(1, 20, 8)).shape)
    (1, 20, 8)
    """

    def __init__(self, width: int = WIDTH, heads: int = HEADS) -> None:
        super().__init__()
        self.heads = heads
        self.attention_norm = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.mlp_norm = nn.LayerNorm(width)
        self.widen = nn.Linear(width, 4 * width)
        self.narrow = nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        """Return a tensor of the same shape, (batch, frames, width)."""
        queries, keys, values = (
            part.unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for part in self.qkv(self.attention_norm(x)).chunk(3, dim=-1)
        )
        found = functional.scaled_dot_product_attention(queries, keys, values)
        x = x + self.out(found.transpose(1, 2).flatten(2))
        made: Tensor = x + self.narrow(functional.gelu(self.widen(self.mlp_norm(x))))
        return made


class WhisperEncoder(nn.Module):
    """What is heard in a sound, 50 times a second, from its log-mel spectrogram.

    Examples
    --------
    >>> import torch
    >>> with torch.inference_mode():
    ...     tuple(WhisperEncoder().eval()(torch.zeros(1, MELS, 100)).shape)
    (1, 384, 50)
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(MELS, WIDTH, 3, padding=1)
        self.conv2 = nn.Conv1d(WIDTH, WIDTH, 3, stride=2, padding=1)
        self.register_buffer("positions", torch.zeros(POSITIONS, WIDTH))
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.norm = nn.LayerNorm(WIDTH)

    def forward(self, mel: Tensor) -> Tensor:
        """Return (batch, 384, frames / 2) of `seen` spectrograms (batch, 80, frames).

        There may be up to 3000 frames, which are 30 s.
        """
        x = functional.gelu(self.conv2(functional.gelu(self.conv1(mel)))).transpose(1, 2)
        x = x + self.get_buffer("positions")[: x.shape[1]]
        for layer in self.layers:
            x = layer(x)
        made: Tensor = self.norm(x).transpose(1, 2)
        return made


@lru_cache(maxsize=2)
@torch.inference_mode(mode=False)  # whoever asks first, a training may use it after
def whisper_encoder(device: torch.device) -> WhisperEncoder:
    """Return the encoder with its weights, on `device`."""
    net = WhisperEncoder()
    net.load_state_dict(load_weights(WEIGHTS))
    return net.eval().to(device)
