"""Adding sounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from musicnb.audio.audio import Audio
from musicnb.audio.provenance import Recipe
from musicnb.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence


def mix(sounds: Sequence[Audio], gains: Sequence[float] | None = None) -> Audio:
    """Add sounds of one sample rate, sample by sample.

    Parameters
    ----------
    sounds : sequence of Audio
        At least one, all of the same sample rate. Shorter ones are followed by silence; mono
        ones sound in every channel.
    gains : sequence of float, optional
        Gain of each in dB; by default 0.

    Returns
    -------
    Audio

    Raises
    ------
    musicnb.errors.InputError
        If there are none, or they do not go together.

    Examples
    --------
    >>> a, b = Audio([[0.25, 0.25]], 8000), Audio([[0.5]], 8000)
    >>> mix([a, b]).samples
    array([[0.75, 0.25]], dtype=float32)

    Notes
    -----
    Taught in lesson 00.
    """
    gains = [0.0] * len(sounds) if gains is None else [float(db) for db in gains]
    if not sounds or len(gains) != len(sounds):
        raise InputError(
            f"{len(sounds)} sounds and {len(gains)} gains were given",
            expected="at least one sound, and a gain for each",
            todo="Pass as many gains as sounds.",
        )
    rates = {sound.sample_rate for sound in sounds}
    channels = {sound.channels for sound in sounds} - {1} or {1}
    if len(rates) > 1 or len(channels) > 1:
        raise InputError(
            f"the sounds have {sorted(rates)} Hz and {sorted(channels)} channels",
            expected="one sample rate, and one number of channels besides mono",
            todo="Call resample() or mono() first.",
        )
    total = np.zeros((channels.pop(), max(sound.frames for sound in sounds)), np.float64)
    for sound, db in zip(sounds, gains, strict=True):
        total[:, : sound.frames] += sound.samples * 10 ** (db / 20)
    recipe = Recipe("mix", {"gains": gains}, tuple(sound.recipe for sound in sounds))
    return Audio(total, rates.pop(), recipe=recipe)
