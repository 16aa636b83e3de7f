"""Hands out the lessons: one folder for all, or one for each student with their own variants."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from musicnb.course.grading.judge import variants
from musicnb.course.grading.key import hand_out
from musicnb.course.grading.one import file_name
from musicnb.course.progress import FOLDER
from musicnb.course.variants import FILE
from musicnb.errors import InputError
from musicnb.runtime.files import write_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from musicnb.course.grading.key import Key
    from musicnb.course.grading.roster import Roster


def release(
    lessons: Mapping[str, Path], key: Key, output: Path, roster: Roster | None = None
) -> list[Path]:
    """Write what students get, and return the folders.

    Parameters
    ----------
    lessons : mapping of str to path
        The notebooks, by name.
    key : Key
        Draws the variants.
    output : path
        A new folder.
    roster : Roster, optional
        Who is in the class; without it there is one folder, with the first variants, for all.

    Raises
    ------
    musicnb.errors.InputError
        If the folder holds something already: a student's work may be in it.
    """
    if output.exists() and any(output.iterdir()):
        raise InputError(
            f"{output} is not empty",
            expected="a new folder",
            todo="Name another folder, or remove this one.",
        )
    if roster is None:
        _write(lessons, output, {})
        return [output]
    key = hand_out(key, [student.id for student in roster.students])
    folders = []
    for student in roster.students:
        drawn: dict[str, int] = {}
        for name in lessons:
            drawn |= variants(key, student.id, name)
        folder = output / file_name(student.id)
        _write(lessons, folder, drawn)
        folders.append(folder)
    return folders


def _write(lessons: Mapping[str, Path], folder: Path, drawn: dict[str, int]) -> None:
    # As they were released: the side panel puts a lesson back from there.
    originals = folder / FOLDER / "originals"
    originals.mkdir(parents=True, exist_ok=True)
    for path in lessons.values():
        shutil.copyfile(path, folder / path.name)
        shutil.copyfile(path, originals / path.name)
    if drawn:
        write_json(folder / FOLDER / FILE, drawn)
