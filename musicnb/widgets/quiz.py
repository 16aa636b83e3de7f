"""`Quiz`: a question to answer in the notebook, also by listening without knowing to what."""

from __future__ import annotations

import base64
import math
import operator
from collections.abc import Iterable, Mapping
from numbers import Integral, Real
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

import traitlets

from musicnb.errors import InputError
from musicnb.widgets.base import Answer, Widget
from musicnb.widgets.sound import Sound, sound_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from musicnb.audio.audio import Audio

KINDS = ("choice", "several", "order", "number", "text", "which")
#: Kinds of which the answers are indices of the options.
WITH_OPTIONS = ("choice", "several", "order")
STATES = ("open", "submitted", "correct", "incorrect", "partial")
#: Characters of a justification, and of any text; the same numbers are in widgets/ui/quiz.ts.
LEAST, MOST = 10, 2000
#: Two are the least to choose from, and the most channels that are played.
TWO = 2
#: A picture of nothing, one pixel wide: a question is told in words.
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
)


class Quiz(Widget):
    """A question to answer in a notebook; what is right is for `on_submit` to say.

    Parameters
    ----------
    prompt : str
        The question.
    kind : {'choice', 'several', 'order', 'number', 'text', 'which'}
        One option, any number of them, all of them in an order, a number, a short text, or one
        of several sounds that are heard without their names.
    options : sequence of str
        At least two, for the first three kinds.
    sounds : mapping of str to Audio or path, optional
        At least two, for ``"which"``; of one sample rate and length, mono or stereo. The student
        hears them as A, B and so on, in this order.
    unit : str
        Of a number.
    justify : bool
        Ask for a reason of at least 10 characters.
    answer : int, float, str or list of int, optional
        What is filled in at first.
    because : str
        The reason that is filled in at first.
    name : str
        What it is called; nobody sees it.

    Attributes
    ----------
    answer : int, float, str, list of int or None
        An index for ``"choice"``, indices for ``"several"`` and ``"order"``, a letter for
        ``"which"``.
    state : {'open', 'submitted', 'correct', 'incorrect', 'partial'}
        What is known of the answer.
    feedback : str
        What is said of it.
    locked : bool
        Whether the answer can no longer be changed.
    names : dict of str to str
        The name of the sound behind each letter; it stays in Python.

    Raises
    ------
    musicnb.errors.InputError
        If an option makes no sense, or an answer is of another kind.

    Examples
    --------
    >>> quiz = Quiz("Which interval is wider?", options=["a third", "a fifth"])
    >>> @quiz.on_submit
    ... def check(quiz):
    ...     if quiz.answer == 1:
    ...         quiz.show("correct", "Seven semitones against four at most.")
    ...     else:
    ...         quiz.show("incorrect", "Count the semitones.")
    >>> quiz.submit(1)
    >>> quiz.state, quiz.feedback
    ('correct', 'Seven semitones against four at most.')
    """

    prompt = traitlets.Unicode().tag(sync=True)
    kind = traitlets.Unicode().tag(sync=True)
    options: traitlets.List[str] = traitlets.List(traitlets.Unicode()).tag(sync=True)
    unit = traitlets.Unicode().tag(sync=True)
    justify = traitlets.Bool().tag(sync=True)
    answer = traitlets.Any(default_value=None).tag(sync=True)
    because = traitlets.Unicode().tag(sync=True)
    state = traitlets.Unicode("open").tag(sync=True)
    feedback = traitlets.Unicode().tag(sync=True)
    locked = traitlets.Bool().tag(sync=True)

    def __init__(
        self,
        prompt: str,
        kind: str = "choice",
        options: Iterable[str] = (),
        *,
        sounds: Mapping[str, Audio | str] | None = None,
        unit: str = "",
        justify: bool = False,
        answer: Any = None,
        because: str = "",
        name: str = "quiz",
    ) -> None:
        self.name = name
        self._functions: list[Callable[[Quiz], object]] = []
        if kind != "which" and sounds is not None:
            raise _unfit("sounds", "given", "none for this kind", 'Pass kind="which".')
        blind = _blind(sounds) if kind == "which" else []
        self.names = {
            sound.name: str(each) for sound, each in zip(blind, sounds or (), strict=True)
        }
        super().__init__(
            blind,
            _kind="quiz",
            prompt=_text("prompt", prompt),
            kind=kind,
            options=_texts(options),
            unit=_text("unit", unit, 0),
            justify=bool(justify),
            answer=answer,
            because=_text("because", because, 0),
        )

    # ---- the options make sense --------------------------------------------------------------

    @traitlets.validate("kind")
    def _check_kind(self, proposal: Any) -> str:
        kind: str = proposal["value"]
        if kind not in KINDS:
            raise _unfit("kind", repr(kind), ", ".join(KINDS), "Choose one of these.")
        if (kind == "which") != bool(self.names):
            raise _unfit(
                "kind", repr(kind), "which if there are sounds, and only then", "Make another quiz."
            )
        return kind

    @traitlets.validate("options")
    def _check_options(self, proposal: Any) -> list[str]:
        options: list[str] = proposal["value"]
        if self.kind not in WITH_OPTIONS:
            if options:
                raise _unfit("options", repr(options), f"none for {self.kind!r}", "Leave them out.")
        elif len({*options} - {""}) != len(options) or len(options) < TWO:
            raise _unfit("options", repr(options), "two or more different texts", "Pass others.")
        return options

    @traitlets.validate("answer")
    def _check_answer(self, proposal: Any) -> Any:
        return None if proposal["value"] is None else self._fitting(proposal["value"])

    @traitlets.validate("state")
    def _check_state(self, proposal: Any) -> str:
        state: str = proposal["value"]
        if state not in STATES:
            raise _unfit("state", repr(state), ", ".join(STATES), "Choose one of these.")
        return state

    def _fitting(self, answer: Any) -> Any:
        """Return an answer in the form that its kind has; refuse any other."""
        count = len(self.options)
        if self.kind == "choice":
            return _index(answer, count)
        if self.kind == "number":
            return _number(answer)
        if self.kind == "text":
            return _text("answer", answer)
        if self.kind == "which":
            if not isinstance(answer, str) or answer not in self.names:
                raise _unfit("answer", repr(answer), ", ".join(self.names), "Choose one of these.")
            return answer
        expected = "an index of an option each, none of them twice"
        if isinstance(answer, str | bytes | Mapping) or not hasattr(answer, "__iter__"):
            raise _unfit("answer", repr(answer), expected, "Pass a list.")
        indices = [_index(each, count) for each in answer]
        if len({*indices}) != len(indices):
            raise _unfit("answer", repr(indices), expected, "Leave one of them out.")
        if self.kind == "several":
            return sorted(indices)
        if len(indices) != count:
            raise _unfit("answer", repr(indices), f"all {count} options in order", "Add the rest.")
        return indices

    # ---- answers -----------------------------------------------------------------------------

    def on_submit(self, function: Callable[[Quiz], object]) -> Callable[[Quiz], object]:
        """Have a function called, with the quiz, whenever an answer is submitted.

        Several functions are called in the order in which they were given.

        Returns
        -------
        callable
            The same function, so that this is also a decorator.
        """
        self._functions.append(function)
        return function

    def submit(self, answer: Any, because: str = "") -> None:
        """Submit an answer, as the student does with a click.

        Raises
        ------
        musicnb.errors.InputError
            If the answer is not of this kind, a reason is missing, or the quiz is locked.

        Examples
        --------
        >>> quiz = Quiz("How many semitones has an octave?", "number")
        >>> quiz.submit(12)
        >>> quiz.answer, quiz.state
        (12, 'submitted')
        """
        if self.locked:
            raise _unfit(
                "the quiz", "locked", "an open one", "Its answer can no longer be changed."
            )
        fitting = self._fitting(answer)
        because = _text("because", because, LEAST) if self.justify else ""
        with self.hold_sync():
            self.answer, self.because, self.state, self.feedback = fitting, because, "submitted", ""
        for function in self._functions:
            function(self)

    def show(self, state: str, feedback: str = "") -> None:
        """Show what is known of the answer.

        Parameters
        ----------
        state : {'open', 'submitted', 'correct', 'incorrect', 'partial'}
            Shown as a word and a sign.
        feedback : str
            Plain text, shown below the question.
        """
        with self.hold_sync():
            self.state, self.feedback = state, str(feedback)

    def _answer_submit(self, params: dict[str, Any]) -> Answer:
        self.submit(params.get("answer"), params.get("because", ""))
        return {}, []

    def _picture(self) -> tuple[bytes, str]:
        return PIXEL, self.prompt


