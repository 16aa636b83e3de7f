"""The recordings that the voices of the library are learned from, and what each may be used for.

    python -m musicnb.recipes.takes [--cache DIR]

kal, awb, rms, slt, ked and ru are those of `musicnb.recipes.speech`. joe is spoken by Piper's voice
of that name (CC0), robot by espeak-ng: nobody's voice. All but joe are of 16 kHz: what lies above
is made up: noise that follows what is heard below. Half of every voice is sung along melodies
(`musicnb.recipes.singing`), so that it is at home on high and long notes.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import soundfile

from musicnb.recipes import joe
from musicnb.recipes.singing import sing
from musicnb.recipes.speech import SAMPLE_RATE as SPEECH_RATE
from musicnb.recipes.speech import make, read, sentences
from musicnb.recipes.tunes import read_tunes
from musicnb.runtime.files import atomic
from musicnb.voices.bandwidth import extended
from musicnb.voices.synthesis import SAMPLE_RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Sound = NDArray[np.float32]

SEED = 21
#: Utterances of each voice that are learned from, and that are only tested on.
LEARNED, TESTED = 60, 10
#: Names in the library, and where in the corpus of speech they are.
SPOKEN = {"kal": "kal16", "awb": "awb", "rms": "rms", "slt": "slt", "ked": "ked", "ru": "ru"}
LIBRARY = (*SPOKEN, "joe", "robot")


def takes(cache: Path, name: str, *, test: bool) -> list[Sound]:
    """Return a voice's utterances at 44.1 kHz, mono: spoken, then sung."""
    path = cache / "takes" / f"{name}-{'test' if test else 'train'}.npz"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = _made(cache, name, test=test)
        with atomic(path) as temporary, temporary.open("wb") as file:
            np.savez(file, allow_pickle=False, **{str(i): each for i, each in enumerate(made)})
    with np.load(path) as kept:
        return [kept[str(i)].astype(np.float32) / 32768 for i in range(len(kept.files))]


def _made(cache: Path, name: str, *, test: bool) -> list[NDArray[np.int16]]:
    rng = np.random.default_rng((SEED, LIBRARY.index(name), test))
    count = TESTED if test else LEARNED
    if name in SPOKEN:
        folder = cache / "speech" / SPOKEN[name]
        said = [
            (u["samples"].astype(np.float64) / 32768, SPEECH_RATE) for u in read(folder, test=test)
        ]
        said = said[:count]
    else:
        texts = sentences(LEARNED + TESTED, SEED + LIBRARY.index(name))
        chosen = texts[LEARNED:] if test else texts[:LEARNED]
        said = [joe.speak(t, cache)[:2] if name == "joe" else _robot(t) for t in chosen]
    tunes = read_tunes(cache)
    sung = [(sing(sound, rate, tunes, rng, cache), rate) for sound, rate in said[::2]]
    return [
        np.round(extended(sound, rate, rng) * 32767).astype(np.int16) for sound, rate in said + sung
    ]


def _robot(text: str) -> tuple[NDArray[np.float64], int]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "speech.wav"
        command = ["espeak-ng", "-v", "en-us+m3", "-s", "150", "-w", str(path), text]
        subprocess.run(command, check=True, capture_output=True)
        samples, rate = soundfile.read(path)
        return np.asarray(samples), int(rate)


def main() -> None:
    """Run the recipe."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--cache", type=Path, default=Path(".cache"))
    parser.add_argument("--utterances", type=int, default=200)
    options = parser.parse_args()
    cache = options.cache.resolve()
    make(cache, options.utterances)
    for name in LIBRARY:
        for test in (False, True):
            found = takes(cache, name, test=test)
            seconds = sum(map(len, found)) / SAMPLE_RATE
            print(f"{name}, {'test' if test else 'train'}: {len(found)} takes, {seconds:.0f} s")


if __name__ == "__main__":
    main()
