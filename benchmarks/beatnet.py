"""BeatNet's beats of some sounds, in an environment of its own: ``python beatnet.py FOLDER``.

Reads ``FOLDER/*.npy`` (mono, 22.05 kHz), writes ``FOLDER/NAME.json`` with beats and downbeats in
seconds, and prints the processor seconds that it took in all.

BeatNet (Heydari, Cwitkowitz and Duan, ISMIR 2021; weights CC BY 4.0) as its package runs in its
"offline" mode: features, network 1, and madmom's dynamic Bayesian network. madmom itself builds on
no Python of today; madmom-infer, a reimplementation without its models, stands in for it. librosa,
which BeatNet imports and does not call here, is an empty module.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
import types
from pathlib import Path

RATE = 22_050
HOP, WINDOW = int(0.02 * RATE), int(0.064 * RATE)
FPS = 50
MODULES = ("", ".audio", ".audio.signal", ".audio.stft", ".audio.spectrogram", ".processors")


def main() -> None:
    """Track the beats of every sound."""
    import numpy as np
    import torch

    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    for name in MODULES:
        sys.modules[f"madmom{name}"] = importlib.import_module(f"madmom_infer{name}")
    sys.modules.setdefault("librosa", types.ModuleType("librosa"))
    import BeatNet
    from BeatNet.log_spect import LOG_SPECT
    from BeatNet.model import BDA
    from madmom_infer.features.downbeats import DBNDownBeatTrackingProcessor

    features = LOG_SPECT(
        sample_rate=RATE, win_length=WINDOW, hop_size=HOP, n_bands=[24], mode="offline"
    )
    decode = DBNDownBeatTrackingProcessor(beats_per_bar=[2, 3, 4], fps=FPS)
    weights = torch.load(
        Path(next(iter(BeatNet.__path__))) / "models" / "model_1_weights.pt", weights_only=True
    )
    taken = 0.0
    for path in sorted(Path(sys.argv[1]).glob("*.npy")):
        sound = np.load(path, allow_pickle=False)
        started = time.process_time()
        net = BDA(272, 150, 2, "cpu")  # anew: it keeps its state from song to song
        net.load_state_dict(weights, strict=False)
        seen = torch.from_numpy(np.asarray(features.process_audio(sound).T, np.float32))
        with torch.no_grad():
            heard = net.eval().final_pred(net(seen[None])[0])[:2].T.numpy()
        beats = decode(heard)
        taken += time.process_time() - started
        made = {
            "beats": [float(time) for time, _ in beats],
            "downbeats": [float(time) for time, place in beats if place == 1],
        }
        path.with_suffix(".json").write_text(json.dumps(made), "utf-8")
    print(taken)


if __name__ == "__main__":
    main()
