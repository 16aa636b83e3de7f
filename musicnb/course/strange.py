"""Sounds that the network of `analyze` has no right answer for, because its lists hold none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from musicnb.audio.audio import Audio

    Samples = NDArray[np.float64]

RATE, SECONDS = 22_050, 20
#: A note every so often (s).
EIGHTH = 0.25
#: Semitones above the tonic. Rast, of Arab and Turkish music, has its third and seventh between
#: those of major and minor; slendro, of Javanese gamelans, has five steps of about one width.
SCALES = {"rast": (0, 2, 3.5, 5, 7, 9, 10.5), "slendro": (0, 2.4, 4.8, 7.2, 9.6)}
#: Of the tonic: C4.
HOME = 261.63
LEVEL = 0.06


def strange_sounds() -> dict[str, Audio]:
    """Return noise, a siren, bars of seven beats, and melodies in two scales, by name.

    Examples
    --------
    >>> for name, sound in strange_sounds().items():
    ...     print(name, sound.duration)
    noise 20.0
    a siren 20.0
    seven beats a bar 20.0
    maqam Rast 20.0
    a slendro scale 20.0
    """
    from musicnb.audio.audio import Audio

    random = np.random.default_rng(2)
    t = np.arange(SECONDS * RATE) / RATE
    siren = 300 + 200 * np.sin(2 * np.pi * 0.3 * t)
    made = {
        "noise": random.normal(size=len(t)),
        "a siren": np.sin(2 * np.pi * np.cumsum(siren) / RATE),
        "seven beats a bar": _seven(random),
        "maqam Rast": _melody(random, SCALES["rast"]),
        "a slendro scale": _melody(random, SCALES["slendro"]),
    }
    return {name: Audio(LEVEL * each / each.std(), RATE) for name, each in made.items()}


def _melody(random: np.random.Generator, scale: Sequence[float]) -> Samples:
    """Return notes of a scale drawn by chance, that come home to a drone on its tonic."""
    track = np.zeros(SECONDS * RATE)
    for count in range(round(SECONDS / EIGHTH)):
        step = 0 if count % 8 == 0 else int(random.integers(2 * len(scale)))
        pitch = scale[step % len(scale)] + 12 * (step // len(scale))
        _put(track, count, _tone(HOME * 2 ** (pitch / 12), 0.5, 4))
        if count % 4 == 0:
            _put(track, count, _tone(HOME / 2, 1.5, 1))
    return track


def _seven(random: np.random.Generator) -> Samples:
    """Return drums whose bar has seven beats: one and two, one and two, one, two, three."""
    track = np.zeros(SECONDS * RATE)
    t = np.arange(RATE // 4) / RATE
    for count in range(round(SECONDS / EIGHTH)):
        noise = random.normal(size=len(t))
        _put(track, count, 0.4 * np.diff(noise, prepend=0) * np.exp(-100 * t))
        if count % 7 == 0:
            _put(track, count, 3 * np.sin(2 * np.pi * 50 * t) * np.exp(-20 * t))
        if count % 7 in (2, 4):
            _put(track, count, noise * np.exp(-25 * t))
    return track


def _tone(frequency: float, seconds: float, decay: float) -> Samples:
    t = np.arange(round(seconds * RATE)) / RATE
    waves = [np.sin(2 * np.pi * n * frequency * t) / n for n in (1, 2, 3, 4)]
    made: Samples = np.sum(waves, axis=0) * np.exp(-decay * t) * np.minimum(1, t / 0.005)
    return made


def _put(track: Samples, count: int, sound: Samples) -> None:
    room = track[round(count * EIGHTH * RATE) :][: len(sound)]
    room += sound[: len(room)]
