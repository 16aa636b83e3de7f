"""Certificates of a class, from what `musicnb course grade` has graded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from musicnb.course.certificate import Certificate, Line, make, title
from musicnb.course.grading import key as keys
from musicnb.course.grading import roster as rosters
from musicnb.course.grading.one import RESULTS
from musicnb.errors import InputError

#: In which the names of the class are, as `musicnb.course.grading.tables` writes it.
NAMES = "gradebook-moodle.csv"


def secret(key: Path) -> bytes:
    """Return the secret that certificates are made and checked with.

    Raises
    ------
    musicnb.errors.InputError
        If there is no key, or it is the one that ships, whose secret everybody knows.
    """
    read = keys.read(key)
    if read.secret == keys.read(keys.DEMO).secret:
        raise InputError(
            "the demo key is known to everybody, so that its certificates prove nothing",
            expected="a key of your own",
            todo="Make one with `musicnb course key -o DIR`, and grade with it.",
        )
    return read.secret


def issue(graded: Path, key: Path) -> dict[str, Certificate]:
    """Return the certificate of every student with a grade, by the student's id.

    Parameters
    ----------
    graded : path
        The folder that `musicnb course grade` wrote.
    key : path
        The key of the course.

    Raises
    ------
    musicnb.errors.InputError
        If nothing was graded there, or the key will not do.
    """
    own = secret(key)
    results: dict[str, dict[str, Any]] = {}
    points: dict[str, float] = {}
    for path in sorted((graded / RESULTS).glob("*.json")):
        result = json.loads(path.read_text("utf-8"))
        results.setdefault(result["student"], {})[result["lesson"]] = result
        points[result["lesson"]] = float(result["points"])
    if not results:
        raise InputError(
            f"{graded} holds no grades",
            expected="the folder that `musicnb course grade` wrote",
            todo="Grade the submissions first, and name that folder.",
        )
    names = _names(graded / NAMES)
    return {
        student: make(
            names.get(student, student),
            [_line(lesson, worth, mine.get(lesson)) for lesson, worth in sorted(points.items())],
            own,
        )
        for student, mine in sorted(results.items())
    }


def _names(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    return {one.id: one.name for one in rosters.read(path).students if one.name}


def _line(lesson: str, points: float, result: dict[str, Any] | None) -> Line:
    called = title(Path(f"{lesson}.ipynb"))
    if result is None:
        return Line(lesson, called, points=points)
    states = [record["state"] for record in result["questions"].values()]
    return Line(
        lesson,
        called,
        score=float(result["score"]),
        points=points,
        done="not attempted" not in states,
        right=states.count("correct"),
        questions=len(states),
    )
