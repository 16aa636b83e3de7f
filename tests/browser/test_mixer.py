"""The stem mixer in JupyterLab."""

from __future__ import annotations

import cells
import pytest
from playwright.sync_api import expect
from watch import heard, painted, pause, play, playhead, ready

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


def test_a_hostile_name_is_only_text(lab):
    lab.show(f"{cells.SOUND}\nmusicnb.StemMixer({{{cells.EVIL!r}: song, 'b': song}})")
    mixer = ready(lab.page.locator(".mnb-mixer"))
    expect(mixer).to_contain_text(cells.EVIL)
    names = mixer.locator(".mnb-stem").evaluate_all("all => all.map((row) => row.dataset.name)")
    assert names == [cells.EVIL, "b"]
    assert lab.page.locator("img[src=x]").count() == 0
