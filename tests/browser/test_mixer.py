"""The stem mixer in JupyterLab."""

from __future__ import annotations

import inspect

import cells
import numpy as np
import pytest
from playwright.sync_api import expect
from watch import heard, painted, pause, play, playhead, ready

import musicnb

pytestmark = pytest.mark.usefixtures("quiet")


@pytest.fixture
def mixer(lab):
    """A mixer of two stems that cancel each other out."""
    lab.show(cells.MIXER)
    return ready(lab.page.locator(".mnb-mixer"))


def stem(mixer, name):
    return mixer.locator(f".mnb-stem[data-name={name}]")


def test_play_moves_the_playhead_and_pause_stops_it(mixer):
    painted(mixer)
    assert playhead(mixer) == 0
    playing = play(mixer)
    assert pause(mixer) >= playing


def test_opposite_stems_cancel_out_until_one_is_muted(mixer):
    play(mixer)
    assert mixer.page.evaluate("look.heard()") == 0
    mute = stem(mixer, "other").locator(".mnb-mute")
    expect(mute).to_have_attribute("aria-pressed", "false")
    mute.click()
    expect(mute).to_have_attribute("aria-pressed", "true")
    heard(mixer.page)


def test_solo_silences_the_rest(mixer):
    solo = stem(mixer, "one").locator(".mnb-solo")
    solo.click()
    expect(solo).to_have_attribute("aria-pressed", "true")
    play(mixer)
    heard(mixer.page)
    pause(mixer)
    solo.click()
    expect(solo).to_have_attribute("aria-pressed", "false")


@pytest.mark.parametrize("where", ["made here", "full precision"])
@pytest.mark.parametrize("rate", [44_100, 22_050])
def test_the_mix_is_the_one_that_python_makes(lab, rate, where):
    settings = {"a": {"gain": -3.5, "pan": 0.35}, "b": {"gain": 6, "pan": -1}, "c": {"mute": True}}
    stems = {name: noise(seed, rate) for seed, name in enumerate("abc")}
    lab.show(
        "import musicnb\nimport numpy as np\n"
        f"{inspect.getsource(noise)}\n"
        f"stems = {{name: noise(seed, {rate}) for seed, name in enumerate('abc')}}\n"
        f"musicnb.StemMixer(stems, settings={settings}, limiter=True)"
    )
    mixer = ready(lab.page.locator(".mnb-mixer"))
    mixer.get_by_role("button", name="Export").click()
    with lab.page.expect_download() as download:
        mixer.get_by_role("button", name=where).click()
    mix = musicnb.load(download.value.path())
    expected = musicnb.StemMixer(stems, settings=settings, limiter=True).render()
    assert mix.sample_rate == rate
    assert mix.frames == expected.frames
    # The limiter is at work, and holds.
    assert 0.95 < np.abs(mix.samples).max() <= 10 ** (-0.3 / 20) + 2**-23
    assert np.abs(mix.samples - expected.samples).max() < 10 ** (-80 / 20)


def noise(seed, rate):
    samples = np.random.default_rng(seed).uniform(-0.9, 0.9, (2, 5 * rate))
    return musicnb.Audio(samples.astype(np.float32), rate)


def test_a_hostile_name_is_only_text(lab):
    lab.show(f"{cells.SOUND}\nmusicnb.StemMixer({{{cells.EVIL!r}: song, 'b': song}})")
    mixer = ready(lab.page.locator(".mnb-mixer"))
    expect(mixer).to_contain_text(cells.EVIL)
    names = mixer.locator(".mnb-stem").evaluate_all("all => all.map((row) => row.dataset.name)")
    assert names == [cells.EVIL, "b"]
    assert lab.page.locator("img[src=x]").count() == 0
