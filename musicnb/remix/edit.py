"""`Edit`: what came of an edit, and whether a second look agrees."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from musicnb.audio.audio import Audio
from musicnb.audio.mix import mix
from musicnb.runtime.job import Job
from musicnb.stems.stems import Stems

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from musicnb.melody.score import Score
    from musicnb.remix.plan import Plan


@dataclass(frozen=True)
class Edit:
    """An edited sound, with what was asked and what is heard in it.

    Attributes
    ----------
    audio : Audio
        The edited sound; of stems, their sum.
    requested : dict
        What was asked, with what followed from it, such as the tempo ratio for a number of beats
        a minute.
    measured : dict
        What is heard in the source and in the result. None where nothing can be heard.
    warnings : tuple of str
        Where the two disagree, in words.
    stems : Stems, optional
        The edited stems, if stems were given or made.
    score : Score, optional
        The notes of what was played anew.

    Examples
    --------
    >>> import musicnb
    >>> song = musicnb.load("demo:starfall", duration=8)
    >>> edit = musicnb.change_tempo(song, tempo=0.8)
    >>> edit.audio
    Audio(2 channels, 10.000 s, 44100 Hz)
    >>> edit.requested
    {'tempo': 0.8}
    """

    audio: Audio
    requested: dict[str, Any]
    measured: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    stems: Stems | None = None
    score: Score | None = None

    def save(self, path: str | os.PathLike[str], *, subtype: str | None = None) -> None:
        """Write the edited sound; see :meth:`Audio.save`."""
        self.audio.save(path, subtype=subtype)

    def __repr__(self) -> str:
        asked = ", ".join(f"{name}={value}" for name, value in self.requested.items())
        found = f"; {len(self.warnings)} warnings" if self.warnings else ""
        return f"Edit({asked}; {self.audio.duration:.3f} s{found})"

    def _repr_html_(self) -> str:
        lines = [
            f"<b>{html.escape(title)}</b> {html.escape(_listed(values))}"
            for title, values in (("asked", self.requested), ("heard", self.measured))
            if values
        ]
        lines += [f"⚠ {html.escape(text)}" for text in self.warnings]
        return self.audio._repr_html_() + "".join(f"<div>{line}</div>" for line in lines)


def mixture_of(sound: Audio | Stems) -> Audio:
    """Return a sound, or the sum of stems, with a recipe."""
    if isinstance(sound, Audio):
        return sound
    return mix([*sound.values(), sound.residual])


def edited(
    sound: Audio | Stems,
    plan: Callable[[str | None], Plan | None],
    *,
    function: str,
    title: str,
    bar: bool = True,
) -> tuple[Audio, Stems | None]:
    """Apply plans to a sound or to each of its stems, with a progress bar.

    Parameters
    ----------
    sound : Audio or Stems
        The source.
    plan : callable
        Given the name of a stem (None for a sound that is not one), returns its plan, or None
        if it is to stay as it is, bit by bit.
    function : str
        The public function, for the recipe.
    title : str
        What the bar says.
    bar : bool
        Whether to show one.

    Returns
    -------
    audio : Audio
        The edited sound.
    stems : Stems or None
        Its stems, if stems were given.
    """
    if isinstance(sound, Audio):
        sounds: dict[str | None, Audio] = {None: sound}
    else:
        sounds = {"residual": sound.residual}
        sounds |= {name: sound[name] for name in sound}
    plans = {name: plan(name) for name in sounds}
    total = sum(sounds[name].duration for name, each in plans.items() if each)

    def task(job: Job[dict[str | None, Audio]]) -> dict[str | None, Audio]:
        return {
            name: sounds[name]
            if each is None
            else each.apply(sounds[name], function=function, progress=job.advance)
            for name, each in plans.items()
        }

    made = Job(task, total=total, title=title, unit="s", bar=bar).run()
    if isinstance(sound, Audio):
        return made[None], None
    stems = Stems({name: made[name] for name in sound}, made["residual"])
    return mixture_of(stems), stems


def _listed(values: dict[str, Any]) -> str:
    return ", ".join(
        f"{name.replace('_', ' ')} {value:.4g}"
        if isinstance(value, float)
        else f"{name.replace('_', ' ')} {value}"
        for name, value in values.items()
    )
