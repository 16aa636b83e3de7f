"""What a user might try instead, without a network; and the best that a mask could do.

Every function takes a mixture (2, frames) at 44.1 kHz and returns vocals and accompaniment, shape
(2, 2, frames).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import musicnb

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Sound = NDArray[np.float32]

RATE = 44_100
#: librosa's example of vocal separation uses these.
N_FFT = 2048
#: The STFT of our networks, for the oracle.
OURS = {"n_fft": 4096, "hop_length": 1024}
MARGIN_VOCALS, MARGIN_BAND = 10, 2


def ours(mixture: Sound) -> Sound:
    """`musicnb.separate`."""
    stems = musicnb.separate(musicnb.Audio(mixture, RATE))
    return np.stack([stems["vocals"].samples, stems["accompaniment"].samples])


def mixture_itself(mixture: Sound) -> Sound:
    """Do nothing: the mixture stands for both stems."""
    return np.stack([mixture, mixture])


def centre(mixture: Sound) -> Sound:
    """Take what both channels share for the voice, as karaoke machines do."""
    middle = np.repeat(mixture.mean(axis=0, keepdims=True), 2, axis=0)
    return np.stack([middle, mixture - middle])


def hpss(mixture: Sound) -> Sound:
    """Split harmonic from percussive (librosa's HPSS); the harmonic part is the voice."""
    import librosa

    return np.stack(librosa.effects.hpss(mixture))


def repet_sim(mixture: Sound) -> Sound:
    """Take what does not repeat for the voice: the vocal separation of librosa's gallery.

    It is REPET-SIM (Rafii and Pardo, 2012) with the gallery's soft masks and margins. The masks
    come from the middle channel and apply to both.
    """
    import librosa

    spectrum = librosa.stft(mixture, n_fft=N_FFT)
    full = np.abs(spectrum.mean(axis=0))
    width = int(librosa.time_to_frames(2, sr=RATE))
    repeating = librosa.decompose.nn_filter(full, aggregate=np.median, metric="cosine", width=width)
    repeating = np.minimum(full, repeating)
    vocals = librosa.util.softmask(full - repeating, MARGIN_VOCALS * repeating, power=2)
    band = librosa.util.softmask(repeating, MARGIN_BAND * (full - repeating), power=2)
    return np.stack(
        [librosa.istft(spectrum * m, n_fft=N_FFT, length=mixture.shape[1]) for m in (vocals, band)]
    )


def oracle(truth: Sound) -> Sound:
    """Apply the ideal ratio mask, made from the true stems: no mask on our STFT does much better.

    Parameters
    ----------
    truth : ndarray
        The true stems, shape (2, 2, frames).
    """
    import librosa

    spectrum = librosa.stft(truth, **OURS)
    power = np.abs(spectrum) ** 2
    share = power / np.maximum(power.sum(axis=0), 1e-20)
    made: Any = librosa.istft(
        spectrum.sum(axis=0) * share, hop_length=OURS["hop_length"], length=truth.shape[-1]
    )
    return made  # type: ignore[no-any-return]


#: Name: (function, what it is for a reader).
METHODS: dict[str, tuple[Callable[[Sound], Sound], str]] = {
    "musicnb": (ours, "musicnb.separate"),
    "repet_sim": (repet_sim, "REPET-SIM, librosa's vocal separation example"),
    "hpss_harmonic": (hpss, "librosa HPSS, harmonic = vocals"),
    "centre": (centre, "mid channel = vocals, sides = accompaniment"),
    "mixture": (mixture_itself, "the mixture for both stems"),
}
#: Methods that are another one with its stems exchanged.
EXCHANGED = {"hpss_percussive": ("hpss_harmonic", "librosa HPSS, percussive = vocals")}
