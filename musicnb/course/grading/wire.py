"""Plain data between two processes: numbers, texts, lists, dictionaries, arrays, sound.

A message is JSON with the bytes of its arrays behind it. Nothing here can carry code: there is no
pickle, and what arrives has exactly the types below, whatever was sent. This module is also loaded
in the student's process; it needs numpy and nothing else.
"""

from __future__ import annotations

import json
import math
import re
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np

#: Deeper data is no answer to anything that is asked.
DEEPEST = 50
#: Bytes of a message beside its arrays. A few bytes of JSON can become many of memory.
MOST_JSON = 8 << 20
#: Types of numbers in an array: boolean, integers, floating point, complex; no objects, no text.
NUMBERS = re.compile(r"[<>=|]?[biufc]\d{1,2}")
LENGTH = struct.Struct(">Q")


class NotPlain(TypeError):  # noqa: N818  (an answer, not a failure of ours)
    """A value that cannot travel."""


def pack(value: Any) -> bytes:
    """Return a message with a value, its length in front.

    Raises
    ------
    NotPlain
        If it is no plain data.

    Examples
    --------
    >>> message = pack({"shape": (2, 3), "samples": np.zeros(4)})
    >>> unpack(message[LENGTH.size :])
    {'shape': (2, 3), 'samples': array([0., 0., 0., 0.])}
    >>> pack(object())
    Traceback (most recent call last):
    musicnb.course.grading.wire.NotPlain: a object; ...
    """
    buffers: list[bytes] = []
    tree = _plain(value, buffers, 0)
    head = json.dumps([tree, [len(buffer) for buffer in buffers]]).encode()
    if len(head) > MOST_JSON:
        raise NotPlain("too much text, or too many numbers in lists; an array")
    body = LENGTH.pack(len(head)) + head + b"".join(buffers)
    return LENGTH.pack(len(body)) + body


def unpack(body: bytes) -> Any:
    """Return the value of a message that came without its length.

    Raises
    ------
    ValueError
        If it is not what `pack` makes.
    """
    try:
        (size,) = LENGTH.unpack(body[: LENGTH.size])
        if size > MOST_JSON:
            raise ValueError("not a message: too long")
        tree, lengths = json.loads(body[LENGTH.size : LENGTH.size + size])
        buffers, start = [], LENGTH.size + size
        for length in lengths:
            buffers.append(body[start : start + length])
            start += length
        return _value(tree, buffers)
    except (ArithmeticError, AttributeError, LookupError, TypeError, struct.error) as error:
        raise ValueError(f"not a message: {error}") from error
    except RecursionError as error:
        raise ValueError("not a message: nested too deep") from error


def text(value: object, most: int) -> str:
    r"""Return the beginning of a text, as a file can hold it.

    Examples
    --------
    >>> text("half a pair: \ud800", 100), text(None, 100)
    ('half a pair: ?', '')
    """
    return value[:most].encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def has_nan(value: Any) -> bool:
    """Return whether plain data holds NaN, which compares as neither too small nor too large.

    Examples
    --------
    >>> has_nan([1, {"a": float("nan")}]), has_nan(np.array([np.inf]))
    (True, False)
    """
    if isinstance(value, float | complex):
        return value != value  # noqa: PLR0124  (only NaN differs from itself)
    if isinstance(value, np.ndarray | np.generic):
        return value.dtype.kind in "fc" and bool(np.isnan(value).any())
    if isinstance(value, Mapping):
        return any(has_nan(each) for pair in value.items() for each in pair)
    if isinstance(value, list | tuple | set):
        return any(has_nan(each) for each in value)
    samples = getattr(value, "samples", None)
    return samples is not None and has_nan(samples)


def _plain(value: Any, buffers: list[bytes], depth: int) -> Any:  # noqa: PLR0911
    if depth > DEEPEST:
        raise NotPlain("lists in lists in lists, too deep")
    if value is None or isinstance(value, bool):
        return value
    # Each of these takes what a subclass was made of, and leaves behind what it does.
    if isinstance(value, np.ndarray | np.generic):
        return _array(value, buffers)
    if isinstance(value, int):
        return int.__int__(value)
    if isinstance(value, float):
        return float.__float__(value)
    if isinstance(value, str):
        return str.__str__(value)
    if value is ...:
        return {"$": "dots"}
    if isinstance(value, complex):
        return {"$": "complex", "parts": [value.real, value.imag]}
    return _compound(value, buffers, depth)


def _compound(value: Any, buffers: list[bytes], depth: int) -> dict[str, Any]:
    if isinstance(value, range):
        value = list(value)
    if isinstance(value, Mapping):
        pairs = [[_plain(each, buffers, depth + 1) for each in pair] for pair in value.items()]
        return {"$": "dict", "items": pairs}
    for kind in (list, tuple, set):
        if isinstance(value, kind):
            return {"$": kind.__name__, "items": [_plain(e, buffers, depth + 1) for e in value]}
    if hasattr(value, "samples") and hasattr(value, "sample_rate"):
        samples = _array(np.asarray(value.samples), buffers)
        return {"$": "audio", "samples": samples, "sample_rate": int(value.sample_rate)}
    if hasattr(value, "__array__"):
        return _array(np.asarray(value), buffers)
    raise NotPlain(
        f"a {type(value).__name__}; numbers, texts, lists, dictionaries, arrays or sound are"
    )


def _array(value: Any, buffers: list[bytes]) -> dict[str, Any]:
    array = np.array(value, subok=False)
    if not NUMBERS.fullmatch(array.dtype.str):
        if array.dtype.kind == "U":
            return {"$": "list", "items": array.tolist()}
        raise NotPlain(f"an array of {array.dtype.name}; an array of numbers is")
    kind = "scalar" if isinstance(value, np.generic) else "array"
    buffers.append(array.tobytes())
    about = {"dtype": array.dtype.str, "shape": array.shape, "buffer": len(buffers) - 1}
    return {"$": kind, **about}


def _value(tree: Any, buffers: list[bytes]) -> Any:  # noqa: PLR0911
    if not isinstance(tree, dict):
        if isinstance(tree, list):
            raise ValueError("not a message: a list without its kind")  # noqa: TRY004
        return tree
    kind = tree["$"]
    if kind == "dots":
        return ...
    if kind == "complex":
        return complex(*tree["parts"])
    if kind == "dict":
        return {_value(key, buffers): _value(value, buffers) for key, value in tree["items"]}
    if kind in ("list", "tuple", "set"):
        items = [_value(each, buffers) for each in tree["items"]]
        return {"list": list, "tuple": tuple, "set": set}[kind](items)
    if kind == "audio":
        from musicnb.audio.audio import Audio

        return Audio(_value(tree["samples"], buffers), int(tree["sample_rate"]))
    if kind not in ("array", "scalar") or not NUMBERS.fullmatch(tree["dtype"]):
        raise ValueError(f"not a message: {kind!r}")
    array = _from_bytes(tree, buffers)
    return array[()] if kind == "scalar" else array


def _from_bytes(tree: dict[str, Any], buffers: list[bytes]) -> np.ndarray:
    shape = tuple(int(length) for length in tree["shape"])
    dtype, buffer = np.dtype(tree["dtype"]), buffers[tree["buffer"]]
    if min(shape, default=0) < 0 or math.prod(shape) * dtype.itemsize != len(buffer):
        raise ValueError("not a message: an array with other bytes than it says")
    # A copy, because a student's function may write to what it gets.
    return np.frombuffer(buffer, dtype).reshape(shape).copy()
