"""Sounds after random chains of effects, with their labels.

`musicnb.recipes.effects` learns from them, and `musicnb.recipes.effect_scores` scores on others.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from musicnb.effects.apply import process
from musicnb.effects.chain import EffectChain
from musicnb.effects.echoes import fingerprint
from musicnb.effects.hear import normalised, spectrogram
from musicnb.effects.network import PARAMETERS, PRESENCE, RATE
from musicnb.effects.settings import Band, Compressor, Delay, Equalizer, Range, Reverb
from musicnb.recipes.dry import dry_clips
from musicnb.runtime.files import atomic

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

#: Examples in one file of spectrograms.
SHARD = 500
#: What is kept of each example.
NAMES = ("mels", "prints", "labels")
#: Each effect is there in so many of the examples.
SHARE = 0.5
#: Where the bands of the random equaliser are, Hz.
LOW, HIGH = 120.0, 5000.0
MID = Range(400, 2500, "Hz", logarithmic=True)


def drawn(rng: np.random.Generator, allowed: Range) -> float:
    """Return a random value of a range, evenly as it is heard."""
    low, high = allowed.low, allowed.high
    if allowed.logarithmic:
        return float(math.exp(rng.uniform(math.log(low), math.log(high))))
    return float(rng.uniform(low, high))


def random_chain(rng: np.random.Generator, level: float) -> tuple[EffectChain, NDArray[np.float32]]:
    """Return a random chain for a sound of `level` dBFS, and its labels.

    The labels are presence (0 or 1) and each setting's place in its range, NaN if it is not there.
    """
    value = {name: drawn(rng, allowed) for name, allowed in PARAMETERS.items()}
    there = {name: bool(rng.random() < SHARE) for name in PRESENCE}
    bands = (
        Band("low_shelf", LOW, value["eq.low"]),
        Band("peak", drawn(rng, MID), value["eq.mid"], 0.7),
        Band("high_shelf", HIGH, value["eq.high"]),
    )
    compressor = Compressor(
        max(level + value["compressor.threshold"], -60),
        value["compressor.ratio"],
        attack=drawn(rng, Range(0.001, 0.03, "s", logarithmic=True)),
        release=drawn(rng, Range(0.05, 0.4, "s", logarithmic=True)),
    )
    chain = EffectChain(
        eq=Equalizer(bands) if there["eq"] else None,
        compressor=compressor if there["compressor"] else None,
        delay=Delay(value["delay.time"], value["delay.feedback"], value["delay.mix"])
        if there["delay"]
        else None,
        reverb=Reverb(
            value["reverb.rt60"],
            value["reverb.mix"],
            float(rng.uniform(0, 0.05)),
            value["reverb.damping"],
            int(rng.integers(1 << 30)),
        )
        if there["reverb"]
        else None,
    )
    labels = [float(there[name]) for name in PRESENCE]
    labels += [
        place(allowed, value[name]) if there[name.partition(".")[0]] else math.nan
        for name, allowed in PARAMETERS.items()
    ]
    return chain, np.array(labels, np.float32)


def place(allowed: Range, value: float) -> float:
    """Return where in its range a value is, 0 to 1."""
    low, high = allowed.low, allowed.high
    if allowed.logarithmic:
        return math.log(value / low) / math.log(high / low)
    return (value - low) / (high - low)


def example(
    clip: NDArray[np.float32], rng: np.random.Generator
) -> tuple[NDArray[np.float32], EffectChain, NDArray[np.float32]]:
    """Return a clip after a random chain, the chain, and the labels."""
    level = 10 * math.log10(float(np.mean(np.square(clip))) + 1e-12)
    chain, labels = random_chain(rng, level)
    made = process(clip[None].astype(np.float64), chain, RATE)[0]
    return hissed(made, level, rng), chain, labels


def hissed(
    samples: NDArray[np.floating], level: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Return a sound of `level` dBFS, half the time with the noise of a recording."""
    if rng.random() < 0.5:
        hiss = 10 ** ((level + rng.uniform(-70, -45)) / 20)
        samples = samples + hiss * rng.standard_normal(len(samples))
    return samples.astype(np.float32)


def examples(split: str, count: int, seed: int, cache: Path) -> tuple[Tensor, Tensor, Tensor]:
    """Return spectrograms (count, mels, frames) in float16, fingerprints, labels; all are kept."""
    clips, _ = dry_clips(split, cache)
    parts: list[list[Tensor]] = [[], [], []]
    for shard in range(math.ceil(count / SHARD)):
        path = cache / f"effects-{split}-{seed}-{shard}.npz"
        if not path.is_file():
            rng = np.random.default_rng([seed, split == "test", shard])
            started = time.perf_counter()
            made = []
            for _ in range(SHARD):
                sound, _, label = example(clips[int(rng.integers(len(clips)))], rng)
                mel = spectrogram(normalised(sound)).numpy().astype(np.float16)
                made.append((mel, fingerprint(sound, RATE), label))
            with atomic(path) as temporary:
                columns = [np.array(each) for each in zip(*made, strict=True)]
                mels, prints, labels = columns
                np.savez(temporary, mels=mels, prints=prints, labels=labels)
            print(f"{path.name}: {time.perf_counter() - started:.0f} s", flush=True)
        with np.load(path, allow_pickle=False) as kept:
            for part, name in zip(parts, NAMES, strict=True):
                part.append(torch.from_numpy(kept[name]))
    return torch.cat(parts[0])[:count], torch.cat(parts[1])[:count], torch.cat(parts[2])[:count]
