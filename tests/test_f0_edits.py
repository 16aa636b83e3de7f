"""The f0 of the explorer: drawn, edited, given back, and written as Python."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import musicnb
from musicnb.errors import InputError
from musicnb.voices.f0 import F0
from musicnb.widgets.f0_edits import apply_edits

RATE = 16_000
FIXTURE = Path(__file__).parent.parent / "widgets" / "test" / "fixtures" / "f0.json"
UP = {"edit": "transpose", "semitones": 12, "start": 0.5, "stop": 1}
SILENT = {"edit": "edited", "times": [1.2, 1.4], "hz": [None, None]}


def curve(hz=220.0, method="swift"):
    return F0(np.full(201, hz), np.ones(201), method)


@pytest.fixture
def explorer():
    return musicnb.SpectrogramExplorer(musicnb.Audio(np.zeros(2 * RATE), RATE))


def drawn(explorer):
    """Return the names of the curves, and which one can be edited."""
    return {each["name"]: each["edited"] for each in explorer._overlays}


def test_edits_are_what_the_front_end_shows():
    fixture = json.loads(FIXTURE.read_text("utf-8"))
    hz = np.array([each or np.nan for each in fixture["hz"]])
    for case in fixture["cases"]:
        made = apply_edits(F0(hz, np.ones(len(hz)), "by hand"), case["edits"])
        assert np.nan_to_num(made.hz) == pytest.approx(case["hz"], abs=0.001), case["edits"]


def test_several_curves_are_drawn_and_one_can_be_edited(explorer):
    curves = {name: curve(hz, name) for name, hz in (("swift", 220), ("crepe", 221), ("pyin", 110))}
    explorer.add_f0(curves, edit="crepe")
    assert drawn(explorer) == {"swift": False, "crepe": True, "pyin": False}
    assert explorer.f0.method == "crepe"
    explorer.f0_edits = [UP, SILENT]
    assert explorer.f0.hz[75] == pytest.approx(442)
    assert not explorer.f0.voiced[130]
    assert explorer.f0.hz[150] == 221
    explorer.f0_edits = []
    assert (explorer.f0.hz == 221).all()


def test_another_curve_begins_without_edits(explorer):
    explorer.add_f0(curve())
    explorer.f0_edits = [UP]
    explorer.add_f0(curve(100.0, "pyin"))
    assert explorer.f0_edits == []
    assert (explorer.f0.hz == 100).all()
    assert drawn(explorer) == {"swift": False, "pyin": True}


@pytest.mark.parametrize(
    "end", [lambda e: e.remove_overlay("swift"), lambda e: e.add_curve("swift", [0, 1], [100, 200])]
)
def test_a_curve_that_is_gone_cannot_be_edited(explorer, end):
    explorer.add_f0(curve())
    explorer.f0_edits = [UP]
    end(explorer)
    with pytest.raises(InputError, match="has no f0"):
        _ = explorer.f0
    with pytest.raises(InputError, match="has no f0"):
        explorer.f0_edits = [UP]


@pytest.mark.parametrize(
    ("edits", "words"),
    [
        ([UP, {"edit": "reverse"}], "edit 1 cannot be made"),
        ([{"edit": "transpose", "tones": [0]}], "edit 0 cannot be made"),
        ([{"edit": "save", "path": "elsewhere"}], "edit 0 cannot be made"),
        ([{**UP, "start": 2}], "from 2 to 1 s"),
        ([{"edit": "snap", "tones": []}], "at least one tone"),
        ([{"edit": "edited", "times": [0, 1], "hz": [0, 100]}], "not positive"),
    ],
)
def test_edits_that_make_no_sense_are_refused_in_a_sentence(explorer, edits, words):
    explorer.add_f0(curve())
    with pytest.raises(InputError, match=words):
        explorer.f0_edits = edits
    assert explorer.f0_edits == []


def test_a_curve_to_edit_must_be_among_those_given(explorer):
    with pytest.raises(InputError, match="'pyin'"):
        explorer.add_f0(curve(), edit="pyin")
    with pytest.raises(InputError, match="no curve"):
        explorer.add_f0({})


def test_the_code_makes_the_same_curve(tmp_path):
    path = tmp_path / "voice.wav"
    time = np.arange(2 * RATE) / RATE
    sung = sum(0.08 * np.sin(2 * np.pi * 200 * n * time) / n for n in range(1, 11))
    musicnb.Audio(sung, RATE).save(path)
    explorer = musicnb.SpectrogramExplorer(str(path))
    explorer.add_f0(musicnb.estimate_f0(musicnb.load(path), "pyin"))
    explorer.f0_edits = [UP, SILENT, {"edit": "snap", "tones": [0, 4, 7]}]
    made = {}
    exec(explorer.code(), made)  # noqa: S102
    assert np.array_equal(made["explorer"].f0.hz, explorer.f0.hz, equal_nan=True)
    assert ".transpose(12, start=0.5, stop=1)" in explorer.code()
    assert ".edited([1.2, 1.4], [None, None])" in explorer.code()
