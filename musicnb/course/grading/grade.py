"""Grades a class: every student's lessons, several at a time, and what was graded stays graded."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import musicnb
from musicnb.course.grading import key as keys
from musicnb.course.grading import sandbox
from musicnb.course.grading.judge import questions
from musicnb.course.grading.one import Task, grade_one, known
from musicnb.course.grading.roster import Roster, Student
from musicnb.course.grading.sandbox import Limits
from musicnb.course.grading.submissions import PROGRESS, Submission, find, notebooks
from musicnb.errors import InputError, MusicnbError
from musicnb.runtime.job import Job


@dataclass(frozen=True)
class Graded:
    """What became of a class.

    Attributes
    ----------
    results : list of dict
        One of each notebook that was graded.
    troubles : list of (str, str, str)
        Student, lesson and what is wrong, of each that was not.
    students : list of Student
        Everybody, whether or not they handed something in.
    lessons : tuple of str
        That were graded.
    fresh : int
        How many results were not known from before.
    """

    results: list[dict[str, Any]]
    troubles: list[tuple[str, str, str]]
    students: list[Student]
    lessons: tuple[str, ...]
    fresh: int


def lessons_folder() -> Path:
    """Return the folder of the lessons that came with musicnb."""
    package = Path(musicnb.__file__).resolve().parent
    checkout = package.parent / "lessons"
    return checkout if (package.parent / "pyproject.toml").is_file() else package / "lessons"


def released(folder: Path, only: tuple[str, ...] = ()) -> dict[str, Path]:
    """Return the notebooks of lessons that were handed out, by name.

    Raises
    ------
    musicnb.errors.InputError
        If there are none, or one that is asked for is missing.
    """
    found = {path.stem: path for path in sorted(folder.glob("[0-9][0-9]_*.ipynb"))}
    missing = sorted({*only} - {*found})
    if missing or not found:
        raise InputError(
            f"{folder} has no lesson {', '.join(missing)}".rstrip(),
            expected="notebooks such as 00_welcome.ipynb, as they were handed out",
            todo="Pass their folder with --lessons.",
        )
    return {name: path for name, path in found.items() if not only or name in only}


def grade(
    place: Path,
    key_folder: Path | str,
    output: Path,
    *,
    roster: Roster | None = None,
    lessons: Path | None = None,
    only: tuple[str, ...] = (),
    jobs: int | None = None,
    limits: Limits | None = None,
    unsafe: bool = False,
    bar: bool = True,
) -> Graded:
    """Grade what a class handed in.

    Parameters
    ----------
    place : path
        The submissions: a folder, or a zip file.
    key_folder : path
        The key; ``"demo"`` is the one that ships.
    output : path
        Where results are kept. What is there, and still holds, is not graded again.
    roster : Roster, optional
        Who is in the class; without it, whoever handed something in.
    lessons : path, optional
        The notebooks as they were handed out; by default those that came with musicnb.
    only : tuple of str
        The lessons to grade; by default all.
    jobs : int, optional
        Processes; by default one a core.
    limits : Limits, optional
        For the students' code.
    unsafe : bool
        Run the students' code without a sandbox.
    bar : bool
        Show progress.
    """
    key = keys.read(key_folder)
    chosen = released(lessons or lessons_folder(), only)
    # A lesson without questions is read, not graded.
    chosen = {name: path for name, path in chosen.items() if _has_questions(name)}
    submissions = find(place)
    if not unsafe:
        sandbox.ready()
    output.mkdir(parents=True, exist_ok=True)
    # None of these may be seen by what a student wrote.
    secret = tuple(path.resolve() for path in (key.folder, place, output))
    students = list(roster.students) if roster else []
    tasks: list[Task] = []
    troubles: list[tuple[str, str, str]] = []
    for submission, student in _who(submissions, roster, troubles):
        if student not in students:
            students.append(student)
        found = notebooks(submission, chosen)
        if not found:
            troubles.append((student.id, "", "no notebook of a lesson was handed in"))
        progress = submission.files.get(PROGRESS)
        for name, file in sorted(found.items()):
            about = (chosen[name], file, submission.files, progress)
            tasks.append(
                Task(student, *about, key.folder, output, secret, limits or Limits(), unsafe)
            )
    held = [known(task) for task in tasks]
    todo = [task for task, result in zip(tasks, held, strict=True) if result is None]
    fresh = iter(run(todo, jobs, bar=bar))
    results = []
    for task, before in zip(tasks, held, strict=True):
        result = before or next(fresh)
        if isinstance(result, dict):
            results.append(result)
        else:
            troubles.append((task.student.id, task.lesson.stem, result))
    return Graded(results, troubles, students, tuple(chosen), len(todo))


def _has_questions(name: str) -> bool:
    try:
        return bool(questions(name))
    except ModuleNotFoundError:
        return False


def _who(
    submissions: list[Submission], roster: Roster | None, troubles: list[tuple[str, str, str]]
) -> list[tuple[Submission, Student]]:
    """Say whose each submission is; of two by one student, neither is lost."""
    known: dict[str, Submission] = {}
    found = []
    for submission in submissions:
        student = roster.find(*submission.names) if roster else None
        if student is None:
            name = submission.names[-1]
            student = Student(submission.key, name=name if name != submission.key else "")
            if roster:
                troubles.append((student.id, "", "nobody on the roster is called that"))
        if student.id in known:
            first = known[student.id]
            troubles.append((student.id, "", f"handed in twice: {first.key} and {submission.key}"))
            for name, file in submission.files.items():
                first.add(name, file, 0)
            continue
        known[student.id] = submission
        found.append((submission, student))
    return found


def run(tasks: list[Task], jobs: int | None, *, bar: bool) -> list[dict[str, Any] | str]:
    """Grade notebooks, several at a time; of each the result, or what went wrong.

    What one of them does to its process (an answer that makes a library crash) costs no other its
    grade: those that were under way are graded again, each in a process of its own.
    """
    from joblib import Parallel, delayed
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    found: dict[int, dict[str, Any] | str] = {}
    workers = max(1, min(jobs or os.cpu_count() or 1, len(tasks)))

    def several(numbers: list[int], job: Job[None]) -> None:
        # At least two, because with one everything would run in this process.
        pool = Parallel(n_jobs=max(2, workers), return_as="generator_unordered", batch_size=1)
        for number, outcome in pool(delayed(_guarded)(n, tasks[n]) for n in numbers):
            found[number] = outcome
            job.advance()

    def task(job: Job[None]) -> None:
        try:
            several([*range(len(tasks))], job)
        except TerminatedWorkerError:
            for number in range(len(tasks)):
                if number not in found:
                    try:
                        several([number], job)
                    except TerminatedWorkerError:
                        found[number] = "grading it made the process crash"

    if workers == 1:
        return [_guarded(number, each)[1] for number, each in enumerate(tasks)]
    if tasks:
        Job(task, total=len(tasks), title="Grading", unit="notebook", bar=bar).run()
    return [found[number] for number in range(len(tasks))]


def _guarded(number: int, task: Task) -> tuple[int, dict[str, Any] | str]:
    try:
        return number, grade_one(task)
    except MusicnbError as error:
        return number, str(error)
    except Exception as error:  # noqa: BLE001  (reported with its student)
        return number, f"{type(error).__name__}: {error}"
