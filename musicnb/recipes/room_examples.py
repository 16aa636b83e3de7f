"""Sounds in random rooms, from which `musicnb.recipes.rooms` learns how long a room goes on.

The chains are those of `musicnb.recipes.effect_examples`, of which only those with a room count.
The dry sounds are varied, so that a few hundred go further: played faster or slower, two together,
and cut out of the middle of a recording, where the room already sounds as they begin.
"""

from __future__ import annotations

import math
import time
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import torch
from scipy.fft import irfft, next_fast_len, rfft

from musicnb.effects.apply import process
from musicnb.effects.network import PARAMETERS, RATE
from musicnb.effects.reverb import band_times, frames_of, noise_bands
from musicnb.effects.rooms import agreement
from musicnb.recipes.dry import dry_clips, levelled
from musicnb.recipes.effect_examples import hissed, place, random_chain
from musicnb.runtime.files import atomic

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from musicnb.effects.settings import Reverb

#: Examples in one file.
SHARD = 500
#: How many rooms' noises there are (each can be of any RT60), and the number of the first.
ROOMS, FIRST_ROOM = 64, 10_000
LONGEST = PARAMETERS["reverb.rt60"].high
#: How often a sound is played faster or slower, joined by another, and cut out of the middle.
STRETCHED, JOINED, CUT = 0.5, 0.2, 0.3


def varied(clips: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Return a random dry sound at -20 dBFS; some are 2 s longer, to be cut off when wet."""
    frames = clips.shape[1]
    clip = clips[int(rng.integers(len(clips)))]
    if rng.random() < STRETCHED:
        speed = math.exp(rng.uniform(-0.3, 0.3))
        clip = np.interp(np.arange(0, frames - 1, speed), np.arange(frames), clip)
        clip = np.resize(clip.astype(np.float32), frames)
    if rng.random() < JOINED:
        other = clips[int(rng.integers(len(clips)))]
        clip = clip + np.roll(other, int(rng.integers(frames))) * float(rng.uniform(0.2, 1))
    if rng.random() < CUT:
        clip = np.concatenate([clip[-2 * RATE :], clip])
    return levelled(clip)


@cache
def noises() -> list[NDArray[np.float32]]:
    """Return the noises of the rooms, split where their times differ: (bands, frames) each."""
    longest = frames_of(LONGEST, RATE)
    made = []
    for number in range(ROOMS):
        bands = noise_bands(FIRST_ROOM + number, 1, longest, RATE)[0]
        made.append(bands.astype(np.float32))
    return made


def in_room(samples: NDArray[np.float32], settings: Reverb) -> NDArray[np.float32]:
    """Return what `musicnb.effects.reverb` makes, in a tenth of a room's usual computing time.

    In single precision, and in one of a few rooms that are made only once.
    """
    frames = frames_of(settings.rt60, RATE)
    bands = torch.from_numpy(noises()[settings.seed % ROOMS][:, :frames])
    clock = torch.arange(frames) / RATE
    times = band_times(torch.tensor(settings.rt60), torch.tensor(settings.damping))
    decay = torch.exp(-math.log(1000) * clock / times[:, None])
    answer = (bands * decay).sum(0).numpy()
    answer /= np.sqrt(np.square(answer).sum())
    ahead = round(settings.pre_delay * RATE)
    size = next_fast_len(len(samples) + frames, real=True)
    wet = irfft(rfft(samples, size) * rfft(answer, size), size)[: len(samples) - ahead]
    made: NDArray[np.float32] = (1 - settings.mix) * samples
    made[ahead:] += settings.mix * wet
    return made


def room_example(
    clips: NDArray[np.float32], rng: np.random.Generator
) -> tuple[NDArray[np.float32], Reverb]:
    """Return a dry sound after a random chain with a room, as long as the clips, and the room."""
    dry = varied(clips, rng)
    level = 10 * math.log10(float(np.mean(np.square(dry))) + 1e-12)
    while True:
        chain, _ = random_chain(rng, level)
        if chain.reverb is not None:
            break
    made = process(dry[None].astype(np.float64), replace(chain, reverb=None), RATE)[0]
    wet = in_room(made.astype(np.float32), chain.reverb)[-clips.shape[1] :]
    return hissed(wet, level, rng), chain.reverb


def room_examples(
    count: int, seed: int, cache: Path
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return what is measured of so many examples, and the places of their RT60; all are kept."""
    clips, _ = dry_clips("train", cache)
    parts = []
    for shard in range(math.ceil(count / SHARD)):
        path = cache / f"rooms-{seed}-{shard}.npz"
        if not path.is_file():
            rng = np.random.default_rng([seed, shard])
            started = time.perf_counter()
            measured, places = [], []
            for _ in range(SHARD):
                sound, settings = room_example(clips, rng)
                measured.append(agreement(sound, RATE))
                places.append(place(PARAMETERS["reverb.rt60"], settings.rt60))
            with atomic(path) as temporary:
                np.savez(
                    temporary, measured=np.stack(measured), places=np.array(places, np.float32)
                )
            print(f"{path.name}: {time.perf_counter() - started:.0f} s", flush=True)
        with np.load(path, allow_pickle=False) as kept:
            parts.append((kept["measured"], kept["places"]))
    sounds, wanted = (np.concatenate(each)[:count] for each in zip(*parts, strict=True))
    return sounds, wanted
