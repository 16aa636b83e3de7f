"""Grades one notebook: reads it, has it judged, and keeps the result."""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import musicnb
from musicnb.course.grading import collect, sandbox, wire
from musicnb.course.grading import key as keys
from musicnb.course.grading.judge import judge, questions, variants
from musicnb.course.grading.submissions import MOST_FILE, MOST_NOTEBOOK, File
from musicnb.errors import InputError
from musicnb.runtime.files import write_json

if TYPE_CHECKING:
    from musicnb.course.grading.roster import Student
    from musicnb.course.grading.sandbox import Limits

RESULTS = "results"
#: Characters of a file's name.
LONGEST = 60


@dataclass(frozen=True, eq=False)
class Task:
    """One notebook to grade: plain data, because it travels to another process."""

    student: Student
    lesson: Path
    notebook: File
    artefacts: dict[str, File]
    progress: File | None
    key: Path
    output: Path
    secret: tuple[Path, ...]
    limits: Limits
    unsafe: bool

    @property
    def result(self) -> Path:
        """Where the result is kept."""
        return self.output / RESULTS / f"{file_name(self.student.id)}--{self.lesson.stem}.json"


@dataclass(frozen=True)
class Prepared:
    """All that decides a grade: read once, and hashed."""

    lesson: collect.Released
    key: keys.Key
    drawn: dict[str, int]
    notebook: bytes
    artefacts: dict[str, bytes]
    missing: dict[str, str]
    digest: str


def prepare(task: Task) -> Prepared:
    """Read what a task needs.

    Raises
    ------
    musicnb.errors.InputError
        If the notebook is none that one can read.
    """
    lesson, key = collect.Released.read(task.lesson), keys.read(task.key)
    drawn = variants(key, task.student.id, lesson.name)
    data = task.notebook.read(MOST_NOTEBOOK)
    artefacts, missing = _artefacts(task)
    about: list[Any] = [key.digest, _version(), task.student.id, task.notebook.name, drawn]
    about += [task.lesson.read_text("utf-8"), sandbox.described(task.limits), missing, task.unsafe]
    about += [_claimed_hints(task)]
    digest = hashlib.sha256(json.dumps(about, sort_keys=True).encode())
    for part in (data, *(name.encode() + b"\0" + each for name, each in sorted(artefacts.items()))):
        digest.update(hashlib.sha256(part).digest())
    return Prepared(lesson, key, drawn, data, artefacts, missing, digest.hexdigest())


def known(task: Task) -> dict[str, Any] | None:
    """Return the result of a task, if there is one that still holds."""
    try:
        result = json.loads(task.result.read_text("utf-8"))
        digest = result["digest"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    try:
        return result if digest == prepare(task).digest else None
    except InputError:
        return None


def grade_one(task: Task) -> dict[str, Any]:
    """Grade one notebook, and keep the result."""
    with_ = prepare(task)
    with tempfile.TemporaryDirectory(prefix="musicnb-") as folder:
        files = {name: Path(folder) / name for name in with_.artefacts}
        for name, path in files.items():
            path.write_bytes(with_.artefacts[name])
        records = judge(
            with_.lesson,
            collect.answers(with_.notebook, with_.lesson),
            files,
            with_.drawn,
            with_.key.hidden(with_.lesson.name),
            task.limits,
            task.secret,
            unsafe=task.unsafe,
        )
    for question, hints in _claimed_hints(task).items():
        if question in records:
            records[question]["hints"] = hints
    for asked in questions(with_.lesson.name):
        if asked.artefact in with_.missing:
            records[asked.id]["message"] = f"{asked.artefact}: {with_.missing[asked.artefact]}"
    result = {
        "digest": with_.digest,
        "student": task.student.id,
        "lesson": with_.lesson.name,
        "file": wire.text(task.notebook.name, 1000),
        "points": sum(record["points"] for record in records.values()),
        "score": round(sum(record["score"] for record in records.values()), 2),
        "questions": records,
    }
    write_json(task.result, result)
    return result


def _artefacts(task: Task) -> tuple[dict[str, bytes], dict[str, str]]:
    """Return the files that questions ask for, and what is wrong with those that are not had."""
    found, missing = {}, {}
    for question in questions(task.lesson.stem):
        file = task.artefacts.get(question.artefact)
        if question.artefact and file:
            try:
                found[question.artefact] = file.read(MOST_FILE)
            except InputError as error:
                missing[question.artefact] = error.wrong
    return found, missing


def _claimed_hints(task: Task) -> dict[str, int]:
    """Return how many hints the student's own record says were used: a claim, and no more."""
    try:
        if task.progress is None:
            return {}
        record = json.loads(task.progress.read(MOST_FILE))["lessons"][task.lesson.stem]["questions"]
        hints = {str(name): each.get("hints", 0) for name, each in record.items()}
    except (InputError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
    return {name: n for name, n in hints.items() if isinstance(n, int) and 0 < n < LONGEST}


@cache
def _version() -> str:
    """Return a hash of everything that decides a grade and is not the key: the course's code."""
    digest = hashlib.sha256(musicnb.__version__.encode())
    folder = Path(__file__).resolve().parents[1]
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def file_name(text: str) -> str:
    """Return a name for a file, whatever a student or a folder is called.

    Examples
    --------
    >>> file_name("ada")
    'ada'
    >>> file_name("../../etc/passwd").rpartition("-")[0]
    'etc-passwd'
    """
    name = re.sub(r"[^A-Za-z0-9_.@-]+", "-", text).strip(".-")[:LONGEST]
    if name == text:
        return name
    return f"{name}-{hashlib.sha256(text.encode(errors='replace')).hexdigest()[:8]}".strip("-")
