"""`estimate_f0`: the pitch of a voice, by one of several methods."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.audio.resample import resample
from musicnb.errors import InputError, MissingToolError
from musicnb.runtime.device import device as pick_device
from musicnb.voices.f0 import F0, STEP, fuse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from musicnb.audio.audio import Audio

    Floats = NDArray[np.floating[Any]]
    #: Seconds, Hz (or NaN) and confidence of a method's own frames.
    Track = tuple[Floats, Floats, Floats]

#: What every method listens at, in Hz.
SAMPLE_RATE = 16_000
#: Samples that SwiftF0 is given at once.
PIECE = 8 * SAMPLE_RATE
#: Below this confidence a value is taken for unvoiced, method by method.
VOICED = {"swift": 0.5, "crepe": 0.5, "pyin": 0.5, "praat": 0.5}
F0_MIN, F0_MAX = 55.0, 1100.0
#: The methods hear nothing lower or higher.
LOWEST, HIGHEST = 47.0, 2000.0


def estimate_f0(
    audio: Audio,
    method: str | Sequence[str] = "swift",
    *,
    fuse_by: str = "median",
    f0_min: float = F0_MIN,
    f0_max: float = F0_MAX,
    device: str | None = None,
) -> F0:
    """Return the fundamental frequency of a voice, a value every 10 ms.

    Parameters
    ----------
    audio : Audio
        One voice, without accompaniment. Channels are averaged.
    method : str or sequence of str
        ``'swift'`` (SwiftF0: a small network on the spectrogram, the quickest), ``'crepe'`` (a
        network on the waveform), ``'pyin'`` (autocorrelation with a hidden Markov model) or
        ``'praat'`` (autocorrelation with a path search; needs the package praat-parselmouth, which
        is GPL and does not come with musicnb). Several are fused into one curve.
    fuse_by : {'median', 'mean'}
        How several are fused.
    f0_min, f0_max : float
        The lowest and highest pitch looked for, in Hz; 47 to 2000.
    device : {'auto', 'cpu', 'cuda', 'cuda:N'}, optional
        Where CREPE computes.

    Raises
    ------
    musicnb.errors.InputError
        If there is no such method, the range makes no sense, or the sound is empty.
    musicnb.errors.MissingToolError
        If Praat is asked for and not installed.

    Examples
    --------
    >>> import numpy as np
    >>> from musicnb.audio.audio import Audio
    >>> time = np.arange(16000) / 16000
    >>> tone = sum(np.sin(2 * np.pi * 220 * n * time) / n for n in range(1, 9))
    >>> abs(estimate_f0(Audio(0.1 * tone, 16000)).median - 220) < 1
    True

    Notes
    -----
    Taught in lesson 07.

    pYIN: Mauch and Dixon, ICASSP 2014. CREPE: Kim et al., ICASSP 2018. Praat: Boersma, Proceedings
    of the Institute of Phonetic Sciences 17, 1993. SwiftF0: Nieradzik, arXiv 2508.18440, 2025.
    """
    names = [method] if isinstance(method, str) else list(method)
    unknown = [name for name in names if name not in METHODS]
    if unknown or not names:
        raise InputError(
            f"there is no method {unknown[0]!r}" if unknown else "no method is named",
            expected=f"one or more of {', '.join(METHODS)}",
            todo="Pass method='swift'.",
        )
    if not LOWEST <= f0_min < f0_max <= HIGHEST:
        raise InputError(
            f"the range is {f0_min:g} to {f0_max:g} Hz",
            expected="f0_min below f0_max, both from 47 to 2000 Hz",
            todo="Voices lie between 55 and 1100 Hz.",
        )
    if not audio.frames:
        raise InputError("the sound is empty", expected="at least one frame", todo="Pass another.")
    samples = audio.samples.mean(axis=0, keepdims=True)
    samples = resample(np.ascontiguousarray(samples), audio.sample_rate, SAMPLE_RATE)[0]
    curves = []
    for name in names:
        times, hz, confidence = METHODS[name](samples, f0_min, f0_max, device)
        curves.append(_on_grid(name, len(samples) / SAMPLE_RATE, times, hz, confidence))
    return curves[0] if len(curves) == 1 else fuse(curves, fuse_by)


def _on_grid(
    name: str,
    duration: float,
    times: Floats,
    hz: Floats,
    confidence: Floats,
) -> F0:
    """Bring a method's own frames to one every `STEP` seconds."""
    grid = np.arange(int(duration / STEP) + 1) * STEP
    sure = np.interp(grid, times, confidence)
    voiced = np.isfinite(hz) & (hz > 0)
    made = np.full(len(grid), np.nan)
    if voiced.any():
        made = np.exp2(np.interp(grid, times[voiced], np.log2(hz[voiced])))
        # A value between two frames is voiced if the nearer one is.
        near = _nearest(times, grid)
        made[~voiced[near] | (sure < VOICED[name])] = np.nan
    return F0(made, np.clip(sure, 0, 1), name)


