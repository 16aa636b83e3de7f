"""Takes the answers out of a notebook that was handed in, whatever became of its other cells.

Of a notebook only two things matter: what stands in the cell of an exercise, and the answer that
its output keeps; both are no more than the student's claim of an answer. What an exercise needs
comes from the cells as they were released; where these do not have a name, from the student's
other cells. Nothing of a student is parsed here but JSON: Python is for the sandbox.

A cell belongs to a question if it says so: by the comment ``# musicnb: l00-q1``, else by the
``musicnb.id`` of its metadata or its own id, else by what it calls or defines. When several
do, the last one counts that is neither empty nor as it was released.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from musicnb.course.grading import wire
from musicnb.course.lesson import ANSWER
from musicnb.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

MARK = re.compile(r"^[ \t]*#[ \t]*musicnb:[ \t]*(l\d\d-q\d+)[ \t]*$", re.MULTILINE)
CALLED = re.compile(r"\b\w+\.(q\d+)\.(?:check|answer|ask)\(")
DEFINED = re.compile(r"^def[ \t]+(\w+)[ \t]*\(", re.MULTILINE)
#: Characters of a student's text that anybody will read.
MOST = 2000


@dataclass(frozen=True)
class Cell:
    """A cell, as far as it matters."""

    source: str
    question: str | None = None
    id: str = ""


@dataclass(frozen=True)
class Released:
    """A lesson as it was handed out: the code of its cells, in order."""

    name: str
    cells: tuple[Cell, ...]

    @classmethod
    def read(cls, path: Path) -> Released:
        """Read the notebook of a lesson."""
        found = []
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                source = "".join(cell["source"])
                mark = MARK.search(source)
                found.append(Cell(source, mark[1] if mark else None, cell.get("id", "")))
        return cls(path.stem, tuple(found))

    @property
    def exercises(self) -> dict[str, Cell]:
        """The cells of the questions."""
        return {cell.question: cell for cell in self.cells if cell.question}

    def before(self, question: str, answers: Mapping[str, Answer]) -> list[str]:
        """Return the code that stands before a question; exercises as the student solved them."""
        sources = []
        for cell in self.cells:
            if cell.question == question:
                break
            answer = answers.get(cell.question or "")
            sources.append(answer.source if answer and answer.source else cell.source)
        return sources


@dataclass(frozen=True)
class Answer:
    """What a student's notebook says to one question.

    Attributes
    ----------
    source : str
        The cell, or nothing if it is as it was released.
    copies : int
        How many cells claim to be it.
    kept : object
        The answer that an output keeps.
    because : str
        The reason given with it.
    extras : tuple of str
        Cells of code that the student added or changed: there may be a helper in them.
    """

    source: str = ""
    copies: int = 0
    kept: Any = None
    because: str = ""
    extras: tuple[str, ...] = ()


@dataclass
class _Found:
    """The cells that may answer a question, by how sure that is."""

    sources: dict[int, list[str]] = field(default_factory=dict)

    def add(self, tier: int, source: str) -> None:
        self.sources.setdefault(tier, []).append(source)

    def best(self) -> list[str]:
        return self.sources[min(self.sources)] if self.sources else []


def answers(data: bytes, released: Released) -> dict[str, Answer]:
    """Return the answers of a notebook, by question.

    Raises
    ------
    musicnb.errors.InputError
        If it is no notebook.
    """
    cells = list(_cells(data))
    exercises = released.exercises
    found = {question: _Found() for question in exercises}
    for cell in cells:
        for tier, question, source in _claims(cell, exercises):
            if question in found:
                found[question].add(tier, source)
    kept = _kept(cells)
    known = {_essence(each.source) for each in released.cells}
    extras = tuple(
        source
        for cell in cells
        if cell.get("cell_type") == "code" and not MARK.search(source := _source(cell))
        if _essence(source) not in known
    )
    chosen = {}
    for question, exercise in exercises.items():
        answer, because = kept.get(question, (None, ""))
        best = found[question].best()
        chosen[question] = _chosen(best, exercise.source, answer, because, extras)
    return chosen


def lesson_of(data: bytes) -> str:
    """Return the number of the lesson whose exercises are in a file, by its text alone.

    Examples
    --------
    >>> lesson_of(b'{"source": ["# musicnb: l02-q1"]}')
    '02'
    """
    marks = re.findall(rb"musicnb: l(\d\d)-q\d+", data)
    return max(set(marks), key=marks.count).decode() if marks else ""


def _chosen(
    sources: list[str], released: str, kept: Any, because: str, extras: tuple[str, ...]
) -> Answer:
    own = [source for source in sources if _essence(source) not in ("", _essence(released))]
    return Answer(own[-1] if own else "", len(sources), kept, because, extras)


def _essence(source: str) -> str:
    """Return a cell without its mark and what one does not see."""
    lines = (line.rstrip() for line in MARK.sub("", source).splitlines())
    return "\n".join(line for line in lines if line)


def _cells(data: bytes) -> Iterator[dict[str, Any]]:
    try:
        notebook = json.loads(data)
        cells = notebook["cells"]
        if not isinstance(cells, list):
            raise TypeError("no list of cells")  # noqa: TRY301
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(
            "the file is not a notebook",
            expected="a notebook, as JupyterLab saves it (.ipynb)",
            todo="Hand in the notebook itself.",
        ) from error
    return (cell for cell in cells if isinstance(cell, dict))


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return source.replace("\r\n", "\n") if isinstance(source, str) else ""


def _claims(cell: dict[str, Any], exercises: Mapping[str, Cell]) -> Iterator[tuple[int, str, str]]:
    """Say which questions a cell answers, and how sure that is (0 is surest)."""
    source = _source(cell)
    marks = list(MARK.finditer(source))
    if marks:
        # Merged cells hold several; a cell that became text by a slip of the keys is read too.
        ends = [*(mark.start() for mark in marks[1:]), len(source)]
        for number, (mark, end) in enumerate(zip(marks, ends, strict=True)):
            yield 0, mark[1], source[0 if number == 0 else mark.start() : end]
        return
    if cell.get("cell_type") != "code":
        return
    metadata = cell.get("metadata")
    ours = metadata.get("musicnb") if isinstance(metadata, dict) else None
    if isinstance(ours, dict) and isinstance(ours.get("id"), str):
        yield 1, ours["id"], source
    calls = {call[1] for call in CALLED.finditer(source)}
    names = set(DEFINED.findall(source))
    for question, exercise in exercises.items():
        if exercise.id and exercise.id == cell.get("id"):
            yield 2, question, source
        if question.partition("-")[2] in calls:
            yield 3, question, source
        if names & set(DEFINED.findall(exercise.source)):
            yield 4, question, source


def _kept(cells: list[dict[str, Any]]) -> dict[str, tuple[Any, str]]:
    """Return the answers that outputs keep; the last one counts."""
    found: dict[str, tuple[Any, str]] = {}
    for cell in cells:
        outputs = cell.get("outputs")
        for output in outputs if isinstance(outputs, list) else ():
            data = output.get("data") if isinstance(output, dict) else None
            kept = data.get(ANSWER) if isinstance(data, dict) else None
            if not isinstance(kept, dict) or not isinstance(kept.get("question"), str):
                continue
            if kept.get("answer") is not None:
                found[kept["question"]] = kept["answer"], wire.text(kept.get("because"), MOST)
    return found
