"""Edits of a pitch curve, as the explorer keeps them: made, checked, and written as Python."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from musicnb.errors import InputError
from musicnb.voices.estimate_f0 import METHODS
from musicnb.widgets.code import name_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from musicnb.voices.f0 import F0

#: The methods of `F0` that an edit may name; what the first has to be called with by position.
EDITS: dict[str, tuple[str, ...]] = {
    "edited": ("times", "hz"),
    "transpose": ("semitones",),
    "snap": ("tones",),
}


def apply_edits(curve: F0, edits: Sequence[dict[str, Any]]) -> F0:
    """Return the curve after the edits: the name of a method of `F0`, and its arguments, each.

    Examples
    --------
    >>> import numpy as np
    >>> from musicnb.voices.f0 import F0
    >>> curve = F0(np.full(4, 220.0), np.ones(4), "by hand")
    >>> up = {"edit": "transpose", "semitones": 12, "start": 0.02}
    >>> apply_edits(curve, [up]).hz.tolist()
    [220.0, 220.0, 440.0, 440.0]
    """
    for number, each in enumerate(edits):
        arguments = dict(each)
        name = arguments.pop("edit", None)
        try:
            curve = getattr(curve, name if name in EDITS else "no such edit")(**arguments)
        except InputError:
            raise
        except (AttributeError, TypeError, ValueError):
            raise InputError(
                f"edit {number} cannot be made: {each!r}",
                expected=f"'edit' one of {', '.join(EDITS)}, and its arguments",
                todo='For example {"edit": "transpose", "semitones": -12, "start": 1, "stop": 2}.',
            ) from None
    return curve


def f0_code(curve: F0, sound: Any, edits: Sequence[dict[str, Any]]) -> tuple[list[str], str]:
    r"""Return lines of Python that edit a curve, and what the result is called.

    Examples
    --------
    >>> import numpy as np
    >>> from musicnb.voices.f0 import F0
    >>> curve = F0(np.full(4, 220.0), np.ones(4), "swift")
    >>> up = {"edit": "transpose", "semitones": 12, "start": 0.02, "stop": 0.03}
    >>> lines, name = f0_code(curve, "voice.wav", [up])
    >>> print(*lines, sep="\n")
    edited_f0 = (
        musicnb.estimate_f0(musicnb.load("voice.wav"))
        .transpose(12, start=0.02, stop=0.03)
    )
    """
    start = name_of(curve, _estimating(curve, sound))
    if not edits:
        return [], start
    # Another name than the user's own, so that running the lines twice does not edit twice.
    lines = ["edited_f0 = (", f"    {start}", *(f"    {_call(each)}" for each in edits), ")"]
    return lines, "edited_f0"


def _estimating(curve: F0, sound: Any) -> str:
    if curve.method not in METHODS:
        return "f0"
    loaded = name_of(sound)
    if loaded.startswith('"'):
        loaded = f"musicnb.load({loaded})"
    method = "" if curve.method == "swift" else f", {json.dumps(curve.method)}"
    return f"musicnb.estimate_f0({loaded}{method})"


def _call(edit: dict[str, Any]) -> str:
    positions = EDITS[edit["edit"]]
    first = [_short(edit[name]) for name in positions]
    rest = [
        f"{key}={_short(each)}" for key, each in edit.items() if key not in ("edit", *positions)
    ]
    return f".{edit['edit']}({', '.join([*first, *rest])})"


def _short(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_short, value))}]"
    return f"{value:.6g}" if isinstance(value, float) else repr(value)
