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
#: Two seconds of a sung vowel, an A with vibrato.
VOWEL = """
import musicnb
import numpy as np

time = np.arange(2 * 44_100) / 44_100
phase = 2 * np.pi * np.cumsum(220 * 2 ** (0.3 / 12 * np.sin(2 * np.pi * 5 * time))) / 44_100
parts = [np.sin(n * phase) / (1 + ((n * 220 - 700) / 400) ** 2) for n in range(1, 16)]
sung = musicnb.Audio(0.1 * sum(parts), 44_100)
"""
VOICE = f"{VOWEL}\nstudio = musicnb.VoiceStudio(sung)\nstudio"
EVIL = "<img src=x onerror=alert(1)>"
#: Three curves of one voice, a steady A3 of 2 s; the first can be edited.
F0 = """
import musicnb
import numpy as np

time = np.arange(2 * 16_000) / 16_000
tones = [0.08 * np.sin(2 * np.pi * 220 * n * time) / n for n in range(1, 11)]
voice = musicnb.Audio(sum(tones), 16_000)
f0 = musicnb.F0(np.full(201, 220.0), np.ones(201), "swift")
explorer = musicnb.SpectrogramExplorer(voice, scale="log", view={"low": 80, "high": 880})
explorer.add_f0({"swift": f0, "crepe": f0.transpose(0.5), "pyin": f0.transpose(-12)})
explorer"""
