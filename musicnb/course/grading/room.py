"""The sandbox of one student's lesson: opened when it is needed, and again when it was blown up."""

from __future__ import annotations

import builtins
import time
from typing import TYPE_CHECKING, Any, Self

from musicnb.course.grading import wire
from musicnb.course.grading.collect import MOST
from musicnb.course.grading.sandbox import Ended, Limits, Sandbox
from musicnb.course.question import Failed, Wrong
from musicnb.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from musicnb.course.grading.collect import Answer, Released

#: Characters of a student's error message.
LONGEST = 300


class Room:
    """Runs the exercises of a student, each with a budget of its own.

    Parameters
    ----------
    released : Released
        The lesson.
    found : mapping of str to Answer
        The student's cells.
    variants : mapping of str to dict
        What differs from student to student.
    limits, secret, unsafe
        Of the sandbox.
    """

    def __init__(
        self,
        released: Released,
        found: Mapping[str, Answer],
        variants: Mapping[str, dict[str, Any]],
        limits: Limits,
        secret: tuple[Path, ...] = (),
        *,
        unsafe: bool = False,
    ) -> None:
        self._released, self._found = released, found
        self._variants = dict(variants)
        self._limits, self._secret, self._unsafe = limits, secret, unsafe
        self._sandbox: Sandbox | None = None
        self._opened: set[str] = set()
        self._left: dict[str, float] = {}
        self._over: dict[str, str] = {}

    def open(self, question: str) -> dict[str, Any]:
        """Run the cell of a question, and return what it answers, or what trouble there was."""
        exercise = self._released.exercises.get(question)
        message = {
            "do": "open",
            "question": question,
            "variants": self._variants,
            "before": self._released.before(question, self._found),
            "extras": self._found[question].extras,
            "source": self._found[question].source,
            "released": exercise.source if exercise else "",
        }
        try:
            reply = self._ask(question, message)
        except Failed as failed:
            return {"trouble": str(failed)}
        if "error" in reply:
            reply["trouble"] = error_of(reply["error"])
        elif "unfit" in reply:
            reply["trouble"] = _unfit(reply["unfit"])
        elif reply.get("missing"):
            reply["trouble"] = "your cell answers nothing: its last line should check your answer"
        self._opened.add(question)
        return {**reply, "because": wire.text(reply.get("because"), MOST)}

    def call(self, question: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """Call the function that a question was answered with.

        Raises
        ------
        musicnb.course.question.Failed
            If it raises an error, or breaks out, or does not come to an end.
        musicnb.course.question.Wrong
            If what it returns is nothing that could be right.
        """
        if question in self._over:
            raise Failed(self._over[question])
        if question not in self._opened and not self.open(question).get("function"):
            raise Failed("your function could not be made a second time")
        message = {"do": "call", "question": question, "arguments": list(arguments)}
        reply = self._ask(question, {**message, "keywords": keywords})
        if "error" in reply:
            raise Failed(error_of(reply["error"]))
        if "value" not in reply:
            raise Wrong(_unfit(reply.get("unfit"), "your result"))
        return reply["value"]

    def close(self) -> None:
        """End what is running."""
        if self._sandbox is not None:
            self._sandbox.close()
        self._sandbox = None
        self._opened.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, question: str, message: dict[str, Any]) -> dict[str, Any]:
        if self._sandbox is None:
            try:
                self._sandbox = Sandbox(self._limits, self._secret, unsafe=self._unsafe)
            except Ended as ended:
                # No student's code was in it yet.
                raise InputError(
                    f"the sandbox does not start: {ended}",
                    expected="bubblewrap and Python to run here",
                    todo="Run `musicnb doctor`, then grade again; what was graded is kept.",
                ) from ended
        began = time.monotonic()
        left = self._left.get(question, self._limits.seconds)
        try:
            return self._sandbox.ask(message, left)
        except Ended as ended:
            text = str(ended)
            if "come to an end" in text:
                text = f"your code did not come to an end within {self._limits.seconds:g} seconds"
            self._over[question] = text
            self.close()
            raise Failed(text) from None
        except BaseException:
            # Half a reply would be taken for the next one's.
            self.close()
            raise
        finally:
            self._left[question] = max(0.0, left - (time.monotonic() - began))


class Proxy:
    """A student's function, as a check sees it: calls travel to the sandbox."""

    __name__ = "answer"

    def __init__(self, room: Room, question: str) -> None:
        self._room, self._question = room, question
        #: Whether a result held NaN since this was set to False.
        self.returned_nan = False

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """Call it; arguments and results are plain data."""
        result = self._room.call(self._question, arguments, keywords)
        self.returned_nan |= wire.has_nan(result)
        return result


def error_of(told: Any) -> str:
    """Return an error as it was told, in the words of `musicnb.course.question.call`.

    Examples
    --------
    >>> error_of({"type": "IndexError", "words": "out of range", "line": 3, "name": "half"})
    'IndexError, in line 3 of half: out of range'
    """
    if not isinstance(told, dict):
        return "an error"
    name, line, place = told.get("type"), told.get("line"), told.get("name")
    known = isinstance(name, str) and isinstance(getattr(builtins, name, None), type)
    where = f", in line {line}" if isinstance(line, int) and 0 < line < 10**5 else ""
    if where and isinstance(place, str) and place.isidentifier():
        where += f" of {place[:40]}"
    words = wire.text(told.get("words"), LONGEST)
    return f"{name if known else 'an error'}{where}" + (f": {words}" if words else "")


def _unfit(words: Any, what: str = "your answer") -> str:
    if wire.text(words, LONGEST):
        return f"{what} is {wire.text(words, LONGEST)}"
    return f"{what} is nothing that can be looked at: numbers, texts, lists or arrays are"
