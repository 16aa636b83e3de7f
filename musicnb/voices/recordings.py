"""Recordings of a voice that is to be learned: cut at silences, and refused if they will not do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn import functional

from musicnb.audio.audio import Audio
from musicnb.audio.files import load
from musicnb.audio.resample import resample
from musicnb.errors import InputError
from musicnb.voices import features
from musicnb.voices.estimate_f0 import estimate_f0
from musicnb.voices.listen import level
from musicnb.voices.similarity import embed_voice
from musicnb.voices.synthesis import HOP_LENGTH, SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Sound = NDArray[np.float32]
    Given = Audio | str | Path | Sequence[Audio | str | Path]

#: Seconds of voice that it takes, and those of which more would only take longer.
SHORTEST, LONGEST = 30.0, 600.0
#: A pause is at least so long, is kept up to so long, and a slice has at least so much: seconds.
PAUSE, KEPT, SLICE = 0.3, 0.1, 3.0
#: A pause is so far below the loud moments, or so little above the noise, in dB.
BELOW, ABOVE = 40.0, 6.0
#: Where nothing is louder there is no voice, in dBFS; what is so far below is no recording, in dB.
QUIETEST, DIGITAL = -70.0, 80.0
#: The least signal-to-noise ratio, in dB.
MIN_SNR = 15.0
#: How far the quietest twentieth of steady noise lies below its mean, in dB, as it is measured.
NOISE_BIAS = 5.5
#: The largest share of samples that may be cut off, and of loud frames without a pitch.
MAX_CLIPPED, MAX_UNVOICED = 1e-3, 0.8
#: Slices of one voice, put in two groups, are at least so alike; and the smaller group is this
#: share of all before it counts.
MIN_ALIKE, MIN_SHARE = 0.8, 0.12


@dataclass(frozen=True)
class Recordings:
    """What a voice is learned from.

    Attributes
    ----------
    slices : list of Audio
        Stretches without pauses, mono, 44.1 kHz.
    snr_db : float
        Estimated signal-to-noise ratio in dB.
    """

    slices: list[Audio]
    snr_db: float

    @property
    def seconds(self) -> float:
        """How much voice there is."""
        return sum(each.duration for each in self.slices)


def prepare(recordings: Given) -> Recordings:
    """Return recordings cut at their silences.

    Raises
    ------
    musicnb.errors.InputError
        If there is too little voice, too much noise or accompaniment, clipping, more than one
        voice, or hardly any pitch.
    """
    given = [recordings] if isinstance(recordings, Audio | str | Path) else list(recordings)
    slices: list[Audio] = []
    ratios, clipped = [], 0.0
    for each in given:
        audio = each if isinstance(each, Audio) else load(each)
        mono = np.ascontiguousarray(audio.samples.mean(axis=0, keepdims=True))
        clipped = max(clipped, _clipped(audio.samples))
        samples = resample(mono, audio.sample_rate, SAMPLE_RATE)[0]
        cut = cut_at_silences(samples)
        slices += [Audio(part, SAMPLE_RATE) for part in cut]
        if cut:
            ratios.append((sum(map(len, cut)), snr(samples)))
    total = sum(weight for weight, _ in ratios)
    ratio = sum(weight * value for weight, value in ratios) / max(total, 1)
    _require(slices, ratio, clipped)
    return Recordings(slices, ratio)


def cut_at_silences(samples: Sound) -> list[Sound]:
    """Return the stretches between pauses, each at least 3 s long if there is so much.

    Neighbours that are shorter are joined, with no more than 0.2 s between them.

    Examples
    --------
    >>> import numpy as np
    >>> tone = np.sin(np.arange(4 * SAMPLE_RATE) / 20).astype(np.float32)
    >>> silence = np.zeros(2 * SAMPLE_RATE, np.float32)
    >>> [round(len(each) / SAMPLE_RATE, 1) for each in
    ...     cut_at_silences(np.concatenate((silence, tone, silence, tone)))]
    [4.2, 4.1]
    """
    loud = level(torch.from_numpy(samples)).numpy()
    if not len(samples) or loud.max() < QUIETEST:
        return []
    floor = max(np.percentile(loud, 95) - BELOW, min(np.percentile(loud, 5), -60) + ABOVE)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], (loud > floor).astype(np.int8), [0]))))
    runs: list[list[int]] = []
    for first, last in edges.reshape(-1, 2).tolist():
        if runs and first - runs[-1][1] < PAUSE * 100:
            runs[-1][1] = last
        else:
            runs.append([first, last])
    parts: list[Sound] = []
    for first, last in runs:
        start = max(0, round((first - 100 * KEPT) * HOP_LENGTH))
        part = samples[start : round((last + 100 * KEPT) * HOP_LENGTH)]
        if parts and len(parts[-1]) < SLICE * SAMPLE_RATE:
            parts[-1] = np.concatenate((parts[-1], part))
        else:
            parts.append(part)
    if len(parts) > 1 and len(parts[-1]) < SLICE * SAMPLE_RATE:
        last_part = parts.pop()
        parts[-1] = np.concatenate((parts[-1], last_part))
    return parts


def snr(samples: Sound) -> float:
    """Return the signal-to-noise ratio in dB, from sound at 44.1 kHz.

    In every mel band a voice falls silent again and again, even where the whole never does: the
    quietest twentieth of the band's moments is noise (after Martin, "Noise power spectral density
    estimation based on optimal smoothing and minimum statistics", IEEE Transactions, 2001).

    Examples
    --------
    >>> import numpy as np
    >>> noise = np.random.default_rng(0).standard_normal(2 * SAMPLE_RATE).astype(np.float32)
    >>> bool(snr(noise) < 5)
    True
    """
    narrow = resample(samples[None], SAMPLE_RATE, features.SAMPLE_RATE)
    spectrum = features.power(torch.from_numpy(narrow))[0]
    bands = functional.avg_pool1d(features.mel(spectrum), 7, 1).numpy()
    whole = 10 * np.log10(bands.sum(0) + 1e-12)
    bands = bands[:, whole > whole.max() - DIGITAL]  # digital silence was never recorded
    noise = np.percentile(bands, 5, axis=1).sum()
    return float(10 * np.log10(bands.mean(1).sum() / max(noise, 1e-12))) - NOISE_BIAS


def _clipped(samples: Sound) -> float:
    """Return the share of samples that stand, three or more in a row, at the largest value."""
    peak = float(np.abs(samples).max(initial=0))
    at_peak = np.abs(samples) >= 0.999 * max(peak, 0.1)
    three = at_peak[:, 2:] & at_peak[:, 1:-1] & at_peak[:, :-2]
    return float(three.mean()) if three.size else 0.0


def _require(slices: list[Audio], ratio: float, clipped: float) -> None:
    seconds = sum(each.duration for each in slices)
    if seconds < SHORTEST:
        raise InputError(
            f"there are {seconds:.0f} s of voice, the pauses left out",
            expected=f"at least {SHORTEST:.0f} s; one to five minutes are good",
            todo="Record more.",
        )
    if seconds > LONGEST:
        raise InputError(
            f"there are {seconds / 60:.0f} minutes of voice",
            expected=f"at most {LONGEST / 60:.0f}; five minutes teach as much",
            todo="Pass fewer recordings.",
        )
    if clipped > MAX_CLIPPED:
        raise InputError(
            f"{clipped:.1%} of the samples are clipped".replace("%", " %"),
            expected=f"less than {MAX_CLIPPED:.1%}".replace("%", " %"),
            todo="Record again, at a lower gain.",
        )
    if ratio < MIN_SNR:
        raise InputError(
            f"noise or accompaniment lies only {ratio:.0f} dB under the voice",
            expected=f"at least {MIN_SNR:.0f} dB",
            todo="Record in a quiet room, close to the microphone, or separate the song first.",
        )
    _require_one_voice(slices)


def _require_one_voice(slices: list[Audio]) -> None:
    voiced = np.concatenate([estimate_f0(each).voiced for each in slices])
    if voiced.mean() < 1 - MAX_UNVOICED:
        raise InputError(
            f"a pitch is heard in {voiced.mean():.0%} of the recordings".replace("%", " %"),
            expected="one voice that speaks or sings, without accompaniment",
            todo="Pass other recordings.",
        )
    alike, share = _two_groups(slices)
    if alike < MIN_ALIKE and share > MIN_SHARE:
        raise InputError(
            f"there seem to be two voices (likeness {alike:.2f})",
            expected=f"one, whose slices are alike by {MIN_ALIKE} or more",
            todo="Pass recordings of one person.",
        )


def _two_groups(slices: list[Audio]) -> tuple[float, float]:
    """Put slices into two groups; return how alike the two are, and the share of the smaller."""
    embedded = np.stack([embed_voice(each) for each in slices])
    away = embedded - embedded.mean(0)
    second = away @ np.linalg.svd(away, full_matrices=False)[2][0] > 0
    if second.all() or not second.any():
        return 1.0, 0.0
    seconds = np.array([each.duration for each in slices])
    centres = [embedded[group].mean(0) for group in (second, ~second)]
    one, other = (centre / np.linalg.norm(centre) for centre in centres)
    share = min(seconds[second].sum(), seconds[~second].sum()) / seconds.sum()
    return float(one @ other), float(share)
