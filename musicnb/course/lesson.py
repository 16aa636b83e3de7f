"""A lesson as a notebook sees it: its questions, each to check, with hints and a solution."""

from __future__ import annotations

import html
import importlib
import json
from dataclasses import replace
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.course.progress import Progress
from musicnb.course.question import STATES
from musicnb.course.variants import handed_out
from musicnb.errors import InputError

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from musicnb.course.question import Feedback, Question

#: The share of a question's points that each hint costs.
HINT_COST = 0.25
#: How a cell's output keeps an answer, for whoever grades the notebook.
ANSWER = "application/vnd.musicnb.answer+json"
#: Characters of an answer that is kept there.
LONGEST_KEPT = 10_000


def lesson(name: str, folder: str | os.PathLike[str] = ".") -> Lesson:
    """Return a lesson's questions.

    Parameters
    ----------
    name : str
        Of its notebook, such as ``00_welcome``.
    folder : path
        Where progress is kept; by default where the notebook runs.

    Raises
    ------
    musicnb.errors.InputError
        If there is no such lesson.

    Examples
    --------
    >>> import tempfile
    >>> welcome = lesson("00_welcome", tempfile.mkdtemp())
    >>> welcome
    Lesson 00_welcome: 0 of 12 points, 0 of 6 questions answered
    >>> print(welcome.q1.check(...))  # doctest: +ELLIPSIS
    Not attempted: replace the dots by your answer...
    """
    number = name.partition("_")[0]
    try:
        module = importlib.import_module(f"musicnb.course.questions.l{number}")
    except ModuleNotFoundError as error:
        raise InputError(
            f"there is no lesson {name!r}",
            expected="the name of a lesson's notebook, such as 00_welcome",
            todo="Look in the folder of the lessons.",
        ) from error
    return Lesson(name, module.QUESTIONS, folder)


class Lesson:
    """The questions of a lesson, as attributes ``q1``, ``q2`` and so on."""

    def __init__(
        self, name: str, questions: tuple[Question, ...], folder: str | os.PathLike[str]
    ) -> None:
        self.name = name
        self._folder = folder
        self._progress = Progress(folder)
        self._questions = {question.id.split("-")[1]: question for question in questions}

    def __getattr__(self, name: str) -> Task:
        """Return a question."""
        if name.startswith("_") or name not in self._questions:
            raise AttributeError(f"{self.name} has the questions {', '.join(self._questions)}")
        return Task(self, self._questions[name])

    def __dir__(self) -> list[str]:
        """List the questions too."""
        return [*super().__dir__(), *self._questions]

    def __iter__(self) -> Iterator[Task]:
        """Go through the questions."""
        return (Task(self, question) for question in self._questions.values())

    @property
    def points(self) -> float:
        """Of all questions together."""
        return sum(question.points for question in self._questions.values())

    def __repr__(self) -> str:
        """Say how far one has come."""
        records = [task.record for task in self]
        score = sum(record.get("score", 0.0) for record in records)
        done = sum(record.get("state") in ("correct", "given up") for record in records)
        return (
            f"Lesson {self.name}: {score:g} of {self.points:g} points, "
            f"{done} of {len(records)} questions answered"
        )

    def _repr_html_(self) -> str:
        """Return a table of the questions, for a notebook."""
        rows = [
            f"<tr><td><span aria-hidden='true'>{sign}</span> {word}</td>"
            f"<td>{task.question.id.split('-')[1]}</td><td>{html.escape(task.question.title)}</td>"
            f"<td>{task.record.get('score', 0.0):g} of {task.question.points:g}</td></tr>"
            for task in self
            for sign, word in [STATES[task.record.get("state", "not attempted")]]
        ]
        head = "".join(f"<th scope='col'>{word}</th>" for word in ("", "", "question", "points"))
        return (
            f"<table><caption>{html.escape(repr(self))}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
        )

    def predict(self, name: str, prompt: str, **quiz: Any) -> None:
        """Ask for a prediction, which nobody scores, before a result is seen.

        Parameters
        ----------
        name : str
            By which `reveal` finds it.
        prompt : str
            What to predict.
        **quiz
            Arguments of `Quiz`; by default a number is asked for.
        """
        from IPython.display import display

        from musicnb.widgets.quiz import Quiz

        asked = Quiz(prompt, **{"kind": "number", "name": name, **quiz})

        def submitted(asked: Quiz) -> None:
            value = asked.answer
            if asked.options and isinstance(value, int):
                value = asked.options[value]
            text = f"{value} {asked.unit}".strip()
            self._progress.predict(self.name, name, text)
            asked.show("submitted", "Kept. Now run the next cell.")

        asked.on_submit(submitted)
        display(asked)  # type: ignore[no-untyped-call]

    def reveal(self, name: str, actual: object) -> Note:
        """Show a result beside what was predicted.

        Examples
        --------
        >>> import tempfile
        >>> lesson("00_welcome", tempfile.mkdtemp()).reveal("softer", "1.5 LU")
        It is 1.5 LU. You predicted nothing: a guess before the run is worth more than one after.
        """
        predicted = self._progress.prediction(self.name, name)
        if predicted is None:
            return Note(
                f"It is {actual}. You predicted nothing: a guess before the run is worth more "
                "than one after."
            )
        return Note(f"It is {actual}. You predicted {predicted}.")

    def _keep(self, question: Question, record: dict[str, Any]) -> None:
        about = {"points": self.points, "questions": len(self._questions)}
        self._progress.record(self.name, question.id, record, **about)

    def _record(self, question: Question) -> dict[str, Any]:
        return self._progress.question(self.name, question.id)


