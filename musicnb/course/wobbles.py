"""Four sounds that move, each in its own way, and their pictures: for reading spectrograms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from musicnb.course.spectrogram import magnitudes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicnb.audio.audio import Audio

RATE = 44_100
#: In the order in which they are heard.
WOBBLES = ("vibrato", "tremolo", "repeated", "glide")
#: The numbers of their pictures, in another order.
NUMBERS = {"repeated": 1, "vibrato": 2, "glide": 3, "tremolo": 4}
#: Of a picture: window and hop in samples, and how many dB it shows.
N_FFT, HOP, RANGE = 2048, 256, 45
#: As loud as this are all of them (LUFS).
LOUDNESS = -25.0


def wobble(kind: str) -> NDArray[np.float64]:
    """Return 2 s of one tone that moves in some way.

    Examples
    --------
    >>> wobble("tremolo").shape
    (88200,)
    """
    time = np.arange(2 * RATE) / RATE
    wave = np.sin(2 * np.pi * 5 * time)
    frequency = np.full(len(time), 330.0)
    strength = np.ones(len(time))
    if kind == "vibrato":
        frequency *= 2 ** (0.7 * wave / 12)
    elif kind == "glide":
        frequency *= 2 ** (4 * np.tanh(4 * (time - 1)) / 12)
    elif kind == "tremolo":
        strength = 0.55 + 0.45 * wave
    elif kind == "repeated":
        strength = np.exp(-8 * (time % 0.2))
    phase = 2 * np.pi * np.cumsum(frequency) / RATE
    tone = sum(np.sin(k * phase) / k for k in range(1, 9)) * strength
    edge = np.clip(np.minimum(time, time[::-1]) / 0.02, 0, 1)
    return np.asarray(tone * edge)


def levelled(kind: str) -> Audio:
    """Return it as loud as the others.

    Examples
    --------
    >>> levelled("glide")
    Audio(1 channel, 2.000 s, 44100 Hz)
    """
    from musicnb.audio.audio import Audio

    sound = Audio(0.1 * wobble(kind), RATE)
    return sound.gain(LOUDNESS - sound.loudness)


def pictures() -> dict[int, NDArray[np.float64]]:
    """Return the spectrograms to choose from, in dB, by their numbers.

    Examples
    --------
    >>> {number: picture.shape for number, picture in pictures().items()}[4]
    (1025, 337)
    """
    made = {}
    for kind, number in sorted(NUMBERS.items(), key=lambda item: item[1]):
        level = 20 * np.log10(magnitudes(wobble(kind), N_FFT, HOP) + 1e-9)
        made[number] = np.maximum(level, level.max() - RANGE)
    return made
