"""What a widget shows and plays: stretches of a sound, in memory or on disk."""

from __future__ import annotations

import io
import tempfile
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import soundfile

from musicnb.audio.audio import Audio
from musicnb.audio.files import load, open_audio
from musicnb.errors import InputError

if TYPE_CHECKING:
    import os

    from numpy.typing import NDArray

#: Longer files are decoded once into a temporary file, and read from there.
IN_MEMORY = 900.0
#: Seconds in what the front end fetches at a time; the same number is in core/types.ts.
CHUNK_SECONDS = 4
#: Signals that are shown of a sound.
LANES = ("mix", "left", "right", "mid", "side")


@dataclass(frozen=True, eq=False)
class Sound:
    """A sound of any length, read in stretches.

    Attributes
    ----------
    name : str
        For people.
    samples : array
        float32, shape (channels, frames); in memory, or a window on a temporary file.
    sample_rate : int
        Hz.
    audio : Audio or None
        What it was made from, if that is in memory.
    """

    name: str
    samples: NDArray[np.float32]
    sample_rate: int
    audio: Audio | None = None

    @property
    def channels(self) -> int:
        """Number of channels."""
        return int(self.samples.shape[0])

    @property
    def frames(self) -> int:
        """Number of frames."""
        return int(self.samples.shape[1])

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.frames / self.sample_rate

    def info(self) -> dict[str, Any]:
        """Return what the front end knows of it beforehand."""
        return {
            "name": self.name,
            "sampleRate": self.sample_rate,
            "channels": self.channels,
            "frames": self.frames,
        }

    def lane(self, lane: str, start: int, stop: int) -> NDArray[np.float32]:
        """Return one signal from frame `start` to `stop`, with silence outside the sound."""
        signal = self.combined(lane, self.samples[:, max(start, 0) : max(stop, 0)])
        if len(signal) == stop - start:
            return signal
        before = min(max(-start, 0), stop - start)
        padded = np.zeros(stop - start, np.float32)
        padded[before : before + len(signal)] = signal
        return padded

    def combined(self, lane: str, part: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return one signal of a part of the samples, shape (channels, ...)."""
        if lane not in LANES:
            raise InputError(
                f"lane is {lane!r}", expected=", ".join(LANES), todo="Choose one of them."
            )
        if self.channels == 1 or lane in ("left", "right"):
            signal = part[1 if lane == "right" and self.channels > 1 else 0]
        elif lane == "side":
            signal = (part[0] - part[1]) * np.float32(0.5)
        elif self.channels == 2:  # noqa: PLR2004
            # Far faster than the mean.
            signal = (part[0] + part[1]) * np.float32(0.5)
        else:
            signal = part.mean(axis=0)
        return cast("NDArray[np.float32]", signal)

    def audio_between(self, start: float, stop: float) -> Audio:
        """Return a part of the sound, by seconds, with its recipe where there is one."""
        if self.audio is not None:
            return self.audio[start:stop]
        first, last = round(start * self.sample_rate), round(stop * self.sample_rate)
        return Audio(np.array(self.samples[:, first:last]), self.sample_rate)

    def chunk(self, index: int, kind: str) -> tuple[bytes, float]:
        """Return `CHUNK_SECONDS` as a small file, and by what to multiply its samples."""
        step = CHUNK_SECONDS * self.sample_rate
        part = self.samples[:, index * step : (index + 1) * step]
        # 16 bits hold full scale; what exceeds it travels softer.
        scale = max(1.0, float(np.max(np.abs(part), initial=0)))
        whole = np.clip(np.rint(part.T * (32768 / scale)), -32768, 32767).astype(np.int16)
        buffer = io.BytesIO()
        soundfile.write(buffer, whole, self.sample_rate, "PCM_16", format=kind.upper())
        return buffer.getvalue(), scale


def sound_of(value: Audio | Sound | str | os.PathLike[str], name: str = "") -> Sound:
    """Return what a widget can show: of an `Audio`, or of a file of any length.

    Raises
    ------
    musicnb.errors.InputError
        If `value` is neither, or holds no sound.

    Examples
    --------
    >>> sound_of("demo:starfall").info()["channels"]
    2
    """
    if isinstance(value, Sound):
        return value
    if isinstance(value, Audio):
        sound = Sound(name or _title(value), value.samples, value.sample_rate, value)
    elif isinstance(value, str) and value.startswith("demo:"):
        return sound_of(load(value), name or value.removeprefix("demo:"))
    elif isinstance(value, (str, Path)) or hasattr(value, "__fspath__"):
        sound = _file(Path(value), name)
    else:
        raise InputError(
            f"a {type(value).__name__} was given",
            expected="an Audio, or the path of a sound file",
            todo="Try musicnb.load(...) or Audio(samples, sample_rate).",
        )
    if not sound.frames:
        raise InputError("the sound is empty", expected="at least one frame", todo="Pass another.")
    return sound


def _title(audio: Audio) -> str:
    recipe = audio.recipe if audio.has_origin else None
    stem = ""
    while recipe and recipe.inputs:
        stem = stem or str(recipe.arguments.get("output", ""))
        recipe = recipe.inputs[0]
    path = str(recipe.arguments.get("path", "")) if recipe else ""
    name = Path(path.removeprefix("demo:")).name or "sound"
    return f"{name}, {stem}" if stem else name


def _file(path: Path, name: str) -> Sound:
    with open_audio(path) as reader:
        short = reader.frames is not None and reader.frames <= IN_MEMORY * reader.sample_rate
        if not short:
            return _on_disk(reader, name or path.name)
    audio = load(path)
    return Sound(name or path.name, audio.samples, audio.sample_rate, audio)


def _on_disk(reader: Any, name: str) -> Sound:
    """Decode into a temporary file, which goes when the sound does."""
    from musicnb.runtime.job import Job

    folder = tempfile.TemporaryDirectory(prefix="musicnb-")
    path = Path(folder.name) / "samples"

    def decode(job: Job[None]) -> None:
        with path.open("wb") as file:
            for block in reader.blocks():
                np.ascontiguousarray(block.T).tofile(file)
                job.advance(block.shape[1] / reader.sample_rate)

    seconds = (reader.frames or 0) / reader.sample_rate
    Job(decode, total=seconds, title="Decoding", unit="s").run()
    samples = np.memmap(path, np.float32, "r").reshape(-1, reader.channels).T
    weakref.finalize(samples, folder.cleanup)
    return Sound(name, samples, reader.sample_rate)
