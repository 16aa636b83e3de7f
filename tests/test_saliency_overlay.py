"""What an answer of `analyze` rests on, drawn over the spectrogram."""

from __future__ import annotations

import numpy as np
import pytest

import musicnb
from musicnb.analysis.saliency import Saliency
from musicnb.errors import InputError

RATE = 22_050


@pytest.fixture(scope="module")
def song():
    """Three seconds of silence, then chords of C major that are struck twice a second."""
    t = np.arange(RATE // 2) / RATE
    chord = sum(np.sin(2 * np.pi * f * t) for f in (261.63, 329.63, 392.0)) * np.exp(-6 * t)
    return musicnb.Audio(np.concatenate([np.zeros(3 * RATE), *[0.1 * chord] * 14]), RATE)


def shown(explorer, name):
    """Return what the front end draws: columns of times, rows of frequencies from the lowest."""
    content, (values,) = explorer._answer_overlay({"name": name})
    return content, np.frombuffer(values, np.uint8).reshape(content["columns"], content["rows"])


@pytest.mark.parametrize("head", ["key", "beats"])
def test_it_lies_where_the_sound_is_and_has_the_name_of_its_answer(song, head):
    explorer = musicnb.SpectrogramExplorer(song)
    explorer.add_saliency(musicnb.analyze(song).saliency(head, duration=10))
    content, drawn = shown(explorer, f"speaks for the {head}")
    assert (content["start"], content["stop"]) == (0, 10)
    assert drawn.max() == 255
    silent = int(2 / 10 * len(drawn))
    assert drawn[:silent].mean() < drawn[silent:].mean() / 4


def test_what_is_faint_and_rugged_can_be_seen():
    values = np.zeros((84, 500), np.float32)
    values[40, 100], values[40, 300] = 1.0, 0.1
    region = {"start": 0.0, "stop": 10.0, "low": 30.0, "high": 9000.0}
    given = Saliency("tempo", values, np.geomspace(30, 9000, 84), np.arange(500) / 50, region)
    explorer = musicnb.SpectrogramExplorer(musicnb.Audio(np.zeros(10 * RATE), RATE))
    explorer.add_saliency(given, name="mine", color="#56b4e9")
    _, drawn = shown(explorer, "mine")
    heights = drawn.max(axis=1)
    # A single frame of 20 ms would be lost on the screen.
    assert (heights[97:104] > 100).sum() >= 3
    assert heights[300] == pytest.approx(heights[100] * np.sqrt(0.1), abs=40)
    assert heights[200] == 0
    assert [(each["name"], each["color"]) for each in explorer._overlays] == [("mine", "#56b4e9")]


def test_a_colour_that_is_none_is_refused(song):
    explorer = musicnb.SpectrogramExplorer(song)
    with pytest.raises(InputError, match="color"):
        explorer.add_saliency(musicnb.analyze(song).saliency("key", duration=5), color="red")
