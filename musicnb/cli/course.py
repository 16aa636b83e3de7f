"""`musicnb course`: lessons from their masters, and how far one has come."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from musicnb.cli import course_certificate, course_grade, course_publish
from musicnb.cli.common import Json, print_json, print_table

app = typer.Typer(
    help="The course: build its lessons, and see how far you have come.", no_args_is_help=True
)
app.command("publish")(course_publish.command)
app.command("certificate")(course_certificate.command)
for command in (course_grade.key, course_grade.release, course_grade.grade):
    app.command(command.__name__)(command)
Folder = Annotated[Path, typer.Argument(help="The folder of the lessons.")]


@app.command()
def build(
    folder: Folder = Path("lessons"),
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail if a notebook is out of date.")
    ] = False,
    solved: Annotated[
        Path | None, typer.Option(help="Write the instructor's notebooks, solved, to this folder.")
    ] = None,
) -> None:
    """Make the students' notebooks from their masters (percent scripts in FOLDER/source).

    Each lesson is run from beginning to end; the cells that nbval compares keep their output.
    """
    from musicnb.course import build as made
    from musicnb.errors import InputError

    sources = made.sources(folder)
    if solved is not None:
        solved.mkdir(parents=True, exist_ok=True)
        for source in sources:
            made.write(made.instructor(source), solved / source.notebook.name)
            print(solved / source.notebook.name)
        return
    if not check:
        for source in sources:
            with tempfile.TemporaryDirectory() as scratch:
                made.build(source, Path(scratch))
            print(source.notebook)
    late = [source.name for source in sources if made.stale(source)]
    if late:
        raise InputError(
            f"{', '.join(late)}: not what the masters say",
            expected="notebooks that were built from them",
            todo="Run `musicnb course build`.",
        )


@app.command()
def progress(folder: Folder = Path(), json: Json = False) -> None:
    """Show the score of each lesson, from the file that the lessons keep."""
    from musicnb.course.progress import Progress

    lessons = Progress(folder).lessons()
    if json:
        print_json(lessons)
    elif lessons:
        rows = [
            (name, record["state"], f"{record['score']:g} of {record['points']:g}")
            for name, record in sorted(lessons.items())
        ]
        print_table("Progress", ("lesson", "state", "points"), rows)
    else:
        print("Nothing was answered here yet.")
