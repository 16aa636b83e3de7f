"""Solved, the lessons 00, 02, 04 and so on have every point.

In a file of their own, which runs beside that of the others.
"""

import pytest
from solved import SOURCES, require_every_point


@pytest.mark.parametrize("source", SOURCES[::2], ids=lambda source: source.name)
def test_the_instructors_version_has_every_point(source, tmp_path):
    require_every_point(source, tmp_path)
