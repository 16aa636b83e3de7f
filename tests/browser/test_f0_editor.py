"""A pitch curve, edited over the spectrogram with pointer and keyboard, and back in Python."""

from __future__ import annotations

import json
import math

import cells
import pytest
from playwright.sync_api import expect
from watch import painted, ready

pytestmark = pytest.mark.usefixtures("quiet")
#: Of the stage, left of the picture and above it, in CSS pixels.
LEFT, TOP, BOTTOM = 52, 44, 20
TELL = "import json\nprint(json.dumps([explorer.f0.to_dict()['hz'], explorer.f0_edits]))"


@pytest.fixture
def explorer(lab):
    """The explorer with its curves."""
    lab.show(cells.F0, TELL)
    lab.wait_for_cells()
    lab.scroll_to(0)
    return ready(lab.page.locator(".mnb-explorer"))


@pytest.fixture
def stage(explorer):
    return explorer.locator(".mnb-stage")


@pytest.fixture
def edited(lab):
    """What Python has: the curve (0 where unvoiced) and the edits."""

    def ask():
        # A change waits in the page until the kernel has answered the one before it;
        # once it has answered this too, every change is on its way before the cell.
        lab.page.evaluate(
            "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel"
            ".requestKernelInfo().then(() => null)"
        )
        lab.scroll_to(1)
        lab.command("notebook:run-cell")
        (output,) = lab.save().cells[1].outputs
        lab.scroll_to(0)
        return json.loads(output.text)

    return ask


def press(explorer, name):
    explorer.get_by_role("button", name=name, exact=True).click()


def drag(explorer, *points):
    """Drag through points: seconds, and Hz on the logarithmic axis of the view."""
    box = explorer.locator(".mnb-stage").bounding_box()
    mouse = explorer.page.mouse
    for i, (time, hz) in enumerate(points):
        part = math.log(hz / 80) / math.log(880 / 80)
        x = box["x"] + LEFT + time / 2 * (box["width"] - LEFT - 1)
        y = box["y"] + TOP + (1 - part) * (box["height"] - TOP - 4 - BOTTOM)
        mouse.move(x, y, steps=8 if i else 1)
        if i == 0:
            mouse.down()
    mouse.up()


def test_a_drawn_line_is_the_pitch_in_python(explorer, edited):
    press(explorer, "Draw the pitch")
    drag(explorer, (0.5, 220), (1.0, 440))
    hz, edits = edited()
    assert hz[100] == pytest.approx(440, rel=0.03)
    assert hz[75] == pytest.approx(311, rel=0.04)
    assert hz[40] == hz[110] == 220
    assert [each["edit"] for each in edits] == ["edited"]
    # A straight line is two points, and few more for the pixels.
    assert len(edits[0]["times"]) < 12


def test_erased_and_dragged_stretches_and_the_way_back(explorer, edited):
    press(explorer, "Make unvoiced")
    drag(explorer, (1.0, 200), (1.2, 200))
    press(explorer, "Drag the pitch up or down")
    drag(explorer, (0.5, 220), (0.5, 330))
    hz, edits = edited()
    assert hz[110] == 0
    # What hangs together has moved, what is behind the gap has not.
    assert hz[30] == pytest.approx(330, rel=0.03)
    assert hz[150] == 220
    assert [each["edit"] for each in edits] == ["edited", "transpose"]
    press(explorer, "Undo")
    assert edited()[0][30] == 220
    press(explorer, "Redo")
    assert edited()[0][30] == pytest.approx(330, rel=0.03)
    press(explorer, "Take back every edit")
    assert edited() == [[220] * 201, []]


def test_a_selection_is_edited_without_a_pointer(lab, explorer, stage, edited):
    stage.focus()
    for _ in range(20):
        stage.press("Shift+ArrowRight")
    press(explorer, "Drag the pitch up or down")
    for key in ("ArrowUp", "ArrowUp", "Shift+ArrowUp", "PageDown"):
        stage.press(key)
    hz, edits = edited()
    (edit,) = edits
    assert edit["semitones"] == pytest.approx(-9.99)
    assert hz[10] == pytest.approx(220 * 2 ** (-9.99 / 12), abs=0.01)
    assert hz[100] == 220
    status = explorer.get_by_role("status")
    expect(status).to_contain_text("124 Hz")
    explorer.get_by_role("combobox", name="Root").select_option("A")
    explorer.get_by_role("combobox", name="Scale of tones").select_option("major")
    press(explorer, "Snap to the scale")
    expect(status).to_contain_text("B2")
    stage.press("Control+z")
    expect(status).to_contain_text("124 Hz")
    explorer.get_by_role("spinbutton", name="Pitch").fill("300")
    explorer.get_by_role("spinbutton", name="Pitch").press("Enter")
    expect(status).to_contain_text("300 Hz")
    stage.press("Delete")
    expect(status).to_contain_text("unvoiced")
    hz, _ = edited()
    assert hz[10] == 0


def test_python_edits_what_is_shown_and_the_code_repeats_it(lab, explorer):
    lab.page.evaluate(
        """() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute({
          code: "explorer.f0_edits = [{'edit': 'transpose', 'semitones': 12}]"}).done"""
    )
    expect(explorer.get_by_role("status")).to_contain_text("440 Hz")
    press(explorer, "Show code")
    press(lab.page, "Insert below")
    code = lab.save().cells[1].source
    assert ".transpose(12)" in code
    assert "explorer.add_f0(edited_f0)" in code


def test_both_themes_are_readable_and_nothing_is_amiss(lab, explorer, stage):
    from test_accessibility import AXE

    stage.focus()
    stage.press("Shift+ArrowRight")
    explorer.page.add_script_tag(path=AXE)
    for light in (True, False):
        lab.theme(light=light)
        painted(explorer)
        found = explorer.evaluate("(root) => axe.run(root).then((result) => result.violations)")
        assert not found, found