def _blind(sounds: Any) -> list[Sound]:
    """Return the sounds with letters for names; nothing else that is told of them differs."""
    if not isinstance(sounds, Mapping) or not TWO <= len(sounds) <= len(ascii_uppercase):
        what = f"{len(sounds)} sounds" if isinstance(sounds, Mapping) else repr(sounds)
        raise _unfit("sounds", what, "a mapping of 2 to 26 names to sounds", "Pass others.")
    found = [sound_of(each) for each in sounds.values()]
    if len({(each.frames, each.sample_rate, each.channels) for each in found}) > 1 or any(
        each.channels > TWO for each in found
    ):
        raise InputError(
            "the sounds differ in length, sample rate or channels, or have more than two channels",
            expected="one length and sample rate, all mono or all stereo",
            todo="Cut or resample them first.",
        )
    return [
        Sound(letter, each.samples, each.sample_rate, each.audio)
        for letter, each in zip(ascii_uppercase, found, strict=False)
    ]


def _texts(options: Any) -> list[str]:
    given = [*options] if isinstance(options, Iterable) else [options]
    if isinstance(options, str) or not all(isinstance(each, str) for each in given):
        raise _unfit("options", repr(options), "several texts", "Pass a list of them.")
    return [each.strip() for each in given]


def _text(name: str, value: Any, least: int = 1) -> str:
    if not isinstance(value, str) or not least <= len(value.strip()) <= MOST:
        expected = f"a text of {least} to {MOST} characters"
        raise _unfit(name, repr(value)[:100], expected, "Write another.")
    return value.strip()


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
        raise _unfit("answer", repr(value), "a finite number", "Pass another.")
    return int(value) if isinstance(value, Integral) else float(value)


def _index(value: Any, count: int) -> int:
    try:
        index = -1 if isinstance(value, bool) else operator.index(value)
    except TypeError:
        index = -1
    if not 0 <= index < count:
        raise _unfit("answer", repr(value), f"an index from 0 to {count - 1}", "Pass another.")
    return index


def _unfit(name: str, value: str, expected: str, todo: str) -> InputError:
    return InputError(f"{name} is {value}", expected=expected, todo=todo)
