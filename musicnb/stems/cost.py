"""What separation takes: the run that `musicnb estimate separate` is calibrated on."""

from __future__ import annotations

import tempfile

import numpy as np

from musicnb.audio.audio import Audio
from musicnb.stems.files import separate_file


def calibrate_separate(duration: float) -> None:
    """Separate stereo noise of `duration` seconds, from memory to files."""
    noise = np.random.default_rng(0).uniform(-0.1, 0.1, (2, round(duration * 44100)))
    with tempfile.TemporaryDirectory() as folder:
        separate_file(Audio(noise, 44100), folder, bar=False)
