"""A rectangle of time and frequency, and the sound within."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.audio.audio import Audio
from musicnb.audio.provenance import Recipe
from musicnb.errors import InputError

if TYPE_CHECKING:
    from musicnb.widgets.sound import Sound

#: Of the Butterworth filter, which runs forwards and backwards.
ORDER = 4
#: Seconds of sound beside the region that the filter needs to settle.
MARGIN = 0.5


@dataclass(frozen=True)
class Region:
    """A rectangle of time and frequency.

    Attributes
    ----------
    start, stop : float
        Seconds.
    low, high : float
        Hz.
    """

    start: float
    stop: float
    low: float
    high: float

    @staticmethod
    def of(name: str, value: Any, sound: Sound) -> Region:
        """Return the region that `value` (a Region, or a dictionary) means, within the sound.

        Raises
        ------
        musicnb.errors.InputError
            If it means none.
        """
        whole = Region.whole(sound)
        try:
            given = asdict(value) if isinstance(value, Region) else dict(value)
            parts = {key: float(each) for key, each in (asdict(whole) | given).items()}
            region = Region(**parts)
            fine = all(np.isfinite(list(parts.values())))
        except (TypeError, ValueError):
            fine = False
        if fine:
            start, stop = np.clip([region.start, region.stop], 0, whole.stop).tolist()
            low, high = np.clip([region.low, region.high], 0, whole.high).tolist()
            if start < stop and low < high:
                return Region(start, stop, low, high)
        raise InputError(
            f"{name} is {value!r}",
            expected=f"start < stop within 0 and {whole.stop:.3f} s, "
            f"low < high within 0 and {whole.high:.0f} Hz",
            todo='Pass {"start": ..., "stop": ..., "low": ..., "high": ...}.',
        )

    @staticmethod
    def whole(sound: Sound) -> Region:
        """Return all of a sound."""
        return Region(0.0, sound.duration, 0.0, sound.sample_rate / 2)

    def to_dict(self) -> dict[str, float]:
        """Return it as a dictionary."""
        return asdict(self)


def band_pass(sound: Sound, region: Region) -> Audio:
    """Return the sound within a region."""
    from scipy.signal import butter, sosfiltfilt

    rate = sound.sample_rate
    first, last = (min(round(t * rate), sound.frames) for t in (region.start, region.stop))
    last = max(last, first + 1)
    margin = round(MARGIN * rate)
    before = max(first - margin, 0)
    samples = np.asarray(sound.samples[:, before : last + margin], np.float64)
    for edge, kind in ((region.low, "highpass"), (region.high, "lowpass")):
        # At its ends the whole band is meant, and no filter is.
        if 0 < edge < rate / 2 * 0.999:
            filters = butter(ORDER, edge, kind, fs=rate, output="sos")
            padding = min(3 * (2 * len(filters) + 1), samples.shape[1] - 1)
            samples = sosfiltfilt(filters, samples, axis=1, padlen=padding)
    cut = samples[:, first - before : last - before]
    origin = sound.audio.recipe if sound.audio and sound.audio.has_origin else None
    recipe = origin and Recipe("band_pass", region.to_dict(), (origin,))
    return Audio(cut, rate, recipe=recipe)


def replay_band_pass(recipe: Recipe, inputs: list[Audio]) -> Audio:
    """Make a selected sound again."""
    from musicnb.widgets.sound import sound_of

    (audio,) = inputs
    sound = sound_of(audio)
    return band_pass(sound, Region.of("region", recipe.arguments, sound))
