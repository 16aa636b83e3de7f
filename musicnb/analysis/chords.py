"""Chords on the beats: a small network says how well each fits, and the likeliest sequence is kept.

The emissions come from `musicnb.analysis.chord_network`, the sequence from a hidden Markov model in
which chords change more readily where a bar begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.analysis.features import PITCH_RATE

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

    from musicnb.analysis.chord_network import ChordNet

    Floats = NDArray[np.floating]

WEIGHTS = "chords"
#: Pitch classes in the spelling of keys with sharps, with flats, and with neither.
SHARPS = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
FLATS = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
EITHER = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
#: Major keys by spelling; a minor key is spelled as the major key three semitones above it.
WITH_SHARPS, WITH_FLATS = {7, 2, 9, 4, 11, 6, 1}, {5, 10, 3, 8}
#: Quality -> what is written after the root.
SUFFIXES = {"major": "", "minor": "m"}
#: Seconds between changes of chord where there are no beats to go by.
PULSE_S = 0.5
#: Beats at once through the network, and those at either end that are context only.
BEATS_AT_ONCE, CONTEXT = 512, 1


@dataclass(frozen=True)
class Chord:
    """One chord, from one beat to another.

    Attributes
    ----------
    start, end : float
        Seconds.
    root : str or None
        Such as 'F#', spelled as the key of the song would have it; None if there is no chord.
    quality : {'major', 'minor', 'none'}
        Sevenths and other additions are not told apart: a G7 is 'major'.
    confidence : float
        Its probability, 0 to 1, averaged over its beats.

    Examples
    --------
    >>> chord = Chord(0.5, 2.5, "F#", "minor", 0.83)
    >>> chord.name, chord.pitch_class
    ('F#m', 6)
    >>> print(chord)
    F#m (83 %)
    """

    start: float
    end: float
    root: str | None
    quality: str
    confidence: float

    @property
    def name(self) -> str:
        """Such as 'C' or 'Am', and 'N' if there is no chord."""
        return "N" if self.root is None else self.root + SUFFIXES[self.quality]

    @property
    def pitch_class(self) -> int | None:
        """The root in semitones above C, 0 to 11; None if there is no chord."""
        if self.root is None:
            return None
        return next(i for i in range(12) if self.root in {SHARPS[i], FLATS[i]})

    def __str__(self) -> str:
        return f"{self.name} ({self.confidence:.0%})".replace("%", " %")

    def to_dict(self) -> dict[str, Any]:
        """Return the chord as JSON values."""
        return {
            "start": round(self.start, 3),
            "end": round(self.end, 3),
            "name": self.name,
            "root": self.root,
            "quality": self.quality,
            "confidence": round(self.confidence, 4),
        }


def find_chords(
    pitch: Floats,
    beats: NDArray[np.float64],
    downbeats: NDArray[np.float64],
    duration: float,
    key: str,
    device: torch.device,
) -> tuple[Chord, ...]:
    """Return the chords of a sound, one after the other, without gaps.

    Parameters
    ----------
    pitch : ndarray
        The pitch view, shape (frames, 216).
    beats, downbeats : ndarray
        Times in seconds.
    duration : float
        Seconds of sound.
    key : str
        Such as 'A minor': the roots are spelled accordingly.
    device : torch.device
        Where the network runs.
    """
    edges = grid(beats, duration)
    logits = emissions(network(device), pitch, edges)
    path, shares = decode(logits, np.isin(edges[:-1], downbeats), settings())
    return chords_of(path, shares, edges, key)


@lru_cache(maxsize=2)
def network(device: torch.device) -> ChordNet:
    """Return the network with its weights, on `device`."""
    from musicnb.analysis.chord_network import ChordNet
    from musicnb.runtime.weights import load_weights

    net = ChordNet()
    net.load_state_dict(load_weights(WEIGHTS))
    return net.eval().to(device)


@dataclass(frozen=True)
class Settings:
    """What the hidden Markov model goes by, fitted after training.

    Attributes
    ----------
    change, change_on_downbeat : float
        How probable it is that a chord changes at a beat, and at the beginning of a bar.
    temperature : float
        What the logits are divided by.
    confidence_temperature : float
        What the logarithms of the probabilities are divided by in the end: neighbouring beats are
        alike, so that their evidence counts for less than its sum.
    """

    change: float
    change_on_downbeat: float
    temperature: float
    confidence_temperature: float = 1.0


def settings() -> Settings:
    """Return the settings that came with the weights."""
    from musicnb.runtime.weights import card

    return Settings(**card(WEIGHTS)["settings"])


def grid(beats: NDArray[np.float64], duration: float) -> NDArray[np.float64]:
    """Return the times at which a chord may change: beats, and a steady pulse where there are none.

    Examples
    --------
    >>> import numpy as np
    >>> grid(np.array([1.0, 1.5, 2.0]), 2.9)
    array([0.  , 0.5 , 1.  , 1.5 , 2.  , 2.45, 2.9 ])
    """
    beats = beats[(beats > 0) & (beats < duration)]
    pulse = float(np.median(np.diff(beats))) if len(beats) > 1 else PULSE_S
    ends = np.concatenate(([0.0], beats[[0, -1]] if len(beats) else [0.0, 0.0], [duration]))
    before, _, after = (max(round(float(d) / pulse), int(d > 0)) for d in np.diff(ends))
    return np.concatenate(
        (
            np.linspace(0, ends[1], before + 1)[:-1],
            beats[:-1] if len(beats) else beats,
            np.linspace(ends[2], duration, max(after, 1) + 1),
        )
    )


def beat_views(pitch: Floats, edges: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the mean of the pitch view, linear between its frames, from each edge to the next."""
    first, stop = (int(edge * PITCH_RATE) for edge in edges[[0, -1]])
    first = min(first, len(pitch) - 1)
    part = pitch[first : stop + 2].astype(np.float64)
    frames = np.pad(part, ((0, stop + 2 - first - len(part)), (0, 0)), mode="edge")
    sums = np.pad(np.cumsum((frames[1:] + frames[:-1]) / 2, axis=0), ((1, 0), (0, 0)))
    at = edges * PITCH_RATE - first
    below = at.astype(int)
    share = (at - below)[:, None]
    slope = frames[below + 1] - frames[below]
    integral = sums[below] + share * frames[below] + share**2 / 2 * slope
    made = np.diff(integral, axis=0) / np.diff(at)[:, None]
    return np.asarray(made, np.float32)