class Task:
    """One question of a lesson, for this student."""

    def __init__(self, lesson: Lesson, question: Question) -> None:
        self._lesson = lesson
        self._question = question

    @property
    def question(self) -> Question:
        """What is asked."""
        return self._question

    @property
    def record(self) -> dict[str, Any]:
        """What is kept of it: state, score, attempts, hints."""
        return self._lesson._record(self._question)  # noqa: SLF001

    @property
    def variant(self) -> dict[str, Any]:
        """What differs from student to student in this question."""
        return dict(self._question.variants[self._index])

    @property
    def _index(self) -> int:
        question = self._question
        return handed_out(self._lesson._folder, question.id, len(question.variants))  # noqa: SLF001

    def check(self, answer: Any, *, because: str = "") -> Feedback:
        """Say whether an answer is right, and if not, what is wrong with it.

        The best answer counts. Looking at it as often as you like costs nothing.

        Parameters
        ----------
        answer : object
            A value, or a function by its name.
        because : str
            Why, where the question asks for it.

        Returns
        -------
        Feedback
        """
        question, record = self._question, self.record
        feedback = question.judge(answer, self._index)
        if feedback.state == "not attempted":
            return replace(feedback, note=self._note(record))
        share = feedback.share * max(0.0, 1 - HINT_COST * record.get("hints", 0))
        score = round(share * question.points, 2)
        best = score if record.get("state") != "given up" else 0.0
        kept = {
            **record,
            "attempts": record.get("attempts", 0) + 1,
            "score": max(best, record.get("score", 0.0)),
            "points": question.points,
        }
        if record.get("state") not in ("correct", "given up"):
            kept["state"] = feedback.state
        if question.quiz:
            kept |= {"answer": answer, "because": because}
        self._lesson._keep(question, kept)  # noqa: SLF001
        return replace(feedback, note=self._note(kept), also=_kept(question, answer, because))

    def hint(self) -> Note:
        """Show the next hint; each costs a quarter of the question's points."""
        question, record = self._question, self.record
        used = record.get("hints", 0)
        if used >= len(question.hints):
            return Note(f"{'There are no more hints' if used else 'There are no hints'}.")
        done = record.get("state") in ("correct", "given up")
        if not done:
            self._lesson._keep(question, {**record, "hints": used + 1})  # noqa: SLF001
        cost = "" if done else f" It costs {HINT_COST * question.points:g} of the points."
        return Note(f"Hint {used + 1} of {len(question.hints)}: {question.hints[used]}{cost}")

    def solution(self) -> Note:
        """Show the solution; a question that was not answered before then counts nothing."""
        question, record = self._question, self.record
        if record.get("state") != "correct":
            self._lesson._keep(question, {**record, "state": "given up", "score": 0.0})  # noqa: SLF001
        return Note(solutions(self._lesson.name).get(question.id, "It is in the text above."), True)

    def ask(self) -> None:
        """Show the question, where it is one to click on."""
        from IPython.display import display

        from musicnb.widgets.quiz import Quiz

        question, record = self._question, self.record
        about = question.quiz(**self.variant) if callable(question.quiz) else question.quiz
        quiz = Quiz(**{"name": question.id, **about})
        display(quiz)  # type: ignore[no-untyped-call]
        kept = display(Answer(question.id, None), display_id=True)  # type: ignore[no-untyped-call]

        def submitted(quiz: Quiz) -> None:
            feedback = self.check(quiz.answer, because=quiz.because)
            quiz.show(_shown(feedback), " ".join(filter(None, (feedback.message, feedback.note))))
            kept.update(Answer(question.id, quiz.answer, quiz.because))

        quiz.on_submit(submitted)
        if record.get("state") == "correct":
            quiz.show("correct", self._note(record))

    def answer(self, answer: Any, *, because: str = "") -> Feedback:
        """Answer a question to click on, by code: the same as `ask` and a click."""
        from IPython.display import display

        display(Answer(self._question.id, answer, because))  # type: ignore[no-untyped-call]
        return self.check(answer, because=because)

    def _note(self, record: dict[str, Any]) -> str:
        parts = [f"{record.get('score', 0.0):g} of {self._question.points:g} points"]
        hints = record.get("hints", 0)
        if hints:
            parts.append(f"{hints} hint{'s' * (hints > 1)} used")
        if record.get("state") == "given up":
            parts.append("you have seen the solution")
        return ", ".join(parts)

    def __repr__(self) -> str:
        """Say what is asked, and how it stands."""
        question = self._question
        return f"{question.id}, {question.title}: {self._note(self.record)}"


