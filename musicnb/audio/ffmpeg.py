"""Formats that libsndfile does not read, through the ffmpeg program where it is installed."""

from __future__ import annotations

import json
import shutil
import subprocess
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from musicnb.errors import AudioFileError, MissingToolError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray


class _Reader:
    def __init__(self, stream: dict[str, Any], pipe: IO[bytes]) -> None:
        self.sample_rate = int(stream["sample_rate"])
        self.channels = int(stream["channels"])
        seconds = float(stream.get("duration") or 0)
        self.frames: int | None = round(seconds * self.sample_rate) or None
        self._pipe = pipe

    def blocks(self, frames: int = 1 << 18) -> Iterator[NDArray[np.float32]]:
        width = 4 * self.channels
        while chunk := self._pipe.read(frames * width):
            whole = chunk[: len(chunk) // width * width]
            yield np.frombuffer(whole, np.float32).reshape(-1, self.channels).T.copy()


@contextmanager
def open_audio(path: Path, why: str) -> Iterator[_Reader]:
    """Decode `path` through a pipe; `why` is what libsndfile had against it."""
    stream = _probe(path, why)
    command = ["ffmpeg", "-v", "error", "-nostdin", "-i", _local(path), "-map", "a:0"]
    command += ["-f", "f32le", "-"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None  # noqa: S101  (for the type checker)
        try:
            yield _Reader(stream, process.stdout)
        finally:
            process.kill()


def _probe(path: Path, why: str) -> dict[str, Any]:
    if not (shutil.which("ffmpeg") and shutil.which("ffprobe")):
        if _looks_like_media(path):
            raise MissingToolError(
                f"{path} is in a format that libsndfile does not read",
                expected="WAV, FLAC, OGG, Opus or MP3",
                todo="Install ffmpeg, which reads more formats, or convert the file.",
            )
        raise _not_sound(path, why)
    command = ["ffprobe", "-v", "error", "-select_streams", "a:0", "-show_streams"]
    command += ["-of", "json", _local(path)]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    streams = json.loads(done.stdout or b"{}").get("streams") or []
    if done.returncode or not streams or not int(streams[0].get("sample_rate", 0)):
        raise _not_sound(path, why)
    found: dict[str, Any] = streams[0]
    return found


def _local(path: Path) -> str:
    # Without the prefix a name like "http:x" or "concat:y" would be taken for a protocol.
    return f"file:{path}"


def _looks_like_media(path: Path) -> bool:
    return path.suffix.lower() in {".m4a", ".mp4", ".aac", ".wma", ".webm", ".mkv", ".mov"}


def _not_sound(path: Path, why: str) -> AudioFileError:
    with path.open("rb") as file:
        start = file.read(12)
    content = f"it begins with {start!r}" if start else "it is empty"
    return AudioFileError(
        f"{path} cannot be read as sound: {content} ({why.rstrip('.')})",
        expected="a WAV, FLAC, OGG, Opus or MP3 file",
        todo="Check that it plays elsewhere, or convert it.",
    )
