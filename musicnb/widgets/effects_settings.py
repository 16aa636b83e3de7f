"""What the effects panel can set: described for the front end, and joined with a chain.

A chain knows nothing of the settings of an effect that is off; the panel keeps them, so that an
effect comes back as it was.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import MISSING, asdict, fields
from typing import TYPE_CHECKING, Any

from musicnb.effects.chain import EFFECTS, GAIN, EffectChain
from musicnb.effects.settings import KINDS, MAX_BANDS, Band, Equalizer, Reverb, Settings
from musicnb.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from musicnb.effects.settings import Range

#: What people call them, where it is not the name with a capital letter.
LABELS = {
    "eq": "EQ",
    "q": "Q",
    "rt60": "RT60",
    "pre_delay": "Pre-delay",
    "look_ahead": "Look-ahead",
    "gain": "Gain",
}
#: An equaliser that does nothing yet, to begin from.
START = Equalizer(
    (
        Band("low_shelf", 100, 0),
        Band("peak", 300, 0),
        Band("peak", 1000, 0),
        Band("peak", 3500, 0),
        Band("high_shelf", 8000, 0),
    )
)
#: What a band that is added is at first.
NEW = Band("peak", 1000, 0)


def description() -> list[dict[str, Any]]:
    """Return the effects in order, each with its settings: range, unit, default, meaning.

    Examples
    --------
    >>> [each["name"] for each in description()]
    ['eq', 'compressor', 'delay', 'reverb', 'gain', 'limiter']
    >>> ratio = description()[1]["settings"][1]
    >>> ratio["label"], ratio["low"], ratio["high"], ratio["default"]
    ('Ratio', 1, 20, 2.0)
    """
    made = [_effect(name, kind) for name, kind in EFFECTS.items()]
    level = _setting("gain", GAIN, 0.0, "dB, before the limiter.")
    gain = {"name": "gain", "label": _label("gain"), "switchable": False, "settings": [level]}
    return [*made[:-1], gain, made[-1]]


def settings_for(chain: EffectChain, earlier: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return all settings of the panel for a chain.

    Parameters
    ----------
    chain : EffectChain
        Decides which effects are on, and how those are set.
    earlier : dict, optional
        Settings to keep for the effects that are off; by default those of a new effect.

    Examples
    --------
    >>> settings = settings_for(EffectChain(delay={"mix": 0.5}))
    >>> settings["delay"]
    {'on': True, 'time': 0.35, 'feedback': 0.3, 'mix': 0.5}
    >>> settings_for(EffectChain(), settings)["delay"]
    {'on': False, 'time': 0.35, 'feedback': 0.3, 'mix': 0.5}
    """
    made: dict[str, Any] = {}
    for name, kind in EFFECTS.items():
        effect = getattr(chain, name)
        if effect is None:
            effect = _kept(kind, (earlier or {}).get(name))
        made[name] = {"on": getattr(chain, name) is not None, **_values(effect)}
    made["gain"] = {"gain": chain.gain}
    return made


def chain_for(settings: Mapping[str, Any]) -> EffectChain:
    """Return the chain of those effects that are on.

    Raises
    ------
    musicnb.errors.InputError
        If a setting is out of its range, or there is none of this name.
    """
    try:
        parts: dict[str, Any] = {name: dict(settings[name]) for name in EFFECTS}
        on = {name: bool(part.pop("on")) for name, part in parts.items()}
        gain = settings["gain"]["gain"]
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"the settings of the panel are incomplete ({error})",
            expected=", ".join((*EFFECTS, "gain")),
            todo="Set panel.chain instead.",
        ) from None
    return EffectChain(**{name: part for name, part in parts.items() if on[name]}, gain=gain)


def _kept(kind: type[Settings], earlier: Mapping[str, Any] | None) -> Settings:
    if earlier is None:
        return START if kind is Equalizer else kind()
    return kind(**{name: value for name, value in earlier.items() if name != "on"})


def _values(effect: Settings) -> dict[str, Any]:
    if isinstance(effect, Equalizer):
        return {"bands": [asdict(band) for band in effect.bands]}
    return asdict(effect)


def _effect(name: str, kind: type[Settings]) -> dict[str, Any]:
    made: dict[str, Any] = {"name": name, "label": _label(name), "switchable": True}
    if kind is Equalizer:
        new = asdict(NEW)
        made |= {"kinds": list(KINDS), "most": MAX_BANDS, "band": new}
        made["settings"] = _settings(Band, new)
        return made
    made["settings"] = _settings(kind, _defaults(kind))
    if kind is Reverb:
        seed = _setting("seed", None, Reverb().seed, _meanings(Reverb).get("seed", ""))
        made["settings"].append(seed)
    return made


def _defaults(kind: type[Settings]) -> dict[str, Any]:
    return {each.name: each.default for each in fields(kind) if each.default is not MISSING}


def _settings(kind: type[Settings], defaults: Mapping[str, Any]) -> list[dict[str, Any]]:
    meanings = _meanings(kind)
    return [
        _setting(name, allowed, defaults[name], meanings.get(name, ""))
        for name, allowed in kind.RANGES.items()
    ]


def _setting(name: str, allowed: Range | None, default: float, meaning: str) -> dict[str, Any]:
    """Describe a number; without a range it is a whole one from 0."""
    return {
        "name": name,
        "label": _label(name),
        "low": allowed.low if allowed else 0,
        "high": allowed.high if allowed else None,
        "unit": allowed.unit if allowed else "",
        "log": allowed.logarithmic if allowed else False,
        "default": default,
        "meaning": meaning,
    }


def _label(name: str) -> str:
    return LABELS.get(name, name.replace("_", " ").capitalize())


def _meanings(kind: type[Settings]) -> dict[str, str]:
    """Return what the documentation of the settings says of each."""
    made: dict[str, str] = {}
    # An entry: its names and its type, then what it is, indented.
    for entry in re.finditer(
        r"^(\w[\w, ]*) : .+\n((?: {4}.+\n?)+)", inspect.getdoc(kind) or "", re.MULTILINE
    ):
        for name in entry[1].split(", "):
            made[name] = " ".join(entry[2].split())
    return made
