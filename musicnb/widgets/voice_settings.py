"""What the voice studio can set: described for the front end, checked, and handed to `convert`."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.errors import InputError
from musicnb.voices.controls import RANGES, Controls
from musicnb.voices.library import PACKAGED, voices_dir
from musicnb.voices.voice import CARD

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#: The controls in the order and the groups in which they are shown: label, unit, meaning.
GROUPS: dict[str, dict[str, tuple[str, str, str]]] = {
    "Pitch": {
        "transpose": ("Transpose", "st", "Semitones up or down."),
    },
    "Timbre": {
        "formant_shift": (
            "Formant shift",
            "st",
            "Semitones by which the resonances move: up makes the vocal tract smaller.",
        ),
        "retrieval_ratio": (
            "Retrieval ratio",
            "",
            "How far what is sung is drawn to what the target voice has really said.",
        ),
        "protect": ("Protect", "", "By how much less consonants and breath are drawn."),
        "noise_scale": ("Noise scale", "", "Gain of the breath in the voice."),
    },
    "Loudness": {
        "source_loudness": (
            "Source loudness",
            "",
            "1 follows the loudness of the source, 0 sings evenly.",
        ),
        "dynamics": ("Dynamics", "", "How far loud and soft are apart; 1 as in the source."),
        "slicing_threshold": (
            "Slicing threshold",
            "dB",
            "What is so far below the loudest moment is silence.",
        ),
    },
    "Time": {
        "tempo": ("Tempo", "times", "How many times faster, at the same pitch."),
    },
}
STEPS = {"transpose": 1, "formant_shift": 0.5, "slicing_threshold": 1}
#: Equal ratios are equal steps.
LOGARITHMIC = {"tempo"}
METHODS = {"swift": "SwiftF0", "crepe": "CREPE", "pyin": "pYIN", "praat": "Praat"}
#: Most notes whose durations can be set by hand.
MOST_NOTES = 200

_DEFAULTS = {f.name: f.default for f in fields(Controls) if f.default is not MISSING}


def description() -> list[dict[str, Any]]:
    """Return the groups of controls: range, unit, default, meaning.

    Examples
    --------
    >>> [group["label"] for group in description()]
    ['Pitch', 'Timbre', 'Loudness', 'Time']
    >>> description()[0]["settings"][0]["high"]
    24
    """
    return [
        {"label": label, "settings": [_setting(name, *words) for name, words in group.items()]}
        for label, group in GROUPS.items()
    ]


def _setting(name: str, label: str, unit: str, meaning: str) -> dict[str, Any]:
    low, high = RANGES[name]
    made = {"name": name, "label": label, "low": low, "high": high, "unit": unit}
    made |= {"log": name in LOGARITHMIC, "default": _DEFAULTS[name], "meaning": meaning}
    return made | ({"step": STEPS[name]} if name in STEPS else {})


def methods() -> list[dict[str, Any]]:
    """Return the methods that find f0: name, label, and whether they are installed.

    Examples
    --------
    >>> [each["name"] for each in methods() if each["available"]][:3]
    ['swift', 'crepe', 'pyin']
    """
    praat = importlib.util.find_spec("parselmouth") is not None
    return [
        {"name": name, "label": label, "available": name != "praat" or praat}
        for name, label in METHODS.items()
    ]


def folders() -> dict[str, Path]:
    """Return where each voice is kept: those of the library, then those trained here."""
    found: dict[str, Path] = {}
    for place in (PACKAGED, voices_dir()):
        for path in sorted(place.glob(f"*/{CARD}")):
            found.setdefault(path.parent.name, path.parent)
    return found


def cards() -> list[dict[str, Any]]:
    """Return what the front end shows of each voice, without loading any.

    Name, what it is, its range and median in Hz, licence, credit, consent, and whether it was
    trained here and has a preview.
    """
    made = []
    for name, folder in folders().items():
        try:
            about = json.loads((folder / CARD).read_text("utf-8"))
            consent = about.get("consent")
            made.append(
                {
                    "name": name,
                    "what": str(about["what"]),
                    "range": [float(hz) for hz in about["range_hz"]],
                    "median": float(about["median_hz"]),
                    "licence": str(about["licence"]),
                    "credit": str(about.get("credit", "")),
                    "consent": str(consent["statement"]) if consent else "",
                    "own": folder.parent != PACKAGED,
                    "preview": preview(folder) is not None,
                }
            )
        except (OSError, KeyError, TypeError, ValueError):
            # A damaged voice says so when it is used; the others can still be chosen.
            continue
    return made


def preview(folder: Path) -> Path | None:
    """Return the file with which a voice presents itself."""
    return next((path for path in sorted(folder.glob("preview.*")) if path.suffix != ".json"), None)


# ---- settings ------------------------------------------------------------------------------------


def settings_for(controls: Controls, voice: Any, names: list[str]) -> dict[str, Any]:
    """Return all that is set in the studio, as JSON values.

    Examples
    --------
    >>> made = settings_for(Controls(), {"slt": 0.7, "rms": [0.3, 0.9]}, ["swift"])
    >>> made["voice"], made["second"], [round(w, 2) for w in made["weights"]]
    ('slt', 'rms', [0.3, 0.56])
    """
    first, second, weights = mixture_of(voice)
    return {
        **controls.to_dict(),
        "voice": first,
        "second": second,
        "weights": weights,
        "methods": names,
    }


def checked(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings that `convert` will take.

    Raises
    ------
    musicnb.errors.InputError
        If one is missing or makes no sense.
    """
    try:
        controls = controls_of(settings)
        names = [str(name) for name in settings["methods"]]
        first, second = settings["voice"], settings["second"]
        weights = [float(weight) for weight in settings["weights"]]
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"the settings cannot be used ({error})",
            expected="those of the voice studio",
            todo="Reload the page.",
        ) from error
    unknown = [name for name in names if name not in METHODS]
    if unknown or not names:
        raise InputError(
            f"there is no method {unknown[0]!r}" if unknown else "no method for f0 is named",
            expected=f"one or more of {', '.join(METHODS)}",
            todo="Choose 'swift'.",
        )
    known = list(folders())
    for name in (first, second):
        if name is not None and name not in known:
            raise InputError(
                f"there is no voice {name!r}",
                expected=f"one of {', '.join(known)}",
                todo="`musicnb voices list` shows them all.",
            )
    fine = len(weights) == 2 and all(0 <= weight <= 1 for weight in weights)  # noqa: PLR2004
    if not isinstance(first, str) or not fine or second == first:
        raise InputError(
            f"the voices are {first!r} and {second!r}, with the weights {weights}",
            expected="one name, or two different ones, and two weights from 0 to 1",
            todo="Choose other ones.",
        )
    return {
        **controls.to_dict(),
        "voice": first,
        "second": None if second is None else str(second),
        "weights": weights,
        "methods": names,
    }


