"""Files that are either whole or absent, and the places where musicnb keeps its own."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicnb.errors import AudioFileError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def atomic(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a temporary path beside `path`, and rename it to `path` if all went well.

    Whoever looks sees the old file or the whole new one; when the block raises, the temporary
    file is removed and the old file stays.

    Examples
    --------
    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "scores.txt"
    >>> with atomic(target) as temporary:
    ...     _ = temporary.write_text("whole")
    >>> target.read_text()
    'whole'
    """
    target = Path(path)
    if target.is_dir():
        raise AudioFileError(
            f"{target} is a folder", expected="the name of a file", todo="Choose another name."
        )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        # The suffix stays last, because sound libraries read the format from it.
        handle, name = tempfile.mkstemp(prefix=".musicnb-", suffix=target.suffix, dir=target.parent)
    except OSError as error:
        raise AudioFileError(
            f"{target} cannot be written ({error.strerror})",
            expected="a folder with room where you may write",
            todo="Choose another output folder.",
        ) from error
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def write_json(path: str | os.PathLike[str], value: Any) -> None:
    """Write `value` as JSON, whole or not at all."""
    with atomic(path) as temporary:
        temporary.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", "utf-8")


def sha256(path: str | os.PathLike[str]) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def cache_dir() -> Path:
    """Return the folder for what can be made again: calibrations, downloaded weights.

    ``MUSICNB_CACHE`` overrides the system's usual place.
    """
    import platformdirs

    chosen = os.environ.get("MUSICNB_CACHE")
    return Path(chosen) if chosen else Path(platformdirs.user_cache_dir("musicnb", "musicnb"))
