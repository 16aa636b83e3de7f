"""The spectrogram explorer in JupyterLab."""

from __future__ import annotations

import ast
import re

import cells
import notebooks
import numpy as np
import pytest
from playwright.sync_api import expect
from watch import (
    IN_PAGE,
    another_picture,
    heard,
    moved_on,
    painted,
    pause,
    picture,
    play,
    playhead,
    ready,
)

import musicnb

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


def test_a_selection_made_by_hand_is_heard_in_python(lab, explorers):
    lab.show(cells.EXPLORER, "print(explorer.selection)\nprint(explorer.selected_audio().duration)")
    explorer = ready(explorers)
    lab.wait_for_cells()
    box = explorer.locator(".mnb-stage").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    lab.page.mouse.move(x - 100, y - 50)
    lab.page.mouse.down()
    lab.page.mouse.move(x + 100, y + 50, steps=4)
    lab.page.mouse.up()
    lab.scroll_to(1)
    lab.command("notebook:run-cell")
    (output,) = lab.save().cells[1].outputs
    region, duration = output.text.splitlines()
    selection = ast.literal_eval(region)
    assert 0 < selection["start"] < 2 < selection["stop"] < 4
    assert 0 < selection["low"] < selection["high"] < 22_050
    assert float(duration) == pytest.approx(selection["stop"] - selection["start"], abs=0.001)


def test_what_is_selected_in_python_is_exported(lab, explorers):
    """As a picture, as numbers, as sound."""
    lab.show(
        cells.EXPLORER,
        "explorer.selection = {'start': 1, 'stop': 2, 'low': 0, 'high': 22_050}\n"
        "explorer.selected_audio().save('cut.wav')",
    )
    explorer = ready(explorers)
    lab.wait_for_cells()
    picture_file, table, sound = (exported(explorer, kind) for kind in ("PNG", "CSV", "WAV"))
    assert picture_file.read_bytes().startswith(b"\x89PNG")
    head, *rows = [line.split(",") for line in table.read_text("utf-8").splitlines()]
    assert head[0] == "time_s"
    assert {len(row) for row in rows} == {len(head)}
    assert 1 <= float(rows[0][0]) < float(rows[-1][0]) <= 2
    cut = musicnb.load(lab.server.root / "cut.wav")
    assert np.abs(musicnb.load(sound).samples - cut.samples).max() < 2**-14


def exported(explorer, kind):
    explorer.get_by_role("button", name="Export", exact=True).click()
    with explorer.page.expect_download() as download:
        explorer.get_by_role("button", name=kind).click()
    return download.value.path()


def test_its_code_goes_into_the_next_cell_and_makes_the_same(lab, explorers):
    lab.show(cells.EXPLORER.replace("(song)", "(song, colormap='magma', loop=True)"))
    explorer = ready(explorers)
    lab.wait_for_cells()
    explorer.get_by_role("button", name="Show code").click()
    lab.page.get_by_role("button", name="Insert below").click()
    code = lab.save().cells[1].source
    assert "magma" in code
    lab.command("notebook:run-cell")
    painted(ready(explorers.nth(1)))


def test_an_hour_opens_at_once_and_zooms_to_a_moment(lab, explorers):
    lab.show(
        "import musicnb, numpy as np, soundfile\n"
        "time = np.arange(3600 * 16_000, dtype=np.float32)\n"
        "soundfile.write('hour.wav', 0.3 * np.sin(time * 0.1 % (2 * np.pi)), 16_000)",
        "explorer = musicnb.SpectrogramExplorer('hour.wav')\nexplorer",
        "explorer.view = {'start': 1800, 'stop': 1800.05, 'low': 0, 'high': 8000}",
    )
    lab.wait_for_cells()
    lab.scroll_to(1)
    explorer = ready(explorers)
    painted(explorer)
    expect(explorer.locator(".mnb-stage")).to_have_attribute("aria-valuemax", "3600.000")
    play(explorer)


def test_fingers_move_and_pinch(chromium, lab_server):
    context = chromium.new_context(has_touch=True, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.add_init_script(path=IN_PAGE)
    lab = notebooks.Book(page, lab_server, "lab/tree")
    lab.show(cells.EXPLORER)
    explorer = ready(page.locator(".mnb-explorer"))
    lab.wait_for_cells()
    before = picture(explorer)
    box = explorer.locator(".mnb-stage").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    session = context.new_cdp_session(page)
    for kind, spread in (("touchStart", 40), ("touchMove", 90), ("touchMove", 160)):
        points = [{"x": x + side * spread, "y": y, "id": side + 1} for side in (-1, 1)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    another_picture(explorer, before)
    context.close()
    lab_server.end_kernels()


def zoom(explorer):
    """Zoom in, with the keyboard."""
    explorer.locator(".mnb-stage").first.focus()
    explorer.page.keyboard.press("+")
