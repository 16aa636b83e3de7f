"""Compile once what librosa compiles at its first use: ``python -m musicnb.runtime.compiled``.

librosa keeps what numba compiled beside itself, for every later start. Two processes that compile
at the same time can leave files there that do not belong together, and then every process that
uses them crashes (https://github.com/numba/numba/issues/10128). So an installation that several
processes share does it beforehand, in one.
"""

from __future__ import annotations

import numpy as np


def compile_all() -> None:
    """Use once what is compiled; it takes a minute the first time, and seconds later."""
    import librosa

    rate = 22050
    sound = np.sin(2 * np.pi * 440 * np.arange(2 * rate) / rate)
    sound[rate // 2 : rate] = 0
    librosa.beat.beat_track(y=sound, sr=rate)
    librosa.feature.tempo(y=sound, sr=rate)
    librosa.pyin(sound, sr=rate, fmin=200, fmax=800)
    librosa.feature.chroma_cqt(y=sound, sr=rate)
    librosa.lpc(sound[:2048], order=8)
    librosa.effects.time_stretch(librosa.effects.harmonic(sound), rate=1.1)
    librosa.sequence.dtw(np.ones((2, 4)), np.ones((2, 5)))


if __name__ == "__main__":
    compile_all()
