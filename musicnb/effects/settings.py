"""What can be set on each effect: immutable, in the units of a mixing desk, checked."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any, ClassVar, NamedTuple, TypeVar

from musicnb.errors import InputError

T = TypeVar("T", bound="Settings")

#: The forms of an equaliser's band.
KINDS = ("low_shelf", "peak", "high_shelf")
#: More bands than this are a mistake.
MAX_BANDS = 12


class Range(NamedTuple):
    """What a setting may be."""

    low: float
    high: float
    unit: str = ""
    #: Whether equal ratios, and not equal differences, sound like equal steps.
    logarithmic: bool = False

    def at(self, place: float) -> float:
        """Return the value at a place from 0 (`low`) to 1 (`high`).

        Examples
        --------
        >>> Range(20, 20_000, "Hz", logarithmic=True).at(2 / 3)
        2000.0
        """
        if self.logarithmic:
            return round(float(self.low * (self.high / self.low) ** place), 6)
        return self.low + (self.high - self.low) * place

    def __str__(self) -> str:
        return f"{self.low:g} to {self.high:g} {self.unit}".strip()


@dataclass(frozen=True)
class Settings:
    """The base of all effects: every number is checked against its range."""

    RANGES: ClassVar[dict[str, Range]] = {}

    def __post_init__(self) -> None:
        for name, allowed in self.RANGES.items():
            value = getattr(self, name)
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or not math.isfinite(value) or not allowed.low <= value <= allowed.high:
                given = f"{value:g} {allowed.unit}".strip() if number else repr(value)
                raise InputError(
                    f"the {name} of the {type(self).__name__.lower()} is {given}",
                    expected=str(allowed),
                    todo="Choose a value in this range.",
                )
            object.__setattr__(self, name, float(value))


@dataclass(frozen=True)
class Band(Settings):
    """One band of an equaliser.

    Attributes
    ----------
    kind : {'low_shelf', 'peak', 'high_shelf'}
        What is raised or lowered: all below, what is around, or all above `frequency`.
    frequency : float
        Hz, 20 to 20000.
    gain : float
        dB, -24 to 24.
    q : float
        How narrow (a peak) or how steep (a shelf), 0.1 to 10.

    Examples
    --------
    >>> Band("peak", 1000, 6)
    Band(kind='peak', frequency=1000.0, gain=6.0, q=0.707)
    >>> Band("peak", 1000, 60)
    Traceback (most recent call last):
    musicnb.errors.InputError: the gain of the band is 60 dB; expected -24 to 24 dB. Choose ...
    """

    RANGES: ClassVar = {
        "frequency": Range(20, 20_000, "Hz", logarithmic=True),
        "gain": Range(-24, 24, "dB"),
        "q": Range(0.1, 10, logarithmic=True),
    }
    kind: str
    frequency: float
    gain: float
    q: float = 0.707

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InputError(
                f"the kind of the band is {self.kind!r}",
                expected=", ".join(KINDS),
                todo="Choose one of these.",
            )
        super().__post_init__()


@dataclass(frozen=True)
class Equalizer(Settings):
    """A parametric equaliser: biquad filters one after the other.

    Attributes
    ----------
    bands : tuple of Band
        Up to 12.

    Examples
    --------
    >>> Equalizer([{"kind": "high_shelf", "frequency": 8000, "gain": 3}]).bands[0].gain
    3.0
    """

    bands: tuple[Band, ...]

    def __post_init__(self) -> None:
        given: Any = self.bands
        if not isinstance(given, list | tuple) or len(given) > MAX_BANDS:
            raise InputError(
                f"the bands of the equalizer are {given!r}",
                expected=f"a list of at most {MAX_BANDS} bands",
                todo='For example [{"kind": "peak", "frequency": 1000, "gain": 3}].',
            )
        made = tuple(b if isinstance(b, Band) else settings_of(Band, b) for b in given)
        object.__setattr__(self, "bands", made)


@dataclass(frozen=True)
class Compressor(Settings):
    """A feed-forward compressor: what is louder than the threshold grows by less.

    Attributes
    ----------
    threshold : float
        dBFS, -60 to 0.
    ratio : float
        How many dB more at the input make 1 dB more at the output, 1 to 20.
    attack, release : float
        Time constants in seconds with which the gain falls and recovers.
    knee : float
        dB over which the ratio sets in, 0 to 24.
    makeup : float
        dB added to all, 0 to 24.
    """

    RANGES: ClassVar = {
        "threshold": Range(-60, 0, "dB"),
        "ratio": Range(1, 20, logarithmic=True),
        "attack": Range(0.0001, 0.5, "s", logarithmic=True),
        "release": Range(0.005, 3, "s", logarithmic=True),
        "knee": Range(0, 24, "dB"),
        "makeup": Range(0, 24, "dB"),
    }
    threshold: float = -18.0
    ratio: float = 2.0
    attack: float = 0.01
    release: float = 0.15
    knee: float = 6.0
    makeup: float = 0.0


@dataclass(frozen=True)
class Delay(Settings):
    """Echoes: the sound again after `time`, and again, each softer by `feedback`.

    Attributes
    ----------
    time : float
        Seconds from echo to echo, 0.01 to 2.
    feedback : float
        Each echo over the one before, 0 (one echo) to 0.95.
    mix : float
        Share of the echoes, 0 (the dry sound alone) to 1 (the echoes alone).
    """

    RANGES: ClassVar = {
        "time": Range(0.01, 2, "s", logarithmic=True),
        "feedback": Range(0, 0.95),
        "mix": Range(0, 1),
    }
    time: float = 0.35
    feedback: float = 0.3
    mix: float = 0.2


@dataclass(frozen=True)
class Reverb(Settings):
    """A room: noise that dies away exponentially, faster at high frequencies.

    Attributes
    ----------
    rt60 : float
        Seconds in which the sound up to 1 kHz falls by 60 dB, 0.1 to 10.
    mix : float
        Share of the room, 0 (dry) to 1 (the room alone). At 0.5 both have the same energy.
    pre_delay : float
        Seconds before the room answers, 0 to 0.25.
    damping : float
        The time at 8 kHz and above over that at 1 kHz and below, 0.1 to 1.
    seed : int
        Of the noise: another seed is another room of the same times.
    """

    RANGES: ClassVar = {
        "rt60": Range(0.1, 10, "s", logarithmic=True),
        "mix": Range(0, 1),
        "pre_delay": Range(0, 0.25, "s"),
        "damping": Range(0.1, 1, logarithmic=True),
    }
    rt60: float = 1.5
    mix: float = 0.2
    pre_delay: float = 0.01
    damping: float = 0.5
    seed: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        whole = isinstance(self.seed, int) and not isinstance(self.seed, bool)
        if not whole or self.seed < 0:
            raise InputError(
                f"the seed of the reverb is {self.seed!r}",
                expected="a whole number from 0",
                todo="Leave it at 0 if any room will do.",
            )


@dataclass(frozen=True)
class Limiter(Settings):
    """Holds the peaks below a ceiling, by turning down shortly before they come.

    Attributes
    ----------
    ceiling : float
        dBFS, -24 to 0.
    look_ahead : float
        Seconds over which the gain changes, 0.001 to 0.05.
    """

    RANGES: ClassVar = {
        "ceiling": Range(-24, 0, "dB"),
        "look_ahead": Range(0.001, 0.05, "s", logarithmic=True),
    }
    ceiling: float = -0.3
    look_ahead: float = 0.01


def settings_of(kind: type[T], value: Any) -> T:
    """Return the settings that a dictionary means.

    Raises
    ------
    musicnb.errors.InputError
        If it means none.

    Examples
    --------
    >>> settings_of(Delay, {"time": 0.5}).feedback
    0.3
    """
    if isinstance(value, kind):
        return value
    try:
        return kind(**value)
    except (TypeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        names = ", ".join(each.name for each in fields(kind))
        raise InputError(
            f"the {kind.__name__.lower()} is {value!r}",
            expected=f"a dictionary of some of {names}",
            todo="Leave out what is to keep its default.",
        ) from None
