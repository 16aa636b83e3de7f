"""A cover as a picture: its spectrogram, and the pitch of both voices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from musicnb.runtime.figure import new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from musicnb.remix.cover import Cover

RATE, HOP_LENGTH, N_FFT = 22_050, 256, 2048
#: What the pictures show, in Hz: the voices, and their first few harmonics.
LOW, HIGH = 60.0, 4000.0


def picture(made: Cover) -> Figure:
    """Return the figure: above the song's vocals, below the new voice, each with its pitch."""
    import librosa

    figure = new_figure(10, 6)
    axes = figure.subplots(2, sharex=True)
    voices = ", ".join(made.conversion.voices)
    old = made.sounds.get("lead", made.sounds["vocals"])
    shown = (
        ("the singer", old, made.conversion.source_f0),
        (f"the cover's voice: {voices}", made.sounds["converted"], made.conversion.f0),
    )
    for axis, (title, sound, f0) in zip(axes, shown, strict=True):
        mono = sound.mono().resample(RATE)
        spectrum = np.abs(librosa.stft(mono.samples[0], n_fft=N_FFT, hop_length=HOP_LENGTH))
        image = librosa.display.specshow(
            librosa.amplitude_to_db(spectrum, ref=np.max, top_db=70),
            sr=RATE,
            hop_length=HOP_LENGTH,
            x_axis="time",
            y_axis="log",
            ax=axis,
            cmap="magma",
        )
        axis.plot(f0.times, f0.hz, color="#4fd1ff", linewidth=1.2, label="f0")
        axis.set(title=title, ylabel="Hz", ylim=(LOW, HIGH), xlabel="")
        axis.legend(loc="upper right")
    axes[-1].set_xlabel("time (s)")
    figure.colorbar(image, ax=axes, label="level (dB)")
    return figure
