"""Disguise: the same words at the same times, as from somebody else, somewhere else.

What is trained on copies in disguise learns not to care who speaks (Choi et al., "Neural analysis
and synthesis", NeurIPS 2021): the content network is to name the same phones, and the decoder to
sing the same sound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from musicnb.audio.resample import resample
from musicnb.voices import features
from musicnb.voices.listen import content, fitted, levelled
from musicnb.voices.retrieval import retrieve
from musicnb.voices.synthesis import HOP_LENGTH, SAMPLE_RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: How much shorter or longer another's vocal tract is, and by how much more so at the top.
TRACT, BEND = (0.8, 1.25), 0.08
#: How often there is a room, the seconds in which it fades by 60 dB, and its share.
ROOM, FADES, SHARE = 0.3, (0.15, 0.6), (0.05, 0.4)
#: The noise below the speech, in powers of ten.
NOISE = (-5.0, -0.8)


def disguised(spectrum: Tensor, rng: np.random.Generator) -> Tensor:
    """Return a power spectrogram (BINS, frames) of somebody else's, differently every time.

    Examples
    --------
    >>> import numpy as np, torch
    >>> from musicnb.voices.features import BINS
    >>> tuple(disguised(torch.rand(BINS, 20), np.random.default_rng(0)).shape)
    (201, 20)
    """
    made = _tract(spectrum, rng.uniform(*TRACT), rng.normal(0, BEND))
    if rng.random() < ROOM:
        made = _room(made, rng.uniform(*FADES), rng.uniform(*SHARE))
    up = torch.linspace(0, 1, features.BINS)[:, None]
    made = made * 10 ** (up * rng.normal(0, 0.6))
    level = float(made.mean()) * 10 ** rng.uniform(*NOISE)
    colour = 10 ** (up * rng.normal(-1, 1))
    noise = torch.from_numpy(rng.standard_exponential(tuple(made.shape), np.float32))
    return made + level * colour * noise


def _tract(spectrum: Tensor, factor: float, bend: float) -> Tensor:
    """Return the spectrogram as from a vocal tract shorter by `factor`, and oddly shaped."""
    place = torch.arange(features.BINS, dtype=torch.float32)
    source = place / factor * (1 + bend * (place / features.BINS - 0.5))
    low = source.floor().long().clamp(max=features.BINS - 2)
    weight = (source - low).clamp(0, 1)[:, None]
    return spectrum[low] * (1 - weight) + spectrum[low + 1] * weight


def _room(spectrum: Tensor, fades: float, share: float) -> Tensor:
    """Return the spectrogram with what a room adds: every frame fades away over the next ones."""
    decay = 10 ** (-6 * features.HOP_LENGTH / features.SAMPLE_RATE / fades)
    reach = min(spectrum.shape[1], round(fades * features.SAMPLE_RATE / features.HOP_LENGTH))
    tail = share * (1 - decay) * decay ** torch.arange(reach, 0, -1, dtype=torch.float32)
    padded = torch.nn.functional.pad(spectrum, (reach, 0))[:, None, :-1]
    return spectrum + torch.nn.functional.conv1d(padded, tail[None, None])[:, 0]


@torch.inference_mode()
def heard_disguised(samples: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Return what is heard in a disguised copy of a take of 44.1 kHz, (samples,): (64, frames)."""
    low = torch.from_numpy(resample(samples[None], SAMPLE_RATE, features.SAMPLE_RATE))
    spectrum = disguised(features.power(levelled(low))[0], rng)
    made = content(features.seen(spectrum[None]), torch.device("cpu"))
    return fitted(made.numpy(), len(samples) // HOP_LENGTH + 1)


def said_by(content: NDArray[np.float32], index: Tensor) -> NDArray[np.float32]:
    """Return features (64, frames) of the nearest sounds of somebody else's.

    `index` holds features of theirs, (kept, 64), as `build_index` makes it.

    Examples
    --------
    >>> import numpy as np, torch
    >>> said_by(np.zeros((64, 2), np.float32), torch.ones(10, 64))[:2].tolist()
    [[1.0, 1.0], [1.0, 1.0]]
    """
    everywhere = np.ones(content.shape[1], bool)
    return retrieve(content, index, retrieval_ratio=1, protect=0, voiced=everywhere)
