"""The network that hears which effects a recording went through, and how they were set."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from musicnb.effects.echoes import FINGERPRINT
from musicnb.effects.settings import Range

#: What the network hears: mono sound at this rate, in excerpts of so many seconds.
RATE, SECONDS = 22_050, 6.0
N_FFT, HOP_LENGTH, MELS = 1024, 256, 64
#: The effects whose presence it tells.
PRESENCE = ("eq", "compressor", "delay", "reverb")
#: The settings it tells, and the ranges it was trained on. The threshold is relative to the level
#: of the excerpt in dBFS, because a recording's level says nothing.
PARAMETERS = {
    "eq.low": Range(-12, 12, "dB"),
    "eq.mid": Range(-12, 12, "dB"),
    "eq.high": Range(-12, 12, "dB"),
    "compressor.threshold": Range(-20, 0, "dB"),
    "compressor.ratio": Range(1.5, 10, logarithmic=True),
    "delay.time": Range(0.08, 0.8, "s", logarithmic=True),
    "delay.feedback": Range(0, 0.7),
    "delay.mix": Range(0.15, 0.5),
    "reverb.rt60": Range(0.3, 3, "s", logarithmic=True),
    "reverb.mix": Range(0.1, 0.6),
    "reverb.damping": Range(0.2, 1, logarithmic=True),
}
#: Frames over which slopes are measured: 0.06, 0.23 and 0.7 s.
SPANS = (5, 20, 60)
GROUPS = 8
SLOPE_QUANTILES = (0.02, 0.1, 0.3, 0.7, 0.9, 0.98)
LEVEL_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def summary(mel: Tensor) -> Tensor:
    """Return what is known to tell effects apart, measured on log-mel spectrograms.

    Means and spreads of all bands (for EQ), the distribution of levels (for compression), and for
    eight groups of bands the distribution of slopes over three spans: reverberation never lets a
    level fall faster than its own decay (Wen, Habets and Naylor, "Blind estimation of
    reverberation time based on the distribution of signal decay rates", ICASSP 2008).

    Parameters
    ----------
    mel : Tensor
        Shape (batch, bands, frames), in units of 10 dB.
    """
    mean = mel.mean(-1)
    groups = mel.reshape(len(mel), GROUPS, -1, mel.shape[-1]).mean(2)
    parts = [mean, mel.std(-1)]
    for span in SPANS:
        slopes = (groups[..., span:] - groups[..., :-span]) * (10 / span)
        quantiles = torch.tensor(SLOPE_QUANTILES, dtype=mel.dtype, device=mel.device)
        parts.append(slopes.quantile(quantiles, -1).permute(1, 0, 2).flatten(1))
    level = torch.cat([mel.logsumexp(1)[:, None], groups], 1)
    quantiles = torch.tensor(LEVEL_QUANTILES, dtype=mel.dtype, device=mel.device)
    spread = level.quantile(quantiles, -1) - level.mean(-1)
    parts.append(spread.permute(1, 0, 2).flatten(1))
    return torch.cat(parts, 1)


class EffectsNet(nn.Module):
    """Presence and settings of effects from what is measured on a sound.

    Three layers on the `summary` of a log-mel spectrogram and on the cepstrum's `fingerprint`.

    Parameters
    ----------
    width : int
        Units of the two hidden layers. Tests use few.

    Examples
    --------
    >>> net = EffectsNet(8).eval()
    >>> presence, values = net(torch.zeros(1, MELS, 500), torch.zeros(1, FINGERPRINT))
    >>> presence.shape, values.shape
    (torch.Size([1, 4]), torch.Size([1, 11]))
    """

    mean: Tensor
    spread: Tensor

    def __init__(self, width: int = 256) -> None:
        super().__init__()
        features = 2 * MELS + GROUPS * len(SPANS) * len(SLOPE_QUANTILES)
        features += (GROUPS + 1) * len(LEVEL_QUANTILES) + FINGERPRINT
        #: Mean and spread of each measurement over the training examples.
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("spread", torch.ones(features))
        self.first = nn.Linear(features, width)
        self.second = nn.Linear(width, width)
        self.presence = nn.Linear(width, len(PRESENCE))
        self.values = nn.Linear(width, len(PARAMETERS))

    def forward(self, mel: Tensor, fingerprint: Tensor) -> tuple[Tensor, Tensor]:
        """Return logits of presence (batch, 4), and each setting's place in its range."""
        return self.judge(torch.cat([summary(mel), fingerprint], 1))

    def judge(self, measured: Tensor) -> tuple[Tensor, Tensor]:
        """Return the same from the measurements (batch, features)."""
        # What no training example came near says no more than the furthest that did.
        x = ((measured - self.mean) / self.spread).clamp(-5, 5)
        x = functional.dropout(x, 0.1, self.training)
        for layer in (self.first, self.second):
            x = functional.dropout(functional.relu(layer(x)), 0.3, self.training)
        return self.presence(x), self.values(x)
