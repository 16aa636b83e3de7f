"""Checks that many questions share: numbers, choices, orders, arrays, functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.course.question import NotAttempted, Wrong

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


def number(answer: Any) -> float:
    """Return a number that was given as an answer.

    Examples
    --------
    >>> number("18.5")
    18.5
    """
    try:
        return float(answer)
    except (TypeError, ValueError):
        raise Wrong(f"a number is asked for, and this is a {type(answer).__name__}") from None


def one_of(answer: Any, right: Any, *, why: Mapping[Any, str], praise: str) -> str:
    """Check a choice; `why` says what is wrong with each other one."""
    if answer == right:
        return praise
    raise Wrong(why.get(answer, "that is not one of the choices"))


def several(answer: Any, right: Collection[int], *, why: Mapping[int, str], praise: str) -> str:
    """Check which of several options were marked; each that is right as it stands counts.

    `why` says of each option what was overlooked: why it belongs in, or why it does not.
    """
    try:
        marked = {int(each) for each in answer}
    except (TypeError, ValueError):
        raise Wrong("a list of options is asked for") from None
    mistaken = sorted(marked.symmetric_difference(right))
    if not mistaken:
        return praise
    first = why.get(mistaken[0], "that is not one of the options")
    more = f" (and {len(mistaken) - 1} more)" if len(mistaken) > 1 else ""
    # Marking everything, or nothing, must not pay.
    part = max(0.0, 1 - 2 * len(mistaken) / max(1, len(why)))
    raise Wrong(first + more, part=part / 2)


def in_order(answer: Any, *, steps: Sequence[str], shown: Sequence[int], praise: str) -> str:
    """Check an order of steps, given as places in `shown`, the order in which they are listed."""
    try:
        order = [shown[int(place)] for place in answer]
    except (TypeError, ValueError, IndexError):
        raise NotAttempted("nothing is in an order yet") from None
    if sorted(order) != list(range(len(steps))):
        raise Wrong("each step belongs in it exactly once")
    right = sum(step == place for place, step in enumerate(order))
    if right == len(steps):
        return praise
    first = next(place for place, step in enumerate(order) if step != place)
    raise Wrong(
        f"up to step {first} it is right; what does “{steps[order[first]]}” need before it?"
        if first
        else f"“{steps[order[0]]}” cannot be the first; what do you have at the beginning?",
        part=right / len(steps) / 2,
    )


def array(answer: Any, shape: tuple[int, ...], meaning: str) -> np.ndarray:
    """Return an answer as an array of numbers, after a look at its shape.

    Parameters
    ----------
    answer : object
        The student's.
    shape : tuple of int
        What it has to have.
    meaning : str
        Of the axes, such as ``"(frequency, time)"``.

    Examples
    --------
    >>> array([[1, 2]], (1, 2), "(channels, frames)").shape
    (1, 2)
    """
    try:
        found = np.asarray(answer)
    except (TypeError, ValueError):
        found = np.asarray(None)
    if found.dtype.kind not in "biufc":
        raise Wrong(f"an array of numbers is asked for, and this is a {type(answer).__name__}")
    if found.shape != shape:
        turned = "transposed" if found.shape == shape[::-1] else f"of the shape {found.shape}"
        raise Wrong(f"your array is {turned}; expected {meaning} = {shape}")
    if not np.isfinite(found).all():
        raise Wrong("your array holds values that are not finite: is something divided by zero?")
    return found


def explained(
    found: Any,
    right: Any,
    mistakes: Sequence[tuple[Any, str, float]],
    *,
    otherwise: str,
    tolerance: float = 1e-3,
) -> None:
    """Compare numbers with the right ones; of a mistake that is known, say which it is.

    Parameters
    ----------
    found, right : array_like
        Of one shape.
    mistakes : sequence of (array_like, str, float)
        What comes out of a mistake, what to say of it, and the share of the points it deserves.
    otherwise : str
        What to say if it is none of these.
    tolerance : float
        The largest difference that passes.

    Examples
    --------
    >>> explained([3.0], [6.0], [([3.0], "you forgot to double it", 0.5)], otherwise="no")
    Traceback (most recent call last):
    musicnb.course.question.Wrong: you forgot to double it
    """
    if np.allclose(found, right, rtol=0, atol=tolerance):
        return
    for values, message, part in mistakes:
        if np.allclose(found, values, rtol=0, atol=tolerance):
            raise Wrong(message, part=part)
    raise Wrong(otherwise)


def box(answer: Any) -> tuple[float, float, float, float]:
    """Return start, stop (s), low and high (Hz) of a selection in the explorer.

    Examples
    --------
    >>> box({"start": 1, "stop": 2.5, "low": 100, "high": 4000})
    (1.0, 2.5, 100.0, 4000.0)
    """
    if not isinstance(answer, Mapping) or not {"start", "stop", "low", "high"} <= set(answer):
        raise Wrong("draw a box in the explorer, and pass explorer.selection")
    start, stop, low, high = (number(answer[key]) for key in ("start", "stop", "low", "high"))
    return start, stop, low, high
