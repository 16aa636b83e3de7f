"""What can be measured on a recording: loudness, peaks, dynamics, and the balance of its bands."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.audio.loudness import MAX_CHANNELS
from musicnb.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicnb.audio.audio import Audio

TARGETS = Path(__file__).parent / "targets.json"
#: Centres of the octave bands, Hz.
CENTRES = (63, 125, 250, 500, 1000, 2000, 4000, 8000)
RATE = 32_000
SECONDS = 60.0
#: Seconds over which short-time levels are taken.
SHORT = 0.05
#: Few recordings of a kind are alike by chance; none is taken for narrower than this, dB.
LEAST_SPREAD = 1.5
#: How many of the ten measures are independent, roughly.
INDEPENDENT = 4


@dataclass(frozen=True)
class Profile:
    """Measured on a recording.

    Attributes
    ----------
    loudness : float
        LUFS.
    crest : float
        Peak over root mean square, dB.
    dynamics : float
        How far the louder moments are above the softer ones: from the 10th to the 95th
        percentile of levels over 50 ms, in dB; rests do not count.
    balance : tuple of float
        Level in each octave band from 63 Hz to 8 kHz, in dB around their mean.
    """

    loudness: float
    crest: float
    dynamics: float
    balance: tuple[float, ...]

    @property
    def tilt(self) -> float:
        """How steeply the spectrum falls (or rises), in dB an octave from 125 Hz to 8 kHz."""
        octaves = np.arange(len(CENTRES) - 1)
        return float(np.polyfit(octaves, self.balance[1:], 1)[0])


def measure(audio: Audio) -> Profile:
    """Return the profile of a recording; of a long one, of the minute in its middle.

    Examples
    --------
    >>> import musicnb
    >>> profile = measure(musicnb.load("demo:starfall", duration=10))
    >>> len(profile.balance), profile.crest > 6, -9 < profile.tilt < 0
    (8, True, True)
    """
    from scipy.signal import welch

    if audio.duration < 1 or not audio.peak:
        raise InputError(
            f"the sound lasts {audio.duration:.2f} s and peaks at {audio.peak:.3g}",
            expected="at least 1 s of sound",
            todo="Pass another.",
        )
    start = max(0.0, (audio.duration - SECONDS) / 2)
    part = audio[start : start + SECONDS]
    mono = part.mono().resample(RATE).samples[0].astype(np.float64)
    frequency, power = welch(mono, RATE, nperseg=4096)
    bands = [
        float(power[(frequency >= c / math.sqrt(2)) & (frequency < c * math.sqrt(2))].sum())
        for c in CENTRES
    ]
    balance = 10 * np.log10(np.maximum(bands, 1e-12))
    size = round(SHORT * RATE)
    short = np.square(mono[: len(mono) // size * size]).reshape(-1, size).mean(1)
    short = 10 * np.log10(np.maximum(short, 1e-12))
    short = short[short > short.max() - 40]
    low, high = np.percentile(short, [10, 95])
    return Profile(
        loudness=(part if part.channels <= MAX_CHANNELS else part.mono()).loudness,
        crest=float(20 * np.log10(np.abs(mono).max() + 1e-12) - 10 * np.log10(np.mean(mono**2))),
        dynamics=float(high - low),
        balance=tuple((balance - balance.mean()).tolist()),
    )


@cache
def targets() -> dict[str, dict[str, Any]]:
    """Return, for each kind of recording, the profiles of finished ones: mean and spread.

    Examples
    --------
    >>> sorted(targets())
    ['acoustic', 'drums', 'electronic', 'guitar', 'metal', 'mix', 'voice']
    """
    value: dict[str, dict[str, Any]] = json.loads(TARGETS.read_text("utf-8"))["kinds"]
    return value


def distance(profile: Profile, kind: str) -> float:
    """Return how far a profile is from a kind, in spreads: about 1 for one of its own."""
    away, _ = _away(profile, kind)
    return float(np.sqrt(np.mean(np.square(away))))


def likelihood(profile: Profile) -> dict[str, float]:
    """Return for each kind how likely the profile is one of its own, together 1.

    Gaussian in each measure, so that a kind of great variety is not near to everything. The
    measures hang together, and count as `INDEPENDENT`.
    """
    logs = {}
    for kind in targets():
        away, spread = _away(profile, kind)
        logs[kind] = -INDEPENDENT * float(np.mean(np.square(away) / 2 + np.log(spread)))
    weights = {kind: math.exp(value - max(logs.values())) for kind, value in logs.items()}
    return {kind: weight / sum(weights.values()) for kind, weight in weights.items()}


def _away(profile: Profile, kind: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return each measure's difference from a kind in spreads, and the spreads."""
    target = targets()[kind]
    measured = np.array([*profile.balance, profile.crest, profile.dynamics])
    means = np.array([*target["balance"], target["crest"], target["dynamics"]])
    spreads = [*target["balance_spread"], target["crest_spread"], target["dynamics_spread"]]
    spread = np.maximum(spreads, LEAST_SPREAD)
    return (measured - means) / spread, spread
