"""`EffectChain`: effects one after the other, as one thing to keep, to change and to look at."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.effects.settings import (
    Compressor,
    Delay,
    Equalizer,
    Limiter,
    Range,
    Reverb,
    Settings,
    settings_of,
)
from musicnb.errors import InputError
from musicnb.runtime.files import write_json

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

    from musicnb.audio.audio import Audio

#: The effects by name, in the order in which a sound passes through them. The output gain stands
#: between the reverb and the limiter.
EFFECTS: dict[str, type[Settings]] = {
    "eq": Equalizer,
    "compressor": Compressor,
    "delay": Delay,
    "reverb": Reverb,
    "limiter": Limiter,
}
GAIN = Range(-24, 24, "dB")
#: At this rate a chain is drawn.
DRAWN_RATE = 48_000
#: A tail is over when its echoes are 60 dB down.
TAIL_DB = 60.0


@dataclass(frozen=True)
class EffectChain:
    """Effects one after the other: EQ, compressor, delay, reverb, gain, limiter.

    Each may be given as its settings or as a dictionary of them; one that is None is off.

    Attributes
    ----------
    eq : Equalizer, optional
        Raises and lowers ranges of frequency. A list of bands will do.
    compressor : Compressor, optional
        Turns down what is loud.
    delay : Delay, optional
        Echoes.
    reverb : Reverb, optional
        A room.
    limiter : Limiter, optional
        Holds the peaks.
    gain : float
        dB, -24 to 24, before the limiter.

    Examples
    --------
    >>> chain = EffectChain(
    ...     eq=[{"kind": "peak", "frequency": 3000, "gain": 3}], reverb={"rt60": 1.2, "mix": 0.15}
    ... )
    >>> chain
    EffectChain(eq, reverb)
    >>> chain.reverb.damping
    0.5
    >>> print(chain.replace(reverb={"mix": 0.3}, eq=None).describe())
    reverb      rt60 1.2 s, mix 0.3, pre_delay 0.01 s, damping 0.5, seed 0

    Taught in lesson 05. In a notebook it shows its settings, its frequency response and its impulse
    response.
    """

    eq: Equalizer | None = None
    compressor: Compressor | None = None
    delay: Delay | None = None
    reverb: Reverb | None = None
    limiter: Limiter | None = None
    gain: float = 0.0

    def __post_init__(self) -> None:
        for name, kind in EFFECTS.items():
            given: Any = getattr(self, name)
            if name == "eq" and isinstance(given, list | tuple):
                given = {"bands": given}
            if given is not None:
                object.__setattr__(self, name, settings_of(kind, given))
        fine = isinstance(self.gain, int | float) and GAIN.low <= self.gain <= GAIN.high
        if not fine or isinstance(self.gain, bool):
            raise InputError(
                f"the gain of the chain is {self.gain!r}",
                expected=str(GAIN),
                todo="Choose a value in this range.",
            )
        object.__setattr__(self, "gain", float(self.gain))

    # ---- changed and kept --------------------------------------------------------------------

    def replace(self, **changes: Any) -> EffectChain:
        """Return a chain with other settings.

        Parameters
        ----------
        **changes
            ``None`` turns an effect off; a dictionary changes some of its settings (or turns it
            on); settings take its place.

        Raises
        ------
        musicnb.errors.InputError
            If there is no such effect or setting, or it is out of its range.
        """
        made: dict[str, Any] = {}
        for name, value in changes.items():
            if name not in {*EFFECTS, "gain"}:
                raise _no_effect(name)
            now = getattr(self, name)
            if isinstance(value, dict) and isinstance(now, Settings):
                made[name] = {**{f.name: getattr(now, f.name) for f in fields(now)}, **value}
            else:
                made[name] = value
        return replace(self, **made)

    def to_dict(self) -> dict[str, Any]:
        """Return the chain as JSON values; effects that are off are left out.

        Examples
        --------
        >>> EffectChain(gain=-3, delay=Delay()).to_dict()
        {'delay': {'time': 0.35, 'feedback': 0.3, 'mix': 0.2}, 'gain': -3.0}
        """
        made: dict[str, Any] = {
            name: asdict(getattr(self, name)) for name in EFFECTS if getattr(self, name) is not None
        }
        if self.eq is not None:
            made["eq"] = [asdict(band) for band in self.eq.bands]
        return {**made, "gain": self.gain} if self.gain else made

    @staticmethod
    def from_dict(value: Mapping[str, Any]) -> EffectChain:
        """Return the chain that :meth:`to_dict` wrote.

        Raises
        ------
        musicnb.errors.InputError
            If it is none.
        """
        if not isinstance(value, dict):
            raise InputError(
                f"the chain is {value!r}"[:200],
                expected="a dictionary of effects",
                todo="Save the chain again.",
            )
        for name in value:
            if name not in {*EFFECTS, "gain"}:
                raise _no_effect(name)
        return EffectChain(**value)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the chain as JSON, whole or not at all.

        Examples
        --------
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "chain.json"
        >>> EffectChain(delay=Delay(0.5)).save(path)
        >>> EffectChain.load(path).delay.time
        0.5
        """
        write_json(path, self.to_dict())

    @staticmethod
    def load(path: str | os.PathLike[str]) -> EffectChain:
        """Return the chain that :meth:`save` wrote.

        Raises
        ------
        musicnb.errors.InputError
            If there is none in the file.
        """
        try:
            value = json.loads(Path(path).read_text("utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise InputError(
                f"{path} cannot be read as a chain ({type(error).__name__})",
                expected="the JSON that EffectChain.save writes",
                todo="Check the name.",
            ) from None
        return EffectChain.from_dict(value)

    # ---- measured ----------------------------------------------------------------------------

    @property
    def tail(self) -> float:
        """Seconds for which the chain goes on sounding after its input has ended."""
        made = 0.0
        if self.delay is not None and self.delay.mix:
            feedback = self.delay.feedback
            more = -TAIL_DB / (20 * np.log10(feedback)) if feedback > 0 else 0.0
            made += self.delay.time * (1 + float(np.ceil(more)))
        if self.reverb is not None and self.reverb.mix:
            made += self.reverb.pre_delay + self.reverb.rt60
        return made

    def frequency_response(
        self, frequencies: ArrayLike, sample_rate: int = DRAWN_RATE
    ) -> NDArray[np.float64]:
        """Return what EQ and gain do to a tone at `frequencies` (Hz), in dB.

        Examples
        --------
        >>> chain = EffectChain(eq=[{"kind": "peak", "frequency": 1000, "gain": 6}], gain=-2)
        >>> chain.frequency_response([1000]).round(3)
        array([4.])
        """
        from musicnb.effects.equalizer import decibels

        at = np.atleast_1d(np.asarray(frequencies, float))
        bands = self.eq or Equalizer(())
        return decibels(bands, at, sample_rate) + self.gain

    def impulse_response(self, sample_rate: int = DRAWN_RATE, channels: int = 1) -> Audio:
        """Return what the chain makes of a single click, with the tail.

        The compressor and the limiter, which answer to loudness, are left out.

        Examples
        --------
        >>> answer = EffectChain(delay=Delay(0.25, feedback=0, mix=0.5)).impulse_response()
        >>> np.flatnonzero(answer.samples[0]) / answer.sample_rate
        array([0.  , 0.25])
        """
        from musicnb.audio.audio import Audio
        from musicnb.effects.apply import apply_effects

        click = np.zeros((channels, max(1, round(0.1 * sample_rate))))
        click[:, 0] = 1
        linear = replace(self, compressor=None, limiter=None)
        return apply_effects(Audio(click, sample_rate), linear, tail=True)

    def describe(self) -> str:
        """Return the settings in words, one line an effect."""
        lines = [f"{label:<11} {text}" for label, text in self._rows()]
        return "\n".join(lines) or "nothing"

    def _rows(self) -> list[tuple[str, str]]:
        rows: list[tuple[str, str]] = []
        for name in EFFECTS:
            effect = getattr(self, name)
            if isinstance(effect, Equalizer):
                rows += [("eq", f"{band.kind}, {_words(band)}") for band in effect.bands]
            elif effect is not None:
                rows.append((name, _words(effect)))
        if self.gain:
            rows.insert(len(rows) - (self.limiter is not None), ("gain", f"{self.gain:+.3g} dB"))
        return rows

    def figure(self) -> Figure:
        """Return a matplotlib figure: frequency response, compression curve, impulse response."""
        from musicnb.effects.picture import chain_figure

        return chain_figure(self)

    def __repr__(self) -> str:
        names = [name for name in EFFECTS if getattr(self, name) is not None]
        if self.gain:
            names.append(f"gain {self.gain:+.1f} dB")
        return f"EffectChain({', '.join(names)})"

    def _repr_html_(self) -> str:
        import html

        from musicnb.effects.picture import inline

        rows = "".join(
            f"<tr><th scope='row' style='text-align:left'>{html.escape(label)}</th>"
            f"<td style='text-align:left'>{html.escape(text)}</td></tr>"
            for label, text in self._rows()
        )
        picture = inline(self.figure(), f"Picture of the chain: {self.describe()}")
        return f"<table>{rows}</table>{picture}"


def _words(settings: Settings) -> str:
    parts = [
        f"{name} {getattr(settings, name):.4g} {allowed.unit}".strip()
        for name, allowed in settings.RANGES.items()
    ]
    if isinstance(settings, Reverb):
        parts.append(f"seed {settings.seed}")
    return ", ".join(parts)


def _no_effect(name: str) -> InputError:
    return InputError(
        f"there is no effect {name!r}",
        expected=", ".join((*EFFECTS, "gain")),
        todo="Choose one of these.",
    )
