"""The U-Net that predicts one stem's share of a magnitude spectrogram.

The architecture is that of Spleeter's two-stem model (Hennequin, Khlif, Voituret and Moussallam,
"Spleeter: a fast and efficient music source separation tool with pre-trained models", JOSS 5(50),
2020), itself after Jansson et al., "Singing voice separation with deep U-Net convolutional
networks", ISMIR 2017. Lesson 00 uses it.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

#: Channels after each of the six encoder convolutions.
WIDTHS = (16, 32, 64, 128, 256, 512)
#: The checkpoint was trained with this batch normalisation epsilon.
NORM_EPSILON = 1e-3


class MaskNet(nn.Module):
    """Estimate one stem's magnitude from the mixture's.

    Six strided 5 x 5 convolutions halve time and frequency, six transposed ones double them back,
    with a skip connection at each size; a sigmoid mask multiplies the input.

    Parameters
    ----------
    widths : sequence of int
        Channels of the encoder. Tests use narrow ones; the shipped weights have `WIDTHS`.

    Notes
    -----
    Input and output are magnitudes of shape ``(batch, 2, frames, bins)``: stereo, with `frames`
    and `bins` multiples of 64.

    Examples
    --------
    >>> import torch
    >>> net = MaskNet(widths=(2, 2, 2, 2, 2, 2)).eval()
    >>> with torch.inference_mode():
    ...     tuple(net(torch.rand(1, 2, 64, 128)).shape)
    (1, 2, 64, 128)
    """

    def __init__(self, widths: tuple[int, ...] = WIDTHS) -> None:
        super().__init__()
        self.down = nn.ModuleList(
            nn.Conv2d(i, o, 5, stride=2) for i, o in zip((2, *widths[:-1]), widths, strict=True)
        )
        # The innermost convolution is not normalised: its output goes straight up again.
        self.down_norm = nn.ModuleList(nn.BatchNorm2d(o, NORM_EPSILON) for o in widths[:-1])
        ups = (*widths[-2::-1], 1)
        inputs = (widths[-1], *(2 * w for w in widths[-2::-1]))
        self.up = nn.ModuleList(
            nn.ConvTranspose2d(i, o, 5, stride=2) for i, o in zip(inputs, ups, strict=True)
        )
        self.up_norm = nn.ModuleList(nn.BatchNorm2d(o, NORM_EPSILON) for o in ups)
        self.mask = nn.Conv2d(1, 2, 4, dilation=2)

    def forward(self, magnitude: Tensor) -> Tensor:
        """Return the stem's magnitude, same shape as `magnitude`."""
        skips: list[Tensor] = []
        x = magnitude
        for depth, conv in enumerate(self.down):
            # Padding one cell before and two after is what "same" means for a stride of two.
            x = conv(functional.pad(x, (1, 2, 1, 2)))
            if depth < len(self.down_norm):
                skips.append(x)
                x = functional.leaky_relu(self.down_norm[depth](x), 0.2, inplace=True)
        for conv, norm in zip(self.up, self.up_norm, strict=True):
            height, width = 2 * x.shape[-2], 2 * x.shape[-1]
            x = conv(x)[..., 1 : 1 + height, 1 : 1 + width]
            x = norm(functional.relu(x))
            if skips:
                x = torch.cat((skips.pop(), x), dim=1)
        mask = torch.sigmoid(self.mask(functional.pad(x, (3, 3, 3, 3))))
        return mask * magnitude
