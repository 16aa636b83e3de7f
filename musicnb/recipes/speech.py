"""Make speech whose phones are known, second by second: what the content encoder learns from.

    python -m musicnb.recipes.speech [--cache DIR] [--utterances N]

Debian packages, run or read as they are: flite with its voices kal16, awb, rms and slt (CMU, free
licence), festival with ked (CSTR, free licence), and the recordings and labels of festvox-ru (MSU,
BSD-like licence); and Piper's voice joe (CC0), `musicnb.recipes.joe`. The sentences are verses of
the King James Bible (text of 1611, package bible-kjv-text) with words of `wamerican` among them.
One ``NUMBER.npz`` an utterance: `samples` (int16, 16 kHz), `ends` (seconds) and `phones` (names).
It goes on where it was stopped.

The voice awb is never learned from: it is there to be tested on, as are the last utterances of
every voice.
"""

from __future__ import annotations

import argparse
import itertools
import re
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import soundfile
import soxr

from musicnb.recipes import joe
from musicnb.runtime.files import atomic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

SAMPLE_RATE = 16000
SEED = 5
#: Voices of flite, of festival, and of recordings that come with labels.
FLITE = ("kal16", "awb", "rms", "slt")
FESTIVAL = {"ked": "voice_ked_diphone"}
PIPER = "joe"
RUSSIAN = "ru"
VOICES = (*FLITE, *FESTIVAL, PIPER, RUSSIAN)
#: Never learned from.
UNSEEN = "awb"
#: The language, and so the set of phones, of each voice: joe's are those of espeak-ng.
LANGUAGES = dict.fromkeys((*FLITE, *FESTIVAL), "en") | {PIPER: "ipa", RUSSIAN: "ru"}
#: Every so many utterances one is for testing.
TEST_STEP = 12
BOOKS = ("gen", "exo", "ruth", "1sam", "job", "psa", "prov", "eccl", "isa", "matt", "mark", "luke",
         "john", "acts", "rom")  # fmt: skip
RUSSIAN_FOLDER = Path("usr/share/festival/voices/russian/msu_ru_nsh_clunits")


