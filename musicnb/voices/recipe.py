"""The recipe of a conversion, and its replay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.audio.provenance import Recipe, versions
from musicnb.errors import RecipeError
from musicnb.runtime.weights import card
from musicnb.voices.controls import Controls
from musicnb.voices.crepe import WEIGHTS as CREPE
from musicnb.voices.f0 import F0
from musicnb.voices.library import voice as find_voice
from musicnb.voices.listen import CONTENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from musicnb.audio.audio import Audio
    from musicnb.voices.voice import Voice


def conversion_recipe(
    audio: Audio,
    mixture: list[tuple[Voice, NDArray[np.float64]]],
    f0: F0 | str | Sequence[str],
    controls: Controls,
    seed: int,
) -> Recipe:
    """Return how a conversion is made, with all that it takes to make it again."""
    methods = [] if isinstance(f0, F0) else [f0] if isinstance(f0, str) else list(f0)
    used = [CONTENT, *([CREPE] if "crepe" in methods else [])]
    arguments: dict[str, Any] = {
        "voice": {each.name: weights.tolist() for each, weights in mixture},
        "fingerprint": {each.name: each.fingerprint for each, _ in mixture},
        "f0": _written(f0) if isinstance(f0, F0) else methods,
        "controls": controls.to_dict(),
        "seed": seed,
    }
    weights = {name: str(card(name)["sha256"])[:16] for name in used}
    return Recipe("convert", arguments, (audio.recipe,), weights, versions())


def replay_convert(recipe: Recipe, inputs: list[Audio]) -> Audio:
    """Make a conversion again; called by :func:`musicnb.replay`."""
    from musicnb.voices.convert import convert

    arguments = recipe.arguments
    for name, fingerprint in arguments["fingerprint"].items():
        if find_voice(name).fingerprint != fingerprint:
            raise RecipeError(
                f"the voice {name!r} is not the one that sang ({fingerprint})",
                expected=f"the same; here it is {find_voice(name).fingerprint}",
                todo="Install the version of musicnb, or the voice, that the sound was made with.",
            )
    f0, told = arguments["f0"], dict(arguments["controls"])
    told["durations"] = tuple(tuple(each) for each in told["durations"])
    made = convert(
        inputs[0],
        arguments["voice"],
        f0=_read(f0) if isinstance(f0, dict) else f0,
        controls=Controls(**told),
        seed=arguments["seed"],
    )
    return made.audio


def _written(f0: F0) -> dict[str, Any]:
    """Return a curve as JSON values that give back the very same numbers; 0 is unvoiced."""
    return {"method": f0.method, "hz": [float(f"{hz:.9g}") for hz in np.nan_to_num(f0.hz)]}


def _read(value: dict[str, Any]) -> F0:
    hz = np.array(value["hz"], np.float32)
    return F0(np.where(hz > 0, hz, np.nan), np.ones(len(hz), np.float32), str(value["method"]))
