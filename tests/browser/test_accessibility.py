"""What axe-core finds in the widgets, and what the keyboard reaches."""

from __future__ import annotations

import cells
import pytest
from playwright.sync_api import expect
from servers import ROOT
from watch import moved_on, painted, playhead, ready

AXE = ROOT / "widgets" / "node_modules" / "axe-core" / "axe.min.js"
KINDS = {"explorer": cells.EXPLORER, "mixer": cells.MIXER}
pytestmark = pytest.mark.usefixtures("quiet")


@pytest.fixture(params=KINDS)
def widget(request, lab):
    """Either widget."""
    lab.show(KINDS[request.param])
    # The end of a run takes the focus.
    lab.wait_for_cells()
    return ready(lab.page.locator(f".mnb-{request.param}"))


def test_axe_finds_nothing_in_either_theme(lab, widget):
    assert AXE.is_file(), "axe-core is missing: run `npm ci` in widgets/"
    widget.page.add_script_tag(path=AXE)
    for light in (True, False):
        lab.theme(light=light)
        painted(widget)
        found = widget.evaluate("(root) => axe.run(root).then((result) => result.violations)")
        told = [
            f"{each['id']}: {each['help']}: {node['html']}: {node['failureSummary']}"
            for each in found
            for node in each["nodes"]
        ]
        assert not told, f"{'light' if light else 'dark'}\n" + "\n".join(told)


def test_the_keyboard_plays_and_seeks(widget):
    button = widget.locator(".mnb-play").first
    head = widget.locator(".mnb-playhead").first
    assert head.get_attribute("role") == "slider"
    assert head.get_attribute("aria-valuetext")
    head.press("ArrowRight")
    moved_on(widget, 0)
    before = playhead(widget)
    button.press("Enter")
    moved_on(widget, before)
    expect(button).to_have_attribute("aria-label", "Pause")
    button.press("Enter")
    expect(button).to_have_attribute("aria-label", "Play")


def test_arrows_move_every_slider(widget):
    for slider in widget.locator("input[type=range]").all():
        before = float(slider.input_value())
        slider.press("ArrowLeft")
        assert float(slider.input_value()) < before, slider.get_attribute("aria-label")


def test_keys_in_a_widget_do_nothing_to_the_notebook(lab, widget):
    """In JupyterLab A inserts a cell, and twice D deletes it."""
    button = widget.locator(".mnb-play").first
    for key in "add":
        button.press(key)
    widget.page.locator(".mnb-playhead").first.press("a")
    assert len(lab.save().cells) == 1
    expect(widget).to_be_visible()


def test_tab_goes_through_every_control(widget):
    names = widget.evaluate(
        """(root) => Array.from(root.querySelectorAll("button, select, input, [tabindex='0']"))
          .filter((each) => each.checkVisibility() && !each.disabled).length"""
    )
    reached = set()
    widget.locator(".mnb-play").first.focus()
    # Every control has its turn, forwards or backwards.
    for key in ("Tab", "Shift+Tab"):
        widget.locator(".mnb-play").first.focus()
        for _ in range(names):
            inside = widget.evaluate(
                """(root) => root.contains(document.activeElement)
                  && Array.from(root.querySelectorAll("*")).indexOf(document.activeElement)"""
            )
            if inside is False:
                break
            reached.add(inside)
            widget.page.keyboard.press(key)
    assert len(reached) == names
