"""Pitch: every method hears what is sung; curves can be edited, snapped and fused."""

from __future__ import annotations

import json

import numpy as np
import pytest

import musicnb
from musicnb.audio.audio import Audio
from musicnb.errors import InputError
from musicnb.voices.estimate_f0 import METHODS, estimate_f0
from musicnb.voices.f0 import F0, fuse

RATE = 44100
C_MAJOR = (0, 2, 4, 5, 7, 9, 11)


def sung(hz: np.ndarray) -> Audio:
    """Return a voice-like tone with that f0: ten harmonics."""
    phase = 2 * np.pi * np.cumsum(hz) / RATE
    return Audio(0.08 * sum(np.sin(n * phase) / n for n in range(1, 11)), RATE)


def vibrato(middle: float, seconds: float = 1.5) -> np.ndarray:
    time = np.arange(round(seconds * RATE)) / RATE
    return middle * 2 ** (0.4 / 12 * np.sin(2 * np.pi * 5.5 * time))


def cents(found: np.ndarray, true: np.ndarray) -> np.ndarray:
    return np.abs(1200 * np.log2(found / true))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("middle", [98.0, 262.0, 700.0])
def test_each_method_follows_a_vibrato(method, middle):
    true = vibrato(middle)
    found = estimate_f0(sung(true), method)
    inside = slice(15, len(found.hz) - 15)
    assert found.voiced[inside].mean() > 0.95
    wanted = np.interp(found.times, np.arange(len(true)) / RATE, true)
    assert np.nanmedian(cents(found.hz, wanted)[inside]) < 20
    assert found.method == method


@pytest.mark.parametrize("method", METHODS)
def test_silence_has_no_pitch(method):
    found = estimate_f0(Audio(np.zeros(RATE), RATE), method)
    assert not found.voiced.any()
    assert np.isnan(found.median)
    assert len(found.hz) == 101


@pytest.mark.parametrize("method", ["swift", "crepe", "praat"])
def test_noise_is_mostly_unvoiced(method):
    noise = Audio(0.1 * np.random.default_rng(0).normal(size=RATE), RATE)
    assert estimate_f0(noise, method).voiced.mean() < 0.2


def test_the_grid_is_ten_milliseconds_whatever_the_rate():
    for rate in (8000, 22050, 48000):
        found = estimate_f0(Audio(np.zeros(rate // 2), rate))
        assert len(found.hz) == 51
        assert found.times[1] == pytest.approx(0.01)


def test_an_octave_error_of_one_is_outvoted():
    right, also = (F0(np.full(50, hz), np.ones(50), "a") for hz in (220, 221))
    low = F0(np.full(50, 110), np.ones(50), "b")
    assert fuse([low, right, also]).median == pytest.approx(220)
    assert fuse([low, right], "mean").median == pytest.approx(155.6, abs=0.1)


def test_what_few_call_voiced_is_unvoiced():
    voiced = F0(np.full(10, 200), np.ones(10), "a")
    silent = F0(np.full(10, np.nan), np.zeros(10), "b")
    assert not fuse([voiced, silent, silent]).voiced.any()
    assert fuse([voiced, voiced, silent]).voiced.all()


def test_two_methods_in_one_call_are_fused():
    found = estimate_f0(sung(vibrato(220)), ["swift", "praat"])
    assert found.method == "median of swift, praat"
    assert found.median == pytest.approx(220, rel=0.01)


def test_snapping_tunes_the_note_and_keeps_the_vibrato():
    true = vibrato(440 * 2 ** (0.3 / 12))[:: RATE // 100]
    flat = F0(true, np.ones(len(true)), "by hand").snap(C_MAJOR)
    notes = flat.notes[10:-10]
    assert notes.mean() == pytest.approx(69, abs=0.05)
    assert np.ptp(notes) > 0.6


def test_snapping_knows_only_the_tones_it_is_given():
    gliding = F0(220 * 2 ** np.linspace(0, 1, 300), np.ones(300), "by hand")
    snapped = gliding.snap((0, 7))
    middle = snapped.notes[~np.isnan(snapped.notes)]
    near = np.abs(middle[:, None] - np.array([55, 60, 67, 72])).min(1)
    assert np.median(near) < np.median(np.abs(gliding.notes[:, None] - [55, 60, 67, 72]).min(1))


def test_half_strength_goes_half_the_way():
    sharp = F0(np.full(100, 450.0), np.ones(100), "by hand")
    half = sharp.snap(strength=0.5).notes[50] - 69
    assert half == pytest.approx((sharp.notes[50] - 69) / 2, abs=0.01)


def test_edits_touch_nothing_outside():
    curve = F0(np.full(100, 200.0), np.ones(100), "by hand")
    made = curve.edited([0.2, 0.4], [300, 600])
    assert (made.hz[:20] == 200).all()
    assert (made.hz[41:] == 200).all()
    assert made.hz[30] == pytest.approx(300 * 2**0.5, rel=0.01)


def test_a_stretch_alone_is_transposed_or_snapped():
    curve = F0(np.full(100, 225.0), np.ones(100), "by hand")
    for made, wanted in (
        (curve.transpose(12, start=0.2, stop=0.4), 450.0),
        (curve.snap(start=0.2, stop=0.4).snap(start=0.2, stop=0.4), 220.0),
    ):
        assert (made.hz[:20] == 225).all()
        assert (made.hz[41:] == 225).all()
        assert made.hz[20:41] == pytest.approx(wanted)
    assert made.method == "by hand, snapped"
    assert (curve.transpose(12, start=0.9).hz > 300).sum() == 10
    with pytest.raises(InputError, match="from 2 to 1 s"):
        curve.transpose(1, start=2, stop=1)


def test_a_curve_is_kept_as_json(tmp_path):
    curve = F0(np.array([np.nan, 220.0]), np.array([0.1, 0.9]), "by hand")
    curve.save(tmp_path / "curve.json")
    kept = json.loads((tmp_path / "curve.json").read_text())
    assert kept["hz"] == [0.0, 220.0]


def test_two_runs_hear_the_same():
    song = musicnb.load("demo:starfall", duration=3)
    assert np.array_equal(estimate_f0(song).hz, estimate_f0(song).hz, equal_nan=True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"method": "ear"}, "no method 'ear'"),
        ({"method": []}, "no method is named"),
        ({"f0_min": 500, "f0_max": 100}, "the range is 500 to 100 Hz"),
    ],
)
def test_nonsense_is_refused_in_a_sentence(arguments, words):
    with pytest.raises(InputError, match=words):
        estimate_f0(Audio(np.zeros(RATE), RATE), **arguments)


def test_impossible_curves_are_refused():
    with pytest.raises(InputError, match="not positive"):
        F0(np.array([0.0]), np.ones(1), "by hand")
    with pytest.raises(InputError, match="1 frequencies and 2"):
        F0(np.array([100.0]), np.ones(2), "by hand")
    with pytest.raises(InputError, match="at least one tone"):
        F0(np.array([100.0]), np.ones(1), "by hand").snap(())
