"""Lesson 04 on confidence: made-up answers of a network that is too sure, and their calibration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.course.checks import explained, number
from musicnb.course.question import Wrong, call

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Answers of the made-up network, and between how many genres it chooses.
ANSWERS, GENRES = 2000, 10
#: By this share a temperature may be off.
CLOSE = 0.12
CANCEL = "too sure here and too unsure there must not cancel: abs() around each bin"


def answers(sharpness: float) -> tuple[Floats, NDArray[np.int64]]:
    """Return the logits of a network, and what would have been right.

    Parameters
    ----------
    sharpness : float
        How many times too large its logits are: above 1 it is too sure.

    Returns
    -------
    logits : ndarray
        Shape (answers, genres).
    truth : ndarray
        Which genre each piece is of.

    Examples
    --------
    >>> logits, truth = answers(2.5)
    >>> logits.shape, truth.shape
    ((2000, 10), (2000,))
    """
    random = np.random.default_rng(int(100 * sharpness))
    honest = 1.6 * random.normal(size=(ANSWERS, GENRES))
    # Gumbel's trick: draws each answer with the probability that the honest logits give it.
    truth = (honest + random.gumbel(size=honest.shape)).argmax(axis=1)
    return sharpness * honest, truth


def softmax(logits: Any) -> Floats:
    """Return the probabilities that logits mean, along the last axis.

    Examples
    --------
    >>> softmax([0.0, 0.0]).tolist()
    [0.5, 0.5]
    """
    shifted = np.asarray(logits, float)
    powers = np.exp(shifted - shifted.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def calibration_error(confidence: Any, right: Any) -> float:
    """Return the expected calibration error: how far confidence and share of right are apart.

    Examples
    --------
    >>> round(calibration_error([0.9, 0.9, 0.9, 0.9], [1, 1, 0, 0]), 3)
    0.4
    """
    return in_bins(confidence, right)


def in_bins(
    confidence: Any, right: Any, *, weigh: bool = True, absolute: bool = True, bins: int = 10
) -> float:
    """Return the same, or what comes out if one forgets to weigh the bins or the absolute value."""
    sure, hits = np.asarray(confidence, float), np.asarray(right, float)
    place = np.minimum((sure * bins).astype(int), bins - 1)
    used = np.unique(place)
    gaps = np.array([sure[place == k].mean() - hits[place == k].mean() for k in used])
    shares = np.array([np.mean(place == k) for k in used]) if weigh else 1 / len(used)
    return float(np.sum((np.abs(gaps) if absolute else gaps) * shares))


def best_temperature(logits: Floats, truth: NDArray[np.int64]) -> float:
    """Return what the logits have to be divided by: it makes the right answers likeliest.

    Examples
    --------
    >>> round(best_temperature(*answers(2.5)), 1)
    2.5
    """
    tried = np.geomspace(0.2, 8, 400)
    losses = [
        -np.log(softmax(logits / each)[np.arange(len(truth)), truth] + 1e-12).mean()
        for each in tried
    ]
    return float(tried[int(np.argmin(losses))])


def judge_temperature(answer: Any, sharpness: float) -> str:
    """Check a temperature that a student found."""
    found, right = number(answer), best_temperature(*answers(sharpness))
    if found <= 0:
        raise Wrong("a temperature is above 0: logits are divided by it")
    if abs(np.log(found / right)) <= CLOSE:
        return "one number, and the network says what it knows; its answers stay what they were"
    if abs(np.log(found * right)) <= CLOSE:
        raise Wrong("the other way round: the logits are divided by it, not multiplied", part=0.5)
    if abs(found - 1) < 0.05:  # noqa: PLR2004
        raise Wrong("divided by 1, everything stays as it was: look at the diagram")
    probabilities = softmax(answers(sharpness)[0] / found).max(axis=1).mean()
    hits = np.mean(answers(sharpness)[0].argmax(axis=1) == answers(sharpness)[1])
    side = "too sure still" if probabilities > hits else "not sure enough now"
    raise Wrong(
        f"at {found:g} it is {side}: {probabilities:.0%} on average, and {hits:.0%} are right",
        part=0.25,
    )


def cases() -> list[tuple[Floats, Floats]]:
    """Return confidences and what was right, to try a function on."""
    random = np.random.default_rng(4)
    made = [(np.array([0.95, 0.95, 0.95, 0.55]), np.array([1.0, 0.0, 1.0, 1.0]))]
    for power in (0.5, 3.0):
        sure = random.uniform(0.05, 1, 500)
        made.append((sure, (random.uniform(size=500) < sure**power).astype(float)))
    return made


def judge_error(answer: Any) -> str:
    """Check a function ``calibration_error(confidence, right)`` with ten bins."""
    worst: Wrong | None = None
    for sure, hits in cases():
        found = number(call(answer, sure.copy(), hits.copy()))
        right = in_bins(sure, hits)
        signed = in_bins(sure, hits, absolute=False)
        place = np.minimum((sure * 10).astype(int), 9)
        used, weight = np.unique(place, return_counts=True)
        centres = np.array([(k + 0.5) / 10 - hits[place == k].mean() for k in used])
        try:
            explained(
                [found],
                [right],
                (
                    (
                        [in_bins(sure, hits, weigh=False)],
                        "all bins count the same with you; weigh each by its share of the answers",
                        0.5,
                    ),
                    ([signed], CANCEL, 0.5),
                    ([abs(signed)], CANCEL, 0.5),
                    (
                        [np.abs(centres) @ weight / len(sure)],
                        "take the mean confidence of the answers in a bin, not its middle",
                        0.75,
                    ),
                    (
                        [np.abs(sure - hits).mean()],
                        "one answer is right or wrong; first take the means of a whole bin",
                        0.25,
                    ),
                    ([100 * right], "a share is asked for, from 0 to 1, not per cent", 0.75),
                ),
                otherwise=f"for one of our tests it is {right:.3f}, and yours says {found:.3f}",
                tolerance=1e-4,
            )
        except Wrong as wrong:
            # Cases that a mistake leaves alone must not hide it.
            if worst is None or wrong.part < worst.part:
                worst = wrong
    if worst is not None:
        raise worst
    return "0 would be a network whose every confidence comes true"
