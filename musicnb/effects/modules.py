"""The effects as torch modules: their settings are parameters that gradients can change.

Each is made from its settings, processes sounds of shape (channels, frames), and gives its
settings back. A parameter cannot leave its range: what is learned is its place in it, before a
sigmoid.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from scipy.fft import next_fast_len
from torch import Tensor, nn
from torch.nn import functional

from musicnb.audio.limit import frames_ahead
from musicnb.effects import compressor, delay, equalizer, reverb
from musicnb.effects.chain import EffectChain
from musicnb.effects.settings import (
    Band,
    Compressor,
    Delay,
    Equalizer,
    Limiter,
    Range,
    Reverb,
    Settings,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

#: At its very end a sigmoid is flat, and nothing would be learned there.
INSIDE = 1e-3


class Bounded(nn.Module):
    """A number that stays in its range.

    Examples
    --------
    >>> number = Bounded(440.0, Range(20, 20_000, "Hz", logarithmic=True))
    >>> round(number().item())
    440
    """

    def __init__(self, value: float, allowed: Range) -> None:
        super().__init__()
        self.allowed = allowed
        low, high = self._ends()
        place = (math.log(value) if allowed.logarithmic else value) - low
        share = min(max(place / (high - low), INSIDE), 1 - INSIDE)
        self.place = nn.Parameter(torch.tensor(math.log(share / (1 - share))))

    def _ends(self) -> tuple[float, float]:
        low, high = self.allowed.low, self.allowed.high
        return (math.log(low), math.log(high)) if self.allowed.logarithmic else (low, high)

    def forward(self) -> Tensor:
        """Return the number."""
        low, high = self._ends()
        value = low + (high - low) * torch.sigmoid(self.place)
        return torch.exp(value) if self.allowed.logarithmic else value


class _Effect(nn.Module):
    """A module with one `Bounded` for each number of its settings."""

    def __init__(self, settings: Settings, names: Iterable[str] | None = None) -> None:
        super().__init__()
        self.given = settings
        self.numbers = nn.ModuleDict(
            {
                name: Bounded(getattr(settings, name), settings.RANGES[name])
                for name in (settings.RANGES if names is None else names)
            }
        )

    def values(self) -> dict[str, Tensor]:
        """Return the numbers as tensors."""
        return {name: number() for name, number in self.numbers.items()}

    def plain(self) -> dict[str, float]:
        """Return the numbers as floats, exactly within their ranges."""
        with torch.no_grad():
            return {
                name: min(
                    max(float(value), self.given.RANGES[name].low), self.given.RANGES[name].high
                )
                for name, value in self.values().items()
            }


class BandModule(_Effect):
    """One biquad, by its frequency response."""

    given: Band

    def forward(self, frequencies: Tensor, sample_rate: int) -> Tensor:
        """Return the complex response at `frequencies` in Hz."""
        values = self.values()
        nyquist = equalizer.AUDIBLE * sample_rate
        b, a = equalizer.coefficients(
            self.given.kind,
            values["frequency"].clamp(max=nyquist),
            values["gain"],
            values["q"],
            sample_rate,
        )
        return equalizer.response(b, a, frequencies, sample_rate)

    def settings(self) -> Band:
        """Return the band as it is now."""
        return Band(self.given.kind, **self.plain())


class EqualizerModule(nn.Module):
    """All bands, multiplied in the frequency domain."""

    #: Seconds of silence after the sound, in which the lowest band dies away.
    ROOM = 0.5

    def __init__(self, settings: Equalizer) -> None:
        super().__init__()
        self.each = [BandModule(band) for band in settings.bands]
        self.bands = nn.ModuleList(self.each)  # so that torch finds their parameters

    def forward(self, x: Tensor, sample_rate: int) -> Tensor:
        """Return the sound filtered."""
        frames = x.shape[-1]
        size = next_fast_len(frames + round(self.ROOM * sample_rate), real=True)
        spectrum = torch.fft.rfft(x, size)
        frequencies = torch.fft.rfftfreq(size, 1 / sample_rate, dtype=x.dtype, device=x.device)
        for band in self.each:
            spectrum = spectrum * band(frequencies, sample_rate)
        made: Tensor = torch.fft.irfft(spectrum, size)
        return made[..., :frames]

    def settings(self) -> Equalizer:
        """Return the equaliser as it is now."""
        return Equalizer(tuple(band.settings() for band in self.each))


class CompressorModule(_Effect):
    """The compressor; its ballistics have an exact gradient."""

    def forward(self, x: Tensor, sample_rate: int) -> Tensor:
        """Return the sound compressed."""
        return x * 10 ** (compressor.gain(x, sample_rate, **self.values()) / 20)

    def settings(self) -> Compressor:
        """Return the compressor as it is now."""
        return Compressor(**self.plain())


class DelayModule(_Effect):
    """Echoes, as turns of phase."""

    def forward(self, x: Tensor, sample_rate: int) -> Tensor:
        """Return the sound with its echoes."""
        values = self.values()
        number = delay.count(self.settings(), x.shape[-1], sample_rate)
        wet = delay.echoes(x, values["time"], values["feedback"], number, sample_rate)
        return (1 - values["mix"]) * x + values["mix"] * wet

    def settings(self) -> Delay:
        """Return the delay as it is now."""
        return Delay(**self.plain())


class ReverbModule(_Effect):
    """Convolution with a room whose decay can be learned; the pre-delay stays as given."""

    #: Seconds of the longest room that is computed.
    LONGEST = 4.0

    def __init__(self, settings: Reverb) -> None:
        super().__init__(settings, ("rt60", "mix", "damping"))
        self.given: Reverb = settings
        self._bands: Tensor | None = None

    def forward(self, x: Tensor, sample_rate: int) -> Tensor:
        """Return the sound in the room."""
        channels, frames = x.shape
        values = self.values()
        length = min(frames, reverb.frames_of(self.LONGEST, sample_rate))
        if self._bands is None or self._bands.shape[-1] != length:
            made = reverb.noise_bands(self.given.seed, channels, length, sample_rate)
            self._bands = torch.from_numpy(made).to(x)
        answer = reverb.impulse_response(
            self._bands, values["rt60"], values["damping"], sample_rate
        )
        ahead = round(self.given.pre_delay * sample_rate)
        size = next_fast_len(frames + length, real=True)
        wet = torch.fft.irfft(torch.fft.rfft(x, size) * torch.fft.rfft(answer, size), size)
        wet = functional.pad(wet, (ahead, 0))[..., :frames]
        return (1 - values["mix"]) * x + values["mix"] * wet

    def settings(self) -> Reverb:
        """Return the reverb as it is now."""
        return Reverb(**self.plain(), pre_delay=self.given.pre_delay, seed=self.given.seed)


class LimiterModule(_Effect):
    """The limiter; its ceiling can be learned."""

    def __init__(self, settings: Limiter) -> None:
        super().__init__(settings, ("ceiling",))
        self.given: Limiter = settings

    def forward(self, x: Tensor, sample_rate: int) -> Tensor:
        """Return the sound with its peaks held."""
        ahead = frames_ahead(self.given.look_ahead, sample_rate)
        ceiling = 10 ** (self.values()["ceiling"] / 20)
        need = (ceiling / x.abs().amax(0).clamp(min=1e-12)).clamp(max=1)
        need = functional.pad(need, (ahead, ahead), value=1.0)[None, None]
        least = -functional.max_pool1d(-need, ahead + 1, 1)
        gain = functional.avg_pool1d(functional.pad(least, (ahead, 0), value=1.0), ahead + 1, 1)
        return x * gain[0, 0, -x.shape[-1] :]

    def settings(self) -> Limiter:
        """Return the limiter as it is now."""
        return Limiter(**self.plain(), look_ahead=self.given.look_ahead)


class ChainModule(nn.Module):
    """A whole chain.

    Parameters
    ----------
    chain : EffectChain
        Where its parameters begin. Effects that are off stay off.

    Examples
    --------
    >>> module = ChainModule(EffectChain(delay=Delay(0.25, 0.0, 0.5)))
    >>> click = torch.nn.functional.one_hot(torch.tensor([0]), 8000).float()
    >>> heard = module(click, 8000)
    >>> heard.abs()[0].topk(2).indices.sort().values.tolist()
    [0, 2000]

    Notes
    -----
    Taught in lesson 05.
    """

    GAIN = Range(-24, 24, "dB")

    def __init__(self, chain: EffectChain) -> None:
        super().__init__()
        self.eq = EqualizerModule(chain.eq) if chain.eq else None
        self.compressor = CompressorModule(chain.compressor) if chain.compressor else None
        self.delay = DelayModule(chain.delay) if chain.delay else None
        self.reverb = ReverbModule(chain.reverb) if chain.reverb else None
        self.limiter = LimiterModule(chain.limiter) if chain.limiter else None
        self.gain = Bounded(chain.gain, self.GAIN)

    def forward(self, x: Tensor, sample_rate: int) -> Tensor:
        """Return the sound (channels, frames) with all effects, in the order of the chain."""
        for effect in (self.eq, self.compressor, self.delay, self.reverb):
            if effect is not None:
                x = effect(x, sample_rate)
        x = x * 10 ** (self.gain() / 20)
        return x if self.limiter is None else self.limiter(x, sample_rate)

    def settings(self) -> EffectChain:
        """Return the chain as it is now."""
        return EffectChain(
            eq=self.eq.settings() if self.eq else None,
            compressor=self.compressor.settings() if self.compressor else None,
            delay=self.delay.settings() if self.delay else None,
            reverb=self.reverb.settings() if self.reverb else None,
            limiter=self.limiter.settings() if self.limiter else None,
            gain=float(self.gain().detach()),
        )
