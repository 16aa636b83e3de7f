"""The steady state of one separator, in this process: ``python steady.py NAME SOUND.npy``.

A file by itself, because it runs in two environments: that of musicnb, and that of the peers. The
model is built, warmed up once, and the fastest of three runs counts. Prints one JSON object.

The peers' networks have random weights: their published weights are not on any package index, and
the time a network takes does not depend on its weights.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
import types
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

SOURCES = ["drums", "bass", "other", "vocals"]
REPEATS = 3


def ours(mixture: np.ndarray) -> tuple[Callable[[], Any], int]:
    """`musicnb.separate`, two stems."""
    import musicnb
    from musicnb.runtime.device import device
    from musicnb.stems.masks import networks

    song = musicnb.Audio(mixture, 44_100)
    count = sum(p.numel() for net in networks(device()) for p in net.parameters())
    return lambda: musicnb.separate(song), count


def four(mixture: np.ndarray) -> tuple[Callable[[], Any], int]:
    """`musicnb.separate`, four stems."""
    import musicnb
    from musicnb.runtime.device import device
    from musicnb.stems.bandnet import PARTS
    from musicnb.stems.masks import band_network, networks

    song, stems = musicnb.Audio(mixture, 44_100), ("vocals", *PARTS)
    nets = (*networks(device()), band_network(device()))
    count = sum(p.numel() for net in nets for p in net.parameters())
    return lambda: musicnb.separate(song, stems=stems), count


def demucs(mixture: np.ndarray, model: Any) -> tuple[Callable[[], Any], int]:
    """Separate with demucs' own `apply_model` and its own defaults: shifts 1, overlap 0.25."""
    import torch
    from demucs.apply import apply_model

    model.eval()
    batch = torch.from_numpy(mixture)[None]
    return lambda: apply_model(model, batch), sum(p.numel() for p in model.parameters())


def htdemucs(mixture: np.ndarray) -> tuple[Callable[[], Any], int]:
    """Hybrid Transformer Demucs, as the released `htdemucs` (955717e8) is configured."""
    from demucs.htdemucs import HTDemucs

    return demucs(mixture, HTDemucs(SOURCES, bottom_channels=512, dconv_mode=3, segment=39 / 5))


def hdemucs(mixture: np.ndarray) -> tuple[Callable[[], Any], int]:
    """Hybrid Demucs, as the released `hdemucs_mmi` (75fc33f5): the defaults, segment 44 s."""
    from demucs.hdemucs import HDemucs

    return demucs(mixture, HDemucs(SOURCES, segment=44))


def umxhq(mixture: np.ndarray) -> tuple[Callable[[], Any], int]:
    """Four Open-Unmix networks and a Wiener filter, as the released `umxhq`.

    The package imports torchaudio, for reading files; an empty module stands in for it, and
    nothing of it is called.
    """
    sys.modules.setdefault("torchaudio", types.ModuleType("torchaudio"))
    import torch
    from openunmix import umxhq as build

    model = build(pretrained=False).eval()
    batch = torch.from_numpy(mixture)[None]
    # The released networks alone; the STFT's windows are parameters too.
    nets = model.target_models
    return lambda: model(batch), sum(p.numel() for p in nets.parameters())


SEPARATORS = {
    "musicnb": ours,
    "musicnb_four": four,
    "htdemucs": htdemucs,
    "hdemucs": hdemucs,
    "umxhq": umxhq,
}


def main() -> None:
    """Measure the named separator."""
    import torch

    name, sound = sys.argv[1:]
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    torch.manual_seed(0)
    mixture = np.load(sound, allow_pickle=False)
    seconds = mixture.shape[1] / 44_100
    separate, parameters = SEPARATORS[name](mixture)
    best = (float("inf"), float("inf"))
    with torch.no_grad():
        separate()
        for _ in range(REPEATS):
            wall, cpu = time.perf_counter(), time.process_time()
            separate()
            best = min(best, (time.perf_counter() - wall, time.process_time() - cpu))
    unit = 1 if sys.platform == "darwin" else 1024
    made = {
        "parameters": parameters,
        "duration_s": round(seconds, 3),
        "wall_s": best[0],
        "rtf": best[0] / seconds,
        "core_rtf": best[1] / seconds,
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6,
        "torch": torch.__version__,
    }
    print(json.dumps(made))


if __name__ == "__main__":
    main()