def sentences(count: int, seed: int = SEED) -> list[str]:
    """Return sentences to be spoken: verses, each with two words of the dictionary after it."""
    verses: list[str] = []
    for book in BOOKS:
        done = subprocess.run(
            ["bible", "-l100000", f"{book}1:1-{book}30:30"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        verses += re.findall(r"^\s+\d+ (.{30,160})$", done.stdout, flags=re.MULTILINE)
    words = [
        word
        for word in Path("/usr/share/dict/american-english").read_text("utf-8").split()
        if re.fullmatch("[a-z]{4,12}", word)
    ]
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(verses))[:count]
    pairs = rng.integers(len(words), size=(count, 2))
    return [
        f"{verses[verse]} {words[first]}, {words[second]}."
        for verse, (first, second) in zip(chosen, pairs, strict=False)
    ]


def utterances(
    voice: str, texts: list[str], cache: Path
) -> Iterator[dict[str, NDArray[np.generic]]]:
    """Yield what a voice says: `samples`, and the `phones` with their `ends`."""
    if voice == RUSSIAN:
        yield from _recorded(cache)
        return
    speak = _flite if voice in FLITE else _festival
    for text in texts:
        if voice == PIPER:
            yield _utterance(*joe.speak(text, cache))
            continue
        with tempfile.TemporaryDirectory() as folder:
            yield speak(voice, text, Path(folder) / "speech.wav")


def _flite(voice: str, text: str, path: Path) -> dict[str, NDArray[np.generic]]:
    command = ["flite", "-psdur", "-voice", voice, "-t", text, "-o", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    pairs = [each.rsplit(":", 1) for each in done.stdout.split()]
    return _utterance(*_read(path), [(name, float(end)) for name, end in pairs])


def _festival(voice: str, text: str, path: Path) -> dict[str, NDArray[np.generic]]:
    labels = path.with_suffix(".seg")
    quoted = re.sub(r'["\\]', " ", text)
    program = (
        f'({FESTIVAL[voice]}) (set! u (SynthText "{quoted}"))'
        f'(utt.save.wave u "{path}" \'riff) (utt.save.segs u "{labels}")'
    )
    script = path.with_suffix(".scm")
    script.write_text(program, "ascii", errors="ignore")
    subprocess.run(["festival", "-b", str(script)], capture_output=True, check=True)
    return _utterance(*_read(path), _labels(labels))


def _recorded(cache: Path) -> Iterator[dict[str, NDArray[np.generic]]]:
    folder = cache / "festvox-ru"
    if not folder.is_dir():
        subprocess.run(["apt-get", "download", "festvox-ru"], cwd=cache, check=True)
        package = next(cache.glob("festvox-ru_*.deb"))
        subprocess.run(["dpkg-deb", "-x", str(package), str(folder)], check=True)
    for labels in sorted((folder / RUSSIAN_FOLDER / "lab").glob("*.lab")):
        wave = labels.parent.parent / "wav" / f"{labels.stem}.wav"
        if wave.is_file():
            yield _utterance(*_read(wave), _labels(labels))


def _labels(path: Path) -> list[tuple[str, float]]:
    """Read a label file of festival's: an end, a colour, a phone a line."""
    lines = path.read_text("utf-8").partition("#\n")[2].splitlines()
    rows = [line.split() for line in lines if line.strip()]
    return [(row[2], float(row[0])) for row in rows if len(row) >= 3]


def _read(path: Path) -> tuple[NDArray[np.float64], int]:
    samples, rate = soundfile.read(path)
    return samples, int(rate)


def _utterance(
    samples: NDArray[np.float64], rate: int, labels: list[tuple[str, float]]
) -> dict[str, NDArray[np.generic]]:
    samples = soxr.resample(samples, rate, SAMPLE_RATE)
    samples *= 0.5 / max(float(np.abs(samples).max()), 1e-3)
    # Festival numbers vowels by stress, and flite does not.
    names = [re.sub(r"\d", "", name) for name, _ in labels]
    return {
        "samples": np.round(samples * 32767).astype(np.int16),
        "phones": np.array(names),
        "ends": np.array([end for _, end in labels], np.float32),
    }


def make(cache: Path, count: int) -> Path:
    """Make the corpus below `cache`; return its folder, with one folder a voice."""
    cache.mkdir(parents=True, exist_ok=True)
    texts = sentences(count * (len(VOICES) - 1))
    for number, voice in enumerate(VOICES):
        folder = cache / "speech" / voice
        folder.mkdir(parents=True, exist_ok=True)
        finished = folder / "finished"
        if finished.is_file():
            continue
        mine = texts[number * count : (number + 1) * count]
        for index, said in enumerate(utterances(voice, mine, cache)):
            with (
                atomic(folder / f"{index:04d}.npz") as temporary,
                temporary.open("wb") as file,
            ):
                np.savez(file, allow_pickle=False, **said)
        finished.touch()
        print(f"{voice}: {len(list(folder.glob('*.npz')))} utterances", flush=True)
    return cache / "speech"


def read(folder: Path, *, test: bool) -> list[dict[str, NDArray[np.generic]]]:
    """Return a voice's utterances: those that are learned from, or those that are tested on."""
    paths = sorted(folder.glob("*.npz"))
    chosen = [p for i, p in enumerate(paths) if (i % TEST_STEP == 0) == test]
    return [dict(np.load(path)) for path in chosen]


def phone_names(folder: Path) -> dict[str, list[str]]:
    """Return the phones of each language, sorted."""
    names: dict[str, set[str]] = {language: set() for language in LANGUAGES.values()}
    for voice in VOICES:
        for said in itertools.islice(read(folder / voice, test=False), 300):
            names[LANGUAGES[voice]].update(said["phones"].tolist())
    return {language: sorted(found) for language, found in names.items()}


def main() -> None:
    """Run the recipe."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--cache", type=Path, default=Path(".cache"))
    parser.add_argument("--utterances", type=int, default=200)
    options = parser.parse_args()
    make(options.cache.resolve(), options.utterances)


if __name__ == "__main__":
    main()
