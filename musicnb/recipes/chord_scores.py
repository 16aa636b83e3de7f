"""True chords of the renders, how many are found, and what templates find.

The chords of a render follow from its name: a tune's are put to it by `tunes`, a progression's are
in its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.analysis.features import BINS_PER_SEMITONE, OCTAVES
from musicnb.recipes.tunes import NAMES, harmonised, parsed_degree

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from musicnb.analysis.chords import Chord
    from musicnb.recipes.styles import Style

#: Start and end in seconds, and the chord: 0 to 11 are C to B major, 12 to 23 the minors, 24 none,
#: and -1 a chord that is neither major nor minor and is not judged.
Span = tuple[float, float, int]

#: The chords of the demo song glasswork, as its card says, from its third bar on; a bar is 3 s.
GLASSWORK: tuple[Span, ...] = (
    (6, 9, 16), (9, 12, 0), (12, 15, 21), (15, 18, 23), (18, 21, 16), (21, 24, 0), (24, 25.5, 21),
    (25.5, 27, 23), (27, 30, 16),
)  # fmt: skip
MAJOR, MINOR, OTHER = ("", "7", "M7"), ("m", "m7"), -1


def true_chords(
    name: str,
    key: int,
    beats: NDArray[np.float64],
    tunes: Mapping[str, dict[str, Any]],
    styles: Mapping[str, Style],
) -> list[Span]:
    """Return the chords of a render by its name, its key and its beats."""
    style_name, _, song = name.partition(" | ")
    style = styles[style_name]
    bars: list[tuple[tuple[int, str], ...]]
    if song.startswith("progression "):
        tonic, bars = 0, [(parsed_degree(word),) for word in song.split()[2:]]
    else:
        made = harmonised(tunes[song])
        tonic, bars = made.tonic, [tuple(_parsed(c) for c in bar) for bar in made.chords]
    shift = (key % 12 - tonic) % 12
    # Beats of MMA: those that chords are counted in.
    counts = np.arange(len(beats)) * style.beat
    last = float(counts[-1])
    spans = []
    for number in range(int(last // style.meter) + 1):
        bar = bars[number % len(bars)]
        step = style.meter / len(bar)
        for part, (root, suffix) in enumerate(bar):
            first = number * style.meter + part * step
            if first < last:
                start, end = np.interp([first, min(first + step, last)], counts, beats)
                spans.append((float(start), float(end), chord_class(root + shift, suffix)))
    return spans


def chord_class(root: int, suffix: str) -> int:
    """Return the class of a chord.

    Examples
    --------
    >>> chord_class(14, "m7"), chord_class(7, "7"), chord_class(2, "m7b5")
    (14, 7, -1)
    """
    if suffix in MAJOR:
        return root % 12
    return root % 12 + 12 if suffix in MINOR else OTHER


def _parsed(name: str) -> tuple[int, str]:
    length = 2 if name[1:2] in {"#", "b"} else 1
    return NAMES.index(name[:length]), name[length:]


def recall(truth: Sequence[Span], found: Sequence[Span]) -> float:
    """Return the weighted chord symbol recall: the share of the judged time that is right.

    The test compares it with mir_eval's, for major and minor chords.

    Examples
    --------
    >>> recall([(0, 1, 0), (1, 4, 21)], [(0, 2, 0), (2, 4, 21)])
    0.75
    """
    right = total = 0.0
    for start, end, chord in truth:
        if chord != OTHER:
            total += end - start
            right += sum(
                max(min(end, stop) - max(start, first), 0.0)
                for first, stop, said in found
                if said == chord
            )
    return right / total if total else 0.0


def said(chords: Sequence[Chord]) -> list[Span]:
    """Return what `analyze` found.

    Examples
    --------
    >>> from musicnb.analysis.chords import Chord
    >>> said([Chord(0, 1, "A", "minor", 0.9), Chord(1, 2, None, "none", 0.8)])
    [(0, 1, 21), (1, 2, 24)]
    """
    first = {"major": 0, "minor": 12, "none": 24}
    return [(c.start, c.end, first[c.quality] + (c.pitch_class or 0)) for c in chords]


def spans_of(path: NDArray[np.int64], edges: NDArray[np.float64]) -> list[Span]:
    """Return one span a beat."""
    return [
        (float(a), float(b), int(c)) for a, b, c in zip(edges[:-1], edges[1:], path, strict=True)
    ]


def template_logits(chroma: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how like each beat's chroma (beats, 12, from C) is to the 24 triads, never to none."""
    triads = [
        np.roll(np.isin(np.arange(12), tones), root)
        for tones in ((0, 4, 7), (0, 3, 7))
        for root in range(12)
    ]
    templates = np.array(triads, float)
    templates /= np.linalg.norm(templates, axis=1, keepdims=True)
    size = np.linalg.norm(chroma, axis=1, keepdims=True)
    alike = (chroma / np.maximum(size, 1e-9)) @ templates.T
    return np.pad(alike, ((0, 0), (0, 1)), constant_values=-1.0)


def template_emissions(views: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return what templates say of the pitch view of each beat, shape (beats, 216).

    The chroma is tuned: of the three bands of a semitone, the one that is strongest in all is put
    in the middle.
    """
    # Less what is everywhere, drums above all.
    kernel = np.full(BINS_PER_SEMITONE * 12, 1 / (BINS_PER_SEMITONE * 12))
    smooth = np.apply_along_axis(np.convolve, 1, views.astype(float), kernel, mode="same")
    peaks = np.maximum(views - smooth, 0)
    phases = peaks.sum(axis=0).reshape(-1, BINS_PER_SEMITONE).sum(axis=0)
    peaks = np.roll(peaks, 1 - int(phases.argmax()), axis=1)
    semitones = peaks.reshape(len(peaks), -1, BINS_PER_SEMITONE).sum(axis=2)
    # The view begins at A.
    return template_logits(np.roll(semitones.reshape(-1, OCTAVES, 12).sum(axis=1), 9, axis=1))
