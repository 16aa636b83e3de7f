"""What is to be done to a sound: one plan, for a sound in memory and for a stream of blocks.

All edits of this package come down to a plan, and a plan is what stands in the recipe of an
edited sound. So a song that was edited from file to file, and the same song edited in memory,
and either of them replayed, have the same samples.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from itertools import tee
from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.audio.audio import Audio
from musicnb.audio.files import BLOCK
from musicnb.audio.provenance import Recipe
from musicnb.errors import InputError, RecipeError
from musicnb.remix.limit import limit_blocks
from musicnb.remix.stretch import stretch_blocks, stretched_frames
from musicnb.remix.warp import TimeMap, rigid, warp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    Block = NDArray[np.float32]

#: The parts that a song can be separated into; a test compares them with those of `separate`.
STEMS = ("vocals", "accompaniment", "drums", "bass", "other")
#: Shorter sounds have neither a tempo nor a key.
SHORTEST = 0.1
TEMPO = (0.25, 4.0)
TRANSPOSE = (-24.0, 24.0)
#: From a first eighth a third as long as the second to one four times as long.
SWING = (1 / 3, 4.0)


@dataclass(frozen=True)
class Plan:
    """Edits in the order in which they are done.

    Attributes
    ----------
    remove_part : str, optional
        The stem to take out.
    swing, source_swing : float
        How long the first eighth of each beat is against the second: to be, and in the source.
    beats : tuple of float
        The times of the beats, in seconds; for swing only.
    tempo : float
        How many times faster.
    transpose : float
        How many semitones higher.
    preserve_formants : bool or 'vocals'
        Keep the formants of the whole sound, or of its vocals, which are separated for it.
    limited : bool
        Hold the peaks below full scale: a song that was mastered up to it has others afterwards.

    Examples
    --------
    >>> Plan(tempo=2.0).frames(44100)
    22050
    >>> Plan(tempo=9.0)
    Traceback (most recent call last):
    musicnb.errors.InputError: tempo is 9.0; expected 0.25 to 4 times the speed. Pass another.
    """

    remove_part: str | None = None
    swing: float = 1.0
    source_swing: float = 1.0
    beats: tuple[float, ...] = ()
    tempo: float = 1.0
    transpose: float = 0.0
    preserve_formants: bool | str = False
    limited: bool = False

    def __post_init__(self) -> None:
        require("tempo", self.tempo, TEMPO, "times the speed")
        require("transpose", self.transpose, TRANSPOSE, "semitones")
        for name in ("swing", "source_swing"):
            require(name, getattr(self, name), SWING, "(the first eighth over the second)")
        if self.swings and len(self.beats) < 2:  # noqa: PLR2004
            raise InputError(
                f"there are {len(self.beats)} beats", expected="at least 2", todo="Pass more."
            )
        if self.remove_part is not None:
            require_part(self.remove_part, STEMS)
        if self.preserve_formants not in {True, False, "vocals"}:
            raise InputError(
                f"preserve_formants is {self.preserve_formants!r}",
                expected="True, False or 'vocals'",
                todo="Choose one of these.",
            )

    @property
    def arguments(self) -> dict[str, Any]:
        """What is not left as it is, for a recipe."""
        plain = asdict(Plan())
        made = {name: value for name, value in asdict(self).items() if value != plain[name]}
        return {name: list(v) if isinstance(v, tuple) else v for name, v in made.items()}

    @property
    def swings(self) -> bool:
        """Whether moments are moved inside of beats, for which the whole sound is needed."""
        return self.swing != self.source_swing

    def frames(self, frames: int) -> int:
        """Return how many frames will come out of `frames`."""
        return stretched_frames(frames, self.tempo)

    def blocks(
        self,
        blocks: Iterable[Block],
        sample_rate: int,
        channels: int,
        progress: Callable[[float], None] | None = None,
    ) -> Iterator[Block]:
        """Yield the edited stream; `progress` is told the seconds of the source that are done."""
        if self.remove_part is not None:
            blocks = _without(blocks, sample_rate, channels, self.remove_part)
        if self.swings:
            blocks = self._swung(blocks, sample_rate)
        if self.preserve_formants == "vocals" and self.transpose:
            stream = self._apart(blocks, sample_rate, channels)
        else:
            stream = stretch_blocks(
                blocks,
                sample_rate,
                tempo=self.tempo,
                transpose=self.transpose,
                preserve_formants=bool(self.preserve_formants),
            )
        if self.limited:
            stream = limit_blocks(stream, sample_rate)
        for block in stream:
            if progress:
                progress(block.shape[1] / sample_rate * self.tempo)
            yield block

    def _apart(self, blocks: Iterable[Block], sample_rate: int, channels: int) -> Iterator[Block]:
        """Stretch the vocals with their formants kept, and the rest without."""
        both = _vocals_and_rest(blocks, sample_rate, channels)
        first, second = tee(both)
        vocals = stretch_blocks(
            (vocals for vocals, _ in first),
            sample_rate,
            tempo=self.tempo,
            transpose=self.transpose,
            preserve_formants=True,
        )
        rest = stretch_blocks(
            (rest for _, rest in second), sample_rate, tempo=self.tempo, transpose=self.transpose
        )
        for a, b in zip(vocals, rest, strict=True):
            yield a + b

    def _swung(self, blocks: Iterable[Block], sample_rate: int) -> Iterator[Block]:
        samples = np.concatenate(list(blocks), axis=1)
        yield warp(samples, sample_rate, swing_map(self.beats, self.source_swing, self.swing))

    def apply(
        self,
        audio: Audio,
        *,
        function: str = "edit",
        progress: Callable[[float], None] | None = None,
    ) -> Audio:
        """Return the edited sound; `function` is what its recipe will name."""
        require_sound(audio.frames, audio.sample_rate, audio.channels)
        blocks = (audio.samples[:, i : i + BLOCK] for i in range(0, audio.frames, BLOCK))
        made = list(self.blocks(blocks, audio.sample_rate, audio.channels, progress))
        recipe = self.recipe(audio.recipe, function)
        return Audio(np.concatenate(made, axis=1), audio.sample_rate, recipe=recipe)

    def recipe(self, source: Recipe, function: str = "edit") -> Recipe:
        """Return the recipe of what is made of `source`."""
        from importlib.metadata import version

        versions = {name: version(name) for name in ("musicnb", "python-stretch")}
        return Recipe(function, self.arguments, (source,), {}, versions)


def swing_map(beats: Sequence[float], source: float, target: float) -> TimeMap:
    """Return the time map that moves the off-beats, and neither moves a beat nor stretches a hit.

    Examples
    --------
    >>> swing_map([0.0, 1.0, 2.0], 1.0, 2.0).place(np.array([0.0, 0.5, 1.0, 1.5])).round(3)
    array([0.   , 0.667, 1.   , 1.667])
    """
    at = np.asarray(beats, float)
    between = np.diff(at)
    before, after = (at[:-1] + between * ratio / (1 + ratio) for ratio in (source, target))
    moments, places = (
        np.append(np.column_stack([at[:-1], off]).ravel(), at[-1]) for off in (before, after)
    )
    return rigid(TimeMap(moments, places), moments)


def replay_plan(recipe: Recipe, inputs: Sequence[Audio]) -> Audio:
    """Make an edited sound again; called by :func:`musicnb.replay`."""
    known = {field.name for field in fields(Plan)}
    if not recipe.arguments.keys() <= known or len(inputs) != 1:
        raise RecipeError(
            f"the recipe of {recipe.function} names {', '.join(recipe.arguments)}",
            expected=f"one sound, and some of {', '.join(sorted(known))}",
            todo="Save the sound again.",
        )
    arguments: dict[str, Any] = {
        name: tuple(v) if isinstance(v, list) else v for name, v in recipe.arguments.items()
    }
    return Plan(**arguments).apply(inputs[0], function=recipe.function)


def require(name: str, value: float, limits: tuple[float, float], unit: str) -> None:
    """Raise `InputError` if a number is not within its limits, or not a number."""
    low, high = limits
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise InputError(
            f"{name} is {value}", expected=f"{low:g} to {high:g} {unit}", todo="Pass another."
        )


def require_part(part: str, parts: tuple[str, ...]) -> None:
    """Raise `InputError` if there is no such part, saying which there are."""
    if part not in parts:
        raise InputError(
            f"there is no part {part!r}", expected=" or ".join(parts), todo="Choose one of these."
        )


def require_sound(frames: int | None, sample_rate: int, channels: int) -> None:
    """Raise `InputError` if a sound is too short, or has too many channels."""
    if frames is not None and frames < SHORTEST * sample_rate:
        raise InputError(
            f"the sound takes {frames / sample_rate:.3f} s",
            expected=f"at least {SHORTEST} s",
            todo="Pass a longer one.",
        )
    if channels not in {1, 2}:
        raise InputError(
            f"the sound has {channels} channels",
            expected="1 (mono) or 2 (stereo)",
            todo="Call mono() first.",
        )


def _vocals_and_rest(
    blocks: Iterable[Block], sample_rate: int, channels: int
) -> Iterator[tuple[Block, Block]]:
    from musicnb.runtime.device import device
    from musicnb.stems.stream import separate_blocks

    for mixture, (vocals,) in separate_blocks(blocks, sample_rate, channels, device(), ("vocals",)):
        yield vocals, mixture - vocals


def _without(
    blocks: Iterable[Block], sample_rate: int, channels: int, part: str
) -> Iterator[Block]:
    from musicnb.runtime.device import device
    from musicnb.stems.stream import separate_blocks

    for mixture, (taken,) in separate_blocks(blocks, sample_rate, channels, device(), (part,)):
        yield mixture - taken