class Note:
    """Something to read: a hint, or code."""

    def __init__(self, text: str, code: bool = False) -> None:
        self.text = text
        self._code = code

    def __repr__(self) -> str:
        """Return the text as it is."""
        return self.text

    def _repr_markdown_(self) -> str:
        return f"```python\n{self.text}\n```" if self._code else self.text


class Answer:
    """What was answered, as the saved notebook keeps it."""

    def __init__(self, question: str, answer: Any, because: str = "") -> None:
        self._kept = {"question": question, "answer": answer, "because": because}

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        answered = self._kept["answer"] is not None
        text = f"Your answer: {self._kept['answer']!r}" if answered else ""
        return {ANSWER: self._kept, "text/plain": text}


def _kept(question: Question, answer: Any, because: str) -> dict[str, Any]:
    """Return what the output keeps of an answer: a box, say, which only a widget knows."""
    if isinstance(answer, np.generic):
        answer = answer.item()
    try:
        text = json.dumps(answer, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return {}
    # Clicks are kept already, and a file is handed in.
    if question.quiz or question.artefact or len(text) > LONGEST_KEPT:
        return {}
    return {ANSWER: {"question": question.id, "answer": json.loads(text), "because": because}}


def _shown(feedback: Feedback) -> str:
    """Return how a quiz shows it: it knows no errors, but answers that are right in part."""
    if feedback.state == "incorrect" and feedback.share:
        return "partial"
    return {"not attempted": "open", "error": "incorrect"}.get(feedback.state, feedback.state)


def solutions(name: str) -> dict[str, str]:
    """Return the solutions of a lesson by question, from its master."""
    file = resources.files("musicnb.course") / "solutions" / f"{name}.json"
    if not file.is_file():
        return {}
    made: dict[str, str] = json.loads(file.read_text("utf-8"))
    return made
