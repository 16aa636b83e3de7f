"""What the voice studio works on: sources, uploads, one task at a time, takes to compare."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.audio.audio import Audio
from musicnb.audio.files import load
from musicnb.errors import Cancelled, InputError
from musicnb.runtime.job import Job
from musicnb.widgets.effects_preview import envelope, loudness_of
from musicnb.widgets.sound import Sound

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from musicnb.stems.stems import Stems

#: What both versions are heard at, in Hz: the rate of what `convert` makes.
SAMPLE_RATE = 44_100
#: Bytes of an uploaded file, and of each of its parts.
MOST_BYTES, MOST_PART = 500_000_000, 1 << 20
#: Takes that can still be fetched: a view may just be asking for the one before.
KEPT = 3
#: The song whose singer stands for a source when there is no other, and how much of it, in s.
DEMO, DEMO_SECONDS = "demo:starfall", 12.0


class Work:
    """One task at a time, in the background; what it makes is used in the thread that looks."""

    def __init__(self) -> None:
        self._job: Job[Any] | None = None
        self._then: Callable[[Any], None] = lambda _: None
        #: What there is to say of the last one, if it made nothing.
        self.words = ""

    def begin(self, job: Job[Any], then: Callable[[Any], None]) -> None:
        """Start a job, instead of the one under way, and hand what it makes to `then`."""
        self.cancel()
        self.words = ""
        self._job, self._then = job.start(bar=False), then

    def cancel(self) -> None:
        """Call off what is under way."""
        if self._job is not None:
            self._job.cancel()

    def look(self, timeout: float = 0.0) -> bool:
        """Return whether a task has ended since the last look; use what it made.

        Raises
        ------
        musicnb.errors.MusicnbError
            If it failed.
        """
        job = self._job
        if job is None:
            return False
        try:
            made = job.wait(timeout)
        except Cancelled as error:
            self._job, self.words = None, f"{error.wrong}."
            return True
        except BaseException:
            self._job = None
            raise
        if made is None:
            return False
        self._job = None
        self._then(made)
        return True

    def state(self) -> dict[str, Any]:
        """Return what the front end shows of it."""
        job = self._job
        if job is None:
            return {"running": None, "words": self.words}
        eta = job.eta
        return {
            "running": job.title,
            "progress": round(job.progress, 4),
            "eta": None if eta is None else round(eta, 1),
        }

    @property
    def busy(self) -> bool:
        """Whether something is under way."""
        return self._job is not None


def demo_job() -> Job[Stems]:
    """Return the job that takes the singer out of the demo song."""
    from musicnb.stems.separate import separate_job

    return separate_job(load(DEMO, duration=DEMO_SECONDS), stems=("vocals",))


def read_job(path: str | Path) -> Job[Audio]:
    """Return the job that reads a file."""

    def task(_: Job[Audio]) -> Audio:
        return load(path)

    return Job(task, total=1, title="Reading", unit="file")


def require_voice(name: str, audio: Audio) -> Audio:
    """Return a sound that can be converted.

    Raises
    ------
    musicnb.errors.InputError
        If there is nothing in it.
    """
    if not audio.frames or not audio.samples.any():
        what = "is silent" if audio.frames else "is empty"
        raise InputError(
            f"the source {name!r} {what}",
            expected="a recording of one voice",
            todo="Choose, upload or record another.",
        )
    return audio


# ---- uploads -------------------------------------------------------------------------------------


class Uploads:
    """Files that arrive in parts, one after the other."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="musicnb-")
        self._id = ""
        self._next = 0
        self._path = Path()

    def take(self, params: dict[str, Any]) -> Path | None:
        """Keep a part; return the file if it was the last.

        Raises
        ------
        musicnb.errors.InputError
            If the file is too large, or a part is missing.
        """
        index, parts, (data, *_) = int(params["index"]), int(params["parts"]), params["buffers"]
        size = max(int(params["size"]), index * len(data))
        if size > MOST_BYTES or len(data) > MOST_PART:
            raise InputError(
                f"the file has {size / 1e6:.0f} MB",
                expected=f"at most {MOST_BYTES / 1e6:.0f} MB, in parts of at most 1 MiB",
                todo="Upload a part of it, or pass its path to VoiceStudio(...).",
            )
        if index == 0:
            self._id, self._next = str(params["id"]), 0
            # Only the ending is taken from a name that came from outside.
            ending = "".join(c for c in Path(str(params["name"])).suffix if c.isalnum())[:8]
            self._path = Path(self._folder.name) / f"{len(list(self._files()))}.{ending or 'wav'}"
            self._path.write_bytes(b"")
        if params["id"] != self._id or index != self._next:
            raise InputError(
                "a part of the file is missing", expected="all of it", todo="Upload it again."
            )
        with self._path.open("ab") as file:
            file.write(data)
        self._next += 1
        return self._path if self._next == parts else None

    def _files(self) -> Any:
        return Path(self._folder.name).iterdir()


# ---- takes ---------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Take:
    """A source, and what it was converted to if it was: of one length, to be played in step.

    Attributes
    ----------
    version : int
        Counts the takes.
    sounds : tuple of Sound
        The source, and the result.
    seconds : tuple of float
        How long each is, without the silence behind the shorter one.
    loudness : list of float or None
        LUFS of each; None if it has none.
    envelopes : list of array
        The greatest sample in each column.
    """

    version: int
    sounds: tuple[Sound, ...]
    seconds: tuple[float, ...]
    loudness: list[float | None]
    envelopes: list[NDArray[np.float32]]

    @property
    def gains(self) -> list[float]:
        """The dB that bring both to one loudness: that of the softer."""
        known = [each for each in self.loudness if each is not None]
        return [0.0 if each is None else min(known) - each for each in self.loudness]

    def info(self) -> dict[str, Any]:
        """Return what the front end knows of it."""
        return {
            "version": self.version,
            "sounds": [sound.info() for sound in self.sounds],
            "seconds": list(self.seconds),
            "loudness": self.loudness,
            "gains": self.gains,
        }


class Takes:
    """Makes takes, and keeps the latest."""

    def __init__(self) -> None:
        self._kept: list[Take] = []
        self._count = 0

    def make(self, source: Audio, result: Audio | None) -> Take:
        """Measure a source and what became of it."""
        audios = [heard(source), *([result.mono()] if result is not None else [])]
        frames = max(audio.frames for audio in audios)
        padded = [_padded(audio, frames) for audio in audios]
        self._count += 1
        take = Take(
            self._count,
            tuple(
                Sound(name, each.samples, each.sample_rate, each)
                for name, each in zip(("Source", "Result"), padded, strict=False)
            ),
            tuple(audio.duration for audio in audios),
            [loudness_of(audio) for audio in audios],
            [envelope(each) for each in padded],
        )
        self._kept = [*self._kept, take][-KEPT:]
        return take

    def sound(self, version: int, index: int) -> Sound:
        """Return a sound of a take.

        Raises
        ------
        musicnb.errors.InputError
            If the take was forgotten.
        """
        found = next((take for take in self._kept if take.version == version), None)
        if found is None or not 0 <= index < len(found.sounds):
            raise InputError(
                "the sound of an earlier take was asked for",
                expected="that of the latest",
                todo="Press play again.",
            )
        return found.sounds[index]


def heard(source: Audio) -> Audio:
    """Return the source as `convert` hears it: mono, at 44.1 kHz."""
    return source.mono().resample(SAMPLE_RATE)


def _padded(audio: Audio, frames: int) -> Audio:
    samples = np.pad(audio.samples, ((0, 0), (0, frames - audio.frames)))
    return Audio(samples, audio.sample_rate)
