"""The voices that come with musicnb: what is known of each, and that they sing what is asked."""

import numpy as np
import pytest

import musicnb
from musicnb.voices.library import PACKAGED, voice, voice_names
from musicnb.voices.similarity import similarity

NAMES = sorted(path.name for path in PACKAGED.iterdir())


@pytest.fixture(scope="module")
def source():
    """Two seconds of rms, who has a low voice."""
    return musicnb.load(PACKAGED / "rms" / "preview.ogg", duration=4)


@pytest.fixture(scope="module")
def converted(source):
    return musicnb.convert(source, "slt", transpose=6)


def test_there_are_at_least_eight_voices():
    assert len(NAMES) >= 8
    assert set(NAMES) <= set(voice_names())


@pytest.mark.parametrize("name", NAMES)
def test_a_voice_says_what_it_is_where_it_is_at_home_and_why_it_may_be_used(name):
    found = voice(name)
    found.require_consent()
    low, high = found.range_hz
    assert 40 < low < found.median_hz < high < 600
    assert all(found.about[key] for key in ("what", "licence", "credit", "seconds"))
    preview = musicnb.load(PACKAGED / name / "preview.ogg")
    assert preview.duration > 5
    assert preview.level > -40


def test_it_sings_at_the_pitch_that_was_asked(source, converted):
    wanted = converted.f0.hz
    sung = musicnb.estimate_f0(converted.audio, "crepe").hz[: len(wanted)]
    both = np.isfinite(sung) & np.isfinite(wanted)
    assert both.sum() > 100
    cents = 1200 * np.log2(sung[both] / wanted[both])
    assert np.median(np.abs(cents)) < 20
    ratio = converted.f0.median / musicnb.estimate_f0(source).median
    assert ratio == pytest.approx(2 ** (6 / 12), rel=0.02)


def test_it_is_the_other_voice(source, converted):
    target = musicnb.load(PACKAGED / "slt" / "preview.ogg")
    assert similarity(converted.audio, target) > similarity(source, target) + 0.1
    assert similarity(converted.audio, target) > similarity(converted.audio, source)


def test_how_near_the_microphone_was_changes_no_voice(source):
    pitch = musicnb.estimate_f0(source)
    near = musicnb.convert(source, "slt", f0=pitch).audio
    soft = musicnb.Audio(source.samples * np.float32(0.1), source.sample_rate)
    far = musicnb.convert(soft, "slt", f0=pitch).audio
    difference = near.samples - 10 * far.samples
    assert np.abs(difference).max() < 0.1 * np.abs(near.samples).max()
