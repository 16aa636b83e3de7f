"""What every unit test finds around it."""

from __future__ import annotations

import hypothesis
import pytest

# A slow machine is no failure, and every run tries the same inputs: what fails here fails there.
hypothesis.settings.register_profile("musicnb", deadline=None, derandomize=True)
hypothesis.settings.load_profile("musicnb")


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory):
    """Keep calibrations and whatever else is cached out of the user's own folder."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        patch.setenv("MUSICNB_CACHE", str(folder))
        yield folder
