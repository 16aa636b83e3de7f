"""The instructor's key: a secret, and checks that no student sees."""

from __future__ import annotations

import hashlib
import json
import runpy
import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from musicnb.errors import InputError
from musicnb.runtime.files import write_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

#: The key that ships, to try grading with; its secret is known to everybody.
DEMO = Path(__file__).parent.parent / "demo_key"
FILE = "key.json"
#: Who was handed out variants of their own; everybody else has the first.
HANDED_OUT = "handed-out.json"
BYTES = 32
EXAMPLE = '''"""Hidden checks of lesson 00: what stands here decides, and no student sees it."""

import numpy as np

from musicnb.course.grading.key import Hidden
from musicnb.course.question import Wrong, call


def mono(answer):
    random = np.random.default_rng()
    song, voice = random.normal(0, 0.1, (2, 1, 500))
    result = np.asarray(call(answer, song, voice))
    if result.shape != song.shape or not np.allclose(result, song - voice):
        raise Wrong("not the rest")


HIDDEN = {"l00-q6": (Hidden("songs with one channel", mono),)}
'''


@dataclass(frozen=True)
class Hidden:
    """One hidden check of a question.

    Attributes
    ----------
    name : str
        What it tries, in words that the student may read: ``"songs with one channel"``.
    check : callable
        Like that of a `Question`. What it says goes to the instructor only.
    weight : float
        Beside the other hidden checks of the question.
    """

    name: str
    check: Callable[..., str | None]
    weight: float = 1.0


@dataclass(frozen=True)
class Key:
    """A key, as it was read from its folder."""

    folder: Path
    secret: bytes
    digest: str
    students: frozenset[str] = frozenset()

    def hidden(self, lesson: str) -> Mapping[str, tuple[Hidden, ...]]:
        """Return the hidden checks of a lesson, by question."""
        path = self.folder / f"l{lesson[:2]}.py"
        if not path.is_file():
            return {}
        found = runpy.run_path(str(path)).get("HIDDEN")
        if not isinstance(found, dict):
            raise InputError(
                f"{path} has no hidden checks",
                expected="a dictionary HIDDEN, of questions and their checks",
                todo="Look at the example that `musicnb course key` writes.",
            )
        return found


def make(folder: Path) -> None:
    """Make a new key, with a secret of its own.

    Raises
    ------
    musicnb.errors.InputError
        If there is one: with another secret, every student would get another variant.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp()) / "key"
    >>> make(folder)
    >>> len(read(folder).secret)
    32
    """
    if (folder / FILE).exists():
        raise InputError(
            f"{folder} holds a key already",
            expected="a new folder",
            todo="Use the key that is there: it knows who got which variant.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    # Nobody else on this computer is to read it.
    folder.chmod(0o700)
    write_json(folder / FILE, {"secret": secrets.token_hex(BYTES)})
    (folder / FILE).chmod(0o600)
    if not (folder / "l00.py").exists():
        (folder / "l00.py").write_text(EXAMPLE, "utf-8")


def read(folder: Path | str) -> Key:
    """Read a key; ``"demo"`` is the one that ships.

    Raises
    ------
    musicnb.errors.InputError
        If there is none.
    """
    place = DEMO if str(folder) == "demo" else Path(folder)
    try:
        secret = bytes.fromhex(json.loads((place / FILE).read_text("utf-8"))["secret"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{place} holds no key",
            expected=f"a folder with {FILE}",
            todo="Make one with `musicnb course key -o DIR`, or pass --key demo to try it out.",
        ) from error
    digest = hashlib.sha256()
    for path in sorted(place.rglob("*")):
        if path.is_file() and path.name != HANDED_OUT and "__pycache__" not in path.parts:
            digest.update(path.relative_to(place).as_posix().encode() + b"\0" + path.read_bytes())
    return Key(place.resolve(), secret, digest.hexdigest(), _handed_out(place))


def hand_out(key: Key, students: Iterable[str]) -> Key:
    """Keep in the key that students have variants of their own, and return it.

    Raises
    ------
    musicnb.errors.InputError
        If it is the key that ships.
    """
    if key.folder == DEMO.resolve():
        raise InputError(
            "the demo key cannot hand out variants: everybody knows its secret",
            expected="a key of your own",
            todo="Make one with `musicnb course key -o DIR`.",
        )
    everybody = key.students | {*students}
    write_json(key.folder / HANDED_OUT, {"students": sorted(everybody)})
    return replace(key, students=everybody)


def _handed_out(folder: Path) -> frozenset[str]:
    try:
        students = json.loads((folder / HANDED_OUT).read_text("utf-8"))["students"]
        return frozenset(str(student) for student in students)
    except FileNotFoundError:
        return frozenset()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{folder / HANDED_OUT} cannot be read",
            expected="who was handed out variants",
            todo="Take it from your copy of the key, or hand out again to the same roster.",
        ) from error
