"""What is said and sung to be converted: by people and machines that no network of ours has heard.

Spoken by people: LibriVox (in the tests of pocketsphinx, public domain), and Asterisk's prompts in
four languages. Spoken by machines: flite's awb, which the content encoder never learned from, and
a woman of espeak-ng's. Sung: the prompts, re-sung with WORLD (`benchmarks.sing`), and the singer of
the demo song as `separate` finds him.
"""

from __future__ import annotations

import functools
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import musicnb
from benchmarks.items import PACKAGES, RATE, VOICES, find, read_voice, sing, trimmed
from benchmarks.packages import FOLDER, note
from musicnb.runtime.files import sha256
from musicnb.voices.controls import suggest_transpose
from musicnb.voices.library import voice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicnb import F0, Audio

#: A source package: its name, its file, its hash.
POCKETSPHINX = (
    "pocketsphinx==5.1.1",
    "pocketsphinx-5.1.1.tar.gz",
    "675778b309a22dfc9b7d37f7621976bba491d2a5f8c59696bd77fd6d07271355",
)
#: Sentences for the machines: of the Harvard lists (IEEE, 1969).
SENTENCES = (
    "The birch canoe slid on the smooth planks.",
    "It is easy to tell the depth of a well.",
    "Rice is often served in round bowls.",
    "The box was thrown beside the parked truck.",
    "Four hours of steady work faced us.",
    "The boy was there when the sun rose.",
)
MACHINES = {
    "awb": ("flite", "-voice", "awb", "-t", "{text}", "-o", "{path}"),
    "espeak": ("espeak-ng", "-v", "en-us+f3", "-w", "{path}", "{text}"),
}
PROMPTS = ("en", "fr", "it", "ru")
#: Seconds of a prompt; where the singer of the demo song sings.
SECONDS = 8.0
SINGER = ((2.0, 10.0), (10.0, 18.0), (28.0, 36.0))


@dataclass(frozen=True)
class Source:
    """Something to convert.

    Attributes
    ----------
    name : str
        Of its own.
    speaker : str
        Whose voice it is.
    kind : str
        'spoken, real', 'spoken, synthetic', 'sung, re-sung speech' or 'sung, real'.
    audio : Audio
        Mono or stereo.
    text : str
        What is said, '' where nobody wrote it down.
    """

    name: str
    speaker: str
    kind: str
    audio: Audio
    text: str = ""

    @property
    def sung(self) -> bool:
        """Whether it is sung."""
        return self.kind.startswith("sung")


def sources() -> list[Source]:
    """Return all of them."""
    return [*_people(), *_machines(), *_prompts(), *_singer()]


def _people() -> Iterator[Source]:
    librivox = sorted((_pocketsphinx() / "test" / "data" / "librivox").glob("*.wav"))
    for number, path in enumerate(librivox, 1):
        text = path.with_suffix(".txt").read_text("utf-8").strip()
        yield Source(f"librivox-{number}", "librivox", "spoken, real", musicnb.load(path), text)


def _machines() -> Iterator[Source]:
    for name, command in MACHINES.items():
        for number, text in enumerate(SENTENCES, 1):
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "said.wav"
                filled = [part.format(text=text, path=path) for part in command]
                subprocess.run(filled, check=True, capture_output=True)
                audio = musicnb.load(path)
            yield Source(f"{name}-{number}", name, "spoken, synthetic", audio, text)


def _prompts() -> Iterator[Source]:
    for number, name in enumerate(PROMPTS):
        said = read_voice(*VOICES[name])
        frames, who = round(SECONDS * RATE), prompter(name)
        yield Source(f"{who}-spoken", who, "spoken, real", _audio(said[:frames]))
        sung = sing(said, seed=number)
        yield Source(f"{who}-sung", who, "sung, re-sung speech", _audio(sung[:frames]))


def prompter(language: str) -> str:
    """Return what the person is called here who speaks the prompts: not as a voice is."""
    return f"prompts-{language}"


def transposition(source: Source, heard: F0, target: str) -> int:
    """Return by how many semitones the library suggests to move a source: a song by octaves."""
    return suggest_transpose(heard, voice(target), keep_key=source.sung).transpose


def prompts(name: str, seconds: float) -> np.ndarray:
    """Return so much of a person's prompts, the longest first, but none that `sources` has."""
    package, folder = VOICES[name]
    files = find(PACKAGES[package].unpacked(), folder).glob("*.g722")
    longest = sorted(files, key=lambda file: (-file.stat().st_size, file.name))
    said: list[np.ndarray] = []
    frames, wanted = 0, round(seconds * RATE)
    for file in longest:
        if file.name.startswith("demo-"):
            continue
        said.append(trimmed(musicnb.load(file).mono().resample(RATE).samples[0]))
        frames += len(said[-1])
        if frames >= wanted:
            break
    return np.concatenate(said)[:wanted]


def _audio(samples: np.ndarray) -> Audio:
    return musicnb.Audio(np.ascontiguousarray(samples, np.float32), RATE)


def _singer() -> Iterator[Source]:
    vocals = singer()
    for number, (start, stop) in enumerate(SINGER, 1):
        yield Source(f"starfall-{number}", "starfall", "sung, real", vocals[start:stop])


@functools.cache
def singer() -> Audio:
    """Return the vocals of the demo song, as they are separated from it."""
    note("separating the demo song")
    return musicnb.separate(musicnb.load("demo:starfall"), stems=("vocals",))["vocals"]


def _pocketsphinx() -> Path:
    """Return the folder of the source package, fetched and checked on first use."""
    wanted, file, digest = POCKETSPHINX
    folder = FOLDER / file.removesuffix(".tar.gz")
    if folder.is_dir():
        return folder
    FOLDER.mkdir(parents=True, exist_ok=True)
    note(f"fetching {file}")
    name = wanted.partition("==")[0]
    pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", name, wanted]
    subprocess.run(pip, cwd=FOLDER, check=True, stdout=sys.stderr)
    if sha256(FOLDER / file) != digest:
        raise SystemExit(f"{FOLDER / file} is not the file that was listed here; remove it")
    with tarfile.open(FOLDER / file) as archive:
        archive.extractall(FOLDER, filter="data")
    return folder
