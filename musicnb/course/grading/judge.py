"""Grades one student's lesson: collects the answers, runs what has to be run, and judges.

Checks run here, in the grader's process. All that a student's code can do is say something.
"""

from __future__ import annotations

import contextlib
import importlib
import signal
import threading
import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.course.grading import wire
from musicnb.course.grading.collect import MOST
from musicnb.course.grading.room import Proxy, Room
from musicnb.course.question import Feedback, Question
from musicnb.course.variants import draw

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from musicnb.course.grading.collect import Answer, Released
    from musicnb.course.grading.key import Hidden, Key
    from musicnb.course.grading.sandbox import Limits

#: Characters of one piece of feedback.
LONGEST = 600
#: Seconds for a check itself, beside what the student's code takes.
PATIENCE = 60.0
NAN = Feedback("incorrect", 0.0, "there is NaN in it, which is not a number: 0 divided by 0?")


@dataclass(frozen=True)
class Given:
    """An answer to judge: a value, a function in the sandbox, or a file."""

    value: Any = None
    because: str = ""
    origin: str = ""
    trouble: str = ""


def questions(lesson: str) -> tuple[Question, ...]:
    """Return the questions of a lesson."""
    module = importlib.import_module(f"musicnb.course.questions.l{lesson[:2]}")
    found: tuple[Question, ...] = module.QUESTIONS
    return found


def variants(key: Key, student: str, lesson: str) -> dict[str, int]:
    """Draw the variants that a student was handed out in a lesson, where there is more than one."""
    if student not in key.students:
        return {}
    return {
        question.id: draw(key.secret, student, question.id, len(question.variants))
        for question in questions(lesson)
        if len(question.variants) > 1
    }


def judge(
    released: Released,
    found: Mapping[str, Answer],
    files: Mapping[str, Path],
    drawn: Mapping[str, int],
    hidden: Mapping[str, tuple[Hidden, ...]],
    limits: Limits,
    secret: tuple[Path, ...] = (),
    *,
    unsafe: bool = False,
) -> dict[str, Any]:
    """Return a record of every question of a lesson.

    Parameters
    ----------
    released : Released
        The lesson.
    found : mapping of str to Answer
        What the student's notebook says.
    files : mapping of str to path
        The files that were handed in beside it, by the name that a question asks for.
    drawn : mapping of str to int
        The student's variants.
    hidden : mapping of str to tuple of Hidden
        The hidden checks.
    limits, secret, unsafe
        Of the sandbox.
    """
    asked = questions(released.name)
    each = {q.id: dict(q.variants[drawn.get(q.id, 0)]) for q in asked}
    with Room(released, found, each, limits, secret, unsafe=unsafe) as room:
        given = {q.id: _given(q, room, found, files) for q in asked}
        # In two rounds, and what students read comes from the first: a function that remembers
        # what it was tried with cannot tell them what the hidden checks try.
        public = {q.id: _public(q, given[q.id], drawn.get(q.id, 0)) for q in asked}
        records = {}
        for question in asked:
            index, id_ = drawn.get(question.id, 0), question.id
            tried = _tried(question, given[id_], public[id_], index, hidden.get(id_, ()))
            records[id_] = _record(question, given[id_], public[id_], tried, found.get(id_))
    return records


def _given(
    question: Question, room: Room, found: Mapping[str, Answer], files: Mapping[str, Path]
) -> Given:
    if question.artefact:
        path = files.get(question.artefact)
        return Given(path, origin="file" if path else "")
    answer = found.get(question.id)
    if answer is None:
        return Given()
    trouble = ""
    if answer.source:
        reply = room.open(question.id)
        because = reply.get("because", "") or answer.because
        if reply.get("function"):
            return Given(Proxy(room, question.id), because, "run")
        # What is still dots, or what a widget says, is not known from the code.
        value = reply.get("value")
        if value is not None and value is not ...:
            return Given(value, because, "run")
        trouble = reply.get("trouble", "")
    if answer.kept is not None:
        return Given(answer.kept, answer.because, "kept")
    return Given(trouble=trouble)


def _public(question: Question, given: Given, index: int) -> Feedback:
    if question.artefact and given.value is None:
        return Feedback("not attempted", 0.0, f"{question.artefact} was not handed in")
    if given.value is None and given.trouble:
        return Feedback("error", 0.0, given.trouble)
    return _judged(question, given.value, index)


def _judged(question: Question, value: Any, index: int) -> Feedback:
    if wire.has_nan(value):
        return NAN
    if isinstance(value, Proxy):
        value.returned_nan = False
    try:
        # Whatever is answered, arithmetic with it is no reason to warn the instructor.
        with within(PATIENCE), np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            feedback = question.judge(value, index)
    except TooLong:
        return Feedback("incorrect", 0.0, "your answer could not be checked in time")
    # A check that compares may take NaN for right: it is neither too small nor too large.
    if isinstance(value, Proxy) and value.returned_nan and feedback.state == "correct":
        return NAN
    return feedback


def _tried(
    question: Question, given: Given, public: Feedback, index: int, hidden: tuple[Hidden, ...]
) -> list[dict[str, Any]]:
    if public.state == "not attempted" or given.value is None:
        return []
    tried = []
    for each in hidden:
        feedback = _judged(replace(question, check=each.check), given.value, index)
        share = min(1.0, max(0.0, float(feedback.share)))
        about = {"name": each.name, "weight": each.weight, "share": share}
        tried.append({**about, "message": wire.text(feedback.message, LONGEST)})
    return tried


def _record(
    question: Question,
    given: Given,
    public: Feedback,
    tried: list[dict[str, Any]],
    answer: Answer | None,
) -> dict[str, Any]:
    share, state, message = public.share, public.state, public.message
    if tried:
        weights = sum(each["weight"] for each in tried)
        share = sum(each["weight"] * each["share"] for each in tried) / weights
        failed = [each["name"] for each in tried if each["share"] < 1]
        if failed and state == "correct":
            state, message = (
                "incorrect",
                (f"it is right for what the notebook tries, and not for {_listed(failed)}"),
            )
        elif not failed:
            state = "correct"
    share = min(1.0, max(0.0, float(share)))
    return {
        "title": question.title,
        "points": question.points,
        "score": round(share * question.points, 2),
        "state": state,
        "message": wire.text(message, LONGEST),
        "because": wire.text(given.because, MOST),
        "origin": given.origin,
        "copies": answer.copies if answer else 0,
        "hidden": tried,
    }


def _listed(names: list[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


class TooLong(BaseException):
    """A check took too long: an answer that nobody foresaw. What catches errors must not see it."""


@contextlib.contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raise `TooLong` in a block that takes longer, where the system can.

    Examples
    --------
    >>> with within(0.01):
    ...     while True:
    ...         pass
    Traceback (most recent call last):
    musicnb.course.grading.judge.TooLong
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        raise TooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
