"""`render`: a score as sound, by the soundfont that comes with musicnb."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.audio.audio import Audio
from musicnb.audio.provenance import Recipe
from musicnb.errors import InputError, WeightsError
from musicnb.melody.instruments import program_number
from musicnb.melody.sampler import play, sides
from musicnb.melody.score import Part, Score
from musicnb.melody.soundfont import SoundFont
from musicnb.runtime.files import sha256

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

SOUNDFONT = "fluidr3mono-part"
PACKAGED = Path(__file__).parent.parent / "sounds"
RATES = (8000, 96_000)
#: What the loudest sample may be.
CEILING = 0.9
#: The room: seconds until its echo is 60 dB down, seconds until it begins, and how much of it there
#: is, in dB. What is low and what is short takes less, or the mix becomes dull.
RT60, PREDELAY = 0.7, 0.012
WET, WET_DRUMS = -15.0, -24.0
#: Seconds that sound after the last note has ended.
TAIL = 0.8
#: Above this the echo has little, in Hz.
DULL = 5000.0


def render(score: Score, sample_rate: int = 44_100) -> Audio:
    """Play a score.

    Parameters
    ----------
    score : Score
        At least one part with a note.
    sample_rate : int
        8000 to 96000 Hz.

    Returns
    -------
    Audio
        Stereo, from beat 0 until 0.8 s after the last note; the same samples every time. Its
        loudest sample is at most 0.9: louder ones are turned down, with all else.

    Raises
    ------
    musicnb.errors.InputError
        If there is no note, or the sample rate is out of range.

    Examples
    --------
    >>> from musicnb.melody import Note, Part, Score
    >>> chord = [Note(0, 4, pitch) for pitch in (57, 60, 64)]
    >>> render(Score([Part("organ", "Drawbar Organ", chord)], tempo=120))
    Audio(2 channels, 2.800 s, 44100 Hz)

    Notes
    -----
    With a part of the soundfont FluidR3Mono (see ``musicnb/sounds/fluidr3mono-part.json``). A
    short room is added.
    """
    played = _played(score, sample_rate)
    total: Samples = np.sum(list(played.values()), axis=0)
    return Audio(total, sample_rate, recipe=_recipe(score, sample_rate, None))


def render_parts(score: Score, sample_rate: int = 44_100) -> dict[str, Audio]:
    """Play a score, each part apart; together they are what :func:`render` returns.

    Examples
    --------
    >>> from musicnb.melody import Note, Part, Score
    >>> bass = Part("bass", "Acoustic Bass", [Note(0, 1, 40)])
    >>> drums = Part("drums", "Jazz Kit", [Note(0.5, 0.5, 42)])
    >>> list(render_parts(Score([bass, drums])))
    ['bass', 'drums']
    """
    return {
        name: Audio(samples, sample_rate, recipe=_recipe(score, sample_rate, name))
        for name, samples in _played(score, sample_rate).items()
    }


def replay_score(recipe: Recipe, inputs: Sequence[Audio]) -> Audio:  # noqa: ARG001
    """Play a score again; called by :func:`musicnb.replay`."""
    score = Score.from_dict(recipe.arguments["score"])
    rate, part = recipe.arguments["sample_rate"], recipe.arguments.get("part")
    return render(score, rate) if part is None else render_parts(score, rate)[part]


def soundfont() -> Path:
    """Return the file with the instruments, after comparing it with its card."""
    path = PACKAGED / f"{SOUNDFONT}.sf3"
    if not path.is_file() or sha256(path) != soundfont_card()["sha256"]:
        raise WeightsError(
            f"{path} is missing or damaged",
            expected=f"{SOUNDFONT}.sf3, as its card says",
            todo="Install musicnb again.",
        )
    return path


def soundfont_card() -> dict[str, Any]:
    """Return the card of the instruments: source, licence, recipe, SHA-256.

    Examples
    --------
    >>> soundfont_card()["licence"]
    'MIT'
    """
    card: dict[str, Any] = json.loads((PACKAGED / f"{SOUNDFONT}.json").read_text("utf-8"))
    return card


def sound_versions() -> dict[str, str]:
    """Return the versions that decide how a score sounds."""
    from importlib.metadata import version

    return {name: version(name) for name in ("musicnb", "soxr")} | {
        SOUNDFONT: str(soundfont_card()["sha256"])[:16]
    }


@cache
def _font() -> SoundFont:
    return SoundFont(soundfont())


def _played(score: Score, sample_rate: int) -> dict[str, Samples]:
    """Return the sound of each part, in the room, all of one length and turned down alike."""
    if not any(part.notes for part in score.parts):
        raise InputError("the score has no notes", expected="at least one", todo="Add some.")
    if sample_rate != int(sample_rate) or not RATES[0] <= sample_rate <= RATES[1]:
        raise InputError(
            f"sample_rate is {sample_rate}",
            expected=f"{RATES[0]} to {RATES[1]} Hz",
            todo="Render at 44100, and resample.",
        )
    frames = round((score.duration + TAIL) * sample_rate)
    made = {p.name: _part(score, p, int(sample_rate), frames) for p in score.parts}
    peak = float(np.max(np.abs(np.sum(list(made.values()), axis=0))))
    if peak > CEILING:
        made = {name: samples * np.float32(CEILING / peak) for name, samples in made.items()}
    return made


def _part(score: Score, part: Part, sample_rate: int, frames: int) -> Samples:
    number, drums = program_number(part.program)
    onsets = score.seconds([note.onset for note in part.notes])
    ends = score.seconds([note.onset + note.duration for note in part.notes])
    notes = [
        (start, end, note.pitch, note.velocity)
        for note, start, end in zip(part.notes, onsets.tolist(), ends.tolist(), strict=True)
    ]
    dry = play(_font(), number, notes, sample_rate, frames, drums=drums)
    left, right = sides(part.pan)
    dry *= np.array([[left], [right]]) * np.float32(10 ** (part.gain / 20))
    return _in_room(dry, sample_rate, WET_DRUMS if drums else WET)


def _in_room(dry: Samples, sample_rate: int, wet: float) -> Samples:
    from scipy.signal import oaconvolve

    echo = oaconvolve(dry, _room(sample_rate), axes=1)[:, : dry.shape[1]]
    fade = np.minimum(1, np.arange(dry.shape[1], 0, -1) / (0.1 * sample_rate))
    made: Samples = ((dry + 10 ** (wet / 20) * echo) * fade).astype(np.float32)
    return made


@cache
def _room(sample_rate: int) -> Samples:
    """Return how a room answers a click, for each ear: noise that dies away and grows dull."""
    from scipy.signal import butter, sosfilt

    times = np.arange(round(RT60 * sample_rate)) / sample_rate
    noise = np.random.default_rng(0).standard_normal((2, times.size))
    answer = noise * 10 ** (-3 * times / RT60)
    answer = sosfilt(butter(1, min(DULL, 0.4 * sample_rate), fs=sample_rate, output="sos"), answer)
    answer /= np.sqrt(np.sum(answer**2, axis=1, keepdims=True))
    return np.pad(answer, ((0, 0), (round(PREDELAY * sample_rate), 0))).astype(np.float32)


def _recipe(score: Score, sample_rate: int, part: str | None) -> Recipe:
    arguments: dict[str, Any] = {"score": score.to_dict(), "sample_rate": int(sample_rate)}
    if part is not None:
        arguments["part"] = part
    return Recipe("render_score", arguments, (), {}, sound_versions())
