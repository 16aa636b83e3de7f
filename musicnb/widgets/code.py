"""The Python that "Show code" shows."""

from __future__ import annotations

import json
from typing import Any

from musicnb.audio.audio import Audio


def name_of(value: Any, fallback: str = "audio") -> str:
    """Return Python for a sound: the user's own variable, else how it was loaded.

    Examples
    --------
    >>> import musicnb
    >>> name_of(musicnb.load("demo:starfall", duration=4)[1:3])
    'musicnb.load("demo:starfall")[0.0:4.0][1.0:3.0]'
    """
    variable = _variable(value)
    if variable:
        return variable
    if isinstance(value, Audio) and value.has_origin:
        return _loading(value.recipe) or fallback
    if isinstance(value, str) or hasattr(value, "__fspath__"):
        return json.dumps(str(value), ensure_ascii=False)
    return fallback


def call(name: str, function: str, first: str, options: dict[str, Any]) -> str:
    """Return Python that calls a function, an option a line."""
    if not options:
        return f"{name} = {function}({first})"
    lines = [f"    {first},", *(f"    {key}={_literal(value)}," for key, value in options.items())]
    return "\n".join([f"{name} = {function}(", *lines, ")"])


def _literal(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, dict):
        parts = (f"{_literal(key)}: {_literal(each)}" for key, each in value.items())
        return "{" + ", ".join(parts) + "}"
    if isinstance(value, tuple | list):
        inner = ", ".join(map(_literal, value))
        return f"({inner})" if isinstance(value, tuple) else f"[{inner}]"
    return repr(value)


def _variable(value: Any) -> str | None:
    """Return the name under which a notebook's user knows a sound."""
    import sys

    if "IPython" not in sys.modules:
        return None
    from IPython import get_ipython

    shell = get_ipython()
    if shell is None or isinstance(value, str):
        return None
    names = (name for name, each in shell.user_ns.items() if each is value)
    return next((name for name in names if not name.startswith("_")), None)


def _loading(recipe: Any) -> str | None:
    arguments = recipe.arguments
    if recipe.function == "load":
        times = [f"{k}={arguments[k]}" for k in ("offset", "duration") if arguments.get(k)]
        path = json.dumps(arguments.get("path", ""), ensure_ascii=False)
        return f"musicnb.load({', '.join([path, *times])})"
    if len(recipe.inputs) != 1:
        return None
    origin = _loading(recipe.inputs[0])
    if origin is None:
        return None
    if recipe.function == "slice":
        ends = ["" if arguments[key] is None else repr(arguments[key]) for key in ("start", "stop")]
        return f"{origin}[{':'.join(ends)}]"
    if recipe.function in ("mono", "resample", "gain"):
        return f"{origin}.{recipe.function}({', '.join(repr(v) for v in arguments.values())})"
    return None
