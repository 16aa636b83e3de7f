"""What an edit and a cover take: the runs that `musicnb estimate` is calibrated on."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from musicnb.audio.audio import Audio
from musicnb.audio.files import write_audio
from musicnb.remix.cover import cover_job
from musicnb.remix.files import edit_file

RATE = 44_100
VOICE = "robot"


def calibrate_edit(duration: float) -> None:
    """Change tempo and key of `duration` seconds of stereo noise, from file to file."""
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "noise.wav"
        with write_audio(path, RATE, 2) as writer:
            for _ in range(round(duration)):
                writer.write(rng.uniform(-0.1, 0.1, (2, RATE)).astype(np.float32))
        edit_file(path, Path(folder) / "made.wav", tempo=0.9, transpose=1, bar=False)


def calibrate_cover(duration: float) -> None:
    """Cover `duration` seconds of stereo noise."""
    noise = np.random.default_rng(0).uniform(-0.1, 0.1, (2, round(duration * RATE)))
    cover_job(Audio(noise, RATE), VOICE).run()
