"""The arithmetic of the mixer, the same as in the browser (``widgets/core/graph.ts``)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.audio.audio import Audio
from musicnb.audio.limit import limit
from musicnb.audio.provenance import Recipe
from musicnb.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

#: At this gain (dB) or below, a stem is silent.
SILENT = -60.0
LOUDEST = 12.0


@dataclass(frozen=True)
class StemSettings:
    """What can be set for one stem.

    Attributes
    ----------
    gain : float
        dB, -60 (silent) to 12.
    pan : float
        -1 (left) to 1 (right).
    mute, solo : bool
        Whether it is silenced; whether only it (and other soloed stems) sounds.
    """

    gain: float = 0.0
    pan: float = 0.0
    mute: bool = False
    solo: bool = False

    @staticmethod
    def of(name: str, value: Mapping[str, Any] | StemSettings) -> StemSettings:
        """Return the settings that a dictionary means.

        Raises
        ------
        musicnb.errors.InputError
            If it means none.
        """
        try:
            given = asdict(value) if isinstance(value, StemSettings) else dict(value)
            made = StemSettings(**given)
            fine = SILENT <= made.gain <= LOUDEST and -1 <= made.pan <= 1
        except (TypeError, ValueError):
            fine = False
        if not fine:
            raise InputError(
                f"the settings of {name} are {value!r}",
                expected=f"gain from {SILENT:.0f} to {LOUDEST:.0f} dB, pan from -1 to 1, "
                "mute and solo",
                todo='For example {"gain": -6, "pan": 0.5}.',
            )
        return StemSettings(float(made.gain), float(made.pan), bool(made.mute), bool(made.solo))


def render(
    stems: Sequence[Audio], settings: Sequence[StemSettings], *, limiter: bool = False
) -> Audio:
    """Mix stems as the mixer plays them, at full precision.

    Parameters
    ----------
    stems : sequence of Audio
        All of one length and sample rate, mono or stereo.
    settings : sequence of StemSettings
        Of each.
    limiter : bool
        Hold the mix below -0.3 dBFS.

    Returns
    -------
    Audio
        Stereo; or mono, if all stems are and none is panned.

    Examples
    --------
    >>> ones = Audio([[0.5, 0.5]], 8000)
    >>> render([ones, ones], [StemSettings(pan=-1), StemSettings(mute=True)]).samples
    array([[1., 1.],
           [0., 0.]], dtype=float32)

    Notes
    -----
    Panning is that of the Web Audio API's StereoPannerNode for two channels: what is panned fully
    to one side is the sum of both. The limiter looks 10 ms ahead; its gain is the mean of the
    least that the coming peaks allow.
    """
    soloed = any(each.solo for each in settings)
    wide = any(stem.channels > 1 for stem in stems) or any(each.pan for each in settings)
    total = np.zeros((2 if wide else 1, stems[0].frames))
    for stem, each in zip(stems, settings, strict=True):
        if each.mute or (soloed and not each.solo) or each.gain <= SILENT:
            continue
        samples = stem.samples.astype(np.float64) * 10 ** (each.gain / 20)
        total += pan(np.broadcast_to(samples, total.shape), each.pan)
    if limiter:
        total = limit(total, stems[0].sample_rate)
    arguments = {"settings": [asdict(each) for each in settings], "limiter": limiter}
    known = all(stem.has_origin for stem in stems)
    recipe = Recipe("render", arguments, tuple(stem.recipe for stem in stems)) if known else None
    return Audio(total, stems[0].sample_rate, recipe=recipe)


def pan(samples: NDArray[np.float64], position: float) -> NDArray[np.float64]:
    """Return two channels moved to one side, -1 (left) to 1 (right)."""
    if not position:
        return samples
    left, right = samples
    angle = (position + 1 if position < 0 else position) * np.pi / 2
    if position < 0:
        return np.stack([left + right * np.cos(angle), right * np.sin(angle)])
    return np.stack([left * np.cos(angle), right + left * np.sin(angle)])


def replay_render(recipe: Recipe, inputs: list[Audio]) -> Audio:
    """Make a mix again from its recipe."""
    settings = [StemSettings.of("a stem", each) for each in recipe.arguments["settings"]]
    return render(inputs, settings, limiter=bool(recipe.arguments["limiter"]))
