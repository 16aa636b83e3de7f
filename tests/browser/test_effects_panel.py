"""The effects panel in JupyterLab."""

from __future__ import annotations

import json

import cells
import numpy as np
import pytest
from playwright.sync_api import expect
from test_accessibility import AXE
from watch import SLOW, another_picture, heard, painted, picture, play, ready

import musicnb

pytestmark = pytest.mark.usefixtures("quiet")
#: Milliseconds for what also imports torch and listens to a sound, on two busy cores.
SLOWER = 120_000


def fresh(panel):
    """Wait until the sound is that of the settings."""
    expect(panel).to_have_attribute("data-fresh", "true", timeout=SLOWER)
    expect(panel).to_have_attribute("data-state", "ready")
    return panel


@pytest.fixture
def panel(lab):
    """A panel whose chain is off."""
    lab.show(cells.EFFECTS)
    lab.wait_for_cells()
    return fresh(ready(lab.page.locator(".mnb-effects-panel")))


def setting(panel, effect, name):
    return panel.locator(f".mnb-effect[data-name={effect}] .mnb-setting[data-name={name}]")


def switch(panel, effect):
    return panel.locator(f".mnb-effect[data-name={effect}]").get_by_role("switch")


def hear(panel, name):
    panel.get_by_role("button", name=f"Hear: {name}", exact=True).click()
    # What sounded before has left the window over which the peak is taken.
    panel.page.wait_for_timeout(900)
    return panel.page.evaluate("look.heard()")


def in_kernel(lab, code):
    """Run code in the kernel; return what it prints."""
    return lab.page.evaluate(
        """async (code) => {
          const { kernel } = jupyterapp.shell.currentWidget.sessionContext.session;
          const future = kernel.requestExecute({ code });
          let said = "";
          future.onIOPub = ({ content }) => { said += content.text ?? content.evalue ?? ""; };
          await future.done;
          return said.trim();
        }""",
        code,
    )


def chain_in_kernel(lab):
    said = in_kernel(lab, "import json; print(json.dumps(panel.chain.to_dict()))")
    return musicnb.EffectChain.from_dict(json.loads(said))


def test_moving_a_slider_changes_the_chain_and_the_sound(lab, panel):
    panel.get_by_role("button", name="Equal loudness").click()
    slider = setting(panel, "gain", "gain").locator("input[type=range]")
    before = picture(panel)
    slider.focus()
    for _ in range(2):
        slider.press("PageDown")
    down = float(setting(panel, "gain", "gain").locator("input[type=number]").input_value())
    assert down < -6
    fresh(panel)
    assert chain_in_kernel(lab).gain == down
    another_picture(panel, before)
    panel.get_by_role("button", name="Loop").click()
    play(panel)
    loud, soft = hear(panel, "Before"), hear(panel, "After")
    assert 20 * np.log10(soft / loud) == pytest.approx(down, abs=0.2)
    # A change while it plays is heard without pressing anything, and playing goes on.
    setting(panel, "gain", "gain").locator("input[type=number]").fill("0")
    setting(panel, "gain", "gain").locator("input[type=number]").press("Enter")
    fresh(panel)
    heard(panel.page, 0.95 * loud)
    expect(panel.locator(".mnb-play")).to_have_attribute("aria-label", "Pause")


def test_before_and_after_are_heard_at_equal_loudness(lab, panel):
    in_kernel(lab, "panel.chain = {'gain': -12}")
    field = setting(panel, "gain", "gain").locator("input[type=number]")
    expect(field).to_have_value("-12", timeout=SLOW)
    fresh(panel)
    expect(panel.get_by_text("both heard at")).to_be_visible()
    panel.get_by_role("button", name="Loop").click()
    play(panel)
    before, after = hear(panel, "Before"), hear(panel, "After")
    measured = (
        "[float(each) for sound in panel.compared() for each in (sound.loudness, sound.peak)]"
    )
    loudness, peak, loudness_after, peak_after = json.loads(in_kernel(lab, f"print({measured})"))
    assert abs(loudness - loudness_after) < 0.5
    # What Python measures is what reaches the loudspeaker.
    assert [before, after] == pytest.approx([peak, peak_after], rel=0.01)
    panel.get_by_role("button", name="Equal loudness").click()
    assert 20 * np.log10(hear(panel, "Before") / after) == pytest.approx(12, abs=0.1)


def test_the_chain_that_python_sets_is_shown(lab, panel):
    in_kernel(lab, "panel.chain = {'reverb': {'rt60': 2.5, 'mix': 0.3}, 'eq': []}")
    expect(switch(panel, "reverb")).to_be_checked()
    expect(switch(panel, "delay")).not_to_be_checked()
    expect(setting(panel, "reverb", "rt60").locator("input[type=number]")).to_have_value("2.5")
    expect(panel.locator(".mnb-band")).to_have_count(0)
    panel.get_by_role("button", name="Add a band").click()
    expect(panel.locator(".mnb-band")).to_have_count(1)
    fresh(panel)
    assert chain_in_kernel(lab).eq.bands[0].kind == "peak"


def test_old_sound_is_never_taken_for_new(lab, panel):
    """While it is computed the panel says so, and that after is still of the settings before."""
    in_kernel(
        lab,
        "import time, musicnb.effects.apply as module\n"
        "process = module.process\n"
        "def slowly(samples, chain, rate, advance):\n"
        "    made = process(samples, chain, rate, advance)\n"
        "    time.sleep(4)\n"
        "    return made\n"
        "module.process = slowly",
    )
    switch(panel, "limiter").check()
    expect(panel).to_have_attribute("data-fresh", "false")
    expect(panel.get_by_text("still that of the settings before")).to_be_visible()
    expect(panel.get_by_text("%")).to_be_visible()
    fresh(panel)
    expect(panel.get_by_text("still that of the settings before")).to_have_count(0)


