"""What lesson 08 builds from scratch: cosines, neighbours, centres; and the checks of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.course.checks import array, explained
from musicnb.course.question import Wrong, call

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

#: Two points may lie in one place.
CLOSEST = 1e-4


def cosine(one: ArrayLike, other: ArrayLike) -> float:
    """Return the cosine of the angle between two vectors.

    Examples
    --------
    >>> cosine([1, 0], [5, 0]), round(cosine([1, 0], [3, 4]), 3)
    (1.0, 0.6)
    """
    a, b = np.asarray(one, np.float64), np.asarray(other, np.float64)
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


def distances(points: Floats, index: Floats) -> Floats:
    """Return how far each of the points (n, features) is from each of the index (m, features).

    Examples
    --------
    >>> distances(np.array([[0.0, 0.0]]), np.array([[3.0, 4.0], [0.0, 1.0]]))
    array([[5., 1.]])
    """
    return np.asarray(np.linalg.norm(points[:, None] - index[None], axis=2))


def retrieve(points: Floats, index: Floats, k: int) -> Floats:
    """Return for each point the mean of its `k` nearest in the index, near ones weighing more.

    The weight is 1 / distance², as in the library.

    Examples
    --------
    >>> retrieve(np.array([[0.0]]), np.array([[1.0], [2.0], [9.0]]), 2)
    array([[1.2]])
    """
    away = distances(points, index)
    nearest = np.argsort(away, axis=1)[:, :k]
    weights = 1 / np.maximum(np.take_along_axis(away, nearest, axis=1), CLOSEST) ** 2
    return np.asarray((index[nearest] * weights[..., None]).sum(1) / weights.sum(1)[:, None])


def drawn(
    points: Floats, found: Floats, voiced: NDArray[np.bool_], retrieval_ratio: float, protect: float
) -> Floats:
    """Return the points, drawn to what was found for them.

    Examples
    --------
    >>> pair = np.zeros((2, 1)), np.ones((2, 1)), np.array([True, False])
    >>> drawn(*pair, retrieval_ratio=0.5, protect=1).tolist()
    [[0.5], [0.0]]
    """
    share = retrieval_ratio * np.where(voiced, 1, 1 - protect)
    return np.asarray(points + share[:, None] * (found - points))


def better_centres(points: Floats, centres: Floats) -> Floats:
    """Return the centres after one round of k-means; one without points stays where it is.

    Examples
    --------
    >>> better_centres(np.array([[0.0], [1.0], [8.0]]), np.array([[0.0], [9.0], [50.0]])).tolist()
    [[0.5], [8.0], [50.0]]
    """
    nearest = distances(points, centres).argmin(1)
    groups = [points[nearest == number] for number in range(len(centres))]
    return np.array(
        [g.mean(0) if len(g) else centre for g, centre in zip(groups, centres, strict=True)]
    )


# ---- the checks ----------------------------------------------------------------------------------


def judge_cosine(answer: Any) -> str:
    """Check a function that returns the cosine of two vectors."""
    random = np.random.default_rng(1)
    for _ in range(3):
        compare_cosine(answer, random.normal(size=5), 3 * random.normal(size=5))
    return "the dot product is left, lengths are gone: only the direction counts"


def compare_cosine(answer: Any, one: Floats, other: Floats) -> None:
    """Compare a student's cosine of two vectors with ours."""
    found = array(call(answer, one.copy(), other.copy()), (), "a number")
    right, size = cosine(one, other), np.linalg.norm
    explained(
        found,
        right,
        (
            (one @ other, "that is the dot product: divide by both lengths", 0.5),
            (one @ other / (one @ one * (other @ other)), "a length is a *root*", 0.75),
            (one @ other / size(one), "divide by both lengths, not by one", 0.5),
            (one @ other / size(other), "divide by both lengths, not by one", 0.5),
            (1 - right, "that is the cosine *distance*: 0 for the same direction", 0.75),
            (np.arccos(np.clip(right, -1, 1)), "that is the angle; asked is its cosine", 0.75),
            (abs(right), "the cosine of opposite directions is negative", 0.75),
            (size(one - other), "that is the distance, on which the lengths have a say", 0.0),
            (np.corrcoef(one, other)[0, 1], "do not take the means away", 0.5),
        ),
        otherwise=f"the cosine of {one.round(1)} and {other.round(1)} is {right:.3f}, "
        f"and yours {float(found):.3f}",
    )


def judge_retrieve(answer: Any) -> str:
    """Check a function that finds neighbours."""
    simple = np.array([[0.0, 0.0]]), np.array([[1.0, 0], [0, 2], [9, 9]])
    compare_retrieved(answer, *simple, 2)
    random = np.random.default_rng(2)
    compare_retrieved(answer, random.normal(size=(6, 4)), random.normal(size=(20, 4)), 3)
    same = random.normal(size=(5, 4))
    compare_retrieved(answer, same[:2], same, 3)
    return "every frame becomes something the target has said, or nearly"


