"""Makes the notebooks of the lessons from their masters."""

from __future__ import annotations

import copy
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicnb.course import master, publish
from musicnb.errors import InputError
from musicnb.runtime.files import atomic, write_json

if TYPE_CHECKING:
    from collections.abc import Callable

#: Where the solutions of the public lessons lie, for `Task.solution`.
SOLUTIONS = Path(__file__).parent / "solutions"
#: Seconds that a cell may take while a lesson is built.
CELL_SECONDS = 300


@dataclass(frozen=True)
class Source:
    """One lesson: its master, and where its notebook belongs."""

    path: Path
    notebook: Path

    @property
    def name(self) -> str:
        """Of the lesson, such as ``00_welcome``."""
        return self.path.stem

    @property
    def key(self) -> Path:
        """The file of the solutions."""
        return SOLUTIONS / f"{self.name}.json"


def sources(folder: Path) -> list[Source]:
    """Return the lessons of a folder; their masters are in ``source`` below it.

    Raises
    ------
    musicnb.errors.InputError
        If there are none.
    """
    masters = sorted((folder / "source").glob("[0-9][0-9]_*.py"))
    if not masters:
        raise InputError(
            f"{folder} has no masters of lessons",
            expected="scripts such as source/00_welcome.py in it",
            todo="Name the folder of the lessons.",
        )
    return [Source(path, folder / f"{path.stem}.ipynb") for path in masters]


def student(source: Source) -> Any:
    """Return the notebook that a student gets, without outputs."""
    return _furnished(source, _version(source, master.unsolved))


def instructor(source: Source) -> Any:
    """Return the notebook with every solution, without outputs."""
    return _furnished(source, _version(source, master.solved), badges=False)


def _version(source: Source, change: Callable[[str], str]) -> Any:
    notebook = copy.deepcopy(master.read(source.path))
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = change(cell.source)
    return notebook


def _furnished(source: Source, notebook: Any, *, badges: bool = True) -> Any:
    repository = publish.read(source.notebook.parent)
    return publish.furnish(notebook, source.notebook.name, repository, badges=badges)


def run(notebook: Any, folder: Path) -> Any:
    """Run a notebook in a folder; only golden cells keep their output."""
    from nbclient import NotebookClient

    resources = {"metadata": {"path": folder}}
    client: Any = NotebookClient
    # The state of widgets would hold their whole front end; no golden cell has one.
    runner = client(notebook, timeout=CELL_SECONDS, resources=resources, store_widget_state=False)
    # Bars stay out of what is compared.
    runner.execute(env=os.environ | {"TQDM_DISABLE": "1"})
    notebook.metadata.pop("language_info", None)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code" and master.GOLDEN not in cell.metadata.get("tags", []):
            cell.outputs, cell.execution_count = [], None
    return notebook


def write(notebook: Any, path: Path) -> None:
    """Write a notebook, whole or not at all."""
    from nbformat import v4

    with atomic(path) as temporary:
        temporary.write_text(v4.writes(notebook) + "\n", "utf-8")


def build(source: Source, scratch: Path) -> None:
    """Write a lesson's notebook, run from `scratch`, and its solutions."""
    write(run(student(source), scratch), source.notebook)
    write_json(source.key, master.solutions(master.read(source.path)))


def refurnish(source: Source) -> None:
    """Bring what `publish` adds to a built notebook up to date, without running it again."""
    from nbformat import v4

    if source.notebook.is_file():
        notebook = v4.reads(source.notebook.read_text("utf-8"))
        write(_furnished(source, notebook), source.notebook)


def stale(source: Source) -> bool:
    """Return whether a lesson's notebook or solutions are other than its master says."""
    from nbformat import v4

    if not (source.notebook.is_file() and source.key.is_file()):
        return True

    def essence(notebook: Any) -> list[Any]:
        return [(cell.id, cell.cell_type, cell.source, cell.metadata) for cell in notebook.cells]

    key = json.loads(source.key.read_text("utf-8"))
    made = v4.reads(source.notebook.read_text("utf-8"))
    return essence(student(source)) != essence(made) or key != master.solutions(
        master.read(source.path)
    )
