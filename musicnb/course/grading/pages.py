"""The grades as pages: one for each student, and one for the instructor."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from musicnb.course.grading.one import file_name
from musicnb.course.question import STATES
from musicnb.runtime.files import atomic

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from musicnb.course.grading.grade import Graded
    from musicnb.course.grading.roster import Student

FEEDBACK = "feedback"
STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0 2rem; }
caption { text-align: left; font-weight: bold; padding: .5rem 0; }
th, td { border: 1px solid; padding: .35rem .6rem; text-align: left; vertical-align: top; }
td.number { text-align: right; }
td.number, td.state { white-space: nowrap; }
blockquote { margin: .3rem 0; padding-left: .8rem; border-left: 3px solid; white-space: pre-wrap; }
"""
#: Nothing on these pages is loaded or run, whatever was written into an answer.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
ORIGINS = {"run": "the code of the cell", "kept": "what its output keeps", "file": "the file"}


def write(graded: Graded, output: Path) -> list[Path]:
    """Write a page for each student who has a result, and the instructor's."""
    by_student: dict[str, list[dict[str, Any]]] = {}
    for result in graded.results:
        by_student.setdefault(result["student"], []).append(result)
    paths = []
    for student in graded.students:
        if student.id in by_student:
            path = output / FEEDBACK / f"{file_name(student.id)}.html"
            _write(path, feedback(student, by_student[student.id]))
            paths.append(path)
    _write(output / "summary.html", summary(graded))
    return [*paths, output / "summary.html"]


def feedback(student: Student, results: Sequence[dict[str, Any]]) -> str:
    """Return the page for a student: scores, and what is said of each answer.

    What a hidden check tried and expected is not among what this function looks at: of those, only
    the names that the key's author gave them are, in the message of the question.
    """
    body = []
    for result in sorted(results, key=lambda each: str(each["lesson"])):
        rows = []
        for id_, record in result["questions"].items():
            sign, word = STATES[record["state"]]
            said = html.escape(record["message"])
            if record["because"]:
                said += f"<p>Your reason:</p>{_quoted(record['because'])}"
            rows.append(
                f'<tr><th scope="row">{id_.partition("-")[2]}. {html.escape(record["title"])}</th>'
                f'<td class="state"><span aria-hidden="true">{sign}</span> {html.escape(word)}</td>'
                f'<td class="number">{record["score"]:g} of {record["points"]:g}</td>'
                f"<td>{said}</td></tr>"
            )
        caption = f"Lesson {result['lesson']}: {result['score']:g} of {result['points']:g} points"
        body.append(_table(caption, ("question", "result", "points", "what to know"), rows))
    return _page(f"Feedback for {student.name or student.id}", body)


def summary(graded: Graded) -> str:
    """Return the instructor's page: scores, troubles, reasons, and what hidden checks said."""
    names = {student.id: student.name or student.id for student in graded.students}
    body = ["<p>For instructors only: this page says what hidden checks try.</p>"]
    if graded.troubles:
        rows = [
            _row(names.get(student, student), [student, lesson, words])
            for student, lesson, words in graded.troubles
        ]
        heads = ("student", "id", "lesson", "what is wrong")
        body.append(_table("To look at", heads, rows))
    rows = []
    scores = {(result["student"], result["lesson"]): result for result in graded.results}
    for student in sorted(names, key=lambda each: names[each].casefold()):
        found = [scores.get((student, lesson)) for lesson in graded.lessons]
        rows.append(
            _row(names[student], [f"{r['score']:g}" if r else "not handed in" for r in found])
        )
    body.append(_table("Scores", ("student", *graded.lessons), rows))
    body.append(_table("Each question", ("question", "right", "mean"), _by_question(graded)))
    reasons, checks, odd = [], [], []
    for result in graded.results:
        name = names.get(result["student"], result["student"])
        for id_, record in result["questions"].items():
            if record["because"]:
                quoted = _quoted(record["because"])
                reasons.append((id_, _row(name, [id_, STATES[record["state"]][1]], quoted)))
            for each in record["hidden"]:
                if each["share"] < 1:
                    share = f"{each['share']:.0%}".replace("%", " %")
                    checks.append(_row(name, [id_, each["name"], share, each["message"]]))
            odd += [_row(name, [id_, words]) for words in _oddities(record)]
    reason_heads = ("student", "question", "result", "reason")
    body.append(_table("Reasons given, to read", reason_heads, [row for _, row in sorted(reasons)]))
    check_heads = ("student", "question", "hidden check", "share", "what it said")
    body.append(_table("Hidden checks that failed", check_heads, checks))
    body.append(_table("Worth knowing", ("student", "question", "what"), odd))
    return _page("Summary of the class", body)


def _by_question(graded: Graded) -> list[str]:
    found: dict[str, list[dict[str, Any]]] = {}
    for result in graded.results:
        for id_, record in result["questions"].items():
            found.setdefault(id_, []).append(record)
    rows = []
    for id_, records in sorted(found.items(), key=lambda pair: _natural(pair[0])):
        right = sum(record["state"] == "correct" for record in records)
        mean = sum(record["score"] for record in records) / len(records)
        cells = [f"{right} of {len(records)}", f"{mean:.2f} of {records[0]['points']:g}"]
        rows.append(_row(f"{id_} {records[0]['title']}", cells))
    return rows


def _natural(id_: str) -> tuple[str, int]:
    lesson, _, number = id_.partition("-q")
    return lesson, int(number)


def _oddities(record: dict[str, Any]) -> list[str]:
    found = []
    if record["copies"] > 1:
        found.append(
            f"{record['copies']} cells claim to answer it; the last that was changed counts"
        )
    if record["origin"] == "kept":
        found.append(f"judged by {ORIGINS['kept']}")
    if record.get("hints"):
        found.append(f"says to have used {record['hints']} of the hints; no points were taken off")
    return found


def _row(head: str, cells: Iterable[str], *markup: str) -> str:
    inner = "".join(f"<td>{html.escape(str(cell))}</td>" for cell in cells)
    inner += "".join(f"<td>{each}</td>" for each in markup)
    return f'<tr><th scope="row">{html.escape(head)}</th>{inner}</tr>'


def _table(caption: str, heads: Iterable[str], rows: Sequence[str]) -> str:
    if not rows:
        return f"<h2>{html.escape(caption)}</h2><p>None.</p>"
    head = "".join(f'<th scope="col">{html.escape(each)}</th>' for each in heads)
    return (
        f"<table><caption>{html.escape(caption)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def _quoted(text: str) -> str:
    return f"<blockquote>{html.escape(text)}</blockquote>"


def _page(title: str, body: Iterable[str]) -> str:
    title = html.escape(title)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width">'
        f"<style>{STYLE}</style></head><body><main><h1>{title}</h1>{''.join(body)}</main></body></html>\n"
    )


def _write(path: Path, text: str) -> None:
    with atomic(path) as temporary:
        # Half a surrogate pair in an answer is no reason to lose a page.
        temporary.write_bytes(text.encode("utf-8", "replace"))
