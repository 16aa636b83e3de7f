"""Where a sound came from: a recipe that travels in its file and can be replayed.

A recipe names a function, its arguments, the recipes of its inputs, and the weights and versions
used. At its leaves stand files, by name and SHA-256, and songs that come with musicnb.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.errors import MusicnbError, RecipeError
from musicnb.runtime.files import sha256

if TYPE_CHECKING:
    import os

    from numpy.typing import NDArray

    from musicnb.audio.audio import Audio

#: What may be replayed, and by which function(inputs, arguments) -> Audio. A recipe comes from
#: a file, which may be hostile: nothing outside this table is ever called.
REPLAYS = {
    "slice": "musicnb.audio.provenance:_replay_method",
    "mono": "musicnb.audio.provenance:_replay_method",
    "resample": "musicnb.audio.provenance:_replay_method",
    "gain": "musicnb.audio.provenance:_replay_method",
    "mix": "musicnb.audio.provenance:_replay_mix",
    "band_pass": "musicnb.widgets.region:replay_band_pass",
    "render": "musicnb.widgets.render:replay_render",
    "render_score": "musicnb.melody.render:replay_score",
    "separate": "musicnb.stems.separate:replay_separate",
    "change_tempo": "musicnb.remix.plan:replay_plan",
    "change_key": "musicnb.remix.plan:replay_plan",
    "change_swing": "musicnb.remix.plan:replay_plan",
    "change_genre": "musicnb.remix.genre:replay_genre",
    "change_genre_kept": "musicnb.remix.plan:replay_plan",
    "edit": "musicnb.remix.plan:replay_plan",
    "apply_effects": "musicnb.effects.apply:replay_apply",
    "convert": "musicnb.voices.recipe:replay_convert",
    "hum": "musicnb.remix.hum:replay_hum",
    "lead_vocals": "musicnb.remix.lead:replay_lead",
}
#: A WAV file's comment must stay below 2 kB, or libsndfile drops it.
MAX_WAV_TAG = 1900
#: Hostile files aside, nothing real nests deeper.
MAX_DEPTH = 50
#: What absurd arguments in a hostile recipe raise.
_NONSENSE = (
    ArithmeticError,
    AttributeError,
    IndexError,
    KeyError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True)
class Recipe:
    """How a sound was made.

    Attributes
    ----------
    function : str
        The public function, such as 'separate'.
    arguments : dict
        Its arguments, JSON values only.
    inputs : tuple of Recipe
        The recipes of the sounds it was given.
    weights : dict
        The networks used: name to the first 16 digits of the file's SHA-256.
    versions : dict
        Of musicnb and torch, where they matter.

    Examples
    --------
    >>> recipe = Recipe("gain", {"db": -6}, (Recipe("load", {"path": "demo:starfall"}),))
    >>> Recipe.from_dict(recipe.to_dict()) == recipe
    True

    Notes
    -----
    Taught in lesson 00.
    """

    function: str
    arguments: dict[str, Any] = field(default_factory=dict)
    inputs: tuple[Recipe, ...] = ()
    weights: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the recipe as JSON values, leaving out what is empty."""
        parts = {
            "function": self.function,
            "arguments": self.arguments,
            "inputs": [recipe.to_dict() for recipe in self.inputs],
            "weights": self.weights,
            "versions": self.versions,
        }
        return {key: value for key, value in parts.items() if value}

    @staticmethod
    def from_dict(value: Any, depth: int = 0) -> Recipe:
        """Return the recipe that :meth:`to_dict` wrote.

        Raises
        ------
        musicnb.errors.RecipeError
            If `value` is not such a dictionary.
        """
        if not isinstance(value, dict) or "function" not in value or depth > MAX_DEPTH:
            raise _unreadable()
        arguments, inputs = value.get("arguments", {}), value.get("inputs", [])
        weights, versions = value.get("weights", {}), value.get("versions", {})
        if not all(isinstance(part, dict) for part in (arguments, weights, versions)):
            raise _unreadable()
        if not isinstance(inputs, list):
            raise _unreadable()
        nested = tuple(Recipe.from_dict(each, depth + 1) for each in inputs)
        return Recipe(str(value["function"]), arguments, nested, weights, versions)

    @staticmethod
    def of_file(path: str | os.PathLike[str], arguments: dict[str, Any]) -> Recipe:
        """Return the recipe of loading a file. Only its name is kept, not the folder."""
        path = Path(path)
        stat = path.stat()
        digest = _sha256_once(path.resolve(), stat.st_size, stat.st_mtime_ns)
        return Recipe("load", {"path": path.name, "sha256": digest, **arguments})

    @staticmethod
    def of_samples(samples: NDArray[np.float32], sample_rate: int) -> Recipe:
        """Return the recipe of samples that came from nowhere: only their hash is known."""
        digest = hashlib.sha256(np.ascontiguousarray(samples).data).hexdigest()
        return Recipe("samples", {"sha256": digest, "sample_rate": sample_rate})


def versions() -> dict[str, str]:
    """Return the versions that decide what a network computes."""
    from importlib.metadata import version

    return {name: version(name) for name in ("musicnb", "torch")}


@cache
def _sha256_once(path: Path, size: int, mtime_ns: int) -> str:  # noqa: ARG001  (part of the key)
    return sha256(path)


