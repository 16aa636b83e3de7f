"""What the notebooks of the tests run."""

from __future__ import annotations

#: A stereo sound: a tone that rises on the left, and falls on the right.
SOUND = """
import musicnb
import numpy as np

time = np.arange(4 * 44_100, dtype=np.float64) / 44_100
sweep = (0.3 * np.sin(2 * np.pi * (100 * time + 900 * time**2))).astype(np.float32)
song = musicnb.Audio(np.stack([sweep, sweep[::-1]]), 44_100)
"""
EXPLORER = f"{SOUND}\nexplorer = musicnb.SpectrogramExplorer(song)\nexplorer"
#: The two stems are each other's opposite, so that together they are silent.
MIXER = f"""{SOUND}
opposite = musicnb.Audio(-song.samples, song.sample_rate)
mixer = musicnb.StemMixer({{"one": song, "other": opposite}})
mixer"""
EFFECTS = f"""{SOUND}
panel = musicnb.EffectsPanel(song)
panel"""
EVIL = "<img src=x onerror=alert(1)>"
