"""Reading and writing sound files, whole or block by block.

libsndfile (through soundfile) reads and writes WAV, FLAC, OGG, Opus and MP3. What it cannot read
is given to ffmpeg, if that is installed.
"""

from __future__ import annotations

import os
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import soundfile

from musicnb.audio.audio import MAX_CHANNELS, Audio, require_finite
from musicnb.audio.provenance import Recipe, tag_text
from musicnb.errors import AudioFileError, InputError
from musicnb.runtime.files import atomic, write_json
from musicnb.runtime.memory import require_mb

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

#: libsndfile's (format, default subtype) for the ending of a name.
FORMATS = {
    ".wav": ("WAV", "PCM_24"),
    ".flac": ("FLAC", "PCM_24"),
    ".ogg": ("OGG", "VORBIS"),
    ".opus": ("OGG", "OPUS"),
    ".mp3": ("MP3", "MPEG_LAYER_III"),
}
#: Sample rates that the lossy formats can hold.
RATES = {
    ".mp3": (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000),
    ".opus": (8000, 12000, 16000, 24000, 48000),
}
#: libsndfile's Vorbis encoder crashes above this.
MAX_RATES = {".ogg": 192_000}
#: Longer recordings are refused before they are decoded.
MAX_DURATION = 24 * 3600.0
#: Frames read at a time.
BLOCK = 1 << 18
#: WAV files end at 4 GB; larger ones are written as RF64, which the same programs read.
MAX_WAV_BYTES = 4_000_000_000


class AudioReader(Protocol):
    """An open sound file."""

    sample_rate: int
    channels: int
    #: About how many frames there are; None if the header does not say.
    frames: int | None

    def blocks(self, frames: int = BLOCK) -> Iterator[NDArray[np.float32]]:
        """Yield float32 blocks of shape (channels, at most `frames`) up to the end."""
        ...


class _SoundfileReader:
    def __init__(self, file: soundfile.SoundFile) -> None:
        self._file = file
        self.sample_rate = int(file.samplerate)
        self.channels = int(file.channels)
        # For a stream of unknown length libsndfile says 2^63 - 1.
        self.frames = int(file.frames) if 0 <= file.frames < 1 << 62 else None

    def blocks(self, frames: int = BLOCK) -> Iterator[NDArray[np.float32]]:
        done = 0
        while True:
            try:
                block = self._file.read(frames, dtype="float32", always_2d=True)
            except soundfile.LibsndfileError as error:
                raise _damaged(self._file.name, done / self.sample_rate, str(error)) from error
            if not len(block):
                break
            samples = np.ascontiguousarray(block.T)
            require_finite(samples, done)
            done += len(block)
            yield samples
        if self.frames is not None and done < self.frames:
            raise _damaged(self._file.name, done / self.sample_rate, "it ends too early")


@contextmanager
def open_audio(path: str | os.PathLike[str]) -> Iterator[AudioReader]:
    """Open a sound file to read it block by block, so that memory does not grow with its length.

    Parameters
    ----------
    path : path
        A file in any format that libsndfile reads, or ffmpeg if that is installed.

    Yields
    ------
    AudioReader
        With `sample_rate`, `channels`, `frames` and `blocks()`.

    Raises
    ------
    musicnb.errors.AudioFileError
        If the file is missing, is not sound, or is damaged.
    musicnb.errors.InputError
        If it is longer than 24 hours, or has more than 32 channels.

    Examples
    --------
    >>> from musicnb.audio.songs import demo_song
    >>> with open_audio(demo_song("starfall").files["mixture"]) as reader:
    ...     reader.sample_rate, reader.channels, next(reader.blocks(1000)).shape
    (44100, 2, (2, 1000))
    """
    path = Path(path)
    if not path.is_file():
        kind = "is a folder" if path.is_dir() else "does not exist"
        raise AudioFileError(f"{path} {kind}", expected="a sound file", todo="Check the name.")
    if not os.access(path, os.R_OK):
        raise AudioFileError(
            f"{path} may not be read", expected="permission to read it", todo="Ask its owner."
        )
    try:
        file = soundfile.SoundFile(path)
    except soundfile.LibsndfileError as error:
        from musicnb.audio import ffmpeg

        with ffmpeg.open_audio(path, str(error)) as reader:
            _require_sane(path, reader)
            yield reader
        return
    with file:
        sound = _SoundfileReader(file)
        _require_sane(path, sound)
        yield sound


