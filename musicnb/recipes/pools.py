"""What the decoder of voices is trained on: takes, listened to once and kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from musicnb.audio.audio import Audio
from musicnb.recipes.takes import LIBRARY, takes
from musicnb.runtime.files import atomic
from musicnb.voices import synthesis
from musicnb.voices.disguise import heard_disguised
from musicnb.voices.fit import Pieces
from musicnb.voices.listen import Performance, listen
from musicnb.voices.retrieval import build_index

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    Heard = list[tuple[Performance, torch.Tensor]]

SEED = 31
#: Copies of every take in disguise; what is softer than this is no voice, in dBFS.
DISGUISES, SOFT = 6, -50.0


@dataclass(frozen=True)
class Pool:
    """A voice's takes.

    Attributes
    ----------
    spoken, sung : Pieces
        Of which stretches are drawn.
    median_hz : float
        The pitch that half of what is spoken lies below.
    """

    spoken: Pieces
    sung: Pieces
    median_hz: float

    def draw(self, rng: np.random.Generator) -> tuple[Performance, torch.Tensor]:
        """Return a stretch of any take: its curves, and its sound."""
        spoken = rng.random() < len(self.spoken.takes) / len(self.spoken.takes + self.sung.takes)
        return (self.spoken if spoken else self.sung).draw(rng)


def performances(cache: Path, name: str) -> Heard:
    """Return a voice's takes, listened to once and kept: curves and sound.

    First as they are heard, then `DISGUISES` times more in disguise, with the same sound.
    """
    path = cache / "heard" / f"{name}.pt"
    if not path.is_file():
        rng = np.random.default_rng((SEED, LIBRARY.index(name)))
        made = []
        for samples in takes(cache, name, test=False):
            heard = listen(Audio(samples, synthesis.SAMPLE_RATE))
            copies = [heard_disguised(samples, rng) for _ in range(DISGUISES)]
            content = np.stack([heard.content, *copies])
            made.append([torch.from_numpy(np.array(each)).clone()
                         for each in (content, heard.hz, heard.loudness, samples)])  # fmt: skip
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic(path) as temporary:
            torch.save(made, temporary)
    kept = torch.load(path, weights_only=True)
    return [
        (Performance(content[number].numpy(), hz.numpy(), loudness.numpy()), samples)
        for number in range(1 + DISGUISES)
        for content, hz, loudness, samples in kept
    ]


def as_heard(cache: Path, name: str) -> Heard:
    """Return a voice's takes without the disguises."""
    both = performances(cache, name)
    return both[: len(both) // (1 + DISGUISES)]


def index_of(heard: Heard) -> torch.Tensor:
    """Return the index of what a voice has said and sung."""
    content = torch.cat([torch.from_numpy(each.content) for each, _ in heard], 1)
    loud = torch.cat([torch.from_numpy(each.loudness) for each, _ in heard]) > SOFT
    return build_index(content[:, loud])


def pools_of(cache: Path) -> list[Pool]:
    """Return what each voice is learned from."""
    indexes = [index_of(as_heard(cache, name)) for name in LIBRARY]
    return [
        _pool(performances(cache, name), indexes[:number] + indexes[number + 1 :])
        for number, name in enumerate(LIBRARY)
    ]


def spoken_of(heard: Heard) -> Heard:
    """Return those takes that are spoken: two in three, and they come first."""
    return heard[: len(heard) * 2 // 3]


def _pool(heard: Heard, others: Sequence[torch.Tensor]) -> Pool:
    each = len(heard) // (1 + DISGUISES)
    copies = [heard[start : start + each] for start in range(0, len(heard), each)]
    spoken = [take for copy in copies for take in spoken_of(copy)]
    sung = [take for copy in copies for take in copy[len(spoken_of(copy)) :]]
    hz = np.concatenate([performance.hz for performance, _ in spoken])
    return Pool(Pieces(spoken, others), Pieces(sung, others), float(np.median(hz[hz > 0])))
