"""The spectrogram explorer in JupyterLab."""

from __future__ import annotations

import re

import cells
import pytest
from playwright.sync_api import expect
from watch import another_picture, heard, moved_on, painted, pause, picture, play, playhead, ready

pytestmark = pytest.mark.usefixtures("quiet")


@pytest.fixture
def explorers(lab):
    """The explorers in the page."""
    return lab.page.locator(".mnb-explorer")


def test_play_moves_the_playhead_and_pause_stops_it(lab, explorers):
    lab.show(cells.EXPLORER)
    explorer = ready(explorers)
    assert playhead(explorer) == 0
    playing = play(explorer)
    heard(lab.page)
    assert pause(explorer) >= playing
    assert play(explorer) > playing


def test_reload_with_a_live_kernel_draws_again(lab, explorers):
    lab.show(cells.EXPLORER)
    painted(ready(explorers))
    lab.save()
    lab.page.reload()
    lab.wait_for_kernel()
    painted(ready(explorers))
    play(explorers)


def test_scrolled_away_and_back_it_draws_again_and_the_sound_goes_on(lab, explorers):
    long = cells.EXPLORER.replace("(song)", "(musicnb.load('demo:starfall'))")
    lab.show(long, *["print(60 * '.\\n')"] * 6)
    lab.wait_for_cells()
    lab.scroll_to(0)
    explorer = ready(explorers)
    playing = play(explorer)
    lab.scroll_to(6)
    expect(explorers).not_to_be_visible()
    heard(lab.page)
    lab.scroll_to(0)
    painted(ready(explorers))
    moved_on(explorer, playing)
    pause(explorer)


def test_two_views_zoom_by_themselves_and_share_the_playhead(lab, explorers):
    lab.show(cells.EXPLORER, "explorer")
    first, second = ready(explorers.nth(0)), ready(explorers.nth(1))
    painted(first)
    painted(second)
    shown = picture(second)
    before = picture(first)
    zoom(first)
    another_picture(first, before)
    assert picture(second) == shown
    at = play(first)
    pause(first)
    moved_on(second, at / 2)


def test_mono_at_8_khz(lab, explorers):
    lab.show(
        "import musicnb, numpy as np\n"
        "noise = np.random.default_rng(1).normal(0, 0.1, 12_345).astype(np.float32)\n"
        "musicnb.SpectrogramExplorer(musicnb.Audio(noise[None], 8000))"
    )
    explorer = ready(explorers)
    painted(explorer)
    play(explorer)


def test_a_hostile_file_name_is_only_text(lab, explorers):
    asked = []
    lab.page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    name = f"{cells.EVIL}.wav"
    save = f"song.save({name!r})"
    lab.show(f"{cells.SOUND}\n{save}\nmusicnb.SpectrogramExplorer({name!r})")
    explorer = ready(explorers)
    expect(explorer).to_have_accessible_name(re.compile(re.escape(name)))
    assert lab.page.locator("img[src=x]").count() == 0
    assert not asked


def zoom(explorer):
    """Zoom in, with the keyboard."""
    explorer.locator(".mnb-stage").first.focus()
    explorer.page.keyboard.press("+")
