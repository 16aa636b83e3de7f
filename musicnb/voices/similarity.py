"""How like two voices are: the cosine of what a speaker encoder says of them.

Wan, Wang, Papir and Lopez Moreno, "Generalized end-to-end loss for speaker verification", ICASSP
2018; the weights are those of Resemblyzer (Apache 2.0), and it is used as Resemblyzer does. It was
trained by others on other voices, and plays no part in the training of any of ours: a judge from
outside.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from musicnb.audio.resample import resample
from musicnb.errors import InputError
from musicnb.runtime.weights import load_weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from musicnb.audio.audio import Audio

WEIGHTS = "resemblyzer"
SAMPLE_RATE, N_FFT, HOP_LENGTH, MELS = 16_000, 400, 160, 40
#: Frames of a window, and from one window to the next; the last may lack so much of its own.
WINDOW, STEP, LACKING = 160, 77, 0.25
#: Recordings softer than this are made as loud, in dBFS, as those were that it was trained on.
LEVEL_DB = -30.0
#: Frames so far below the loudest tenth, in dB, and that far from any other, are pauses: cut out.
PAUSE_DB, PAUSE = 35.0, 10


class SpeakerNet(nn.Module):
    """Three recurrent layers and a linear one: windows (batch, 160, 40) to embeddings (batch, 256).

    Examples
    --------
    >>> import torch
    >>> with torch.inference_mode():
    ...     made = SpeakerNet()(torch.rand(2, 160, 40))
    >>> tuple(made.shape), [round(float(n), 3) for n in made.norm(dim=1)]
    ((2, 256), [1.0, 1.0])
    """

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(MELS, 256, 3, batch_first=True)
        self.linear = nn.Linear(256, 256)

    def forward(self, mels: Tensor) -> Tensor:
        """Return embeddings of length 1."""
        _, (hidden, _) = self.lstm(mels)
        raw = torch.relu(self.linear(hidden[-1]))
        made: Tensor = raw / raw.norm(dim=1, keepdim=True).clamp(min=1e-9)
        return made


@lru_cache(maxsize=1)
def _network() -> SpeakerNet:
    net = SpeakerNet()
    net.load_state_dict(load_weights(WEIGHTS))
    return net.eval()


def embed_voice(audio: Audio | Sequence[Audio]) -> NDArray[np.float32]:
    """Return what the speaker encoder says of a voice: (256,), of length 1.

    Parameters
    ----------
    audio : Audio or sequence of Audio
        At least a second of one voice without accompaniment; of several recordings, the mean.

    Raises
    ------
    musicnb.errors.InputError
        If there is less than half a second that is not silence.

    Notes
    -----
    As Resemblyzer does: soft recordings are made louder, of long pauses 0.2 s are kept, and the
    mean is taken over windows of 1.6 s that overlap by half. Taught in lesson 08.

    Examples
    --------
    >>> import musicnb
    >>> song = musicnb.load("demo:starfall", offset=30, duration=3)
    >>> embed_voice(song).shape
    (256,)
    """
    if isinstance(audio, list | tuple):
        total = np.sum([embed_voice(each) for each in audio], axis=0)
        return np.asarray(total / np.linalg.norm(total), np.float32)
    mono = np.ascontiguousarray(audio.samples.mean(axis=0, keepdims=True))  # type: ignore[union-attr]
    samples = resample(mono, audio.sample_rate, SAMPLE_RATE)[0]  # type: ignore[union-attr]
    mel = _without_pauses(_mel(samples))
    if len(mel) < WINDOW // 3:
        raise InputError(
            f"{len(mel) * HOP_LENGTH / SAMPLE_RATE:.2f} s of the sound are not silence",
            expected="at least half a second of a voice",
            todo="Pass a longer recording.",
        )
    with torch.inference_mode():
        total = _network()(torch.from_numpy(_windows(mel))).mean(0).numpy()
    return np.asarray(total / np.linalg.norm(total), np.float32)


def similarity(one: Audio | Sequence[Audio], other: Audio | Sequence[Audio]) -> float:
    """Return how like two voices are, 0 to 1.

    Recordings of one voice mostly score over 0.85, those of two voices mostly below 0.75. The
    scale says nothing about how natural they sound. Taught in lesson 08.

    Examples
    --------
    >>> import musicnb
    >>> from musicnb.voices.library import PACKAGED
    >>> rms, slt = (musicnb.load(PACKAGED / name / "preview.ogg") for name in ("rms", "slt"))
    >>> similarity(rms[:5], rms[5:]) > 0.85 > 0.7 > similarity(rms, slt)
    True
    """
    return float(embed_voice(one) @ embed_voice(other))


def _mel(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mel power spectrogram (frames, 40), of nothing softer than the network knows."""
    import librosa

    power = float(np.mean(np.square(samples, dtype=np.float64)))
    gain = max(1.0, 10 ** (LEVEL_DB / 20) / max(power**0.5, 1e-6))
    mel = librosa.feature.melspectrogram(
        y=samples * np.float32(gain),
        sr=SAMPLE_RATE,
        n_fft=N_FFT,
        hop_length=HOP_LENGTH,
        n_mels=MELS,
    )
    return np.asarray(mel.T, np.float32)


def _without_pauses(mel: NDArray[np.float32]) -> NDArray[np.float32]:
    level = 10 * np.log10(mel.mean(1) + 1e-12)
    loud = level > np.percentile(level, 90) - PAUSE_DB
    # Near to what the detector keeps that Resemblyzer asks; `benchmarks voices` prints how near.
    near = np.convolve(loud, np.ones(2 * PAUSE + 1), mode="full")[PAUSE : len(loud) + PAUSE] > 0
    kept: NDArray[np.float32] = mel[near]
    return kept


def _windows(mel: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return windows, (windows, 160, 40), that overlap by half; silence fills up the last."""
    fits = len(mel) - WINDOW + round(LACKING * WINDOW)
    starts = range(0, max(fits, 0) + 1, STEP)
    padded = np.pad(mel, ((0, max(0, starts[-1] + WINDOW - len(mel))), (0, 0)))
    return np.stack([padded[start : start + WINDOW] for start in starts])
