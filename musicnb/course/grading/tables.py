"""The grades as tables: one that Canvas imports, one that Moodle imports."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from musicnb.course.grading.judge import questions
from musicnb.runtime.files import atomic

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from musicnb.course.grading.grade import Graded

#: The columns by which Canvas knows a student; it wants these names, in this order.
CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
MOODLE = ("Username", "ID number", "Email address", "Full name")
#: With these, spreadsheets begin a formula.
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def columns(graded: Graded) -> list[tuple[str, str, str, float]]:
    """Return the title, lesson, question (or "") and points of each column of grades."""
    found = []
    for lesson in graded.lessons:
        asked = questions(lesson)
        found += [(f"{q.id} {q.title}", lesson, q.id, q.points) for q in asked]
        found.append((f"{lesson} total", lesson, "", sum(q.points for q in asked)))
    return found


def write(graded: Graded, output: Path) -> list[Path]:
    """Write both tables; a student without a result has empty fields, which change nothing."""
    scores = {(result["student"], result["lesson"]): result for result in graded.results}
    wanted = columns(graded)

    def row(student: str) -> list[object]:
        return [_score(scores.get((student, lesson)), id_) for _, lesson, id_, _ in wanted]

    titles = [title for title, *_ in wanted]
    points = [f"{worth:g}" for *_, worth in wanted]
    canvas: list[Sequence[object]] = [
        (*CANVAS, *titles),
        ("    Points Possible", *[""] * 4, *points),
    ]
    moodle: list[Sequence[object]] = [(*MOODLE, *titles)]
    for one in sorted(graded.students, key=lambda student: student.id):
        name = one.name or one.id
        login = one.sis_login or one.id
        canvas.append((name, one.canvas, one.sis_user, login, one.section, *row(one.id)))
        moodle.append((one.id, one.number, one.email, name, *row(one.id)))
    paths = [output / "gradebook.csv", output / "gradebook-moodle.csv"]
    for path, rows in zip(paths, (canvas, moodle), strict=True):
        _write(path, rows)
    return paths


def _score(result: dict[str, Any] | None, question: str) -> str:
    if result is None:
        return ""
    score = result["questions"][question]["score"] if question else result["score"]
    return f"{score:g}"


def _write(path: Path, rows: Iterable[Sequence[object]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    for row in rows:
        writer.writerow([_harmless(str(field)) for field in row])
    with atomic(path) as temporary:
        # Spreadsheets take UTF-8 for something else without this mark; Canvas and Moodle do not.
        temporary.write_text(text.getvalue(), "utf-8", newline="")


def _harmless(field: str) -> str:
    """Return a field that no spreadsheet runs: students may call themselves what they like.

    Examples
    --------
    >>> _harmless("=HYPERLINK(1)"), _harmless("-3.5")
    ("'=HYPERLINK(1)", '-3.5')
    """
    if not field.startswith(FORMULAS):
        return field
    try:
        float(field)
    except ValueError:
        return f"'{field}"
    return field