def tag_text(recipe: Recipe, ending: str) -> str:
    """Return what goes into the comment tag of a file whose name ends in `ending`."""
    text = json.dumps({"musicnb": recipe.to_dict()}, ensure_ascii=True, separators=(",", ":"))
    if ending == ".wav" and len(text) > MAX_WAV_TAG:
        return json.dumps({"musicnb": {"function": "see", "arguments": {"beside": ".json"}}})
    return text


def read_recipe(path: str | os.PathLike[str]) -> Recipe:
    """Return the recipe in a sound file's tag, or else in the ``.json`` beside it.

    Raises
    ------
    musicnb.errors.RecipeError
        If there is none, or it cannot be read.
    """
    import soundfile

    path = Path(path)
    comment = ""
    if path.is_file():
        try:
            with soundfile.SoundFile(path) as file:
                comment = file.comment
        except soundfile.LibsndfileError:
            comment = ""  # not sound; a recipe may still lie beside it
    beside = path.with_suffix(path.suffix + ".json")
    try:
        kept = beside.read_text("utf-8")
    except (OSError, ValueError):
        kept = ""
    for text in (comment, kept):
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            continue
        recipe = Recipe.from_dict(value.get("musicnb", value) if isinstance(value, dict) else None)
        if recipe.function != "see":
            return recipe
    raise RecipeError(
        f"{path} carries no recipe",
        expected=f"a recipe in its tags, or {beside.name} beside it",
        todo="Only sounds that musicnb saved can be replayed.",
    )


def replay(path: str | os.PathLike[str]) -> Audio:
    """Make a saved sound again from its recipe.

    Parameters
    ----------
    path : path
        A file that musicnb wrote. The files it was made from are looked for by name beside it,
        in the two folders above, and in the current folder, and must have the same content.

    Returns
    -------
    Audio
        The sound, made anew; on the same machine and versions it has the same samples.

    Raises
    ------
    musicnb.errors.RecipeError
        If there is no recipe, an input is missing or different, or the weights are others.

    Examples
    --------
    >>> import tempfile, musicnb
    >>> path = Path(tempfile.mkdtemp()) / "soft.wav"
    >>> musicnb.load("demo:starfall", duration=2).gain(-6).save(path)
    >>> again = replay(path)
    >>> abs(again.samples - musicnb.load(path).samples).max() < 2**-23
    np.True_

    Notes
    -----
    Taught in lesson 00.
    """
    path = Path(path)
    recipe = read_recipe(path)
    folders = [path.parent, path.parent.parent, path.parent.parent.parent, Path()]
    try:
        return _replay(recipe, folders)
    except MusicnbError:
        raise
    except _NONSENSE as error:
        raise _unreadable() from error


def _replay(recipe: Recipe, folders: list[Path]) -> Audio:
    if recipe.function == "load":
        return _replay_load(dict(recipe.arguments), folders)
    if recipe.function not in REPLAYS:
        raise RecipeError(
            f"the recipe begins with {recipe.function!r}, which cannot be made again",
            expected=f"load, {', '.join(REPLAYS)}",
            todo="Sounds from plain samples can be replayed only if they were loaded from a file.",
        )
    _require_weights(recipe.weights)
    inputs = [_replay(each, folders) for each in recipe.inputs]
    module, _, function = REPLAYS[recipe.function].partition(":")
    made: Audio = getattr(import_module(module), function)(recipe, inputs)
    return made


def _replay_load(arguments: dict[str, Any], folders: list[Path]) -> Audio:
    from musicnb.audio.files import load

    name, digest = str(arguments.pop("path", "")), arguments.pop("sha256", None)
    times = {key: arguments[key] for key in ("offset", "duration") if key in arguments}
    if name.startswith("demo:"):
        return load(name, **times)
    for folder in folders:
        candidate = folder / Path(name).name
        if candidate.is_file() and sha256(candidate) == digest:
            return load(candidate, **times)
    raise RecipeError(
        f"the input {Path(name).name} with SHA-256 {str(digest)[:12]}… was not found",
        expected=f"it in one of {', '.join(str(folder.resolve()) for folder in folders)}",
        todo="Put the original file there.",
    )


def _require_weights(weights: dict[str, str]) -> None:
    from musicnb.runtime.weights import card

    for name, digest in weights.items():
        if not str(card(name)["sha256"]).startswith(digest):
            raise RecipeError(
                f"the sound was made with other weights {name} ({digest})",
                expected=f"{str(card(name)['sha256'])[:16]}, which this version has",
                todo="Install the version of musicnb that the recipe names.",
            )


def _replay_method(recipe: Recipe, inputs: list[Audio]) -> Audio:
    (audio,) = inputs
    if recipe.function == "slice":
        return audio[recipe.arguments["start"] : recipe.arguments["stop"]]
    if recipe.function == "resample":
        return audio.resample(recipe.arguments["sample_rate"])
    return audio.gain(recipe.arguments["db"]) if recipe.function == "gain" else audio.mono()


def _replay_mix(recipe: Recipe, inputs: list[Audio]) -> Audio:
    from musicnb.audio.mix import mix

    return mix(inputs, recipe.arguments["gains"])


def _unreadable() -> RecipeError:
    return RecipeError(
        "the recipe cannot be read",
        expected="the JSON that musicnb writes",
        todo="Save the sound again.",
    )
