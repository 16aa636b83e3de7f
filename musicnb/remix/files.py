"""`edit_file`: from file to file, all edits in one pass, in memory that does not grow."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicnb.audio.audio import Audio
from musicnb.audio.files import BLOCK, load, open_audio, write_audio
from musicnb.audio.provenance import Recipe
from musicnb.errors import InputError
from musicnb.remix.asked import Asked
from musicnb.remix.genre_file import genre_of_file
from musicnb.remix.judge import EXCERPT
from musicnb.remix.plan import require_sound
from musicnb.runtime.job import Job

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from musicnb.melody.score import Score


@dataclass(frozen=True)
class EditedFile:
    """What :func:`edit_file` wrote.

    Attributes
    ----------
    path : Path
        The edited sound.
    duration : float
        Its seconds.
    requested, measured, warnings
        As in :class:`musicnb.remix.edit.Edit`.
    score : Score, optional
        The notes of what was played anew.
    """

    path: Path
    duration: float
    requested: dict[str, Any] = field(default_factory=dict)
    measured: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    score: Score | None = None


def edit_file(
    source: str | os.PathLike[str] | Audio,
    path: str | os.PathLike[str],
    *,
    tempo: float | None = None,
    bpm: float | None = None,
    source_bpm: float | None = None,
    transpose: float | None = None,
    key: str | None = None,
    source_key: str | None = None,
    preserve_formants: bool | str = False,
    swing: float | None = None,
    source_swing: float = 1.0,
    beats: Sequence[float] | None = None,
    remove_part: str | None = None,
    genre: str | None = None,
    keep: Sequence[str] = ("vocals",),
    seed: int = 0,
    verify: bool = True,
    bar: bool = True,
) -> EditedFile:
    """Change tempo, key, swing, parts or genre of a sound file, in one pass.

    Memory does not grow with the duration, except for swing and genre, which need the whole sound.
    The order is: a part is removed, off-beats are moved, then tempo and key are changed at once,
    and peaks that would exceed full scale are limited.

    Parameters
    ----------
    source : path or Audio
        The sound, mono or stereo.
    path : path
        Where the result goes; its ending chooses the format. It appears whole or not at all.
    tempo, bpm, source_bpm
        As in :func:`musicnb.change_tempo`.
    transpose, key, source_key, preserve_formants
        As in :func:`musicnb.change_key`.
    swing, source_swing, beats
        As in :func:`musicnb.change_swing`.
    remove_part : {'vocals', 'accompaniment', 'drums', 'bass', 'other'}, optional
        As in :func:`musicnb.remove_part`.
    genre, keep, seed
        As in :func:`musicnb.change_genre`. Of the other edits only `tempo` and `swing` go together
        with a genre.
    verify : bool
        Listen to the result (a minute from the middle), and warn where it disagrees.
    bar : bool
        Show a progress bar if it takes more than two seconds.

    Returns
    -------
    EditedFile

    Raises
    ------
    musicnb.errors.InputError
        If an option makes no sense, or none is given.
    musicnb.errors.AudioFileError
        If the file cannot be read, or the result not be written.
    musicnb.errors.Cancelled
        If it was interrupted; no file is left behind.

    Examples
    --------
    >>> import tempfile, musicnb
    >>> song = musicnb.load("demo:starfall", duration=10)
    >>> path = Path(tempfile.mkdtemp()) / "high.flac"
    >>> musicnb.edit_file(song, path, tempo=1.25, transpose=2).duration
    8.0

    Notes
    -----
    Taught in lesson 06.
    """
    path = Path(path)
    _require_other(path, source)
    if genre is not None:
        others = {"tempo": tempo, "swing": swing, "bpm": bpm, "transpose": transpose, "key": key}
        edit = genre_of_file(
            source,
            path,
            genre,
            others | {"remove_part": remove_part},
            keep=keep,
            seed=seed,
            verify=verify,
            bar=bar,
        )
        found = (edit.requested, edit.measured, edit.warnings, edit.score)
        return EditedFile(path, edit.audio.duration, *found)
    asked = Asked(
        tempo=tempo,
        bpm=bpm,
        source_bpm=source_bpm,
        transpose=transpose,
        key=key,
        source_key=source_key,
        preserve_formants=preserve_formants,
        swing=swing,
        source_swing=source_swing,
        beats=None if beats is None else tuple(beats),
        remove_part=remove_part,
    )
    with _opened(source) as sound:
        require_sound(sound.frames, sound.sample_rate, sound.channels)
        seconds = (sound.frames or 0) / sound.sample_rate
        start = max(0.0, (seconds - EXCERPT) / 2)
        before = sound.part(start, EXCERPT)
        plan, heard, notes = asked.plan(before, lambda: sound.part(0.0, None), verify=verify)

        def task(job: Job[int]) -> int:
            frames = 0
            with write_audio(
                path,
                sound.sample_rate,
                sound.channels,
                recipe=plan.recipe(sound.recipe),
                frames=plan.frames(sound.frames or 0),
            ) as writer:
                blocks = plan.blocks(sound.blocks, sound.sample_rate, sound.channels, job.advance)
                for block in blocks:
                    writer.write(block)
                    frames += block.shape[1]
                # Of a stream the length is known only now.
                require_sound(round(frames * plan.tempo), sound.sample_rate, sound.channels)
            return frames

        title = f"Editing {sound.name}".strip()
        frames = Job(task, total=seconds, title=title, unit="s", bar=bar).run()
    measured: dict[str, Any] = {}
    if verify:
        after = load(path, offset=start / plan.tempo, duration=EXCERPT / plan.tempo)
        measured, more = asked.judged(plan, heard, before, after, start)
        notes += more
    requested = asked.edits | {
        name: value for name, value in plan.arguments.items() if name in {"tempo", "transpose"}
    }
    return EditedFile(path, frames / sound.sample_rate, requested, measured, tuple(notes))


def _require_other(path: Path, source: str | os.PathLike[str] | Audio) -> None:
    """Raise `InputError` if writing `path` would overwrite the song that is being read."""
    if isinstance(source, Audio) or not path.exists() or not Path(source).exists():
        return
    if path.samefile(source):
        raise InputError(
            f"{path} is the song itself, which would be overwritten",
            expected="another name for the result",
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
    #: Returns the sound from a time on, for a duration.
    part: Callable[[float, float | None], Audio]


@contextmanager
def _opened(source: str | os.PathLike[str] | Audio) -> Iterator[_Sound]:
    """Open a file or an `Audio` as blocks."""
    if isinstance(source, Audio):
        blocks = (source.samples[:, i : i + BLOCK] for i in range(0, source.frames, BLOCK))

        def part(offset: float, duration: float | None) -> Audio:
            return source[offset : None if duration is None else offset + duration]

        rate, channels = source.sample_rate, source.channels
        yield _Sound("", rate, channels, source.frames, blocks, source.recipe, part)
        return
    with open_audio(source) as reader:
        yield _Sound(
            Path(source).name,
            reader.sample_rate,
            reader.channels,
            reader.frames,
            reader.blocks(),
            Recipe.of_file(source, {}),
            lambda offset, duration: load(source, offset=offset, duration=duration),
        )
