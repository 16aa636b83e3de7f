"""Hidden checks of lesson 08, for trying out how a class is graded.

Its other questions are answered with values; which ones are right differs from student to student.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from musicnb.course import neighbours
from musicnb.course.grading.key import Hidden

RANDOM = np.random.default_rng()


def any_directions(answer: Any) -> None:
    """Vectors of any length and direction."""
    for size in (2, 3, 256):
        one, other = RANDOM.normal(size=(2, size)) * RANDOM.uniform(0.01, 100, (2, 1))
        neighbours.compare_cosine(answer, one, other)


def the_same_direction(answer: Any) -> None:
    """One direction, and its opposite."""
    one = RANDOM.normal(size=7)
    for factor in (3.0, -0.2):
        neighbours.compare_cosine(answer, one, factor * one)


def other_indexes(answer: Any) -> None:
    """Indexes of any size."""
    for count, kept, k in ((3, 8, 1), (10, 50, 4), (4, 6, 6)):
        points, index = RANDOM.normal(size=(count, 5)), RANDOM.normal(size=(kept, 5))
        neighbours.compare_retrieved(answer, points, index, k)


def what_was_said(answer: Any) -> None:
    """Frames that are in the index as they are."""
    index = RANDOM.normal(size=(12, 6))
    neighbours.compare_retrieved(answer, index[3:7], index, 2)


def any_shares(answer: Any) -> None:
    """Any ratio and protection."""
    for ratio, protect in RANDOM.uniform(0, 1, (4, 2)):
        neighbours.compare_drawn(answer, RANDOM, float(ratio), float(protect))


def ends_of_the_ratio(answer: Any) -> None:
    """All the way, and none of it."""
    neighbours.compare_drawn(answer, RANDOM, 0.0, 0.33)
    neighbours.compare_drawn(answer, RANDOM, 1.0, 0.0)


def many_points(answer: Any) -> None:
    """Many points, and few."""
    for count, kept in ((300, 12), (7, 3)):
        points, centres = RANDOM.normal(size=(count, 4)), RANDOM.normal(size=(kept, 4))
        neighbours.compare_centres(answer, points, centres)


def lonely_centres(answer: Any) -> None:
    """Check that a centre without points stays."""
    centres = np.concatenate([RANDOM.normal(size=(2, 3)), np.full((1, 3), 500.0)])
    neighbours.compare_centres(answer, RANDOM.normal(size=(20, 3)), centres)


HIDDEN = {
    "l08-q1": (
        Hidden("any two directions", any_directions, weight=2),
        Hidden("the same direction, and the opposite", the_same_direction),
    ),
    "l08-q3": (
        Hidden("indexes of other sizes", other_indexes, weight=2),
        Hidden("what the target has said itself", what_was_said),
    ),
    "l08-q4": (
        Hidden("any ratio and protection", any_shares, weight=2),
        Hidden("all the way, and none of it", ends_of_the_ratio),
    ),
    "l08-q5": (
        Hidden("many points, and few", many_points, weight=2),
        Hidden("a centre without points", lonely_centres),
    ),
}
