"""A second opinion: the musicnn tagger, trained by others on other music.

Pons and Serra, "musicnn: pre-trained convolutional neural networks for music audio tagging", late
breaking demo, ISMIR 2019. Its fifty tags come from listeners (Last.fm, by way of the Million Song
Dataset) and mix genres, moods, eras and instruments.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from musicnb.audio.audio import Audio
from musicnb.audio.files import BLOCK, open_audio
from musicnb.audio.resample import resample_blocks
from musicnb.errors import InputError
from musicnb.runtime.device import device as pick_device
from musicnb.runtime.weights import load_weights

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

    from numpy.typing import NDArray

WEIGHTS = "musicnn-msd"
SAMPLE_RATE, N_FFT, HOP_LENGTH, MELS = 16_000, 512, 256, 96
#: The network was trained on patches of 3 s.
PATCH_S = 3
PATCHES_AT_ONCE = 8
#: Batch normalisation as TensorFlow has it.
NORM_EPSILON = 1e-3
#: Frames and bands of the filters in front: timbres, then rhythms.
KERNELS = ((7, 38), (7, 67), (128, 1), (64, 1), (32, 1))
TAGS = (
    "rock", "pop", "alternative", "indie", "electronic", "female vocalists", "dance", "00s",
    "alternative rock", "jazz", "beautiful", "metal", "chillout", "male vocalists", "classic rock",
    "soul", "indie rock", "mellow", "electronica", "80s", "folk", "90s", "chill", "instrumental",
    "punk", "oldies", "blues", "hard rock", "ambient", "acoustic", "experimental",
    "female vocalist", "guitar", "hip-hop", "70s", "party", "country", "easy listening", "sexy",
    "catchy", "funk", "electro", "heavy metal", "progressive rock", "60s", "rnb", "indie pop",
    "sad", "house", "happy",
)  # fmt: skip


class TaggerNet(nn.Module):
    """The musicnn network: timbral and temporal filters, three dense convolutions, pooling.

    Examples
    --------
    >>> import torch
    >>> with torch.inference_mode():
    ...     tuple(TaggerNet().eval()(torch.rand(2, 187, 96)).shape)
    (2, 50)
    """

    def __init__(self) -> None:
        super().__init__()
        widths = (204, 204, 51, 51, 51)
        self.norm_in = nn.BatchNorm2d(1, NORM_EPSILON)
        self.front = nn.ModuleList(nn.Conv2d(1, w, k) for w, k in zip(widths, KERNELS, strict=True))
        self.front_norm = nn.ModuleList(nn.BatchNorm2d(w, NORM_EPSILON) for w in widths)
        middle = (sum(widths), 64, 64)
        self.middle = nn.ModuleList(nn.Conv1d(w, 64, 7, padding=3) for w in middle)
        self.middle_norm = nn.ModuleList(nn.BatchNorm1d(64, NORM_EPSILON) for _ in middle)
        pooled = 2 * (sum(widths) + 3 * 64)
        self.pool_norm = nn.BatchNorm1d(pooled, NORM_EPSILON)
        self.dense = nn.Linear(pooled, 200)
        self.dense_norm = nn.BatchNorm1d(200, NORM_EPSILON)
        self.out = nn.Linear(200, len(TAGS))

    def forward(self, mel: Tensor) -> Tensor:
        """Return the logits of the tags from log-mel patches (batch, frames, 96)."""
        x = self.norm_in(mel[:, None])
        parts = []
        for conv, norm, (length, _) in zip(self.front, self.front_norm, KERNELS, strict=True):
            padded = functional.pad(x, (0, 0, (length - 1) // 2, length // 2))
            parts.append(norm(functional.relu(conv(padded))).amax(dim=3))
        features = torch.cat(parts, dim=1)
        one = self._middle(0, features)
        two = self._middle(1, one) + one
        three = self._middle(2, two) + two
        every = torch.cat((features, one, two, three), dim=1)
        pooled = torch.stack((every.amax(dim=2), every.mean(dim=2)), dim=2).flatten(1)
        dense = self.dense_norm(functional.relu(self.dense(self.pool_norm(pooled))))
        logits: Tensor = self.out(dense)
        return logits

    def _middle(self, index: int, x: Tensor) -> Tensor:
        made: Tensor = self.middle_norm[index](functional.relu(self.middle[index](x)))
        return made


@lru_cache(maxsize=2)
def network(device: torch.device) -> TaggerNet:
    """Return the tagger with its weights, on `device`."""
    net = TaggerNet()
    # The counters of batch normalisation are not stored: nothing is trained here.
    net.load_state_dict(load_weights(WEIGHTS), strict=False)
    return net.eval().to(device)


def log_mel(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what the network sees of mono sound at 16 kHz, shape (frames, 96)."""
    import librosa

    mel = librosa.feature.melspectrogram(
        y=samples, sr=SAMPLE_RATE, n_fft=N_FFT, hop_length=HOP_LENGTH, n_mels=MELS
    )
    return np.asarray(np.log10(10_000 * mel.T + 1), np.float32)


def tag(audio: Audio | str | os.PathLike[str], *, device: str | None = None) -> dict[str, float]:
    """Return how well each of fifty tags fits a sound, 0 to 1, the likeliest first.

    Parameters
    ----------
    audio : Audio or path
        The sound.
    device : {'auto', 'cpu', 'cuda', 'cuda:N'}, optional
        Where to compute.

    Examples
    --------
    >>> import musicnb
    >>> sorted(list(tag(musicnb.load("demo:starfall", duration=6)))[:2])
    ['metal', 'rock']
    """
    where = pick_device(device)
    if isinstance(audio, Audio):
        blocks = (audio.samples[:, i : i + BLOCK] for i in range(0, audio.frames, BLOCK))
        total, count = _run(blocks, audio.sample_rate, where)
    else:
        with open_audio(audio) as reader:
            total, count = _run(reader.blocks(), reader.sample_rate, where)
    if not count:
        raise InputError("the sound is empty", expected="at least one frame", todo="Pass another.")
    order = np.argsort(-total, kind="stable")
    return {TAGS[i]: round(float(total[i] / count), 4) for i in order}


def _run(
    blocks: Iterable[NDArray[np.float32]], sample_rate: int, where: torch.device
) -> tuple[NDArray[np.float64], int]:
    """Return the sum of the tags' probabilities over all patches, and the number of patches."""
    net, total, count = network(where), np.zeros(len(TAGS)), 0
    patch = PATCH_S * SAMPLE_RATE
    mono = (block.mean(axis=0, keepdims=True) for block in blocks)
    waiting = np.zeros(0, np.float32)

    def run(samples: NDArray[np.float32]) -> None:
        nonlocal total, count
        pieces = [log_mel(samples[i : i + patch]) for i in range(0, len(samples), patch)]
        with torch.inference_mode():
            made = torch.sigmoid(net(torch.from_numpy(np.stack(pieces)).to(where)))
        total += made.cpu().numpy().sum(axis=0)
        count += len(pieces)

    for block in resample_blocks(mono, sample_rate, SAMPLE_RATE, 1):
        waiting = np.concatenate((waiting, block[0]))
        while len(waiting) >= PATCHES_AT_ONCE * patch:
            run(waiting[: PATCHES_AT_ONCE * patch])
            waiting = waiting[PATCHES_AT_ONCE * patch :]
    whole = len(waiting) // patch * patch
    if whole:
        run(waiting[:whole])
    elif len(waiting) and not count:  # shorter than one patch
        run(np.pad(waiting, (0, patch - len(waiting))))
    return total, count
