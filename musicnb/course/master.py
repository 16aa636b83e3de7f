"""Lessons as they are written: percent scripts, from which the notebooks are made.

An exercise is a cell that begins with ``# musicnb: l00-q1``, so that pasted and retyped cells are
still known. What stands between ``### BEGIN SOLUTION | what the student sees`` and
``### END SOLUTION`` is the solution; the student gets what stands behind the bar, or three dots.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from musicnb.errors import InputError, MissingToolError

if TYPE_CHECKING:
    from pathlib import Path

#: Cells whose output nbval compares.
GOLDEN = "nbval-check-output"
ID = re.compile(r"^# musicnb: (l\d\d-q\d+)$", re.MULTILINE)
BLOCK = re.compile(
    r"^([ ]*)### BEGIN SOLUTION(?: \| ([^\n]*))?\n(.*?)^[ ]*### END SOLUTION$",
    re.MULTILINE | re.DOTALL,
)


def read(master: Path) -> Any:
    """Return the notebook of a master, with its solutions and without outputs.

    Raises
    ------
    musicnb.errors.MissingToolError
        If jupytext is not installed.
    musicnb.errors.InputError
        If two exercises have one id, or a solution has no end.
    """
    try:
        import jupytext
    except ModuleNotFoundError as error:
        raise MissingToolError(
            "jupytext is not installed",
            expected="it to read the lessons' masters",
            todo="Install it with: pip install 'musicnb[teach]'",
        ) from error
    notebook = jupytext.read(master)
    notebook.metadata.pop("jupytext", None)
    seen: set[str] = set()
    for number, cell in enumerate(notebook.cells):
        # Counted, so that the same master always gives the same notebook.
        cell["id"] = f"{master.stem}-{number:02d}".replace("_", "-")
        if cell.cell_type == "code":
            _check(master, cell.source, seen)
    return notebook


def _check(master: Path, source: str, seen: set[str]) -> None:
    question = question_of(source)
    rest = BLOCK.sub("", source)
    if "### BEGIN SOLUTION" in rest or "### END SOLUTION" in rest:
        wrong = "a solution without beginning or end"
    elif BLOCK.search(source) and question is None:
        wrong = "a solution in a cell without an id"
    elif question in seen:
        wrong = f"two cells with the id {question}"
    else:
        seen.update({question} - {None})  # type: ignore[arg-type]
        return
    raise InputError(
        f"{master.name} has {wrong}",
        expected="each exercise to begin with its own id, such as # musicnb: l00-q1",
        todo="Mend that cell of the master.",
    )


def question_of(source: str) -> str | None:
    r"""Return the id of the question that a cell answers.

    Examples
    --------
    >>> question_of("# musicnb: l00-q1\nanswer = ...")
    'l00-q1'
    """
    found = ID.search(source)
    return found[1] if found else None


def unsolved(source: str) -> str:
    """Return an exercise as the student gets it.

    Examples
    --------
    >>> cell = '''def half(x):
    ...     ### BEGIN SOLUTION
    ...     return x / 2
    ...     ### END SOLUTION
    ... ### BEGIN SOLUTION | answer = ...
    ... answer = 3
    ... ### END SOLUTION'''
    >>> print(unsolved(cell))
    def half(x):
        ...  # your answer
    answer = ...
    >>> print(solved(cell))
    def half(x):
        return x / 2
    answer = 3
    """
    return BLOCK.sub(lambda block: f"{block[1]}{block[2] or '...  # your answer'}", source)


def solved(source: str) -> str:
    """Return an exercise with its solution."""
    return BLOCK.sub(lambda block: block[3].rstrip("\n"), source)


def solutions(notebook: Any) -> dict[str, str]:
    """Return the solution of each question, without the line of its id."""
    found = {}
    for cell in notebook.cells:
        question = question_of(cell.source) if cell.cell_type == "code" else None
        if question and BLOCK.search(cell.source):
            found[question] = ID.sub("", solved(cell.source)).strip()
    return found