def emissions(net: ChordNet, pitch: Floats, edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the network's logits, shape (beats, 25)."""
    import torch

    where = next(net.parameters()).device
    made = []
    for start in range(0, len(edges) - 1, BEATS_AT_ONCE):
        first = max(start - CONTEXT, 0)
        # One edge more than beats.
        part = edges[first : start + BEATS_AT_ONCE + CONTEXT + 1]
        views = torch.from_numpy(beat_views(pitch, part))
        with torch.inference_mode():
            logits = net(views[None].to(where))[0].double().cpu().numpy()
        made.append(logits[start - first :][:BEATS_AT_ONCE])
    return np.concatenate(made)


def decode(
    logits: NDArray[np.float64], downbeat: NDArray[np.bool_], settings: Settings
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the likeliest sequence of chords, and the probability of each chord at each beat.

    The first is Viterbi's, the second is found by the forward-backward algorithm.
    """
    count = logits.shape[1]
    scaled = logits / settings.temperature
    scaled = scaled - np.logaddexp.reduce(scaled, axis=1, keepdims=True)
    emission = np.exp(scaled)
    change = np.where(downbeat, settings.change_on_downbeat, settings.change)
    leave = change / (count - 1)

    score, came_from = scaled[0], np.zeros(logits.shape, np.int64)
    ahead = np.empty_like(emission)
    ahead[0] = emission[0] / emission[0].sum()
    for k in range(1, len(logits)):
        best = int(score.argmax())
        stay, move = score + np.log(1 - change[k]), score[best] + np.log(leave[k])
        came_from[k] = np.where(stay >= move, np.arange(count), best)
        score = np.maximum(stay, move) + scaled[k]
        reach = ahead[k - 1] * (1 - change[k] - leave[k]) + leave[k]
        ahead[k] = reach * emission[k]
        ahead[k] /= ahead[k].sum()
    path = [int(score.argmax())]
    behind = np.ones(count)
    shares = ahead.copy()
    for k in range(len(logits) - 1, 0, -1):
        path.append(int(came_from[k, path[-1]]))
        told = behind * emission[k]
        behind = told * (1 - change[k] - leave[k]) + leave[k] * told.sum()
        behind /= behind.sum()
        shares[k - 1] *= behind
        shares[k - 1] /= shares[k - 1].sum()
    shares **= 1 / settings.confidence_temperature
    return np.array(path[::-1], np.int64), shares / shares.sum(axis=1, keepdims=True)


def chords_of(
    path: NDArray[np.int64], shares: NDArray[np.float64], edges: NDArray[np.float64], key: str
) -> tuple[Chord, ...]:
    """Return neighbouring beats of one chord as one, with its name."""
    names = spelling(key)
    firsts = np.flatnonzero(np.diff(path, prepend=-1))
    made = []
    for first, stop in zip(firsts, [*firsts[1:], len(path)], strict=True):
        chord = int(path[first])
        lengths = np.diff(edges[first : stop + 1])
        sure = float(np.average(shares[first:stop, chord], weights=lengths))
        root = names[chord % 12] if chord < 2 * 12 else None
        quality = ("major", "minor", "none")[chord // 12]
        made.append(Chord(float(edges[first]), float(edges[stop]), root, quality, sure))
    return tuple(made)


def spelling(key: str) -> tuple[str, ...]:
    """Return the names of the twelve pitch classes in a key.

    Examples
    --------
    >>> spelling("F minor")[1], spelling("E major")[1], spelling("A minor")[10]
    ('Db', 'C#', 'Bb')
    """
    tonic, mode = key.split()
    major = (EITHER.index(tonic) + (3 if mode == "minor" else 0)) % 12
    return SHARPS if major in WITH_SHARPS else FLATS if major in WITH_FLATS else EITHER