def _require_sane(path: Path, reader: AudioReader) -> None:
    if reader.channels > MAX_CHANNELS or (reader.frames or 0) > MAX_DURATION * reader.sample_rate:
        hours = (reader.frames or 0) / reader.sample_rate / 3600
        raise InputError(
            f"{path} claims {reader.channels} channels and {hours:.1f} hours",
            expected=f"at most {MAX_CHANNELS} channels and {MAX_DURATION / 3600:.0f} hours",
            todo="Cut it into parts.",
        )


def _damaged(path: str | os.PathLike[str], seconds: float, why: str) -> AudioFileError:
    return AudioFileError(
        f"{path} is damaged after {seconds:.2f} s ({why})",
        expected="a whole file",
        todo="Copy or download it again.",
    )


def load(
    path: str | os.PathLike[str], *, offset: float = 0.0, duration: float | None = None
) -> Audio:
    """Read a sound file, or a part of it, into memory.

    Parameters
    ----------
    path : path or str
        A sound file (WAV, FLAC, OGG, Opus, MP3; more if ffmpeg is installed), or ``demo:NAME``
        for a song that comes with musicnb and ``demo:NAME/STEM`` for one of its true stems.
    offset : float
        Where to begin, in seconds.
    duration : float, optional
        How much to read, in seconds; by default up to the end.

    Returns
    -------
    Audio
        At the file's own sample rate and number of channels.

    Raises
    ------
    musicnb.errors.AudioFileError
        If the file is missing, is not sound, or is damaged.
    musicnb.errors.InputError
        If it holds NaN or infinite samples, or the times make no sense.
    musicnb.errors.ResourceError
        If it would not fit in memory.

    Examples
    --------
    >>> load("demo:starfall", offset=10, duration=5)
    Audio(2 channels, 5.000 s, 44100 Hz)

    Notes
    -----
    Taught in lesson 00.
    """
    if offset < 0 or (duration is not None and duration < 0):
        raise InputError(
            f"offset is {offset} s and duration {duration} s",
            expected="0 s or more",
            todo="Pass other times.",
        )
    arguments = {"offset": offset, "duration": duration} if offset or duration is not None else {}
    if str(path).startswith("demo:"):
        from musicnb.audio.songs import load_demo

        return load_demo(str(path), offset, duration, Recipe("load", {"path": str(path)}))
    with open_audio(path) as reader:
        first = round(offset * reader.sample_rate)
        wanted = None if duration is None else round(duration * reader.sample_rate)
        if reader.frames is not None:
            frames = max(0, min(reader.frames - first, wanted if wanted is not None else 1 << 62))
            # Twice, for the blocks and for the whole that is made of them.
            require_mb(
                8e-6 * frames * reader.channels, f"Loading {path}", "Load a part: offset, duration."
            )
        samples = _gather(reader, first, wanted)
        rate = reader.sample_rate
    return Audio(samples, rate, recipe=Recipe.of_file(path, arguments))


def _gather(reader: AudioReader, first: int, wanted: int | None) -> NDArray[np.float32]:
    last = None if wanted is None else first + wanted
    parts: list[NDArray[np.float32]] = []
    at = 0
    for block in reader.blocks():
        part = block[:, max(first - at, 0) : None if last is None else max(last - at, 0)]
        if part.shape[1]:  # an empty view would keep its whole block in memory
            parts.append(part)
        at += block.shape[1]
        if last is not None and at >= last:
            break
    return np.concatenate(parts, axis=1) if parts else np.zeros((reader.channels, 0), np.float32)


