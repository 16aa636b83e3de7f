"""Who is in the class: a table from Canvas, from Moodle, or of one's own."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from musicnb.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

#: Our name of each column: what Canvas, Moodle and people call it.
COLUMNS = {
    "student": ("student id", "username", "id number", "sis login id", "sis user id", "id"),
    "name": ("name", "full name", "student"),
    "email": ("email", "email address", "e-mail"),
    "canvas": ("id",),
    "sis_user": ("sis user id",),
    "sis_login": ("sis login id",),
    "section": ("section",),
    "number": ("id number",),
}


@dataclass(frozen=True)
class Student:
    """One student.

    Attributes
    ----------
    id : str
        By which variants are drawn; it must be the same when lessons are handed out and graded.
    name, email, canvas, sis_user, sis_login, section, number : str
        What Canvas and Moodle know a student by; empty where it is not known.
    """

    id: str
    name: str = ""
    email: str = ""
    canvas: str = ""
    sis_user: str = ""
    sis_login: str = ""
    section: str = ""
    number: str = ""

    @property
    def signs(self) -> set[str]:
        """By what a folder or a file may call this student."""
        exact = {self.id, self.canvas, self.sis_user, self.sis_login, self.email, self.number}
        # The same name is Ada Lovelace, Lovelace, Ada, and in the names of files lovelaceada.
        if "," in self.name:
            last, _, first = self.name.partition(",")
        else:
            first, _, last = self.name.rpartition(" ")
        names = {plain(first + last), plain(last + first)}
        return ({each.casefold() for each in exact} | names) - {""}


class Roster:
    """A class.

    Parameters
    ----------
    students : list of Student
        Who is in it.

    Examples
    --------
    >>> roster = Roster([Student("ada", name="Ada Lovelace", canvas="17")])
    >>> roster.find("17").id, roster.find("lovelaceada").id, roster.find("bob")
    ('ada', 'ada', None)
    """

    def __init__(self, students: list[Student]) -> None:
        self.students = students
        self._signs: dict[str, set[Student]] = {}
        for student in students:
            for sign in student.signs:
                self._signs.setdefault(sign, set()).add(student)

    def find(self, *names: str) -> Student | None:
        """Return the student who is called by the first of the names that says so; None if none."""
        for name in names:
            found = self._signs.get(name.casefold()) or self._signs.get(plain(name) or "?") or set()
            if len(found) == 1:
                return next(iter(found))
        return None


def plain(name: str) -> str:
    """Return the letters and digits of a name, small."""
    return re.sub(r"[\W_]+", "", name).casefold()


def read(path: Path) -> Roster:
    """Read a roster: CSV with a line of column names.

    Raises
    ------
    musicnb.errors.InputError
        If no column says who the students are, or two have one id.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise _unfit(path, "cannot be read") from error
    first = text.partition("\n")[0]
    rows = list(csv.reader(io.StringIO(text), delimiter=";" if first.count(";") > 1 else ","))
    header = [name.strip().casefold() for name in rows[0]] if rows else []
    # A column "student" is the id in a table of one's own, and the name in one from Canvas.
    own = "student" in header and "id" not in header
    places = {
        ours: next((header.index(name) for name in names if name in header), None)
        for ours, names in COLUMNS.items()
    }
    if own:
        places["student"] = header.index("student")
        places["name"] = header.index("name") if "name" in header else None
    if places["student"] is None:
        raise _unfit(path, "has no column of students")
    students = [_student(row, places, header) for row in rows[1:] if _is_student(row)]
    ids = [student.id for student in students]
    if "" in ids or len({*ids}) < len(ids):
        raise _unfit(path, "names a student twice, or not at all")
    return Roster(students)


def _is_student(row: list[str]) -> bool:
    # Canvas has a line of points, and one that says which columns are muted.
    return any(row) and "points possible" not in row[0].casefold() and len([*filter(None, row)]) > 0


def _student(row: list[str], places: dict[str, int | None], header: list[str]) -> Student:
    def value(place: int | None) -> str:
        return row[place].strip() if place is not None and place < len(row) else ""

    found = {ours: value(place) for ours, place in places.items()}
    if "first name" in header and not found["name"]:
        last = "last name" if "last name" in header else "surname"
        parts = [value(header.index(name)) for name in ("first name", last) if name in header]
        found["name"] = " ".join(filter(None, parts))
    return Student(found.pop("student"), **found)


def _unfit(path: Path, wrong: str) -> InputError:
    return InputError(
        f"{path.name} {wrong}",
        expected="a CSV file with a column `student` (and `name`, `email`), each student once, or "
        "what Canvas or Moodle export",
        todo="Export the gradebook, and pass that.",
    )
