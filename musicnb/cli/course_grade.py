"""`musicnb course key`, `release`, `grade`: a class, from handing out to the gradebook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from musicnb.cli.common import Json, Output, print_json, print_table

KeyFolder = Annotated[
    Path, typer.Option("--key", help="The folder of your key; demo is one to try with.")
]
RosterFile = Annotated[
    Path | None, typer.Option("--roster", help="Who is in the class: CSV, or a Canvas export.")
]
Lessons = Annotated[
    Path | None, typer.Option("--lessons", help="The lessons as handed out, if not musicnb's own.")
]


def key(output: Annotated[Path, typer.Option("--output", "-o", help="A new folder.")]) -> None:
    """Make a key: a secret that draws the students' variants, and an example of hidden checks.

    Keep it out of every folder that students can see, and keep a copy.
    """
    from musicnb.course.grading import key as keys

    keys.make(output)
    print(f"{output} holds your key. Hidden checks are Python files in it: l00.py for lesson 00.")


def release(
    output: Output,
    key: KeyFolder,
    roster: RosterFile = None,
    lessons: Lessons = None,
    json: Json = False,
) -> None:
    """Write the lessons to hand out: a folder for each student on the roster, or one for all."""
    from musicnb.course.grading import grade as graders
    from musicnb.course.grading import key as keys
    from musicnb.course.grading import release as releases
    from musicnb.course.grading import roster as rosters

    chosen = graders.released(lessons or graders.lessons_folder())
    class_ = rosters.read(roster) if roster else None
    folders = releases.release(chosen, keys.read(key), output, class_)
    if json:
        print_json({"folders": [str(folder) for folder in folders], "lessons": list(chosen)})
    else:
        many = "s" * (len(folders) != 1)
        print(f"{len(folders)} folder{many} in {output}, with {len(chosen)} lessons")


def grade(
    submissions: Annotated[
        Path, typer.Argument(help="A folder, or a zip: one folder a student, or as downloaded.")
    ],
    key: KeyFolder,
    output: Output,
    roster: RosterFile = None,
    lessons: Lessons = None,
    lesson: Annotated[
        list[str] | None, typer.Option("--lesson", help="Grade only this one, such as 00_welcome.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", help="Submissions at a time.", show_default="cores")
    ] = None,
    seconds: Annotated[
        float, typer.Option(help="What a student's code may take, for each question.")
    ] = 20.0,
    memory: Annotated[int, typer.Option(help="The same in MB of memory.")] = 3000,
    unsafe: Annotated[
        bool, typer.Option("--unsafe", help="Run students' code without a sandbox.")
    ] = False,
    json: Json = False,
) -> None:
    """Grade a class: a gradebook for Canvas and Moodle, feedback for students, a summary for you.

    Students' code runs in a sandbox (bubblewrap); checks and what they expect stay outside. What
    was graded is kept: run it again, and only what has changed is graded.
    """
    from musicnb.course.grading import grade as graders
    from musicnb.course.grading import pages, tables
    from musicnb.course.grading import roster as rosters
    from musicnb.course.grading.sandbox import Limits

    graded = graders.grade(
        submissions,
        key,
        output,
        roster=rosters.read(roster) if roster else None,
        lessons=lessons,
        only=tuple(lesson or ()),
        jobs=jobs,
        limits=Limits(seconds=seconds, memory_mb=memory),
        unsafe=unsafe,
        bar=not json,
    )
    files = tables.write(graded, output) + pages.write(graded, output)
    if json:
        print_json(
            {
                "results": graded.results,
                "troubles": [
                    {"student": student, "lesson": name, "what": what}
                    for student, name, what in graded.troubles
                ],
                "fresh": graded.fresh,
                "files": [str(file) for file in files],
            }
        )
        return
    rows = [
        (result["student"], result["lesson"], f"{result['score']:g} of {result['points']:g}")
        for result in graded.results
    ]
    count = len(graded.results)
    title = f"{count} notebook{'s' * (count != 1)}, {count - graded.fresh} of them as before"
    print_table(title, ("student", "lesson", "points"), rows)
    for student, name, what in graded.troubles:
        print(f"{student} {name}".strip() + f": {what}")
    print(f"Gradebooks, feedback/ for students, and summary.html for you are in {output}")
