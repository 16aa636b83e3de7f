"""Songs whose drums, bass and other are known, each by itself; and what is asked of each.

Four groups. *Rendered*: the held-out pieces of `musicnb.recipes.four_stems`, which training never
saw. *Sung*: some of them with a voice over it (speech, re-sung, as in `benchmarks.items`), so that
all four stems are there. *Composed*: the demo song ``glasswork``, arranged from recorded samples.
*Real*: the songs of a band that was recorded. They come as a guitar and a backing, and nobody has
their drums and bass by themselves: the guitar is compared with what is left when drums and bass are
taken out, and the backing with what was taken out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

import musicnb
from benchmarks.items import (
    BANDS,
    PACKAGES,
    PAIRS,
    VOICES,
    blend,
    find,
    read_voice,
    room,
    sing,
)
from benchmarks.packages import CACHE
from musicnb.recipes.four_stems import SEED, render

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Sound = NDArray[np.float32]

RATE = 44_100
#: Held-out pieces as they are, and with each a voice.
RENDERED, SUNG = 20, 12
#: Seconds of a real song.
SECONDS = 15.0
PARTS = ("drums", "bass", "other")
#: In a real song: which estimates together are compared with which true track.
ROLES = {"guitar": ("other",), "backing": ("drums", "bass")}


@dataclass(frozen=True)
class Song:
    """A mixture with its true stems.

    Attributes
    ----------
    name, group : str
        Which song, and of which group.
    truth : callable
        Returns the true stems, each of shape (2, frames); the mixture is their sum.
    roles : dict
        For each true stem, the estimates whose sum is compared with it.
    """

    name: str
    group: str
    truth: Callable[[], dict[str, Sound]]
    roles: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def role(self, stem: str) -> tuple[str, ...]:
        """Return the estimates that stand for a true stem."""
        return self.roles.get(stem, (stem,))


def songs() -> Iterator[Song]:
    """Yield all songs, rendering and fetching what is not there yet."""
    folder = CACHE / "stems" / "test"
    render(folder, RENDERED, test=True, seed=SEED + 1000, cache=CACHE)
    for number in range(RENDERED):
        yield Song(f"render-{number}", "rendered", lambda n=number: rendered(n))
    for number, (_, voice) in zip(range(SUNG), PAIRS, strict=False):
        yield Song(f"render-{number}+{voice}-sung", "sung", lambda n=number, v=voice: sung(n, v))
    yield Song("glasswork", "composed", glasswork)
    for name, (package, *_) in BANDS.items():
        if package == "sectoid":
            yield Song(name, "real", lambda n=name: recorded(n), ROLES)


def rendered(number: int) -> dict[str, Sound]:
    """Return the parts of a held-out piece."""
    parts: Any = np.load(CACHE / "stems" / "test" / f"{number:05d}.npy", allow_pickle=False)
    return dict(zip(PARTS, parts.astype(np.float32) / 32768, strict=True))


def sung(number: int, voice: str) -> dict[str, Sound]:
    """Return a held-out piece with a voice over it, as loud as the band."""
    parts = np.stack(list(rendered(number).values()))
    band = parts.sum(axis=0)
    melody = sing(read_voice(*VOICES[voice]), seed=number)
    # A voice is shorter than a piece; the song ends with it.
    frames = min(len(melody), band.shape[1])
    vocals, blended = blend(room(melody, frames), band[:, :frames])
    gain = np.sqrt(np.mean(blended**2) / np.mean(band[:, :frames] ** 2))
    parts = (parts[:, :, :frames] * gain).astype(np.float32)
    return {"vocals": vocals, **dict(zip(PARTS, parts, strict=True))}


def glasswork() -> dict[str, Sound]:
    """Return the stems of the demo song; its guitar counts as other."""
    stems = {n: musicnb.load(f"demo:glasswork/{n}").samples for n in (*PARTS, "guitar")}
    return {**{n: stems[n] for n in PARTS}, "other": stems["other"] + stems["guitar"]}


def recorded(name: str) -> dict[str, Sound]:
    """Return guitar and backing of an excerpt of a real song."""
    package, song, start = BANDS[name]
    folder = PACKAGES[package].unpacked()
    tracks = {"guitar": "guitar", "backing": "song"}
    return {
        stem: musicnb.load(
            find(folder, f"sectoid/{song}/{track}.ogg"), offset=start, duration=SECONDS
        )
        .resample(RATE)
        .samples
        for stem, track in tracks.items()
    }
