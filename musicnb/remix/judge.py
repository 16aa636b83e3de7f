"""Listening again: the tempo, the key and the swing that are heard in a sound.

Every edit is judged by a second look at what came out of it, and says so when the two disagree.
Beats, tempo and key are what `musicnb.analyze` hears.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from musicnb.analysis.analyze import analyze_job

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicnb.analysis.result import Analysis
    from musicnb.audio.audio import Audio

RATE, HOP = 22_050, 512
#: For swing: 5.8 ms.
FINE_HOP = 128
#: Seconds that are listened to, from the middle of a long sound.
EXCERPT = 60.0
#: Shorter sounds have no tempo that could be heard.
SHORTEST = 4.0
#: Seconds over which two sounds are compared, and the speeds that are tried: 0.2 % apart.
COMPARED = 40.0
SPEEDS = np.exp(np.arange(np.log(0.24), np.log(4.2), 0.002))
#: Onsets within 2 % of a speed are at that speed.
NEAR = 0.02
PER_SEMITONE = 3
MOST_SEMITONES = 25
#: What fits less than this (correlation) does not fit.
LEAST_ALIKE = 0.3
#: What fits 0.85 times as well as the best may be right too.
AS_WELL = 0.85
#: Beats needed to tell how far apart they are.
FEWEST_BEATS = 4
#: Where an off-beat may be, as a part of the beat.
OFFBEATS = (0.36, 0.82)
#: An off-beat is heard where the onsets are so many times as strong as on average.
CLEAR = 1.6


def excerpt(audio: Audio) -> Audio:
    """Return the middle of a long sound, or a short one as it is."""
    if audio.duration <= EXCERPT:
        return audio
    start = (audio.duration - EXCERPT) / 2
    return audio[start : start + EXCERPT]


def beats_of(audio: Audio) -> NDArray[np.float64]:
    """Return the times of the beats that are heard, in seconds; none in a very short sound."""
    heard = _heard(audio)
    return heard.beats if heard else np.empty(0)


def tempo_of(audio: Audio) -> float | None:
    """Return the tempo that is heard, in beats a minute, or None.

    Examples
    --------
    >>> from musicnb import Audio
    >>> clicks = np.zeros(44100 * 8, np.float32)
    >>> clicks[:: 44100 // 2] = 0.9
    >>> round(tempo_of(Audio(clicks, 44100)))
    120
    """
    heard = _heard(excerpt(audio))
    return float(heard.tempo.value) if heard and heard.beats.size >= FEWEST_BEATS else None


def key_of(audio: Audio) -> str | None:
    """Return the key that is heard, such as 'A minor', or None for silence.

    Examples
    --------
    >>> from musicnb import Audio
    >>> key_of(Audio(np.zeros(44100), 44100)) is None
    True
    """
    heard = _heard(excerpt(audio))
    return str(heard.key.value) if heard else None


def _heard(audio: Audio) -> Analysis | None:
    if audio.duration < SHORTEST or audio.peak == 0:
        return None
    return analyze_job(audio).run()


def speed_of(source: Audio, made: Audio, asked: float) -> float | None:
    """Return how many times faster `made` is, both beginning at the same moment, or None.

    No beat is counted: it is the speed at which the onsets of the source fit those of the result.
    Where the same hits come again and again, several speeds fit; then it is the one near `asked`.

    Examples
    --------
    >>> from musicnb import Audio
    >>> rng = np.random.default_rng(0)
    >>> slow, fast = np.zeros(22050 * 12), np.zeros(22050 * 10)
    >>> for time in np.cumsum(rng.uniform(0.2, 0.9, 18)):
    ...     slow[int(22050 * time)] = fast[int(22050 * time / 1.2)] = 1
    >>> round(speed_of(Audio(slow, 22050), Audio(fast, 22050), 1.0), 2)
    1.2
    """
    if min(source.duration, made.duration) < SHORTEST:
        return None
    old, new = (_onsets(each[0:COMPARED], HOP) for each in (source, made))
    frames = np.arange(old.size)
    fits = np.zeros(SPEEDS.size)
    for number, speed in enumerate(SPEEDS):
        count = min(new.size, int(old.size / speed))
        if count * HOP >= SHORTEST / 2 * RATE:
            moved = np.interp(np.arange(count) * speed, frames, old)
            fits[number] = _likeness(moved, new[:count])
    return _chosen(SPEEDS, fits, np.abs(SPEEDS / asked - 1) < NEAR)


def interval_of(source: Audio, made: Audio, asked: float) -> float | None:
    """Return how many semitones higher `made` is, to a third of one, or None.

    No key is needed: it is the shift at which the tones of the source fit those of the result.
    Where several fit, it is the one near `asked`.

    Examples
    --------
    >>> from musicnb import Audio
    >>> times = np.arange(22050) / 22050
    >>> low, high = (Audio(np.sin(2 * np.pi * f * times), 22050) for f in (220.0, 261.63))
    >>> interval_of(low, high, 0)
    3.0
    """
    old, new = _tones(source), _tones(made)
    if old is None or new is None:
        return None
    most = MOST_SEMITONES * PER_SEMITONE
    wide = np.pad(old, most)
    # Beyond the ends of what is known there is nothing to fit.
    steps = np.arange(-most, most + 1)
    fits = np.array([_likeness(wide[most - k : most - k + new.size], new) for k in steps.tolist()])
    shifts = steps / PER_SEMITONE
    return _chosen(shifts, fits, np.abs(shifts - asked) < 1 / PER_SEMITONE)


def _chosen(
    values: NDArray[np.float64], fits: NDArray[np.float64], near: NDArray[np.bool_]
) -> float | None:
    """Return the value that fits best; of those that fit as well, the one that was asked for."""
    best = int(fits.argmax())
    if fits[best] < LEAST_ALIKE:
        return None
    asked = int(np.where(near, fits, -1.0).argmax())
    return float(values[asked if fits[asked] >= AS_WELL * fits[best] else best])


def _likeness(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    """Return the correlation, 0 where there is none to speak of."""
    one, other = one - one.mean(), other - other.mean()
    size = float(np.sqrt((one @ one) * (other @ other)))
    return float(one @ other) / size if size else 0.0


def _tones(audio: Audio) -> NDArray[np.float64] | None:
    """Return how loud each third of a semitone is against its octave, or None for silence."""
    import librosa
    from scipy.ndimage import uniform_filter1d

    samples = _mono(excerpt(audio))
    if not samples.any():
        return None
    octave = 12 * PER_SEMITONE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of sounds shorter than a frame
        levels = librosa.cqt(
            samples, sr=RATE, hop_length=2048, n_bins=7 * octave, bins_per_octave=octave
        )
    decibels = np.log(np.abs(levels).mean(axis=1) + 1e-6)
    made: NDArray[np.float64] = decibels - uniform_filter1d(decibels, octave)
    return made


def swing_of(audio: Audio, beats: NDArray[np.float64]) -> float | None:
    """Return how long the first eighth of a beat is against the second, or None if not heard.

    The onsets of all beats are laid over one another; the off-beat is where most of them meet.
    """
    beats = beats[(beats > 0) & (beats < audio.duration)]
    if beats.size < FEWEST_BEATS:
        return None
    onsets = _onsets(audio, FINE_HOP)
    phase = np.arange(-0.1, 0.9, 0.005)
    times = beats[:-1, None] + np.diff(beats)[:, None] * phase
    frames = np.arange(onsets.size) * FINE_HOP / RATE
    folded = np.interp(times, frames, onsets).mean(axis=0)
    on = phase[np.argmax(np.where(np.abs(phase) < 0.1, folded, 0))]  # noqa: PLR2004
    within = (phase - on >= OFFBEATS[0]) & (phase - on <= OFFBEATS[1])
    off = int(np.argmax(np.where(within, folded, 0)))
    if folded[off] <= CLEAR * folded.mean():
        return None
    place = float(phase[off] - on)
    return place / (1 - place)


def _onsets(audio: Audio, hop: int) -> NDArray[np.float32]:
    import librosa

    made: NDArray[np.float32] = librosa.onset.onset_strength(
        y=_mono(audio), sr=RATE, hop_length=hop
    )
    return made


def _mono(audio: Audio) -> NDArray[np.float32]:
    from musicnb.audio.resample import resample

    mono: NDArray[np.float32] = audio.samples.mean(axis=0, keepdims=True)
    made: NDArray[np.float32] = resample(mono, audio.sample_rate, RATE)[0]
    return made
