"""How long a room goes on, from what all moments of a recording have in common.

A room multiplies the spectrum of whatever is played in it by the same rough curve, and so adds the
same cepstrum to that of each moment; what is played changes from moment to moment. So the cepstra
of moments that do not overlap are compared: where they agree is the room, and how their agreement
dies away with time, octave by octave, is the dying away of the room.
"""

from __future__ import annotations

import math
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from scipy.fft import next_fast_len
from torch import Tensor, nn
from torch.nn import functional

from musicnb.effects.network import RATE
from musicnb.runtime.weights import load_weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

WEIGHTS = "rooms"
#: Samples of the moments that are compared: 1.5, 3 and 5.9 s. Of the longest there is one.
SIZES = (32_768, 65_536, 131_072)
#: Edges of the octaves, Hz.
EDGES = (60, 350, 700, 1400, 2800, 5600, 10_000)
#: Where the dying away is measured: between these times (s), in so many steps.
FIRST, LAST, STEPS = 0.004, 2.0, 24
#: What is measured of each octave: power, power without its peaks, and agreement of moments.
OCTAVES = len(EDGES) - 1
ROWS = OCTAVES * (3 * len(SIZES) - 1)


@cache
def _window(size: int, *, unit: bool = False) -> Tensor:
    window = torch.hann_window(size)
    return window / window.square().sum().sqrt() if unit else window


def agreement(samples: NDArray[Any], sample_rate: int) -> NDArray[np.float32]:
    """Return what the cepstra of a sound's moments show of its room, shape (ROWS, STEPS).

    Parameters
    ----------
    samples : numpy.ndarray
        A mono sound of at least `SIZES[-1]` samples.
    sample_rate : int
        Hz.

    Examples
    --------
    >>> agreement(np.random.default_rng(0).normal(size=132_300), 22_050).shape == (ROWS, STEPS)
    True
    """
    x = torch.from_numpy(np.ascontiguousarray(samples, dtype=np.float32))
    rows = []
    for size in SIZES:
        moments = x.unfold(0, size, size // 2)
        step = sample_rate / (2 * size)  # Hz from bin to bin
        spectrum = torch.fft.rfft(moments * _window(size), 2 * size)
        spectrum = spectrum[:, : round(EDGES[-1] / step) + 1]
        power = spectrum.real.square() + spectrum.imag.square()
        total = power.sum(1)
        heard = total > 1e-3 * total.max()  # nearly silent moments tell nothing
        power = power[heard]
        # What is 80 dB below the loudest is noise of coding.
        logs = torch.log(power + 1e-8 * power.amax(1, keepdim=True) + 1e-20)
        places = torch.nonzero(heard)[:, 0].tolist()
        octaves = [
            _octave(logs[:, round(low / step) : round(high / step)], step, size, places)
            for low, high in pairwise(EDGES)
        ]
        kinds = np.stack(octaves, 1)
        rows.append(kinds if size < SIZES[-1] else kinds[:2])
    return np.concatenate([row.reshape(-1, STEPS) for row in rows])


def _octave(logs: Tensor, step: float, size: int, places: list[int]) -> NDArray[np.float32]:
    """Return power, power without peaks, and agreement (3, STEPS) of one octave's cepstra."""
    bins = logs.shape[1]
    length = next_fast_len(bins, real=True)
    tick = 1 / (length * step)  # seconds from one value of the cepstrum to the next
    latest = 0.7 * size / RATE  # later, a moment is too short to show it
    cepstra = torch.fft.rfft((logs - logs.mean(1, keepdim=True)) * _window(bins, unit=True), length)
    cepstra = cepstra[:, : round(min(latest, LAST) / tick) + 2]
    power = _power(cepstra).mean(0)
    rough = torch.log10(_power(cepstra.mean(0)) + 1e-9)
    # Moments begin half their length apart: every second one does not overlap.
    later = [next((j for j, b in enumerate(places) if b >= a + 2), None) for a in places]
    shared = torch.zeros_like(power)
    sums = cepstra.flip(0).cumsum(0).flip(0)
    pairs = 0
    for i, j in enumerate(later):
        if j is not None:
            shared += cepstra[i].real * sums[j].real + cepstra[i].imag * sums[j].imag
            pairs += len(places) - j
    totals = [
        np.concatenate([[0.0], each.double().cumsum(0).numpy()])
        for each in (power, rough, shared / max(pairs, 1))
    ]
    times = np.geomspace(FIRST, LAST, STEPS + 1)
    at = (times / tick).round().astype(int)
    made = np.full((3, STEPS), -1, np.float32)
    made[2] = 0
    for place in range(STEPS):
        start, end = at[place], max(at[place + 1], at[place] + 1)
        if end >= len(totals[0]) or times[place + 1] > latest:
            break
        mean, level, both = ((total[end] - total[start]) / (end - start) for total in totals)
        made[:, place] = math.log10(mean + 1e-6), level, both / (mean + 1e-6)
    return made


def _power(x: Tensor) -> Tensor:
    return x.real.square() + x.imag.square()


class RoomNet(nn.Module):
    """The RT60 of a room from the `agreement` of moments, and how sure that is.

    Two convolutions over the steps of time, then three layers.

    Parameters
    ----------
    width : int
        Channels and units. Tests use few.

    Examples
    --------
    >>> place, doubt = RoomNet(8).eval()(torch.zeros(1, ROWS, STEPS))
    >>> place.shape, doubt.shape
    (torch.Size([1]), torch.Size([1]))
    """

    mean: Tensor
    spread: Tensor

    def __init__(self, width: int = 96) -> None:
        super().__init__()
        #: Mean and spread of each measurement over the training examples.
        self.register_buffer("mean", torch.zeros(ROWS, STEPS))
        self.register_buffer("spread", torch.ones(ROWS, STEPS))
        self.first = nn.Conv1d(ROWS, width, 3, padding=1)
        self.second = nn.Conv1d(width, width, 3, padding=1)
        self.third = nn.Linear(width * STEPS, 128)
        self.fourth = nn.Linear(128, 128)
        self.last = nn.Linear(128, 2)

    def forward(self, measured: Tensor) -> tuple[Tensor, Tensor]:
        """Return where in its range the RT60 is, and the logarithm of the error to expect."""

        def dropped(x: Tensor, share: float) -> Tensor:
            return functional.dropout(x, share, self.training)

        # What no training example came near says no more than the furthest that did.
        x = ((measured - self.mean) / self.spread).clamp(-5, 5)
        x = functional.gelu(self.first(dropped(x, 0.1)))
        x = x + functional.gelu(self.second(x))
        x = functional.gelu(self.third(dropped(x.flatten(1), 0.2)))
        x = functional.gelu(self.fourth(dropped(x, 0.2)))
        place, doubt = self.last(dropped(x, 0.2)).unbind(1)
        return place, doubt.clamp(-5, 2)


@cache
def room_network() -> RoomNet:
    """Return the network with its weights."""
    net = RoomNet()
    net.load_state_dict(load_weights(WEIGHTS))
    return net.eval()


def room_place(parts: list[NDArray[np.float32]], net: RoomNet) -> float:
    """Return where in its range the RT60 of mono excerpts at `RATE` is.

    Excerpts that tell it more surely count for more.
    """
    with torch.inference_mode():
        place, doubt = net(torch.from_numpy(np.stack([agreement(part, RATE) for part in parts])))
        return float((place * torch.softmax(-doubt, 0)).sum())
