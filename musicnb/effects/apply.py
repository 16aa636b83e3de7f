"""`apply_effects`: a sound through a chain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.audio.audio import Audio
from musicnb.audio.limit import limit
from musicnb.audio.provenance import Recipe
from musicnb.effects.chain import EFFECTS, EffectChain
from musicnb.errors import InputError, RecipeError
from musicnb.runtime.job import Job
from musicnb.runtime.memory import require_mb

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

#: Bytes a sample takes while it is processed: two copies in double precision, two FFT buffers.
BYTES = 48


def apply_effects(
    audio: Audio, chain: EffectChain | Mapping[str, Any], *, tail: bool = False
) -> Audio:
    """Return the sound as it comes out of a chain of effects.

    Parameters
    ----------
    audio : Audio
        Any number of channels, any sample rate.
    chain : EffectChain or dict
        The effects; a dictionary is read as :meth:`EffectChain.from_dict` does.
    tail : bool
        Let echoes and room die away after the end, instead of ending with the sound.

    Returns
    -------
    Audio
        Of the same sample rate and channels, and without `tail` of the same length.

    Raises
    ------
    musicnb.errors.InputError
        If the chain or the sound makes no sense.
    musicnb.errors.ResourceError
        If it would not fit in memory.

    Examples
    --------
    >>> import musicnb
    >>> song = musicnb.load("demo:starfall", duration=3)
    >>> wet = apply_effects(song, {"reverb": {"rt60": 2, "mix": 0.3}}, tail=True)
    >>> round(wet.duration - song.duration, 2)
    2.01
    >>> wet.recipe.function
    'apply_effects'

    Notes
    -----
    Taught in lesson 05. If all effects are off, or at 0 dB and mix 0, the samples stay unchanged.
    """
    chain = chain if isinstance(chain, EffectChain) else EffectChain.from_dict(chain)
    return _applied(audio, chain, tail=tail)


def apply_job(audio: Audio, chain: EffectChain, *, tail: bool = False) -> Job[Audio]:
    """Return :func:`apply_effects` as a job without a bar, to watch or to cancel."""
    number = sum(getattr(chain, name) is not None for name in EFFECTS)

    def task(job: Job[Audio]) -> Audio:
        return _applied(audio, chain, tail=tail, advance=job.advance)

    return Job(task, total=max(number, 1), title="Applying effects", unit="effect", bar=False)


def _applied(
    audio: Audio, chain: EffectChain, *, tail: bool, advance: Callable[[], None] = lambda: None
) -> Audio:
    extra = round(chain.tail * audio.sample_rate) if tail else 0
    require_mb(
        BYTES * audio.channels * (audio.frames + extra) / 1e6,
        "Applying effects",
        todo="Work on a part of it.",
    )
    made = np.pad(audio.samples, ((0, 0), (0, extra))).astype(np.float64)
    if made.shape[1]:
        made = process(made, chain, audio.sample_rate, advance)
    arguments = {"chain": chain.to_dict(), "tail": tail}
    recipe = Recipe("apply_effects", arguments, (audio.recipe,)) if audio.has_origin else None
    return Audio(made, audio.sample_rate, recipe=recipe)


def process(
    samples: np.ndarray[Any, np.dtype[np.float64]],
    chain: EffectChain,
    sample_rate: int,
    advance: Callable[[], None] = lambda: None,
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return samples (channels, frames) after the chain, as long as they were.

    `advance` is called after each effect.
    """
    # What is off is not imported: torch takes seconds.
    made = samples
    if chain.eq is not None:
        from musicnb.effects.equalizer import equalize

        made = equalize(made, chain.eq, sample_rate)
        advance()
    if chain.compressor is not None:
        from musicnb.effects.compressor import compress

        made = compress(made, chain.compressor, sample_rate)
        advance()
    if chain.delay is not None:
        from musicnb.effects.delay import echo

        made = echo(made, chain.delay, sample_rate) if chain.delay.mix else made
        advance()
    if chain.reverb is not None:
        from musicnb.effects.reverb import reverberate

        made = reverberate(made, chain.reverb, sample_rate) if chain.reverb.mix else made
        advance()
    if chain.gain:
        made = made * 10 ** (chain.gain / 20)
    if chain.limiter is not None:
        ceiling = 10 ** (chain.limiter.ceiling / 20)
        made = limit(made, sample_rate, ceiling=ceiling, look_ahead=chain.limiter.look_ahead)
        advance()
    return made


def replay_apply(recipe: Recipe, inputs: Sequence[Audio]) -> Audio:
    """Make a sound with effects again; called by :func:`musicnb.replay`."""
    (audio,) = inputs
    try:
        return apply_effects(audio, recipe.arguments["chain"], tail=bool(recipe.arguments["tail"]))
    except InputError as error:
        raise RecipeError(
            f"the recipe's chain is wrong ({error.wrong})",
            expected=error.expected,
            todo="Save the sound again.",
        ) from error
