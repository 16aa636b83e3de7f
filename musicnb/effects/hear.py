"""What a recording tells about the effects it went through, without the dry sound beside it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from musicnb.effects.echoes import find_echo, fingerprint
from musicnb.effects.network import (
    HOP_LENGTH,
    MELS,
    N_FFT,
    PARAMETERS,
    PRESENCE,
    RATE,
    SECONDS,
    EffectsNet,
)
from musicnb.effects.rooms import RoomNet, room_network, room_place
from musicnb.effects.spectra import log_mel
from musicnb.errors import InputError
from musicnb.runtime.weights import load_weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicnb.audio.audio import Audio

WEIGHTS = "effects"
#: How the names of the calibration begin, beside the network's own.
CALIBRATION = "calibration."
#: Excerpts that are heard of a long recording, and seconds in which echoes are looked for.
EXCERPTS, ECHO_SECONDS = 8, 30.0
SHORTEST = 2.0
RT60 = list(PARAMETERS).index("reverb.rt60")


@dataclass(frozen=True)
class Heard:
    """The effects that a recording seems to have gone through.

    Attributes
    ----------
    presence : dict of str to float
        For 'eq', 'compressor', 'delay' and 'reverb' the probability that it is there.
    values : dict of str to float
        How each would be set if it is there, such as 'reverb.rt60' in seconds. They are
        estimates; the card of the weights (``musicnb.runtime.weights.card("effects")``) says how
        far off they are on average.
    """

    presence: dict[str, float]
    values: dict[str, float]

    def __repr__(self) -> str:
        return f"Heard({', '.join(f'{k} {v:.0%}' for k, v in self.presence.items())})"


def hear(audio: Audio) -> Heard:
    """Return which effects a recording went through, and how they were set.

    A small network listens for EQ, compression and reverberation; echoes are found in the
    cepstrum, which is surer (see :mod:`musicnb.effects.echoes`), and another network hears how
    long a room goes on from what all moments have in common (see :mod:`musicnb.effects.rooms`).

    Parameters
    ----------
    audio : Audio
        At least 2 s of sound. Of more than 48 s, eight excerpts are heard.

    Raises
    ------
    musicnb.errors.InputError
        If it is silent or too short.

    Examples
    --------
    >>> import musicnb
    >>> song = musicnb.load("demo:feelings/guitar", duration=8)
    >>> wet = musicnb.apply_effects(song, {"delay": {"time": 0.31, "mix": 0.35}})
    >>> heard = hear(wet)
    >>> round(heard.values["delay.time"], 2), heard.presence["delay"] > 0.5
    (0.31, True)
    """
    if audio.duration < SHORTEST or not audio.peak:
        what = f"lasts {audio.duration:.2f} s" if audio.peak else "is silent"
        raise InputError(
            f"the sound {what}", expected=f"at least {SHORTEST:g} s of sound", todo="Pass another."
        )
    mono = audio.mono().resample(RATE).samples[0]
    evidence, places, time = evidence_in(mono, network(), room_network())
    presence, values = calibration()
    sure = torch.sigmoid((presence * evidence).sum(1)).tolist()
    made = settings_at(values[:, 0] + values[:, 1] * places)
    if time is not None:
        made["delay.time"] = time
    return Heard(dict(zip(PRESENCE, sure, strict=True)), made)


def evidence_in(
    samples: NDArray[np.float32], net: EffectsNet, rooms: RoomNet
) -> tuple[Tensor, Tensor, float | None]:
    """Return what the networks find in a mono sound at `RATE`, before it is calibrated.

    The evidence for each effect's presence (effects, 3), each setting's place in its range, and
    the time of the clearest echo.
    """
    parts = [normalised(part) for part in excerpts(samples)]
    mels = torch.stack([spectrogram(part) for part in parts])
    prints = torch.from_numpy(np.stack([fingerprint(part, RATE) for part in parts]))
    with torch.inference_mode():
        logits, places = (made.mean(0) for made in net(mels, prints))
        if len(samples) < round(SECONDS * RATE):
            # Repeats of a short sound agree with one another, as if in a room; silence does not.
            parts = [np.pad(normalised(samples), (0, round(SECONDS * RATE) - len(samples)))]
        places[RT60] = room_place(parts, rooms)
    echo = find_echo(loudest(samples, ECHO_SECONDS), RATE)
    evidence = torch.stack([logits, torch.zeros(len(PRESENCE)), torch.ones(len(PRESENCE))], 1)
    evidence[PRESENCE.index("delay"), 1] = math.log(max(echo.clearness, 1.0)) if echo else 0.0
    return evidence, places, echo.time if echo else None


def settings_at(places: Tensor) -> dict[str, float]:
    """Return the settings at places in their ranges."""
    return {
        name: PARAMETERS[name].at(min(max(float(place), 0.0), 1.0))
        for name, place in zip(PARAMETERS, places, strict=True)
    }


@cache
def network() -> EffectsNet:
    """Return the network with its weights."""
    net = EffectsNet()
    state = load_weights(WEIGHTS)
    net.load_state_dict({k: v for k, v in state.items() if not k.startswith(CALIBRATION)})
    return net.eval()


@cache
def calibration() -> tuple[Tensor, Tensor]:
    """Return what makes probabilities of the evidence, and settings of the network's places.

    For each effect, factors of the network's logit and of the logarithm of the echo's clearness,
    and a constant; for each setting, a constant and a factor. Where the network knows little, the
    factor is small, and the setting stays near the mean.
    """
    state = load_weights(WEIGHTS)
    return state[f"{CALIBRATION}presence"], state[f"{CALIBRATION}values"]


def excerpts(samples: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Return up to eight excerpts of 6 s of a sound, evenly spread, the silent ones left out."""
    size = round(SECONDS * RATE)
    if len(samples) <= size:
        return [np.resize(samples, size)]
    starts = np.linspace(0, len(samples) - size, min(EXCERPTS, math.ceil(len(samples) / size)))
    parts = [samples[int(start) : int(start) + size] for start in starts]
    power = np.array([float(np.mean(np.square(part))) for part in parts])
    return [part for part, p in zip(parts, power, strict=True) if p > power.max() * 1e-3]


def loudest(samples: NDArray[np.float32], seconds: float) -> NDArray[np.float32]:
    """Return the loudest stretch of so many seconds."""
    size = round(seconds * RATE)
    if len(samples) <= size:
        return samples
    total = np.concatenate([[0.0], np.cumsum(np.square(samples, dtype=np.float64))])
    at = int(np.argmax(total[size:] - total[:-size]))
    return samples[at : at + size]


def normalised(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a mono sound at -20 dBFS: how loud a recording is says nothing about its effects."""
    power = float(np.mean(np.square(samples, dtype=np.float64)))
    made: NDArray[np.float32] = (samples * (0.1 / np.sqrt(max(power, 1e-12)))).astype(np.float32)
    return made


def spectrogram(samples: NDArray[np.float32]) -> Tensor:
    """Return what the network sees of a mono sound at `RATE`: (mels, frames), in 10 dB."""
    mel = log_mel(torch.from_numpy(samples), RATE, N_FFT, HOP_LENGTH, MELS)
    # Zero in the middle of what is heard.
    return mel + 5