def controls_of(settings: Mapping[str, Any]) -> Controls:
    """Return the controls among the settings."""
    values = {name: settings[name] for name in RANGES}
    notes = tuple(tuple(float(each) for each in note) for note in settings["durations"])
    if len(notes) > MOST_NOTES or any(len(note) != 3 for note in notes):  # noqa: PLR2004
        raise InputError(
            f"{len(notes)} notes have durations of their own",
            expected=f"at most {MOST_NOTES}, each (start, stop, factor)",
            todo="Pass fewer.",
        )
    return Controls(**values, durations=notes)  # type: ignore[arg-type]


def voice_of(settings: Mapping[str, Any]) -> Any:
    """Return the target as `convert` takes it: a name, or names with weights.

    Examples
    --------
    >>> voice_of({"voice": "slt", "second": "rms", "weights": [0.25, 0.75]})
    {'slt': [0.75, 0.25], 'rms': [0.25, 0.75]}
    >>> voice_of({"voice": "slt", "second": None, "weights": [0.25, 0.75]})
    'slt'
    """
    first, second = settings["voice"], settings["second"]
    start, stop = settings["weights"]
    if second is None:
        return first
    if start == stop:
        return {first: round(1 - start, 4), second: start}
    return {first: [round(1 - start, 4), round(1 - stop, 4)], second: [start, stop]}


def mixture_of(voice: Any) -> tuple[str, str | None, list[float]]:
    """Return the first voice, the second one, and the second one's weight at start and end.

    Raises
    ------
    musicnb.errors.InputError
        If it is no name, and not one or two names with weights.
    """
    if isinstance(voice, str):
        return voice, None, [0.5, 0.5]
    error = InputError(
        f"the voice is {voice!r}",
        expected="a name, or one or two names with weights that are not both 0",
        todo='For example {"slt": 0.7, "rms": 0.3}.',
    )
    if not isinstance(voice, dict) or not 1 <= len(voice) <= 2:  # noqa: PLR2004
        raise error
    try:
        ends = np.array(
            [[np.atleast_1d(weight)[0], np.atleast_1d(weight)[-1]] for weight in voice.values()],
            float,
        )
    except (IndexError, TypeError, ValueError):
        raise error from None
    total = ends.sum(axis=0)
    if not np.isfinite(ends).all() or (ends < 0).any() or not (total > 0).all():
        raise error
    names = [str(name) for name in voice]
    if len(names) == 1:
        return names[0], None, [0.5, 0.5]
    return names[0], names[1], [round(float(each), 4) for each in ends[1] / total]
