"""The U-Net that shares an accompaniment out among drums, bass and the other instruments.

It sees the spectrogram through bands as narrow as a bin below 700 Hz, where the bass lives, and
about a third of a semitone wide above, so that it has a quarter of the points to look at that
there are bins. A recurrent layer at the bottom hears the whole segment: what keeps the beat is
known by its repetition. After Jansson et al. (ISMIR 2017) and, for bands and recurrence,
Stöter et al., "Open-Unmix", JOSS 4(41), 2019. Lesson 03 is about such masks.
"""

from __future__ import annotations

import itertools
from functools import lru_cache

import torch
from torch import Tensor, nn

#: Bins of the spectrogram, and the bands through which the network sees them.
BINS = 2049
NARROW = 64
BANDS = 192
#: Channels on each level; every level but the first has half the frames and half the bands.
WIDTHS = (16, 32, 64, 96)
#: Frames come in multiples of this.
MULTIPLE = 2 ** (len(WIDTHS) - 1)
#: What the outputs are, in this order.
PARTS = ("drums", "bass", "other")
FLOOR = 1e-4


@lru_cache(maxsize=1)
def band_edges() -> Tensor:
    """Return the first bin of each band, and the bin behind the last: shape ``(BANDS + 1,)``.

    Examples
    --------
    >>> edges = band_edges()
    >>> len(edges), edges[:3].tolist(), int(edges[-1])
    (193, [0, 1, 2], 2049)
    """
    wide = torch.logspace(0, 1, BANDS - NARROW + 1, base=BINS / NARROW, dtype=torch.float64)
    edges = torch.cat((torch.arange(NARROW), (wide * NARROW).round().long()))
    for band in range(1, len(edges)):
        edges[band] = max(int(edges[band]), int(edges[band - 1]) + 1)
    return edges


@lru_cache(maxsize=1)
def _matrices() -> tuple[Tensor, Tensor]:
    """Return what takes bins to bands, shape (BANDS, BINS), and back."""
    edges = band_edges()
    bins = torch.arange(BINS)
    within = (bins >= edges[:-1, None]) & (bins < edges[1:, None])
    centres = (edges[1:] + edges[:-1] - 1) / 2
    above = torch.searchsorted(centres, bins.to(centres.dtype)).clamp(1, BANDS - 1)
    low, high = centres[above - 1], centres[above]
    weight = ((bins - low) / (high - low)).clamp(0, 1)
    back = torch.zeros(BINS, BANDS)
    back[bins, above - 1] = 1 - weight
    back[bins, above] = weight
    return within / within.sum(1, keepdim=True), back


def to_bands(power: Tensor) -> Tensor:
    """Return the mean power in each band.

    Parameters
    ----------
    power : Tensor
        Shape ``(..., BINS, frames)``.

    Returns
    -------
    Tensor
        Shape ``(..., BANDS, frames)``.
    """
    return _matrices()[0].to(power.device) @ power


def to_bins(shares: Tensor) -> Tensor:
    """Return what each bin gets of shares that are given for bands: shape ``(..., BINS, frames)``.

    Between the centres of two bands it goes over in a straight line.
    """
    return _matrices()[1].to(shares.device) @ shares


class BandNet(nn.Module):
    """Share out a stereo spectrogram among `PARTS`.

    Parameters
    ----------
    widths : tuple of int
        Channels on the four levels. Tests use narrow ones.
    memory : int
        Units of the recurrent layer, in each direction.

    Notes
    -----
    Input: mean power in bands, shape ``(batch, 2, BANDS, frames)``, `frames` a multiple of
    `MULTIPLE`. Output: shares, shape ``(batch, 3, 2, BANDS, frames)``, which add up to 1 over the
    three parts.

    Examples
    --------
    >>> import torch
    >>> net = BandNet(widths=(2, 2, 2, 2), memory=2).eval()
    >>> with torch.inference_mode():
    ...     shares = net(torch.rand(1, 2, BANDS, 16))
    >>> tuple(shares.shape), bool(torch.allclose(shares.sum(1), torch.ones(1, 2, BANDS, 16)))
    ((1, 3, 2, 192, 16), True)
    """

    def __init__(self, widths: tuple[int, ...] = WIDTHS, memory: int = 96) -> None:
        super().__init__()
        rows = BANDS >> (len(widths) - 1)
        self.first = _block(2, widths[0])
        self.down = nn.ModuleList(_block(i, o, stride=2) for i, o in itertools.pairwise(widths))
        self.squeeze = nn.Linear(widths[-1] * rows, 2 * memory)
        self.memory = nn.LSTM(2 * memory, memory, bidirectional=True, batch_first=True)
        self.spread = nn.Linear(2 * memory, widths[-1] * rows)
        self.up = nn.ModuleList(
            nn.ConvTranspose2d(i, o, 2, stride=2)
            for i, o in zip(widths[:0:-1], widths[-2::-1], strict=True)
        )
        self.join = nn.ModuleList(_block(2 * o, o) for o in widths[-2::-1])
        self.last = nn.Conv2d(widths[0], 2 * len(PARTS), 1)
        # Where on the frequency axis something happens matters: a convolution would not know.
        self.place = nn.Parameter(torch.zeros(widths[0], BANDS, 1))

    def forward(self, power: Tensor) -> Tensor:
        """Return each part's share."""
        x = torch.log10(power + FLOOR**2) / 4 + 1
        x = self.first(x) + self.place
        skips = []
        for down in self.down:
            skips.append(x)
            x = down(x)
        batch, channels, rows, frames = x.shape
        flat = x.permute(0, 3, 1, 2).reshape(batch, frames, channels * rows)
        heard = self.spread(self.memory(self.squeeze(flat))[0])
        x = x + heard.reshape(batch, frames, channels, rows).permute(0, 2, 3, 1)
        for up, join in zip(self.up, self.join, strict=True):
            x = join(torch.cat((up(x), skips.pop()), dim=1))
        shares = self.last(x).unflatten(1, (len(PARTS), 2))
        made: Tensor = shares.softmax(dim=1)
        return made


def _block(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.LeakyReLU(0.1, inplace=True),
        nn.Conv2d(outputs, outputs, 3, padding=1, groups=outputs, bias=False),
        nn.Conv2d(outputs, outputs, 1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.LeakyReLU(0.1, inplace=True),
    )
