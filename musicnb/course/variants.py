"""Which variant of a question a student gets: drawn with the course's secret, nobody can choose."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from typing import TYPE_CHECKING

from musicnb.course.progress import FOLDER

if TYPE_CHECKING:
    import os

#: Beside the progress, in what a student is handed out; without it everybody gets the first.
FILE = "variants.json"


def draw(secret: bytes, student: str, question: str, count: int) -> int:
    """Return a student's variant, from 0 to ``count - 1``; always the same for the same three.

    The grader draws it again, so that changing the file that was handed out gains nothing.

    Examples
    --------
    >>> draw(b"secret", "anna", "l01-q3", 4) == draw(b"secret", "anna", "l01-q3", 4)
    True
    >>> {draw(b"secret", f"student {n}", "l01-q3", 4) for n in range(50)} == {0, 1, 2, 3}
    True
    """
    message = json.dumps([student, question]).encode()
    return int.from_bytes(hmac.digest(secret, message, hashlib.sha256)) % count


def handed_out(folder: str | os.PathLike[str], question: str, count: int) -> int:
    """Return the variant that the student's folder names, 0 if it names none."""
    try:
        index = json.loads((Path(folder) / FOLDER / FILE).read_text("utf-8"))[question]
    except (OSError, ValueError, KeyError, TypeError):
        return 0
    return index if isinstance(index, int) and 0 <= index < count else 0
