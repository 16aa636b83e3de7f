"""Questions, and what is said of an answer."""

from __future__ import annotations

import html
import traceback
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: What an answer or a question can be, each with a sign and a word: colour alone tells nothing.
STATES = {
    "not attempted": ("○", "Not attempted"),
    "incorrect": ("✗", "Not yet"),
    "error": ("!", "Your code stopped with an error"),
    "correct": ("✓", "Correct"),
    "given up": ("○", "Solution seen"),
}


class Wrong(Exception):  # noqa: N818  (an answer, not a failure of ours)
    """The answer is not right.

    Parameters
    ----------
    message : str
        What is wrong with it, and where to look; never just that it is wrong.
    part : float
        The share of the points that it deserves, 0 to 1.
    """

    def __init__(self, message: str, *, part: float = 0.0) -> None:
        self.part = part
        super().__init__(message)


class NotAttempted(Exception):  # noqa: N818
    """There is no answer yet."""


class Failed(Exception):  # noqa: N818
    """The student's function raised an error; the message says which, and in which line."""


@dataclass(frozen=True)
class Question:
    """One graded question.

    Attributes
    ----------
    id : str
        As in the master: ``l00-q1`` is question 1 of lesson 00.
    title : str
        A few words.
    points : float
        For the right answer without hints.
    check : callable
        Takes the answer; raises `Wrong` with a message that names what is wrong, else returns
        what to add to the praise (a string) or None.
    hints : tuple of str
        From a nudge to nearly the answer; each costs `HINT_COST` of the points.
    quiz : mapping or callable, optional
        Arguments of the `Quiz` that asks, for what is not code; or a function that returns them.
    variants : tuple of dict
        What differs from student to student, such as ``({"frequency": 440}, {"frequency": 495})``;
        the check and a callable `quiz` get one of them as keyword arguments.
    artefact : str
        The name of the file that is the answer, which the student hands in beside the notebook;
        the check gets its path.
    right, wrong : tuple
        Answers to test the check with, in the first variant; the wrong ones with a part of what is
        said of each. Of an artefact: functions that make it in a folder, and return its path.
    """

    id: str
    title: str
    points: float
    check: Callable[..., str | None]
    hints: tuple[str, ...] = ()
    quiz: Mapping[str, Any] | Callable[..., Mapping[str, Any]] = field(default_factory=dict)
    variants: tuple[Mapping[str, Any], ...] = ({},)
    artefact: str = ""
    right: tuple[Any, ...] = ()
    wrong: tuple[tuple[Any, str], ...] = ()

    def judge(self, answer: Any, variant: int = 0) -> Feedback:
        """Return what is to be said of an answer to one of the variants.

        Examples
        --------
        >>> def six(answer):
        ...     if answer != 6:
        ...         raise Wrong(f"{answer} is too {'low' if answer < 6 else 'high'}")
        >>> question = Question("l99-q1", "Two times three", 2, six)
        >>> print(question.judge(7))
        Not yet: 7 is too high
        >>> print(question.judge(...))
        Not attempted: replace the dots by your answer
        >>> question.judge(6).share
        1.0
        """
        try:
            praise = self.check(_there(answer), **self.variants[variant])
        except NotAttempted as nothing:
            return Feedback("not attempted", 0.0, str(nothing))
        except Wrong as wrong:
            return Feedback("incorrect", wrong.part, str(wrong))
        except Failed as failed:
            return Feedback("error", 0.0, str(failed))
        except Exception as error:  # noqa: BLE001  (an answer of a kind that no check foresaw)
            kind = type(answer).__name__
            message = f"your answer, a {kind}, cannot be checked: {type(error).__name__}: {error}"
            return Feedback("incorrect", 0.0, message)
        return Feedback("correct", 1.0, praise or "")


def _there(answer: Any) -> Any:
    """Return an answer, if it is one."""
    if answer is None:
        raise NotAttempted("there is nothing to check yet")
    if answer is ...:
        raise NotAttempted("replace the dots by your answer")
    return answer


@dataclass(frozen=True)
class Feedback:
    """What is said of an answer: in words, for the eye and for a screen reader alike.

    Attributes
    ----------
    state : {'not attempted', 'incorrect', 'error', 'correct'}
        What the answer is.
    share : float
        Of the points, before hints are taken off.
    message : str
        What is wrong, or why it is right.
    note : str
        Points and attempts.
    also : mapping
        What the cell's output keeps beside it, by MIME type.
    """

    state: str
    share: float
    message: str
    note: str = ""
    also: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def __str__(self) -> str:
        """Return it as a line."""
        text = STATES[self.state][1] + (f": {self.message}" if self.message else "")
        return f"{text} ({self.note})" if self.note else text

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return dict(self.also)

    def _repr_html_(self) -> str:
        sign, word = STATES[self.state]
        lines = [f"<b><span aria-hidden='true'>{sign}</span> {word}</b>"]
        lines += [html.escape(text) for text in (self.message, self.note) if text]
        body = "<br>".join(lines)
        style = "border-left:4px solid currentColor;padding:4px 10px;margin:2px 0"
        return f'<div role="status" style="{style}">{body}</div>'


def call(function: Any, *arguments: Any) -> Any:
    """Call a student's function; its errors, and no answer at all, are told apart from wrong ones.

    Raises
    ------
    NotAttempted
        If it returns nothing.
    Wrong
        If it is no function.
    Failed
        If it raises an error.

    Examples
    --------
    >>> call(abs, -3)
    3
    """
    if not callable(function):
        raise Wrong(
            f"a function is asked for, and this is a {type(function).__name__}: "
            "pass its name, without brackets"
        )
    try:
        result = function(*arguments)
    except (Failed, Wrong):  # told already, by a grader that calls it in another process
        raise
    except Exception as error:
        line = traceback.extract_tb(error.__traceback__)[-1]
        where = f", in line {line.lineno} of {line.name}" if line.name != "call" else ""
        raise Failed(f"{type(error).__name__}{where}: {error}") from error
    if result is None or result is ...:
        raise NotAttempted("your function returns nothing yet")
    return result
