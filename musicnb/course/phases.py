"""The two steps of a phase vocoder, and the checks of a student's own.

Between two frames each bin of the FFT turns by some angle. How far it turned says at which
frequency there is a tone; and the frequency says how far to turn it when the frames are put
elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.course.checks import array, explained
from musicnb.course.question import Wrong, call

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

TURN = 2 * np.pi


def wrapped(angles: Floats) -> Floats:
    """Return the same angles, each between minus and plus half a turn.

    Examples
    --------
    >>> wrapped(np.array([0.5, 2 * np.pi + 0.5, -6])).round(2)
    array([0.5 , 0.5 , 0.28])
    """
    return (angles + np.pi) % TURN - np.pi


def frequencies(
    before: Floats, after: Floats, hop_length: int, n_fft: int, sample_rate: int
) -> Floats:
    """Return the frequency (Hz) in each bin, from its phases in two frames.

    Parameters
    ----------
    before, after : ndarray
        Phases, of one shape; the bins are along the first axis.
    hop_length : int
        Samples from the one frame to the other.
    n_fft : int
        Samples in a frame.
    sample_rate : int
        In Hz.

    Examples
    --------
    A tone at 440 Hz, seen by bin 20, which stands for 430.7 Hz:

    >>> turn = 2 * np.pi * 440 * 512 / 44100
    >>> phases = np.zeros(21), np.full(21, turn % (2 * np.pi))
    >>> found = frequencies(*phases, hop_length=512, n_fft=2048, sample_rate=44100)
    >>> round(float(found[20]), 6)
    440.0
    """
    bins = np.arange(len(before)).reshape(-1, *[1] * (np.ndim(before) - 1))
    expected = TURN * bins * hop_length / n_fft
    turned = expected + wrapped(after - before - expected)
    return np.asarray(turned / TURN * sample_rate / hop_length)


def accumulated(first: Floats, frequencies: Floats, hop_length: int, sample_rate: int) -> Floats:
    """Return the phases of all frames, from those of the first and the frequencies between them.

    Parameters
    ----------
    first : ndarray
        Shape (bins,).
    frequencies : ndarray
        In Hz, shape (bins, frames - 1): between each frame and the next.
    hop_length : int
        Samples from one frame to the next.
    sample_rate : int
        In Hz.

    Examples
    --------
    A quarter of a turn from frame to frame:

    >>> accumulated(np.zeros(1), np.full((1, 4), 1000.0), 2, 8000) / np.pi
    array([[0. , 0.5, 1. , 1.5, 2. ]])
    """
    turns = TURN * frequencies * hop_length / sample_rate
    return np.cumsum(np.concatenate([first[:, None], turns], axis=1), axis=1)


def two_frames(
    random: np.random.Generator, bins: int, hop_length: int, n_fft: int, sample_rate: int
) -> tuple[Floats, Floats, Floats]:
    """Return phases of two frames, and the frequencies that are in them."""
    centres = np.arange(bins) * sample_rate / n_fft
    # Further from its middle than a bin and a half a tone is hardly seen in a bin.
    reach = min(1.5 / n_fft, 0.45 / hop_length) * sample_rate
    true = centres + random.uniform(-reach, reach, bins)
    before = random.uniform(-np.pi, np.pi, bins)
    return before, wrapped(before + TURN * true * hop_length / sample_rate), true


def judge_frequencies(answer: Any) -> str:
    """Check a function that finds the frequency in each bin."""
    random = np.random.default_rng(6)
    for bins, hop, n_fft, rate in ((600, 512, 2048, 44_100), (200, 100, 800, 22_050)):
        before, after, true = two_frames(random, bins, hop, n_fft, rate)
        given = call(answer, before.copy(), after.copy(), hop, n_fft, rate)
        found = array(given, (bins,), "(bins,)")
        compare_frequencies(found, true, before, after, (hop, n_fft, rate))
    return "the bins of the FFT are coarse; two of its phases are not"


def compare_frequencies(
    found: Floats, true: Floats, before: Floats, after: Floats, sizes: tuple[int, int, int]
) -> None:
    """Raise `Wrong`, with the mistake that was made, unless the frequencies are right."""
    hop, n_fft, rate = sizes
    bins = np.arange(len(true))
    per_turn = rate / hop
    expected = TURN * bins * hop / n_fft
    raw = after - before
    off = wrapped(raw - expected)
    centre = bins * rate / n_fft
    explained(
        found,
        true,
        [
            (centre, "these are the middles of the bins: what do the phases say?", 0.0),
            (
                raw / TURN * per_turn,
                (
                    "a phase knows no whole turns: bring the difference between what was found "
                    "and what was expected to -pi to pi, before you go on"
                ),
                0.5,
            ),
            (off / TURN * per_turn, "that is how far off the middle; add the middle itself", 0.5),
            (
                centre - off / TURN * per_turn,
                "the sign is wrong: turned further than expected means a higher frequency",
                0.5,
            ),
            (
                wrapped(raw) / TURN * per_turn,
                (
                    "whole turns are lost: high bins turn several times in one hop. First take off "
                    "the turn that is expected, 2 pi * bin * hop_length / n_fft"
                ),
                0.25,
            ),
            (
                centre + off / TURN * rate / n_fft,
                "the phase had hop_length samples to turn, not n_fft",
                0.5,
            ),
            (
                centre + off * per_turn,
                "one turn is 2 pi: divide the angle by it to count turns",
                0.5,
            ),
            (true * TURN, "that is in radians a second; divide by 2 pi", 0.75),
            (true * TURN / rate, "that is in radians a sample; times sample_rate / 2 pi", 0.75),
            (
                true / rate * hop,
                "these are turns in a hop; a hop takes hop_length/sample_rate",
                0.5,
            ),
        ],
        otherwise=_where(found, true),
        tolerance=0.01,
    )


def _where(found: Floats, true: Floats) -> str:
    worst = int(np.argmax(np.abs(found - true) > 0.01))  # noqa: PLR2004  (Hz; as above)
    return (
        f"the tone in bin {worst} has {true[worst]:.2f} Hz, and yours is {found[worst]:.2f}; "
        "expected turn, difference, wrap, then turns a second"
    )


def judge_accumulated(answer: Any) -> str:
    """Check a function that adds up phases."""
    random = np.random.default_rng(7)
    first = random.uniform(-np.pi, np.pi, 5)
    hertz = random.uniform(50, 4000, (5, 7))
    found = call(answer, first.copy(), hertz.copy(), 512, 44_100)
    compare_phases(array(found, (5, 8), "(bins, frames)"), first, hertz, (512, 44_100))
    return "each frame goes on where the one before has left off: so the swings fit"


def compare_phases(found: Floats, first: Floats, hertz: Floats, sizes: tuple[int, int]) -> None:
    """Raise `Wrong`, with the mistake that was made, unless the phases are right."""
    hop, rate = sizes
    turns = TURN * hertz * hop / rate
    whole = np.concatenate([first[:, None], turns], axis=1)
    right = np.cumsum(whole, axis=1)
    per_bin = np.concatenate([first[:, None], first[:, None] + turns], axis=1)

    def angle(phases: Floats) -> Floats:
        # Whole turns do not matter.
        return np.stack([np.cos(phases), np.sin(phases)])

    explained(
        angle(found),
        angle(right),
        [
            (
                angle(right - first[:, None]),
                "the first frame has to keep its own phases, and yours begins with 0",
                0.5,
            ),
            (
                angle(per_bin),
                "each frame goes on from the one before it, not from the first: add them up",
                0.25,
            ),
            (angle(whole), "these are the turns from frame to frame: add them up", 0.25),
            (
                angle(np.cumsum(np.concatenate([first[:, None], turns / TURN], axis=1), axis=1)),
                "one turn is 2 pi: times that",
                0.5,
            ),
            (
                angle(np.cumsum(np.concatenate([first[:, None], turns * rate], axis=1), axis=1)),
                "a hop takes hop_length / sample_rate seconds",
                0.25,
            ),
            (
                angle(np.cumsum(np.concatenate([first[:, None], turns / hop], axis=1), axis=1)),
                "from frame to frame there are hop_length samples, not one",
                0.25,
            ),
            (
                angle(np.cumsum(whole, axis=0)),
                "you added up over the bins; frames are along axis 1",
                0.25,
            ),
        ],
        otherwise="of 1000 Hz, each hop of 512 samples at 44100 Hz turns the phase by "
        "2 pi * 1000 * 512 / 44100 = 72.95; yours turns otherwise",
        tolerance=1e-5,
    )
    if np.shape(found) != right.shape:
        raise Wrong("one phase for each bin and frame is asked for")
