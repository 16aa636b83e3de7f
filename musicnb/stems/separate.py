"""`separate`: a sound in memory into its stems."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.audio.audio import Audio
from musicnb.audio.files import BLOCK
from musicnb.audio.provenance import Recipe, versions
from musicnb.errors import InputError, RecipeError
from musicnb.runtime.device import device as pick_device
from musicnb.runtime.job import Job
from musicnb.runtime.memory import current_mb, require_mb
from musicnb.runtime.weights import card
from musicnb.stems.bandnet import PARTS
from musicnb.stems.masks import BAND, STEMS, TWO_STEMS
from musicnb.stems.stems import Stems
from musicnb.stems.stream import separate_blocks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: What a process that separates takes, besides the sound itself; `benchmarks speed` measures it.
PROCESS_MB = 650.0


def separate(
    audio: Audio,
    *,
    stems: Iterable[str] | None = None,
    two_stems: str = "vocals",
    device: str | None = None,
) -> Stems:
    """Take a song apart: into vocals and accompaniment, or into the stems that are asked for.

    Parameters
    ----------
    audio : Audio
        Mono or stereo, of any sample rate and length. (A long recording is better separated
        from file to file, by :func:`musicnb.separate_file`: its memory does not grow.)
    stems : iterable of {'vocals', 'accompaniment', 'drums', 'bass', 'other'}, optional
        Which stems, by default 'vocals' and 'accompaniment'. Only what they need is computed.
    two_stems : {'vocals'}
        The stem to set against all the rest, where `stems` is not given.
    device : {'auto', 'cpu', 'cuda', 'cuda:N'}, optional
        Where to compute; see :func:`musicnb.device`.

    Returns
    -------
    Stems
        Of the same length and rate as `audio`, and the residual: the stems that were not asked
        for, and what resampling and rounding left over, near silence at 44.1 kHz. All add up to
        `audio`.

    Raises
    ------
    musicnb.errors.InputError
        If the sound is empty or has more than two channels, or there is no such stem.
    musicnb.errors.ResourceError
        If the stems would not fit in memory.
    musicnb.errors.Cancelled
        If it was interrupted.

    Examples
    --------
    >>> import musicnb
    >>> song = musicnb.load("demo:starfall", duration=6)
    >>> stems = musicnb.separate(song)
    >>> stems
    Stems(vocals, accompaniment; 6.000 s)
    >>> float(abs(stems.mixture.samples - song.samples).max()) < 1e-3  # -60 dBFS
    True

    >>> musicnb.separate(song, stems=("vocals", "drums", "bass", "other"))
    Stems(vocals, drums, bass, other; 6.000 s)

    Notes
    -----
    Vocals and accompaniment come from Spleeter's networks (Hennequin et al., JOSS 2020); drums,
    bass and other are what a network of our own makes of the accompaniment. Taught in lessons 00
    and 03.
    """
    return separate_job(audio, stems=stems, two_stems=two_stems, device=device).run()


def separate_job(
    audio: Audio,
    *,
    stems: Iterable[str] | None = None,
    two_stems: str = "vocals",
    device: str | None = None,
) -> Job[Stems]:
    """Return :func:`separate` as a job, to watch or to cancel."""
    names = stem_names(stems, two_stems)
    require_sound(audio.frames, audio.channels)
    where = pick_device(device)
    room = 4e-6 * (len(names) + 1) * audio.samples.size
    require_room(room, "Use separate_file or `musicnb separate`.")

    def task(job: Job[Stems]) -> Stems:
        made = np.empty((len(names), *audio.samples.shape), np.float32)
        at = 0
        blocks = (audio.samples[:, i : i + BLOCK] for i in range(0, audio.frames, BLOCK))
        for _, found in separate_blocks(blocks, audio.sample_rate, audio.channels, where, names):
            frames = found.shape[-1]
            made[..., at : at + frames] = found
            at += frames
            job.advance(frames / audio.sample_rate)
        outputs = {
            name: Audio(samples, audio.sample_rate, recipe=recipe_of(audio.recipe, name, names))
            for name, samples in zip(names, made, strict=True)
        }
        rest = audio.samples - made.sum(axis=0)
        recipe = recipe_of(audio.recipe, "residual", names)
        return Stems(outputs, Audio(rest, audio.sample_rate, recipe=recipe))

    return Job(task, total=audio.duration, title="Separating", unit="s")


def stem_names(stems: Iterable[str] | None, two_stems: str) -> tuple[str, ...]:
    """Return the stems that are asked for; raise `InputError` if there is no network for one."""
    if two_stems != "vocals":
        raise InputError(
            f"two_stems is {two_stems!r}", expected="vocals", todo="Leave it at its default."
        )
    names = tuple(TWO_STEMS) if stems is None else (stems,) if isinstance(stems, str) else stems
    names = tuple(dict.fromkeys(names))
    twice = "accompaniment" in names and set(names) & set(PARTS)
    if not names or not set(names) <= set(STEMS) or twice:
        raise InputError(
            f"the stems {', '.join(map(repr, names)) or 'asked for are none'}",
            expected=f"some of {', '.join(STEMS)}; accompaniment is drums, bass and other together",
            todo="Choose among these.",
        )
    return names


def require_sound(frames: int | None, channels: int) -> None:
    """Raise `InputError` if there is nothing to separate, or too many channels."""
    if frames == 0:
        raise InputError("the sound is empty", expected="at least one frame", todo="Pass another.")
    if channels not in {1, 2}:
        raise InputError(
            f"the sound has {channels} channels",
            expected="1 (mono) or 2 (stereo)",
            todo="Call mono() first.",
        )


def require_room(sound_mb: float, todo: str) -> None:
    """Raise `ResourceError` if the networks, and `sound_mb` of sound, do not fit in memory."""
    network_mb = max(PROCESS_MB - current_mb(), 0.0)
    require_mb(network_mb + sound_mb, "Separation", todo)


def recipe_of(source: Recipe, output: str, names: tuple[str, ...]) -> Recipe:
    """Return the recipe of one output of the separation of `source` into `names`."""
    used = (*TWO_STEMS.values(), *([BAND] if set(names) & set(PARTS) else []))
    weights = {name: str(card(name)["sha256"])[:16] for name in used}
    arguments: dict[str, Any] = {"output": output}
    if names != tuple(TWO_STEMS):
        arguments["stems"] = list(names)
    return Recipe("separate", arguments, (source,), weights, versions())


def replay_separate(recipe: Recipe, inputs: Sequence[Audio]) -> Audio:
    """Make one output of a separation again; called by :func:`musicnb.replay`."""
    stems = separate(inputs[0], stems=recipe.arguments.get("stems"))
    output = recipe.arguments["output"]
    if output not in {*stems, "residual"}:
        raise RecipeError(
            f"the recipe names the stem {output!r}",
            expected=f"{', '.join(stems)} or residual",
            todo="Save the sound again.",
        )
    return stems.residual if output == "residual" else stems[output]