class AudioWriter:
    """A sound file that is being written block by block; get one from :func:`write_audio`."""

    def __init__(self, file: soundfile.SoundFile) -> None:
        self._file = file
        self._float = file.subtype in {"FLOAT", "DOUBLE"}
        self.clipped = 0

    def write(self, samples: NDArray[np.float32]) -> None:
        """Append a block of shape (channels, frames)."""
        if not self._float:
            self.clipped += int(np.count_nonzero(np.abs(samples) > 1))
            samples = np.clip(samples, -1, 1)
        try:
            self._file.write(samples.T)
        except soundfile.LibsndfileError as error:
            raise AudioFileError(
                f"{self._file.name} cannot be written ({error})",
                expected="room on the disk",
                todo="Free some, or choose another folder.",
            ) from error


@contextmanager
def write_audio(
    path: str | os.PathLike[str],
    sample_rate: int,
    channels: int,
    *,
    subtype: str | None = None,
    recipe: Recipe | None = None,
    sidecar: bool = True,
    frames: int = 0,
) -> Iterator[AudioWriter]:
    """Open a sound file for writing block by block; it appears, whole, when the block ends.

    `frames` is how many to expect: a .wav that would pass 4 GB is written as RF64.
    """
    path = Path(path)
    format_, default = _format(path, sample_rate)
    if format_ == "WAV" and frames * channels * 4 > MAX_WAV_BYTES:
        format_ = "RF64"
    with atomic(path) as temporary:
        try:
            file = soundfile.SoundFile(
                temporary, "w", sample_rate, channels, subtype or default, format=format_
            )
        except (soundfile.LibsndfileError, ValueError) as error:
            raise InputError(
                f"{path.name} cannot hold {channels} channels as {subtype or default} ({error})",
                expected="a format that can, such as .wav",
                todo="Choose another name or subtype.",
            ) from error
        with file:
            if recipe is not None:
                file.comment = tag_text(recipe, path.suffix.lower())
            file.software = "musicnb"
            writer = AudioWriter(file)
            yield writer
    if recipe is not None and sidecar:
        write_json(path.with_suffix(path.suffix + ".json"), recipe.to_dict())
    if writer.clipped:
        warnings.warn(
            f"{path.name}: {writer.clipped} samples above full scale were clipped; "
            "lower the gain, or save a .wav with subtype='FLOAT'",
            stacklevel=4,
        )


def save(
    audio: Audio,
    path: str | os.PathLike[str],
    *,
    subtype: str | None = None,
    sidecar: bool = True,
) -> None:
    """Write a sound; see :meth:`Audio.save`."""
    recipe = audio.recipe
    with write_audio(
        path,
        audio.sample_rate,
        audio.channels,
        subtype=subtype,
        recipe=recipe,
        sidecar=sidecar,
        frames=audio.frames,
    ) as writer:
        for start in range(0, audio.frames, BLOCK):
            writer.write(audio.samples[:, start : start + BLOCK])


def _format(path: Path, sample_rate: int) -> tuple[str, str]:
    ending = path.suffix.lower()
    if ending not in FORMATS:
        raise InputError(
            f"{path.name} ends in {ending or 'nothing'!r}",
            expected=", ".join(FORMATS),
            todo="Choose one of these endings.",
        )
    if sample_rate > MAX_RATES.get(ending, sample_rate):
        raise InputError(
            f"{ending} cannot hold {sample_rate} Hz",
            expected=f"at most {MAX_RATES[ending]} Hz",
            todo="Call resample(48000) first, or save as .wav.",
        )
    rates = RATES.get(ending)
    if rates and sample_rate not in rates:
        raise InputError(
            f"{ending} cannot hold {sample_rate} Hz",
            expected=f"one of {', '.join(map(str, rates))} Hz",
            todo="Call resample(48000) first, or save as .wav.",
        )
    return FORMATS[ending]
