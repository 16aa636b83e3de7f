"""Errors a person can act on.

Every error says in one sentence what was wrong, what was expected, and what to do next. All of
them derive from :class:`MusicnbError`, so ``except musicnb.errors.MusicnbError`` catches whatever
musicnb itself refuses, and nothing else.
"""

from __future__ import annotations


class MusicnbError(Exception):
    """Base of all errors that musicnb raises on purpose.

    Parameters
    ----------
    wrong : str
        What was wrong, with the offending value.
    expected : str
        What would have been right.
    todo : str
        What to do next.

    Examples
    --------
    >>> print(InputError("sample_rate is 0", expected="8000 to 384000 Hz", todo="Pass another."))
    sample_rate is 0; expected 8000 to 384000 Hz. Pass another.
    """

    def __init__(self, wrong: str, *, expected: str, todo: str) -> None:
        self.wrong = wrong
        self.expected = expected
        self.todo = todo
        super().__init__(f"{wrong}; expected {expected}. {todo}")

    def __reduce__(self) -> tuple[object, ...]:
        """Survive the way back from a worker process (the default needs positional arguments)."""
        return _rebuild, (type(self), self.wrong, self.expected, self.todo)


def _rebuild(kind: type[MusicnbError], wrong: str, expected: str, todo: str) -> MusicnbError:
    return kind(wrong, expected=expected, todo=todo)


class InputError(MusicnbError, ValueError):
    """An argument, or the sound itself, cannot be worked with."""


class AudioFileError(MusicnbError, OSError):
    """A file is missing, is not sound, or cannot be written."""


class ResourceError(MusicnbError, MemoryError):
    """The task does not fit this machine (memory, disk)."""


class WeightsError(MusicnbError):
    """The weights of a network are missing or damaged."""


class RecipeError(MusicnbError):
    """A file carries no recipe, or its recipe cannot be replayed here."""


class MissingToolError(MusicnbError):
    """An optional program or package that the task needs is not installed."""


class ConsentError(MusicnbError):
    """A voice is to be used, and nothing says that its owner agreed."""


class Cancelled(MusicnbError):  # noqa: N818  (an outcome, not a mistake)
    """A job was cancelled; what was finished is kept where the message says."""
