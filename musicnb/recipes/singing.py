"""Have speech sing: the same words along a melody, by the vocoder WORLD.

Morise, Yokomori and Ozawa, "WORLD: a vocoder-based high-quality speech synthesis system", IEICE
Transactions, 2016. Real singing with isolated vocals and known phones is not to be had, so this is
what teaches the content encoder that a vowel is the same vowel on a high, long, trembling note. The
melodies are those of `musicnb.recipes.tunes`.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

#: pip's arguments; pyworld asks for an old part of setuptools.
LIBRARIES = ("pyworld==0.3.5", "setuptools<81")
STEP = 0.005
#: Where a melody's middle may lie, in Hz.
LOW, HIGH = 110.0, 440.0


def use_world(cache: Path) -> Any:
    """Return the module pyworld, installing it into the cache if need be."""
    folder = cache / "world"
    if not folder.is_dir():
        half = folder.with_suffix(".part")
        command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(half)]
        subprocess.run([*command, *LIBRARIES], check=True)
        half.rename(folder)
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
    import pyworld

    return pyworld


def melody(
    tunes: list[dict[str, Any]], frames: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return the f0 of a melody sung with glides and vibrato: a value every 5 ms."""
    tune = tunes[int(rng.integers(len(tunes)))]
    notes = [note for note in tune["notes"] if note[2] > 0]
    second = rng.uniform(0.25, 0.6)
    pitch = np.concatenate(
        [np.full(max(1, round(length * second / STEP)), note) for _, length, note in notes]
    ).astype(np.float64)
    pitch = np.resize(pitch, frames)
    middle = 69 + 12 * np.log2(np.exp(rng.uniform(np.log(LOW), np.log(HIGH))) / 440)
    pitch += middle - np.median(pitch)
    glide = round(rng.uniform(0.03, 0.09) / STEP)
    pitch = np.convolve(
        np.pad(pitch, glide, mode="edge"), np.full(2 * glide + 1, 1 / (2 * glide + 1)), "valid"
    )
    time = np.arange(frames) * STEP
    depth = rng.uniform(0, 0.6) * np.clip(np.sin(time * rng.uniform(1, 3)), 0, 1)
    pitch += depth * np.sin(2 * np.pi * rng.uniform(4.5, 6.5) * time)
    return np.asarray(440 * 2 ** ((pitch - 69) / 12), np.float64)


def sing(
    samples: NDArray[np.float64],
    rate: int,
    tunes: list[dict[str, Any]],
    rng: np.random.Generator,
    cache: Path,
) -> NDArray[np.float64]:
    """Return the words of `samples` on a melody, at the same times."""
    world = use_world(cache)
    f0, times = world.dio(samples, rate)
    f0 = world.stonemask(samples, f0, times, rate)
    envelope = world.cheaptrick(samples, f0, times, rate)
    noise = world.d4c(samples, f0, times, rate)
    sung = np.where(f0 > 0, melody(tunes, len(f0), rng), 0.0)
    made = world.synthesize(sung, envelope, noise, rate)[: len(samples)]
    return np.asarray(np.pad(made, (0, len(samples) - len(made))), np.float64)