def test_an_error_is_a_sentence_and_can_be_tried_again(lab, panel):
    in_kernel(
        lab,
        "import musicnb.effects.apply as module\n"
        "process = module.process\n"
        "def fail(*_): raise musicnb.errors.InputError('no', expected='yes', todo='Wait.')\n"
        "module.process = fail",
    )
    switch(panel, "limiter").check()
    expect(panel.get_by_text("no; expected yes. Wait.")).to_be_visible(timeout=SLOW)
    assert panel.get_attribute("data-state") == "error"
    in_kernel(lab, "module.process = process")
    panel.get_by_role("button", name="Try again").click()
    fresh(panel)


def test_numbers_are_kept_in_their_range(panel):
    field = setting(panel, "compressor", "ratio").locator("input[type=number]")
    field.fill("99")
    field.press("Enter")
    expect(field).to_have_value("20")
    expect(panel.get_by_text("Ratio goes from 1 to 20")).to_be_visible()


def test_suggest_fills_in_the_chain_with_reasons_and_reset_takes_it_back(lab):
    lab.show(
        "import musicnb\n"
        "panel = musicnb.EffectsPanel(musicnb.load('demo:feelings', duration=6))\n"
        "panel"
    )
    lab.wait_for_cells()
    panel = fresh(ready(lab.page.locator(".mnb-effects-panel")))
    panel.get_by_role("button", name="Suggest").click()
    reasons = panel.locator(".mnb-found li")
    expect(reasons.filter(has_text="gain:")).to_be_visible(timeout=SLOWER)
    expect(switch(panel, "limiter")).to_be_checked()
    fresh(panel)
    assert chain_in_kernel(lab).limiter is not None
    panel.get_by_role("button", name="Reset").click()
    expect(switch(panel, "limiter")).not_to_be_checked(timeout=SLOW)
    expect(reasons).to_have_count(0)


def test_match_shows_its_loss_curve(lab):
    lab.show(
        f"{cells.SOUND}\npanel = musicnb.EffectsPanel(song[:1], reference=song[:1].gain(-6))\npanel"
    )
    lab.wait_for_cells()
    panel = fresh(ready(lab.page.locator(".mnb-effects-panel")))
    expect(panel.get_by_role("button", name="Hear: Reference")).to_be_visible()
    match = panel.get_by_role("button", name="Match")
    match.click()
    panel.get_by_role("button", name="Cancel").click(timeout=SLOWER)
    expect(panel.get_by_text("was cancelled")).to_be_visible(timeout=SLOWER)
    match.click()
    expect(panel.get_by_role("img", name="Loss curve")).to_be_visible(timeout=SLOWER)
    fresh(panel)
    assert chain_in_kernel(lab).gain < -3


def test_all_of_it_works_by_keyboard(lab, panel):
    page = panel.page
    panel.locator(".mnb-play").press("Enter")
    expect(panel.locator(".mnb-play")).to_have_attribute("aria-label", "Pause")
    panel.locator(".mnb-play").press("b")
    before = panel.get_by_role("button", name="Hear: Before")
    expect(before).to_have_attribute("aria-pressed", "true")
    panel.locator(".mnb-play").press("Enter")
    line = panel.locator(".mnb-playhead")
    line.press("Home")
    line.press("ArrowRight")
    expect(line).to_have_attribute("aria-valuenow", "1.00")
    switch(panel, "delay").press(" ")
    expect(switch(panel, "delay")).to_be_checked()
    names = panel.evaluate(
        """(root) => Array.from(root.querySelectorAll("button, select, input, [tabindex='0']"))
          .filter((each) => each.checkVisibility() && !each.disabled).length"""
    )
    reached = set()
    for key in ("Tab", "Shift+Tab"):
        panel.locator(".mnb-play").focus()
        for _ in range(names):
            inside = panel.evaluate(
                """(root) => root.contains(document.activeElement)
                  && Array.from(root.querySelectorAll("*")).indexOf(document.activeElement)"""
            )
            if inside is False:
                break
            reached.add(inside)
            page.keyboard.press(key)
    assert len(reached) == names
    # In JupyterLab A inserts a cell.
    panel.locator(".mnb-play").press("a")
    assert len(lab.save().cells) == 1


def test_axe_finds_nothing_in_either_theme(lab, panel):
    panel.page.add_script_tag(path=AXE)
    for light in (True, False):
        lab.theme(light=light)
        painted(panel)
        found = panel.evaluate("(root) => axe.run(root).then((result) => result.violations)")
        told = [
            f"{each['id']}: {each['help']}: {node['html']}: {node['failureSummary']}"
            for each in found
            for node in each["nodes"]
        ]
        assert not told, f"{'light' if light else 'dark'}\n" + "\n".join(told)


def test_without_its_kernel_a_notebook_is_small_and_shows_a_picture(lab, panel):
    switch(panel, "reverb").check()
    fresh(panel)
    saved = lab.save()
    assert (lab.server.root / "book.ipynb").stat().st_size < 150_000
    (output,) = (each for each in saved.cells[0].outputs if "data" in each)
    words = output.metadata["image/png"]["alt"]
    lab.server.end_kernels()
    lab.look("book.ipynb")
    image = lab.page.get_by_role("img", name=words)
    expect(image).to_be_visible(timeout=SLOW)
    assert image.evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 100