def compare_retrieved(answer: Any, points: Floats, index: Floats, k: int) -> None:
    """Compare what a student's function found with what ours does."""
    given = call(answer, points.copy(), index.copy(), k)
    found = array(given, points.shape, "(points, features)")
    away = distances(points, index)
    order = np.argsort(away, axis=1)
    some = np.maximum(np.take_along_axis(away, order[:, :k], axis=1), CLOSEST)

    def weighed(weights: Floats, chosen: Any = order[:, :k]) -> Floats:
        total = (index[chosen] * weights[..., None]).sum(1)
        return np.asarray(total / weights.sum(1)[:, None])

    far = order[:, -k:]
    far_away = np.maximum(np.take_along_axis(away, far, axis=1), CLOSEST)
    explained(
        found,
        retrieve(points, index, k),
        (
            (weighed(np.ones_like(some)), "the nearer ones weigh more: 1 / distance²", 0.5),
            (weighed(1 / some), "the weight is 1 / distance *squared*", 0.75),
            (weighed(some**2), "the nearer ones weigh more, not less", 0.5),
            (index[order[:, 0]], "that is the nearest one alone; take k of them", 0.5),
            (weighed(1 / far_away**2, far), "those are the k that are farthest", 0.25),
            (weighed(1 / some**2) * (1 / some**2).sum(1)[:, None], "divide by the weights", 0.5),
            (points, "that is what came in", 0.0),
        ),
        otherwise="that is not the weighted mean of the nearest ones; try one point by hand",
        tolerance=1e-3,
    )


def judge_drawn(answer: Any) -> str:
    """Check a function that draws what is sung to what was found."""
    random = np.random.default_rng(3)
    for ratio, protect in ((0.5, 0.0), (1.0, 0.25), (0.3, 1.0)):
        compare_drawn(answer, random, ratio, protect)
    return "retrieval_ratio says how far, and protect keeps the consonants out of it"


def compare_drawn(answer: Any, random: np.random.Generator, ratio: float, protect: float) -> None:
    """Compare a student's drawing with ours, on random frames."""
    points, found_ = random.normal(size=(2, 8, 3))
    voiced = np.arange(8) % 3 > 0
    given = call(answer, points.copy(), found_.copy(), voiced.copy(), ratio, protect)
    found = array(given, points.shape, "(frames, features)")
    away = found_ - points

    def moved(share: Any) -> Floats:
        return np.asarray(points + np.broadcast_to(share, 8)[:, None] * away)

    explained(
        found,
        drawn(points, found_, voiced, ratio, protect),
        (
            (moved(ratio), "unvoiced frames are drawn less, by `protect`", 0.5),
            (moved(1 - ratio), "a ratio of 0 leaves the source as it is", 0.25),
            (
                moved((1 - ratio) * np.where(voiced, 1, 1 - protect)),
                "a ratio of 0 leaves the source as it is",
                0.5,
            ),
            (moved(ratio * np.where(voiced, 1 - protect, 1)), "protected are the unvoiced", 0.5),
            (moved(ratio * (1 - protect)), "voiced frames are not protected", 0.5),
            (
                moved(ratio * np.where(voiced, 1, protect)),
                "protect 1 changes them *not at all*",
                0.5,
            ),
            (ratio * away, "that is only the way; it begins at the source", 0.25),
        ),
        otherwise="that is not the source and, by the ratio, the way to what was found",
    )


def judge_centres(answer: Any) -> str:
    """Check one round of k-means."""
    random = np.random.default_rng(4)
    compare_centres(answer, np.array([[0.0], [1.0], [8.0]]), np.array([[0.0], [9.0]]))
    many = random.normal(size=(40, 3))
    compare_centres(answer, many, many[:5])
    try:
        far = np.array([[0.0, 0.0], [900.0, 900.0]])
        compare_centres(answer, random.normal(size=(9, 2)), far)
    except Wrong as error:
        raise Wrong(
            "right, but for a centre that is the nearest of no point: let it stay where it is",
            part=0.75,
        ) from error
    return "as often as one likes: no round makes the centres worse"


def compare_centres(answer: Any, points: Floats, centres: Floats) -> None:
    """Compare a student's next centres with ours."""
    found = array(call(answer, points.copy(), centres.copy()), centres.shape, "(centres, features)")
    right = better_centres(points, centres)
    away = distances(points, centres)
    closest = points[away.argmin(0)]
    farthest = away.argmax(1)
    wrong_way = np.array(
        [
            points[farthest == n].mean(0) if (farthest == n).any() else centre
            for n, centre in enumerate(centres)
        ]
    )
    nearest = away.argmin(1)
    sums = np.array([points[nearest == number].sum(0) for number in range(len(centres))])
    explained(
        found,
        right,
        (
            (centres, "the centres are where they were", 0.0),
            (closest, "that moves each centre to *one* point, the nearest", 0.25),
            (wrong_way, "each point belongs to the *nearest* centre", 0.25),
            (np.tile(points.mean(0), (len(centres), 1)), "that is the mean of all points", 0.25),
            (sums, "take the mean of a centre's points, not their sum", 0.5),
            ((right + centres) / 2, "all the way to the mean, not half", 0.75),
        ),
        otherwise="the new centre is the mean of the points that are nearer to it than to others",
    )
