"""The network that hears chords, from one spectrum a beat."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from musicnb.analysis.features import BINS_PER_SEMITONE, OCTAVES
from musicnb.analysis.network import around

#: What is told apart: twelve major and twelve minor chords from C on, and that there is none.
CLASSES = 25
NONE = 24
#: The pitch view begins at A; chords are counted from C.
FIRST_PITCH = 9
#: Octaves from the lowest that are heard as the bass, too.
BASS_OCTAVES = 2


class ChordNet(nn.Module):
    """Chords beat by beat, the same for every root: convolutions around the circle of pitches.

    Parameters
    ----------
    channels, width : int
        Channels before and after the octaves are folded into one.
    dropout : float
        In training.

    Notes
    -----
    Input is the pitch view, one frame a beat, of shape ``(batch, beats, 216)``; output are logits
    ``(batch, beats, 25)``.

    Examples
    --------
    >>> import torch
    >>> with torch.inference_mode():
    ...     tuple(ChordNet().eval()(torch.rand(1, 32, 216)).shape)
    (1, 32, 25)
    """

    def __init__(self, channels: int = 8, width: int = 16, dropout: float = 0.1) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, channels, (1, 7), padding=(0, 3))
        # Three bands become one semitone.
        self.semitones = nn.Conv2d(
            channels, channels, (1, 7), stride=(1, BINS_PER_SEMITONE), padding=(0, 2)
        )
        self.overtones = nn.Conv2d(channels, channels, (1, 25), padding=(0, 12))
        self.dropout = nn.Dropout2d(dropout)
        # A beat is heard together with its neighbours.
        self.chroma = nn.Conv2d(3 * channels, width, (3, 12), padding=(1, 0))
        self.out = nn.Conv2d(width, 2, (1, 12))
        self.none = nn.Linear(2 * width, 1)

    def forward(self, pitch: Tensor) -> Tensor:
        """Return the logits of the chords from C major on, of C minor on, and of none."""
        x = functional.elu(self.first(pitch[:, None]))
        x = functional.elu(self.semitones(x))
        x = x + functional.elu(self.overtones(x))
        folded = x.reshape(*x.shape[:3], OCTAVES, 12)
        bass = folded[:, :, :, :BASS_OCTAVES].mean(dim=3)
        x = torch.cat((folded.mean(dim=3), folded.amax(dim=3), bass), dim=1)
        x = functional.elu(self.chroma(around(self.dropout(x))))
        roots = self.out(around(self.dropout(x)))
        # A root at place p from A is pitch class p + 9.
        roots = torch.roll(roots, FIRST_PITCH, dims=3).permute(0, 2, 1, 3).flatten(2)
        pooled = torch.cat((x.mean(dim=3), x.amax(dim=3)), dim=1).transpose(1, 2)
        return torch.cat((roots, self.none(pooled)), dim=2)
