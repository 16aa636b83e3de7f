"""What separation takes: the run that `musicnb estimate separate` is calibrated on."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from musicnb.audio.files import write_audio
from musicnb.stems.files import separate_file
from musicnb.stems.masks import SAMPLE_RATE


def calibrate_separate(duration: float) -> None:
    """Separate `duration` seconds of stereo noise, from file to files."""
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "noise.wav"
        with write_audio(path, SAMPLE_RATE, 2) as writer:
            for _ in range(round(duration)):
                writer.write(rng.uniform(-0.1, 0.1, (2, SAMPLE_RATE)).astype(np.float32))
        separate_file(path, folder, bar=False)
