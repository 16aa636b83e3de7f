"""`separate_file`: from file to files, in memory that does not grow with the duration."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from musicnb.audio.audio import Audio
from musicnb.audio.files import BLOCK, FORMATS, open_audio, write_audio
from musicnb.audio.provenance import Recipe
from musicnb.errors import InputError
from musicnb.runtime.device import device as pick_device
from musicnb.runtime.job import Job
from musicnb.stems.separate import recipe_of, require_room, require_sound, stem_names
from musicnb.stems.stream import separate_blocks

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray


@dataclass(frozen=True)
class SeparatedFile:
    """What :func:`separate_file` wrote.

    Attributes
    ----------
    files : dict of str to Path
        The stems that were asked for, and 'residual'.
    duration : float
        Seconds of sound.
    """

    files: dict[str, Path]
    duration: float


def separate_file(
    source: str | os.PathLike[str] | Audio,
    folder: str | os.PathLike[str],
    *,
    stems: Iterable[str] | None = None,
    two_stems: str = "vocals",
    format: str = "wav",  # noqa: A002  (the word of the command line)
    device: str | None = None,
    bar: bool = True,
) -> SeparatedFile:
    """Take a sound file apart, into files; even hours of it take little memory.

    Parameters
    ----------
    source : path or Audio
        The sound, mono or stereo.
    folder : path
        Where the stems and the residual go, as ``NAME.FORMAT``. They appear when all is done, or
        not at all.
    stems, two_stems
        Which stems, as in :func:`musicnb.separate`.
    format : {'wav', 'flac', 'ogg', 'opus', 'mp3'}
        The format of the files. What a stem has beyond full scale goes to the residual.
    device : {'auto', 'cpu', 'cuda', 'cuda:N'}, optional
        Where to compute; see :func:`musicnb.device`.
    bar : bool
        Show a progress bar if it takes more than two seconds.

    Returns
    -------
    SeparatedFile

    Raises
    ------
    musicnb.errors.AudioFileError
        If the file cannot be read, or the folder not be written.
    musicnb.errors.InputError
        If the sound is empty or has more than two channels, there is no such stem, or the format
        cannot hold it.
    musicnb.errors.ResourceError
        If the networks would not fit in memory.
    musicnb.errors.Cancelled
        If it was interrupted; no file is left behind.

    Examples
    --------
    >>> import tempfile, musicnb
    >>> song = musicnb.load("demo:starfall", duration=3)
    >>> made = separate_file(song, tempfile.mkdtemp(), format="flac")
    >>> sorted(path.name for path in made.files.values())
    ['accompaniment.flac', 'residual.flac', 'vocals.flac']

    Notes
    -----
    Taught in lesson 00.
    """
    names = stem_names(stems, two_stems)
    if f".{format}" not in FORMATS:
        raise InputError(
            f"format is {format!r}",
            expected=", ".join(ending[1:] for ending in FORMATS),
            todo="Choose one of these.",
        )
    where = pick_device(device)
    require_room(0.0, "Close other kernels and programs.")
    paths = {name: Path(folder) / f"{name}.{format}" for name in (*names, "residual")}
    for path in paths.values():
        require_other(path, source)
    with ExitStack() as stack:
        sound = stack.enter_context(_opened(source))

        def task(job: Job[SeparatedFile]) -> SeparatedFile:
            writers = {
                name: stack.enter_context(
                    write_audio(
                        path,
                        sound.sample_rate,
                        sound.channels,
                        recipe=recipe_of(sound.recipe, name, names),
                        frames=sound.frames or 0,
                    )
                )
                for name, path in paths.items()
            }
            done = 0
            for mixture, found in separate_blocks(
                sound.blocks, sound.sample_rate, sound.channels, where, names
            ):
                heard = np.clip(found, -1, 1)
                for name, samples in zip(names, heard, strict=True):
                    writers[name].write(samples)
                writers["residual"].write(mixture - heard.sum(axis=0))
                done += mixture.shape[1]
                job.advance(mixture.shape[1] / sound.sample_rate)
            require_sound(done, sound.channels)
            return SeparatedFile(paths, done / sound.sample_rate)

        total = (sound.frames or 0) / sound.sample_rate
        return Job(
            task, total=total, title=f"Separating {sound.name}".strip(), unit="s", bar=bar
        ).run()


def require_other(path: Path, source: str | os.PathLike[str] | Audio) -> None:
    """Raise `InputError` if writing `path` would overwrite the song that is being read."""
    if isinstance(source, Audio) or not path.exists() or not Path(source).exists():
        return
    if path.samefile(source):
        raise InputError(
            f"{path} is the song itself, which would be overwritten",
            expected="another folder for the stems",
            todo="Choose one.",
        )


@dataclass(frozen=True)
class _Sound:
    name: str
    sample_rate: int
    channels: int
    frames: int | None
    blocks: Iterator[NDArray[np.float32]]
    recipe: Recipe


@contextmanager
def _opened(source: str | os.PathLike[str] | Audio) -> Iterator[_Sound]:
    """Open a file or an `Audio` as blocks."""
    if isinstance(source, Audio):
        blocks = (source.samples[:, i : i + BLOCK] for i in range(0, source.frames, BLOCK))
        require_sound(source.frames, source.channels)
        rate, channels = source.sample_rate, source.channels
        yield _Sound("", rate, channels, source.frames, blocks, source.recipe)
        return
    with open_audio(source) as reader:
        require_sound(reader.frames, reader.channels)
        yield _Sound(
            Path(source).name,
            reader.sample_rate,
            reader.channels,
            reader.frames,
            reader.blocks(),
            Recipe.of_file(source, {}),
        )
