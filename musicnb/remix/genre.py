"""`change_genre`: a song's voice over a new band that plays its chords in another style."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.analysis.analyze import analyze
from musicnb.audio.audio import Audio
from musicnb.audio.provenance import Recipe
from musicnb.errors import InputError, RecipeError
from musicnb.melody.arrange import arrange, paced
from musicnb.melody.render import sound_versions
from musicnb.melody.styles import style_of
from musicnb.remix.band import band_sound
from musicnb.remix.edit import Edit, mixture_of
from musicnb.remix.genre_judge import judged_genre
from musicnb.remix.outline import outline, pulse, require_beats
from musicnb.remix.plan import SWING, TEMPO, Plan, require, require_sound
from musicnb.remix.swing import beat_grid
from musicnb.runtime.job import Job
from musicnb.stems.separate import separate
from musicnb.stems.stems import Stems

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from musicnb.analysis.result import Analysis
    from musicnb.melody.score import Score
    from musicnb.melody.styles import Style

#: What is kept is stretched by no more than this to come to the usual tempo of a genre.
MOST = 1.15
#: Seconds of song below which there is no beat to play to.
SHORTEST = 6.0


def change_genre(
    sound: Audio | Stems,
    genre: str,
    *,
    keep: Sequence[str] = ("vocals",),
    tempo: float | str | None = None,
    swing: float | None = None,
    swing_kept: bool = False,
    seed: int = 0,
    verify: bool = True,
    bar: bool = True,
    device: str | None = None,
) -> Edit:
    """Keep the voice of a song, and have a new band play the rest in another genre.

    The song is analysed for its beats, bars, chords and key. Drums, a bass, chords and a colour are
    then played anew after the patterns of the genre, on the song's own beats, by the instruments
    that come with musicnb, and mixed with what is kept as loud as the old band was.

    Parameters
    ----------
    sound : Audio or Stems
        A song of 6 s or more with a beat, which is separated first, or its stems.
    genre : str
        One of those that :func:`musicnb.analyze` tells apart: 'ballroom', 'blues',
        'country-folk', 'electronic', 'funk-soul', 'jazz', 'latin', 'pop', 'reggae-ska', 'rock';
        or 'ballad', 'disco', 'hip-hop', 'metal'; or another name of one, such as 'bossa nova'.
    keep : sequence of str
        The stems to keep: of a song 'vocals', 'drums', 'bass', 'other'; or some of the stems that
        are given. Empty, everything is played anew.
    tempo : float or 'usual', optional
        How many times faster; 'usual' goes towards the usual tempo of the genre, by 15 % at most.
        By default the song's tempo stays, and what is kept is not touched.
    swing : float, optional
        How long the first half of what swings in this genre (beats, or half beats in funk and
        hip-hop) is against the second, in the new parts; by default what is usual.
    swing_kept : bool
        Make what is kept swing in the same way, as :func:`musicnb.change_swing` does.
    seed : int
        Of the unevenness of the new players.
    verify : bool
        Listen to the result, and warn where it is not what was asked for.
    bar : bool
        Show a progress bar if it takes more than two seconds.
    device : {'auto', 'cpu', 'cuda', 'cuda:N'}, optional
        Where to separate and to analyse; see :func:`musicnb.device`.

    Returns
    -------
    Edit
        Its stems are what was kept (bit by bit as it was, where neither tempo nor swing changed
        it) and each new part; `score` has the notes of the new parts.

    Raises
    ------
    musicnb.errors.InputError
        If there is no such genre or stem, or no beat is heard.
    musicnb.errors.Cancelled
        If it was interrupted.

    Examples
    --------
    >>> import musicnb
    >>> song = musicnb.load("demo:glasswork", duration=12)
    >>> edit = musicnb.change_genre(song, "jazz", keep=(), seed=1)
    >>> edit.stems
    Stems(drums, bass, piano, sax; 12.000 s)
    >>> edit.score["bass"].program
    'Acoustic Bass'

    Notes
    -----
    The patterns are in `musicnb.melody.styles`. Chords are heard as major or minor only, so that
    sevenths are guessed from the key. Taught in lesson 06.
    """
    style = style_of(genre)
    wanted = _Wanted(style.name, tuple(keep), tempo, swing, swing_kept, seed)
    source = mixture_of(sound)
    require_sound(source.frames, source.sample_rate, source.channels)
    if source.duration < SHORTEST:
        raise InputError(
            f"the sound takes {source.duration:.1f} s",
            expected=f"at least {SHORTEST:g} s",
            todo="Pass a longer one.",
        )
    wanted.check()
    kept = _kept(sound, wanted.keep, device)
    heard = analyze(source, device=device)
    require_beats(heard)
    ratio = wanted.ratio(style, pulse(heard))
    made = _played(source, kept, heard, wanted, ratio, bar=bar)
    requested: dict[str, Any] = {"genre": style.name}
    requested |= {"tempo": ratio} if ratio != 1 else {}
    requested |= (
        {"swing": wanted.swing or style.swing} if (wanted.swing or style.swing) != 1 else {}
    )
    measured: dict[str, Any] = {}
    notes: list[str] = []
    if verify:
        measured, notes = judged_genre(heard, made.audio, style, ratio, made.score.tempo, device)
    return Edit(made.audio, requested, measured, tuple(notes), made.stems, made.score)


@dataclass(frozen=True)
class _Wanted:
    """The arguments that stand in the recipe."""

    genre: str
    keep: tuple[str, ...]
    tempo: float | str | None
    swing: float | None
    swing_kept: bool
    seed: int

    def check(self) -> None:
        """Raise `InputError` if a number makes no sense."""
        if self.swing is not None:
            require("swing", self.swing, SWING, "(the first half over the second)")
        if self.tempo is not None and self.tempo != "usual":
            require("tempo", self.tempo, TEMPO, "times the speed, or 'usual'")  # type: ignore[arg-type]
        if isinstance(self.seed, bool) or not isinstance(self.seed, int) or self.seed < 0:
            raise InputError(
                f"seed is {self.seed!r}", expected="a whole number, 0 or more", todo="Pass another."
            )

    def ratio(self, style: Style, bpm: float) -> float:
        """Return how many times faster than the song the result is."""
        if self.tempo is None:
            return 1.0
        return float(self.tempo) if self.tempo != "usual" else usual_ratio(style, bpm)

    def recipe(self, source: Audio, kept: Mapping[str, Audio], part: str | None) -> Recipe:
        """Return how a part, or the whole, is made again."""
        from importlib.metadata import version

        from musicnb.runtime.weights import card

        arguments: dict[str, Any] = {
            "genre": self.genre,
            "keep": list(self.keep),
            "tempo": self.tempo,
            "swing": self.swing,
            "swing_kept": self.swing_kept,
            "seed": self.seed,
            "part": part,
        }
        arguments = {name: value for name, value in arguments.items() if value is not None}
        weights = {name: str(card(name)["sha256"])[:16] for name in ("analysis", "chords")}
        return Recipe(
            "change_genre",
            arguments,
            (source.recipe, *(audio.recipe for audio in kept.values())),
            weights,
            sound_versions() | {name: version(name) for name in ("torch", "python-stretch")},
        )


@dataclass(frozen=True)
class _Made:
    audio: Audio
    stems: Stems
    score: Score


def usual_ratio(style: Style, bpm: float) -> float:
    """Return how many times faster a song has to be for a genre, 15 % at most.

    Where half or twice the beats need less of a change, they count.

    Examples
    --------
    >>> from musicnb.melody.styles import style_of
    >>> usual_ratio(style_of("jazz"), 100.0), usual_ratio(style_of("jazz"), 60.0)
    (0.95, 1.0)
    """
    low, high = style.tempo
    ratios = [float(np.clip(beats, low, high)) / beats for beats in (bpm, 2 * bpm, bpm / 2)]
    best = min(ratios, key=lambda ratio: abs(np.log(ratio)))
    return round(float(np.clip(best, 1 / MOST, MOST)), 4)


def _kept(sound: Audio | Stems, keep: tuple[str, ...], device: str | None) -> dict[str, Audio]:
    if isinstance(sound, Stems):
        missing = [name for name in keep if name not in sound]
        if missing:
            raise InputError(
                f"there is no stem {missing[0]!r}",
                expected=f"some of {', '.join(sound)}",
                todo="Choose among these.",
            )
        return {name: sound[name] for name in keep}
    if not keep:
        return {}
    stems = separate(sound, stems=keep, device=device)
    return {name: stems[name] for name in keep}


def _played(
    source: Audio,
    kept: Mapping[str, Audio],
    heard: Analysis,
    wanted: _Wanted,
    ratio: float,
    *,
    bar: bool,
) -> _Made:
    """Return the new song."""
    style = style_of(wanted.genre)
    swing = wanted.swing or style.swing
    rest = source.samples - sum((a.samples for a in kept.values()), np.float32(0))

    def task(job: Job[_Made]) -> _Made:
        song = outline(heard, rest, source.sample_rate, ratio)
        score = arrange(paced(song, style), style, swing=wanted.swing, seed=wanted.seed)
        plan = Plan(tempo=ratio)
        if wanted.swing_kept and swing != 1 and style.swung == 1:
            plan = Plan(tempo=ratio, swing=swing, beats=beat_grid(heard.beats, source.duration))
        left = {
            name: audio if plan == Plan() else plan.apply(audio, function="change_genre_kept")
            for name, audio in kept.items()
        }
        job.advance(source.duration / 2)
        frames = plan.frames(source.frames)
        score, parts = band_sound(score, style, rest, left, source.sample_rate, frames)
        job.advance(source.duration / 2)
        new = {
            name: Audio(samples, source.sample_rate, recipe=wanted.recipe(source, kept, name))
            for name, samples in parts.items()
        }
        sounds = [audio.samples.astype(np.float64) for audio in (*left.values(), *new.values())]
        audio = Audio(
            np.sum(sounds, axis=0),
            source.sample_rate,
            recipe=wanted.recipe(source, kept, None),
        )
        nothing = Audio(np.zeros_like(audio.samples), source.sample_rate)
        names = {f"new {name}" if name in left else name: sound for name, sound in new.items()}
        return _Made(audio, Stems(left | names, nothing), score)

    title = f"Playing it as {style.name}"
    return Job(task, total=source.duration, title=title, unit="s", bar=bar).run()


def replay_genre(recipe: Recipe, inputs: Sequence[Audio]) -> Audio:
    """Make the new song, or one of its parts, again; called by :func:`musicnb.replay`."""
    arguments = dict(recipe.arguments)
    part = arguments.pop("part", None)
    keep = tuple(arguments.pop("keep", ()))
    known = {"genre", "tempo", "swing", "swing_kept", "seed"}
    if not arguments.keys() <= known or len(inputs) != len(keep) + 1:
        raise RecipeError(
            f"the recipe of change_genre names {', '.join(recipe.arguments)}",
            expected=f"a song with what is kept of it, and some of {', '.join(sorted(known))}",
            todo="Save the sound again.",
        )
    defaults = {"tempo": None, "swing": None, "swing_kept": False, "seed": 0}
    wanted = _Wanted(**{**defaults, **arguments, "keep": keep})
    wanted.check()
    source, *others = inputs
    heard = analyze(source)
    style = style_of(wanted.genre)
    require_beats(heard)
    ratio = wanted.ratio(style, pulse(heard))
    kept = dict(zip(keep, others, strict=True))
    made = _played(source, kept, heard, wanted, ratio, bar=False)
    return made.audio if part is None else made.stems[part]
