"""What analysis takes: the run that `musicnb estimate analyze` is calibrated on."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from musicnb.analysis.analyze import analyze
from musicnb.audio.files import write_audio

RATE = 44_100


def calibrate_analyze(duration: float) -> None:
    """Analyse a file of `duration` seconds of stereo noise."""
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "noise.wav"
        with write_audio(path, RATE, 2) as writer:
            for _ in range(round(duration)):
                writer.write(rng.uniform(-0.1, 0.1, (2, RATE)).astype(np.float32))
        analyze(path)
