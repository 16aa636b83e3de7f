"""What can be set in a cover, and presets: settings kept as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.errors import InputError
from musicnb.remix.plan import TRANSPOSE, require
from musicnb.runtime.files import write_json
from musicnb.voices.controls import Controls
from musicnb.voices.estimate_f0 import METHODS
from musicnb.voices.voice import Voice

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from numpy.typing import ArrayLike

#: The presets that come with musicnb, a JSON file each.
PRESETS = Path(__file__).parent / "presets"
GAIN = (-60.0, 24.0)
LEADS = ("all", "centre")


@dataclass(frozen=True)
class CoverSettings:
    """What can be set in a cover. Taught in lesson 09.

    Attributes
    ----------
    voice : str or dict, optional
        The target, or the weights of several, as in :func:`musicnb.convert`.
    controls : Controls
        The conversion: transpose, formant_shift and so on.
    f0 : tuple of str
        The methods that find the pitch.
    backing_transpose : float
        Semitones by which the backing is played higher, -24 to 24.
    vocal_gain, backing_gain : float
        In dB, -60 to 24, on top of the matched loudness.
    lead : {'all', 'centre'}
        Which of the separated vocals are converted: all, or those in the middle of the stereo
        picture; the others then stay as they are.
    seed : int
        Of the noise in the voice.

    Examples
    --------
    >>> settings = CoverSettings().changed(transpose=12, backing_gain=-2)
    >>> settings.controls.transpose, settings.backing_gain
    (12, -2)
    """

    voice: str | dict[str, list[float]] | None = None
    controls: Controls = field(default_factory=Controls)
    f0: tuple[str, ...] = ("swift",)
    backing_transpose: float = 0.0
    vocal_gain: float = 0.0
    backing_gain: float = 0.0
    lead: str = "all"
    seed: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "f0", (self.f0,) if isinstance(self.f0, str) else tuple(self.f0))
        unknown = [name for name in self.f0 if name not in METHODS]
        if unknown or not self.f0:
            raise InputError(
                f"f0 is {', '.join(map(repr, self.f0))}",
                expected=f"one or more of {', '.join(METHODS)}",
                todo="Pass f0='swift'.",
            )
        require("backing_transpose", self.backing_transpose, TRANSPOSE, "semitones")
        require("vocal_gain", self.vocal_gain, GAIN, "dB")
        require("backing_gain", self.backing_gain, GAIN, "dB")
        if self.lead not in LEADS:
            raise InputError(
                f"lead is {self.lead!r}", expected=" or ".join(LEADS), todo="Choose one of these."
            )

    def changed(self, **settings: Any) -> CoverSettings:
        """Return the settings with some of them changed; those of the conversion by their names."""
        own = {each.name for each in fields(self)}
        sung = {each.name for each in fields(Controls)}
        unknown = settings.keys() - own - sung
        if unknown:
            raise InputError(
                f"there is no setting {min(unknown)!r}",
                expected=f"one of {', '.join(sorted((own | sung) - {'controls'}))}",
                todo="Check its name.",
            )
        mine = {name: value for name, value in settings.items() if name in own}
        controls = mine.pop("controls", self.controls)
        others = {name: value for name, value in settings.items() if name in sung}
        return replace(self, controls=replace(controls, **others), **mine)

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as JSON values."""
        made = {each.name: getattr(self, each.name) for each in fields(self)}
        return made | {"controls": self.controls.to_dict(), "f0": list(self.f0)}

    @staticmethod
    def from_dict(value: Any) -> CoverSettings:
        """Return the settings that :meth:`to_dict` wrote; what is left out has its default.

        Raises
        ------
        musicnb.errors.InputError
            If there is a name that means nothing, or a value out of range.
        """
        if not isinstance(value, dict) or not isinstance(value.get("controls", {}), dict):
            raise _unreadable("the preset")
        controls = dict(value.get("controls", {}))
        try:
            if "durations" in controls:
                controls["durations"] = tuple(tuple(each) for each in controls["durations"])
            own = {name: each for name, each in value.items() if name != "controls"}
            return CoverSettings().changed(**own, **controls)
        except (TypeError, ValueError) as error:
            if isinstance(error, InputError):
                raise
            raise _unreadable("the preset") from error

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the settings as a preset: a JSON file."""
        write_json(path, self.to_dict())


def preset_names() -> list[str]:
    """Return the names of the presets that come with musicnb.

    Examples
    --------
    >>> preset_names()
    ['octave-down', 'octave-up', 'robot-choir', 'same-key']
    """
    return sorted(path.stem for path in PRESETS.glob("*.json"))


def load_preset(preset: str | os.PathLike[str]) -> CoverSettings:
    """Return a preset: one of those that come with musicnb, or a file that was saved.

    Raises
    ------
    musicnb.errors.InputError
        If there is none of that name, or it cannot be read.

    Examples
    --------
    >>> load_preset("octave-up").controls.transpose
    12
    """
    own = str(preset) in preset_names()
    path = PRESETS / f"{preset}.json" if own else Path(preset)
    if not path.is_file():
        raise InputError(
            f"there is no preset {str(preset)!r}",
            expected=f"{', '.join(preset_names())}, or a JSON file",
            todo="Choose one of these.",
        )
    try:
        value = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise _unreadable(str(path)) from error
    return CoverSettings.from_dict(value)


def written_voice(target: str | Voice | Mapping[str, ArrayLike]) -> str | dict[str, list[float]]:
    """Return a target as a preset keeps it."""
    if isinstance(target, str):
        return target
    if isinstance(target, Voice):
        return target.name
    return {name: np.atleast_1d(np.asarray(w, float)).tolist() for name, w in target.items()}


def _unreadable(what: str) -> InputError:
    return InputError(
        f"{what} cannot be read",
        expected="the JSON that CoverSettings.save writes",
        todo="Save it again.",
    )
