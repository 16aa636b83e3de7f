"""What lesson 03 listens to: the stems of Glasswork, by oracle masks that are exact or leak."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from musicnb.course import masknet

STEMS = ("drums", "bass", "guitar", "other")
#: The excerpt that all scores are of: bars 3 to 6, in seconds.
START, STOP = 6, 18


@cache
def glasswork() -> dict[str, np.ndarray]:
    """Return the true stems as the lesson has them: mono, at 22 050 Hz."""
    import musicnb

    whole = {name: musicnb.load(f"demo:glasswork/{name}") for name in STEMS}
    return {
        name: each.mono().resample(masknet.RATE).samples[0].copy() for name, each in whole.items()
    }


def mixture(stems: dict[str, np.ndarray]) -> np.ndarray:
    """Return the sum of all stems."""
    total: np.ndarray = np.sum(list(stems.values()), axis=0)
    return total


@cache
def oracle_scores(stem: str) -> dict[str, float]:
    """Return the SI-SDR of a stem by its oracle mask, and what comes out of mistakes."""
    from musicnb.stems.metrics import sdr, si_sdr

    stems = glasswork()
    song, true = mixture(stems), stems[stem]
    spectrum, target = masknet.stft(song), masknet.stft(true).abs()
    rest = masknet.stft(song - true).abs()
    by_mask = masknet.masked(spectrum, target / (target + rest + 1e-9), len(song))
    part = slice(START * masknet.RATE, STOP * masknet.RATE)
    return {
        "right": si_sdr(by_mask[part], true[part]),
        "mixture": si_sdr(song[part], true[part]),
        "whole": si_sdr(by_mask, true),
        "sdr": sdr(by_mask[part], true[part]),
        "drums": si_sdr(by_mask[part], stems["drums"][part]),
        "rest": si_sdr((song - by_mask)[part], true[part]),
    }


def two_drums() -> dict[str, Any]:
    """Return two estimates of the drums: by HPSS, and by the oracle mask."""
    from musicnb.audio.audio import Audio

    sounds = {name: Audio(each, masknet.RATE) for name, each in estimates().items()}
    level = min(each.loudness for each in sounds.values()) - 6
    return {
        "prompt": "Both are meant to be drums alone. In which is more of the bass and guitar left?",
        "kind": "which",
        "sounds": {name: each.gain(level - each.loudness) for name, each in sounds.items()},
    }


@cache
def estimates() -> dict[str, np.ndarray]:
    """Return six seconds of drums by a soft mask that leaks, and by the oracle mask."""
    stems = glasswork()
    part = slice(START * masknet.RATE, (START + 6) * masknet.RATE)
    drums = stems["drums"][part]
    song = mixture(stems)[part]
    target, rest = masknet.stft(drums).abs(), masknet.stft(song - drums).abs()
    oracle = target / (target + rest + 1e-9)
    masks = {"leaky": oracle**0.3, "oracle": oracle}
    spectrum = masknet.stft(song)
    return {name: masknet.masked(spectrum, mask, len(song)) for name, mask in masks.items()}
