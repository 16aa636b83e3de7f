"""The student's process: runs exercise cells, and calls functions with what it is told to.

It knows nothing that is worth knowing: no check, no expected value, no key. Whatever code does to
it changes only what it says, and what it says is judged elsewhere, as any other answer.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import sys
import traceback
import types
from typing import TYPE_CHECKING, Any, BinaryIO

from musicnb.course.grading import slices, wire

if TYPE_CHECKING:
    from collections.abc import Callable

#: The name of a student's cell in tracebacks.
CELL = "<your answer>"
LONGEST = 2000


class Anything:
    """What a check gives back here: it does nothing, whatever is done with it."""

    def __getattr__(self, name: str) -> Anything:
        """Return itself."""
        if name.startswith("_"):
            raise AttributeError(name)
        return self

    def __call__(self, *_: Any, **__: Any) -> Anything:
        """Return itself."""
        return self

    def __repr__(self) -> str:
        """Say nothing."""
        return ""


class Task(Anything):
    """A question: it keeps what it is asked to check."""

    def __init__(self, question: str, variant: Any, kept: dict[str, Any]) -> None:
        self._question, self._kept = question, kept
        self.variant = variant or {}

    def check(self, answer: Any, *, because: str = "") -> Anything:
        """Keep an answer."""
        self._kept[self._question] = answer, because
        return Anything()

    answer = check


class Lesson(Anything):
    """A lesson: it has every question."""

    def __init__(self, name: str, variants: dict[str, Any], kept: dict[str, Any]) -> None:
        self._about = f"l{str(name)[:2]}", variants, kept

    def __getattr__(self, name: str) -> Any:
        """Return a question, or something that does nothing."""
        if name[:1] == "q" and name[1:].isdigit():
            lesson, variants, kept = self._about
            question = f"{lesson}-{name}"
            return Task(question, variants.get(question), kept)
        return super().__getattr__(name)


class Room:
    """What was run so far: the functions that were answered."""

    def __init__(self) -> None:
        self.functions: dict[str, Callable[..., Any]] = {}
        self.kept: dict[str, Any] = {}

    def open(self, message: dict[str, Any]) -> dict[str, Any]:
        """Run a student's cell, after what it needs, and return what it answers."""
        question = message["question"]
        self.kept.clear()
        _pretend(message["variants"], self.kept)
        space: dict[str, Any] = {"__name__": "__main__", "display": lambda *_, **__: None}
        source = slices.python(message["source"])
        check = slices.checked(message["released"], question)
        whole = f"{source}\n{check or ''}"
        for code in slices.needed(message["before"], whole, message["extras"]):
            # What cannot be had here (a widget's selection) is missed by the cell, if at all.
            with contextlib.suppress(BaseException):
                exec(compile(code, "<the lesson>", "exec"), space)  # noqa: S102
        error = None
        try:
            exec(compile(source, CELL, "exec"), space)  # noqa: S102
            if question not in self.kept and check:
                exec(compile(check, CELL, "exec"), space)  # noqa: S102
        except BaseException as raised:  # noqa: BLE001  (sys.exit too)
            error = _told(raised)
        if question not in self.kept:
            return {"error": error} if error else {"missing": True}
        answer, because = self.kept[question]
        because = because if isinstance(because, str) else ""
        if callable(answer):
            self.functions[question] = answer
            return {"function": True, "because": because}
        return {"value": answer, "because": because}

    def call(self, message: dict[str, Any]) -> dict[str, Any]:
        """Call a function that was answered."""
        function = self.functions[message["question"]]
        try:
            return {"value": function(*message["arguments"], **message["keywords"])}
        except BaseException as raised:  # noqa: BLE001
            return {"error": _told(raised)}


def _pretend(variants: dict[str, Any], kept: dict[str, Any]) -> None:
    """Let `from musicnb.course import lesson` give lessons that only listen."""
    import musicnb.course

    def lesson(name: str = "", folder: Any = None) -> Lesson:  # noqa: ARG001
        return Lesson(name, variants, kept)

    module = types.ModuleType("musicnb.course.lesson")
    module.lesson = lesson  # type: ignore[attr-defined]
    sys.modules[module.__name__] = module
    musicnb.course.lesson = lesson  # type: ignore[assignment]


def _told(error: BaseException) -> dict[str, Any]:
    """Return what is to be known of an error: its type, its words, and the line of the cell."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == CELL]
    line = frames[-1].lineno if frames else getattr(error, "lineno", None)
    name = frames[-1].name if frames else ""
    try:
        words = str(error)[:LONGEST]
    except BaseException:  # noqa: BLE001  (its own __str__ may raise)
        words = ""
    return {"type": type(error).__name__, "words": words, "line": line, "name": name}


def _limit(limits: dict[str, int]) -> None:
    for name, most in limits.items():
        number = getattr(resource, name)
        _, hard = resource.getrlimit(number)
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(number, (least, least))


def _receive(source: BinaryIO) -> Any:
    head = source.read(wire.LENGTH.size)
    if len(head) < wire.LENGTH.size:
        return None
    return wire.unpack(source.read(*wire.LENGTH.unpack(head)))


def _send(target: BinaryIO, reply: dict[str, Any]) -> None:
    try:
        data = wire.pack(reply)
    except BaseException as error:  # noqa: BLE001  (an answer may raise whatever it likes)
        data = wire.pack(
            {"unfit": str(error)[:LONGEST] if isinstance(error, wire.NotPlain) else ""}
        )
    target.write(data)
    target.flush()


def main() -> None:
    """Answer messages until there are no more."""
    limits = json.loads(sys.argv[1])
    # What is printed goes nowhere, and cannot get among the messages.
    source, target = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    _limit(limits)
    room = Room()
    _send(target, {"ready": True})
    while (message := _receive(source)) is not None:
        _send(target, room.open(message) if message["do"] == "open" else room.call(message))


if __name__ == "__main__":
    main()
    os._exit(0)
