"""Certificates: what was reached in the course, with a code by which it can be checked.

There are two kinds, and each says on its face what it proves. One that a student makes carries a
checksum: it shows that nobody changed the figures afterwards, not who reached them, because the
file of the progress is the student's own. One that is issued from graded submissions carries a
code made with the course's secret key: only who holds the key could make it, and can check it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import unicodedata
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicnb import __version__
from musicnb.course.lesson import lesson
from musicnb.course.progress import Progress
from musicnb.errors import InputError

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

#: The first letter of a code: made by oneself, or issued by the course.
OWN, ISSUED = "S", "C"
LONGEST_NAME = 100
#: Characters of a code behind its first letter; of 5 bits each.
CODE_LENGTH = 20
NOTEBOOK = re.compile(r"\d\d_\w+\.ipynb")


@dataclass(frozen=True)
class Line:
    """What was reached in one lesson.

    Attributes
    ----------
    lesson, title : str
        Name of its notebook, and what it is called.
    score, points : float
        Reached, and to be reached.
    done : bool
        Whether every question was answered, or its solution looked at.
    right, questions : int
        Answered right, and all.
    attempts, hints, solutions : int
        Answers given, hints and solutions looked at.
    first, last : str
        Days of the first and of the last answer, as in 2026-11-24; empty if they are not known.
    """

    lesson: str
    title: str
    score: float = 0.0
    points: float = 0.0
    done: bool = False
    right: int = 0
    questions: int = 0
    attempts: int = 0
    hints: int = 0
    solutions: int = 0
    first: str = ""
    last: str = ""


@dataclass(frozen=True)
class Certificate:
    """Who reached what.

    Attributes
    ----------
    name : str
        Of the student; empty, to be written by hand.
    lessons : tuple of Line
        The course.
    date : str
        The day it was made.
    kind : {'S', 'C'}
        Made by the student (`OWN`), or by the course (`ISSUED`).
    version : str
        Of the musicnb that made it.
    code : str
        By which it is checked.
    """

    name: str
    lessons: tuple[Line, ...]
    date: str
    kind: str = OWN
    version: str = __version__
    code: str = ""

    @property
    def score(self) -> float:
        """Of all lessons."""
        return round(sum(line.score for line in self.lessons), 2)

    @property
    def points(self) -> float:
        """Of all lessons."""
        return round(sum(line.points for line in self.lessons), 2)

    @property
    def complete(self) -> bool:
        """Whether every lesson is done."""
        return all(line.done for line in self.lessons)

    def to_dict(self) -> dict[str, Any]:
        """Return everything, as JSON can hold it."""
        return asdict(self) | {"lessons": [asdict(line) for line in self.lessons]}


def from_progress(folder: str | os.PathLike[str] = ".", name: str = "") -> Certificate:
    """Return the certificate of what the lessons of a folder have kept.

    Raises
    ------
    musicnb.errors.InputError
        If nothing was answered there, or the name cannot be printed.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.mkdtemp()
    >>> _ = lesson("00_welcome", folder).q2.check(18.5)
    >>> mine = from_progress(folder, "Anna")
    >>> mine.score, mine.complete, check(mine)
    (2.0, False, True)
    """
    kept = {name: each for name, each in Progress(folder).lessons().items() if _tried(each)}
    if not kept:
        raise InputError(
            f"nothing was answered in {Path(folder).resolve()}",
            expected="the folder in which you worked through the lessons",
            todo="Name that folder, or begin with the first lesson.",
        )
    there = {path.stem for path in Path(folder).glob("*.ipynb") if NOTEBOOK.fullmatch(path.name)}
    lines = [_line(Path(folder), each, kept.get(each, {})) for each in sorted(there | set(kept))]
    return make(name, [line for line in lines if line.points])


def make(name: str, lines: Iterable[Line], secret: bytes | None = None) -> Certificate:
    """Return a certificate of today: the course's with its secret, a student's own without.

    Raises
    ------
    musicnb.errors.InputError
        If the name cannot be printed.
    """
    name = unicodedata.normalize("NFC", " ".join(name.split()))
    if len(name) > LONGEST_NAME or any(unicodedata.category(each)[0] == "C" for each in name):
        raise InputError(
            f"the name {name[:LONGEST_NAME]!r} cannot be printed",
            expected=f"at most {LONGEST_NAME} letters",
            todo="Pass another --name.",
        )
    today = datetime.now().astimezone().date().isoformat()
    made = Certificate(name, tuple(lines), today, ISSUED if secret else OWN)
    return replace(made, code=_code(made, secret))


def check(certificate: Certificate, secret: bytes | None = None) -> bool:
    """Return whether the code of a certificate belongs to its figures.

    Raises
    ------
    musicnb.errors.InputError
        If it was issued by a course, and the secret of the course is missing.
    """
    if certificate.kind == ISSUED and secret is None:
        raise InputError(
            "this certificate was issued by a course",
            expected="the key of that course to check it with",
            todo="Pass --key DIR; only the course has it.",
        )
    secret = secret if certificate.kind == ISSUED else None
    return hmac.compare_digest(_code(certificate, secret), certificate.code)


def from_dict(kept: Any) -> Certificate:
    """Return the certificate that `Certificate.to_dict` described.

    Raises
    ------
    ValueError
        If it is none.
    """
    try:
        lines = tuple(Line(**line) for line in kept["lessons"])
        made = Certificate(**{**kept, "lessons": lines})
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError("no certificate") from error
    if made.kind not in (OWN, ISSUED) or not all(map(_of_their_types, [made, *lines])):
        raise ValueError("no certificate")
    return made


def _of_their_types(record: Any) -> bool:
    """Tell whether there are numbers where numbers are shown, and so on."""
    types: dict[str, Any] = {"str": str, "int": int, "float": (int, float), "bool": bool}
    kinds = ((getattr(record, field.name), types.get(str(field.type))) for field in fields(record))
    return all(kind is None or isinstance(value, kind) for value, kind in kinds)


def _code(certificate: Certificate, secret: bytes | None) -> str:
    """Return the code of the figures; their JSON has one form only, whatever wrote it."""
    figures = {**certificate.to_dict(), "code": ""}
    # Whole numbers and fractions look the same in every JSON.
    figures["lessons"] = [
        {**line, "score": f"{line['score']:g}", "points": f"{line['points']:g}"}
        for line in figures["lessons"]
    ]
    text = json.dumps(figures, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    # Named, so that no other use of the course's secret gives the same bytes.
    message = b"musicnb certificate\n" + text.encode()
    if secret:
        digest = hmac.digest(secret, message, hashlib.sha256)
    else:
        digest = hashlib.sha256(message).digest()
    letters = base64.b32encode(digest).decode()[:CODE_LENGTH]
    groups = [letters[start : start + 4] for start in range(0, CODE_LENGTH, 4)]
    return "-".join([certificate.kind, *groups])


def _tried(record: Any) -> bool:
    return isinstance(record, dict) and isinstance(record.get("questions"), dict)


def _line(folder: Path, name: str, record: dict[str, Any]) -> Line:
    """Count what is kept of a lesson."""
    tried = [each for each in record.get("questions", {}).values() if isinstance(each, dict)]
    points, questions = _asked(name)
    return Line(
        name,
        title(folder / f"{name}.ipynb"),
        score=float(record.get("score", 0.0)),
        points=float(record.get("points") or points),
        done=record.get("state") == "done",
        right=sum(each.get("state") == "correct" for each in tried),
        questions=max(questions, len(tried)),
        attempts=sum(int(each.get("attempts", 0)) for each in tried),
        hints=sum(int(each.get("hints", 0)) for each in tried),
        solutions=sum(each.get("state") == "given up" for each in tried),
        first=str(record.get("first", "")),
        last=str(record.get("last", "")),
    )


def _asked(name: str) -> tuple[float, int]:
    """Return the points and the number of a lesson's questions; none of a lesson that is gone."""
    try:
        course = lesson(name)
    except InputError:
        return 0.0, 0
    return course.points, len(list(course))


def title(notebook: Path) -> str:
    """Return what a lesson is called; where its notebook is not, a name made of that of its file.

    Examples
    --------
    >>> title(Path("03_taking_apart.ipynb"))
    '03 Taking apart'
    """
    number, _, words = notebook.stem.partition("_")
    for path in (notebook, *_shipped(notebook.name)):
        try:
            about = json.loads(path.read_text("utf-8"))["metadata"]["musicnb"]
            return f"{number} {about['title']}"
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return f"{number} {words.replace('_', ' ').capitalize()}"


def _shipped(name: str) -> list[Path]:
    """Return where the released lessons are, in a wheel or in a clone."""
    package = Path(__file__).parent.parent
    return [package / "lessons" / name, package.parent / "lessons" / name]
