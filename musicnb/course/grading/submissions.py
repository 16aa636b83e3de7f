"""Finds what was handed in: folders, or files as Canvas and Moodle name them, or a zip of these.

Nothing is unpacked and nothing is followed: names are only looked at, links are refused, and no
more is read of a file than it may have.
"""

from __future__ import annotations

import os
import re
import stat
import zipfile
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from musicnb.course.grading import collect
from musicnb.course.progress import FOLDER
from musicnb.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

#: Bytes of a notebook, and of another file.
MOST_NOTEBOOK, MOST_FILE = 60 << 20, 20 << 20
#: What computers leave behind.
IGNORED = {"__MACOSX", ".ipynb_checkpoints"}
PROGRESS = "progress.json"
#: More files than any class hands in.
MOST_MEMBERS = 100_000
#: `Ada Lovelace_1234_assignsubmission_file` is a folder of Moodle, or the beginning of a name.
MOODLE = re.compile(r"(?P<name>[^/_]+)_(?P<id>\d+)_assignsubmission_file_*(?P<rest>.*)")
#: `lovelaceada_LATE_17_4711_00_welcome-2.ipynb` is a file of Canvas: the third try.
CANVAS = re.compile(r"(?P<name>[^/_]+)_(?:LATE_)?(?P<id>\d+)_(?P<upload>\d+)_(?P<rest>.+)")
AGAIN = re.compile(r"-(\d+)$")


@dataclass(frozen=True)
class File:
    """One file that was handed in; it is read when it is needed, and never executed."""

    root: Path
    name: str

    def read(self, most: int) -> bytes:
        """Return what is in it.

        Raises
        ------
        musicnb.errors.InputError
            If it is no ordinary file, or has more than `most` bytes.
        """
        try:
            data = self._zipped(most) if self.root.is_file() else self._plain(most)
        except InputError:
            raise
        except (
            OSError,
            zipfile.BadZipFile,
            NotImplementedError,
            RuntimeError,
            ValueError,
        ) as error:
            raise InputError(
                f"the file cannot be read ({type(error).__name__})",
                expected="an ordinary file",
                todo="Hand it in again.",
            ) from error
        if len(data) > most:
            raise InputError(
                f"the file has more than {most >> 20} MB",
                expected="a file of usual size",
                todo="Clear the outputs of the notebook, and save it.",
            )
        return data

    def _plain(self, most: int) -> bytes:
        # Neither a link, nor a pipe that never ends, even if it was put there after we looked.
        handle = os.open(self.root / self.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise InputError(
                    "the file is not an ordinary one",
                    expected="a file, not a link, folder or device",
                    todo="Hand in the file itself.",
                )
            return file.read(most + 1)

    def _zipped(self, most: int) -> bytes:
        with zipfile.ZipFile(self.root) as archive, archive.open(self.name) as member:
            return member.read(most + 1)


@dataclass
class Submission:
    """What one student handed in.

    Attributes
    ----------
    key : str
        What tells it from others: a folder, or the number that Canvas or Moodle puts in the name.
    names : tuple of str
        By which the student may be known, the surest first.
    files : dict of str to File
        By their own names, without what Canvas and Moodle add; of several tries the last.
    """

    key: str
    names: tuple[str, ...]
    files: dict[str, File] = field(default_factory=dict)
    tries: dict[str, tuple[int, str]] = field(default_factory=dict)

    def add(self, name: str, file: File, attempt: int) -> None:
        """Add a file, unless a later try of it is there."""
        this = attempt, file.name
        if name not in self.files or self.tries[name] < this:
            self.files[name], self.tries[name] = file, this


def find(place: Path) -> list[Submission]:
    """Return what every student handed in.

    Raises
    ------
    musicnb.errors.InputError
        If there is nothing.
    """
    found: dict[str, Submission] = {}
    for name in _names(place):
        path = PurePosixPath(name)
        if path.name.startswith(".") or not IGNORED.isdisjoint(path.parts):
            continue
        if FOLDER in path.parts and path.name != PROGRESS:
            continue  # the lessons as they were released, which may lie beside the student's
        key, names, rest = _student(path)
        if not key:
            continue
        stem, suffix = PurePosixPath(rest).stem, PurePosixPath(rest).suffix
        again = AGAIN.search(stem)
        if again:
            stem = stem[: again.start()]
        submission = found.setdefault(key, Submission(key, names))
        submission.add(stem + suffix, File(place, name), int(again[1]) if again else 0)
    if not found:
        raise InputError(
            f"{place} has no submissions",
            expected="a folder for each student, or the files that Canvas or Moodle downloaded",
            todo="Pass the folder in which they are.",
        )
    return [found[key] for key in sorted(found)]


def notebooks(submission: Submission, lessons: Collection[str]) -> dict[str, File]:
    """Return a student's notebooks by lesson: by their names, or else by what is in them."""
    found: dict[str, File] = {}
    others = []
    for name, file in sorted(submission.files.items()):
        stem = PurePosixPath(name).stem
        if stem in lessons and name.endswith(".ipynb"):
            found[stem] = file
        elif name.endswith((".ipynb", ".json")):
            others.append(file)
    for file in others:
        try:
            number = collect.lesson_of(file.read(MOST_NOTEBOOK))
        except InputError:
            continue
        for lesson in lessons:
            if number and lesson.startswith(f"{number}_"):
                found.setdefault(lesson, file)
    return found


def _student(path: PurePosixPath) -> tuple[str, tuple[str, ...], str]:
    """Return what a student is told apart by, called, and what the file itself is called."""
    # A name may hold bytes that are no text.
    top = path.parts[0].encode("utf-8", "replace").decode()
    moodle = MOODLE.fullmatch(top)
    if moodle:
        rest = path.name if len(path.parts) > 1 else moodle["rest"]
        # The number is Moodle's own, of this one assignment: it may be another student's id.
        return moodle["id"], (moodle["name"],), rest
    if len(path.parts) > 1:
        return top, (top,), path.name
    canvas = CANVAS.fullmatch(top)
    if canvas:
        return canvas["id"], (canvas["id"], canvas["name"]), canvas["rest"]
    # A notebook of its own, named after the student.
    return (path.stem, (path.stem,), path.name) if path.suffix == ".ipynb" else ("", (), "")


def _names(place: Path) -> Iterator[str]:
    if place.is_file():
        try:
            with zipfile.ZipFile(place) as archive:
                members = archive.infolist()[:MOST_MEMBERS]
        except (OSError, zipfile.BadZipFile) as error:
            raise InputError(
                f"{place} is not a zip file", expected="a folder or a zip file", todo="Unpack it."
            ) from error
        for member in members:
            path = PurePosixPath(member.filename)
            outside = path.is_absolute() or ".." in path.parts or not path.parts
            if not (member.is_dir() or outside or stat.S_ISLNK(member.external_attr >> 16)):
                yield member.filename
        return
    # Links to folders are not followed; links to files are refused when they are read.
    for folder, folders, files in os.walk(place):
        folders.sort()
        for name in sorted(files):
            yield (Path(folder) / name).relative_to(place).as_posix()