def _nearest(times: Floats, grid: Floats) -> NDArray[np.intp]:
    """Return the index of the frame that is nearest to each time of the grid."""
    return np.searchsorted((times[1:] + times[:-1]) / 2, grid)


# ---- the methods ---------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _swift_detector() -> Any:
    from swift_f0 import SwiftF0

    return SwiftF0(threads=2, spin=False)


def _swift(samples: NDArray[np.float32], low: float, high: float, _: str | None) -> Track:
    from swift_f0 import concat

    # Piece by piece, which takes less memory and finds the same.
    stream = _swift_detector().stream(fmin=low, fmax=high)
    pieces = range(0, len(samples), PIECE)
    heard = [stream.push(samples[at : at + PIECE], SAMPLE_RATE) for at in pieces]
    found = concat([*heard, stream.flush()])
    return found.timestamps, found.pitch_hz, found.confidence


def _crepe(samples: NDArray[np.float32], low: float, high: float, device: str | None) -> Track:
    from musicnb.voices.crepe import crepe

    hop = round(STEP * SAMPLE_RATE)
    hz, confidence = crepe(samples, hop, pick_device(device))
    outside = (hz < low) | (hz > high)
    return np.arange(len(hz)) * STEP, np.where(outside, np.nan, hz), confidence.astype(np.float64)


def _pyin(samples: NDArray[np.float32], low: float, high: float, _: str | None) -> Track:
    import librosa

    hop = round(STEP * SAMPLE_RATE)
    hz, _voiced, probability = librosa.pyin(
        samples, fmin=low, fmax=high, sr=SAMPLE_RATE, frame_length=1024, hop_length=hop
    )
    # pYIN decides by itself what is voiced; its probability is of another kind.
    confidence = np.where(np.isnan(hz), 0.5 * probability, 0.5 + 0.5 * probability)
    return np.arange(len(hz)) * STEP, hz, np.where(np.isnan(hz), 0, confidence)


def _praat(samples: NDArray[np.float32], low: float, high: float, _: str | None) -> Track:
    try:
        import parselmouth
    except ImportError:
        raise MissingToolError(
            "Praat is not installed",
            expected="the package praat-parselmouth (GPL)",
            todo="Run `pip install praat-parselmouth`, or use method='swift'.",
        ) from None
    sound = parselmouth.Sound(samples.astype(np.float64), SAMPLE_RATE)
    try:
        pitch = sound.to_pitch_ac(time_step=STEP, pitch_floor=low, pitch_ceiling=high)
    except parselmouth.PraatError:  # shorter than three periods
        return np.zeros(1), np.full(1, np.nan), np.zeros(1)
    hz, strength = pitch.selected_array["frequency"], pitch.selected_array["strength"]
    voiced = hz > 0
    return pitch.xs(), np.where(voiced, hz, np.nan), np.where(voiced, 0.5 + strength / 2, 0)


METHODS: dict[str, Callable[[NDArray[np.float32], float, float, str | None], Track]] = {
    "swift": _swift,
    "crepe": _crepe,
    "pyin": _pyin,
    "praat": _praat,
}
