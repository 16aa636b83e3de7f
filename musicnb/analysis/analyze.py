"""`analyze`: beats, tempo, key, chords, genre and mood of a sound."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from musicnb.analysis.beats import find_beats, find_downbeats
from musicnb.analysis.chords import WEIGHTS as CHORD_WEIGHTS
from musicnb.analysis.chords import find_chords
from musicnb.analysis.listen import (
    WEIGHTS,
    Heard,
    listen,
    network,
    slips,
    style_shares,
    temperatures,
)
from musicnb.analysis.network import GENRES, MOODS, TEMPO_CLASSES, TEMPO_LOW, TEMPO_STEP
from musicnb.analysis.result import Analysis, Estimate, Tempo
from musicnb.audio.audio import Audio
from musicnb.audio.files import BLOCK, load, open_audio
from musicnb.audio.provenance import Recipe, versions
from musicnb.errors import InputError
from musicnb.runtime.device import device as pick_device
from musicnb.runtime.job import Job
from musicnb.runtime.weights import card

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from musicnb.analysis.network import AnalysisNet

NOTES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
KEYS = tuple(f"{note} {mode}" for mode in ("major", "minor") for note in NOTES)
TEMPI = TEMPO_LOW * TEMPO_STEP ** np.arange(TEMPO_CLASSES)
#: Two tempos are the same if they differ by no more than this (as the measure Acc1 has it).
SAME_TEMPO = 0.04


def analyze(
    audio: Audio | str | os.PathLike[str],
    *,
    second_opinion: bool = False,
    device: str | None = None,
) -> Analysis:
    """Hear the beats, the tempo, the key, the chords, the genre and the mood of a sound.

    Parameters
    ----------
    audio : Audio or path
        A sound in memory, ``demo:NAME``, or a file, which is read block by block.
    second_opinion : bool
        Also ask the musicnn tagger for genre and mood.
    device : {'auto', 'cpu', 'cuda', 'cuda:N'}, optional
        Where to compute; see :func:`musicnb.device`.

    Returns
    -------
    Analysis
        Each answer with its confidence and its runner-up; a tempo also with its octave; chords
        from beat to beat.

    Raises
    ------
    musicnb.errors.InputError
        If the sound is empty.
    musicnb.errors.AudioFileError
        If the file cannot be read.
    musicnb.errors.Cancelled
        If it was interrupted.

    Examples
    --------
    >>> import numpy as np
    >>> import musicnb
    >>> clicks = np.zeros(10 * 44100)
    >>> for beat in range(20):  # two a second
    ...     clicks[beat * 22050 :][:200] = np.hanning(200)
    >>> made = musicnb.analyze(musicnb.Audio(clicks, 44100))
    >>> round(60 / float(np.median(np.diff(made.beats))))
    120

    Notes
    -----
    Taught in lesson 04. The networks learned from rendered music: see ``chords.json`` and
    ``analysis.json`` in ``musicnb/weights`` for what they score, and where they fail.
    """
    return analyze_job(audio, second_opinion=second_opinion, device=device).run()


def analyze_job(
    audio: Audio | str | os.PathLike[str],
    *,
    second_opinion: bool = False,
    device: str | None = None,
) -> Job[Analysis]:
    """Return :func:`analyze` as a job, to watch or to cancel."""
    where = pick_device(device)
    if not isinstance(audio, Audio) and str(audio).startswith("demo:"):
        audio = load(str(audio))
    total = _duration(audio)
    recipe = audio.recipe if isinstance(audio, Audio) else Recipe.of_file(audio, {})

    def task(job: Job[Analysis]) -> Analysis:
        with ExitStack() as stack:
            if isinstance(audio, Audio):
                rate = audio.sample_rate
                blocks = iter(
                    [audio.samples[:, i : i + BLOCK] for i in range(0, audio.frames, BLOCK)]
                )
            else:
                reader = stack.enter_context(open_audio(audio))
                rate, blocks = reader.sample_rate, reader.blocks()
            first = next(blocks, None)
            if first is None or not first.shape[1]:
                raise InputError(
                    "the sound is empty", expected="at least one frame", todo="Pass another."
                )
            heard = listen(_chain(first, blocks), rate, where, job.advance)
        opinion = None
        if second_opinion:
            from musicnb.analysis.tagger import tag

            opinion = tag(audio, device=device)
        source = audio if isinstance(audio, Audio) else str(Path(audio))
        return conclude(heard, network(where), recipe_of(recipe), opinion, source)

    return Job(task, total=total, title="Analysing", unit="s")


def _chain(
    first: NDArray[np.float32], rest: Iterator[NDArray[np.float32]]
) -> Iterator[NDArray[np.float32]]:
    yield first
    yield from rest


def recipe_of(source: Recipe) -> Recipe:
    """Return the recipe of the analysis of `source`."""
    weights = {name: str(card(name)["sha256"])[:16] for name in (WEIGHTS, CHORD_WEIGHTS)}
    return Recipe("analyze", {}, (source,), weights, versions())


def conclude(
    heard: Heard,
    net: AnalysisNet,
    recipe: Recipe,
    opinion: dict[str, float] | None,
    source: Audio | str | None,
) -> Analysis:
    """Return the analysis: what follows from what the network heard."""
    beats = find_beats(heard.beat)
    meter = (temperatures()["meter"], slips()["meter"])
    first, meters = find_downbeats(beats, heard.downbeat, *meter)
    style = style_shares(net, heard, beats, beats[first])
    key = estimate_of(KEYS, heard.shares["key"])
    where = next(net.parameters()).device
    seconds = np.arange(len(heard.local_tempo)) + 0.5
    return Analysis(
        tempo=tempo_of(heard.shares["tempo"], beats),
        key=key,
        genre=estimate_of(GENRES, style["genre"]),
        mood=estimate_of(MOODS, style["mood"]),
        meter=estimate_of([str(meter) for meter in meters], np.array(list(meters.values()))),
        beats=beats,
        downbeats=beats[first],
        chords=find_chords(heard.pitch, beats, beats[first], heard.duration, str(key.value), where),
        local_tempo=[
            (float(t), *_peak(share)) for t, share in zip(seconds, heard.local_tempo, strict=True)
        ],
        local_key=[
            (float(t), KEYS[int(share.argmax())], float(share.max()))
            for t, share in zip(seconds, heard.local_key, strict=True)
        ],
        duration=heard.duration,
        recipe=recipe,
        second_opinion=opinion,
        source=source,
    )


def estimate_of(names: Sequence[str], shares: NDArray[np.floating]) -> Estimate:
    """Return the likeliest answer and the next, from the probability of each."""
    order = np.argsort(-shares, kind="stable")
    ranked = {names[i]: float(shares[i]) for i in order}
    (first, one), (second, two) = list(ranked.items())[:2]
    return Estimate(first, one, second, two, ranked)


def _peak(share: NDArray[np.float32]) -> tuple[float, float]:
    """Return the likeliest tempo, and the probability of it and of its neighbours."""
    best = int(share.argmax())
    near = slice(max(best - 1, 0), best + 2)
    # Between the classes lies what their weights say.
    tempo = float(np.exp(np.average(np.log(TEMPI[near]), weights=share[near])))
    return tempo, _mass(share, tempo)


def _mass(share: NDArray[np.float32], tempo: float) -> float:
    return float(share[np.abs(TEMPI / tempo - 1) <= SAME_TEMPO].sum())


def tempo_of(share: NDArray[np.float32], beats: NDArray[np.float64]) -> Tempo:
    """Return the tempo, made exact by the beats where they agree with the network's answer."""
    value, confidence = _peak(share)
    rest = share * (np.abs(TEMPI / value - 1) > 2 * SAME_TEMPO)
    runner_up, second = _peak(rest)
    if len(beats) > 4:  # noqa: PLR2004
        pulse = 60 / float(np.median(np.diff(beats)))
        if abs(pulse / value - 1) <= SAME_TEMPO:
            value = pulse
    halves = {value * factor: _mass(share, value * factor) for factor in (0.5, 2.0)}
    octave = max(halves, key=lambda tempo: (halves[tempo], -abs(np.log(tempo / 110))))
    shares = {f"{value:.1f}": confidence, f"{runner_up:.1f}": second}
    return Tempo(
        round(value, 2), confidence, round(runner_up, 2), second, shares, round(octave, 2),
        halves[octave],
    )  # fmt: skip


def _duration(audio: Audio | str | os.PathLike[str]) -> float:
    if isinstance(audio, Audio):
        return audio.duration
    with open_audio(audio) as reader:
        return (reader.frames or 0) / reader.sample_rate
