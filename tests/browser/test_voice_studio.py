"""The voice studio in JupyterLab, with a file and with a microphone that Chromium feigns."""

from __future__ import annotations

import json
import re

import cells
import numpy as np
import pytest
from playwright.sync_api import expect
from test_accessibility import AXE
from test_effects_panel import in_kernel
from watch import SLOW, heard, painted, play

import musicnb

pytestmark = pytest.mark.usefixtures("quiet")
#: Milliseconds for what imports torch, or converts, on two busy cores.
SLOWER = 120_000
FAKE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")


@pytest.fixture(scope="module")
def flags(tmp_path_factory):
    """A microphone into which somebody sings an A."""
    path = tmp_path_factory.mktemp("microphone") / "sung.wav"
    exec(f"{cells.VOWEL}\nsung.save(path, subtype='PCM_16')", {"path": path})  # noqa: S102
    return (*FAKE, f"--use-file-for-fake-audio-capture={path}")


def settled(studio):
    """Wait until nothing is under way."""
    expect(studio).to_have_attribute("data-state", "ready", timeout=SLOWER)
    expect(studio).to_have_attribute("aria-busy", "false", timeout=SLOWER)
    return studio


@pytest.fixture
def studio(lab):
    """A studio with a short source."""
    lab.show(cells.VOICE)
    lab.wait_for_cells()
    return settled(lab.page.locator(".mnb-voice"))


def convert(studio):
    studio.get_by_role("button", name="Convert the source").click()
    expect(studio).to_have_attribute("data-fresh", "true", timeout=SLOWER)
    expect(studio).to_have_attribute("data-take", "2")
    return settled(studio)


def setting(studio, name):
    return studio.locator(f".mnb-setting[data-name={name}] input[type=number]")


def value(lab, code):
    return json.loads(in_kernel(lab, f"import json; print(json.dumps({code}))"))


def test_source_and_result_are_compared_at_equal_loudness(lab, studio):
    convert(studio)
    expect(studio.get_by_text("Whose voice: slt")).to_be_visible()
    painted(studio)
    studio.get_by_role("button", name="Loop", exact=True).click()
    play(studio)
    result, source = (studio.get_by_role("button", name=f"Hear: {n}") for n in ("Result", "Source"))
    expect(result).to_have_attribute("aria-pressed", "true")
    heard(studio.page, 0.02)
    studio.locator(".mnb-play").press("b")
    expect(source).to_have_attribute("aria-pressed", "true")
    studio.page.wait_for_timeout(900)
    heard(studio.page, 0.02)
    # The switch does not stop it.
    expect(studio.locator(".mnb-play")).to_have_attribute("aria-label", "Pause")
    state = "studio._session.take"
    loudness, gains = value(lab, f"[{state}.loudness, {state}.gains]")
    assert loudness[0] + gains[0] == pytest.approx(loudness[1] + gains[1], abs=0.01)


def test_an_uploaded_file_is_converted_and_saved(lab, studio, tmp_path):
    path = tmp_path / "sung.flac"
    exec(f"{cells.VOWEL}\nsung[:1.5].save(path)", {"path": path})  # noqa: S102
    studio.locator("input[type=file]").set_input_files(path)
    source = studio.get_by_role("combobox", name="Source")
    expect(source).to_have_value("sung.flac", timeout=SLOW)
    expect(studio.get_by_text("around A3")).to_be_visible(timeout=SLOWER)
    setting(studio, "transpose").fill("3")
    setting(studio, "transpose").press("Enter")
    convert(studio)
    assert value(lab, "studio.controls.transpose") == 3
    assert value(lab, "float(studio.result.f0.median)") == pytest.approx(261.6, rel=0.02)
    studio.get_by_role("button", name="Save the result").click()
    with lab.page.expect_download() as download:
        studio.get_by_role("button", name="Save as WAV").click()
    saved = tmp_path / download.value.suggested_filename
    download.value.save_as(saved)
    assert musicnb.load(saved).duration == pytest.approx(1.5, abs=0.02)
    # A change is not taken for what was converted before it.
    setting(studio, "transpose").fill("0")
    setting(studio, "transpose").press("Enter")
    expect(studio).to_have_attribute("data-fresh", "false")
    expect(studio.get_by_text("convert again")).to_be_visible()


def test_what_is_recorded_is_pcm_and_becomes_the_source(lab, studio):
    studio.get_by_role("button", name="Record with").click()
    expect(studio.get_by_text("Get ready")).to_be_visible()
    expect(studio.locator(".mnb-dot")).to_be_visible(timeout=SLOW)
    studio.page.wait_for_timeout(2500)
    studio.get_by_role("button", name="Stop recording").click()
    source = studio.get_by_role("combobox", name="Source")
    expect(source).to_have_value("Recording", timeout=SLOW)
    settled(studio)
    assert value(lab, "studio.source.duration") > 1
    assert value(lab, "float(studio.f0.median)") == pytest.approx(220, rel=0.03)
    studio.get_by_role("button", name="Show code").click()
    expect(studio.get_by_text("keeps it")).to_be_visible()


def test_live_is_heard_with_its_latency(lab, studio):
    studio.get_by_text("Live: sing").click()
    expect(studio.get_by_text("Use headphones")).to_be_visible()
    expect(studio.get_by_label("Hear myself too")).not_to_be_checked()
    studio.get_by_role("button", name="Start to convert").click()
    told = studio.get_by_text(re.compile(r"Latency: \d+ ms"))
    expect(told).to_be_visible(timeout=SLOWER)
    heard(studio.page, 0.02)
    latency = int(re.search(r"Latency: (\d+) ms", told.inner_text())[1])
    # At least the block and the look-ahead have passed.
    assert latency > 700
    studio.get_by_role("button", name="Stop the live").click()
    expect(studio.get_by_role("button", name="Start to convert")).to_be_visible()
    studio.page.wait_for_timeout(1500)
    assert studio.page.evaluate("look.heard()") < 0.01


def test_without_a_microphone_there_is_a_sentence_and_upload_stands_beside_it(lab, studio):
    studio.page.evaluate(
        """() => {
          navigator.mediaDevices.getUserMedia = () =>
            Promise.reject(new DOMException("", "NotAllowedError"));
        }"""
    )
    studio.get_by_role("button", name="Record with").click()
    expect(studio.get_by_text("The microphone was not allowed")).to_be_visible()
    expect(studio.get_by_role("button", name="Upload")).to_be_enabled()
    expect(studio.get_by_role("button", name="Record with")).to_be_visible()


def test_a_suggestion_is_applied_by_its_button_alone(lab, studio):
    studio.get_by_role("combobox", name="Voice", exact=True).select_option("kal")
    suggestion = studio.locator(".mnb-suggestion")
    expect(suggestion).to_contain_text("\N{MINUS SIGN}12", timeout=SLOW)
    assert value(lab, "studio.controls.transpose") == 0
    suggestion.get_by_role("button", name="Apply").click()
    expect(setting(studio, "transpose")).to_have_value("-12")
    expect(suggestion.get_by_role("button", name="Apply")).to_be_disabled()
    studio.get_by_role("button", name="Reset every control").click()
    expect(setting(studio, "transpose")).to_have_value("0")


def test_voices_are_mixed_and_the_weight_can_change(lab, studio):
    studio.get_by_role("combobox", name="Second voice").select_option("rms")
    studio.get_by_label("Weight of rms", exact=True).fill("0.25")
    studio.get_by_label("The weight changes").check()
    studio.get_by_label("Weight of rms at the end").fill("0.75")
    convert(studio)
    assert value(lab, "studio.voice") == {"slt": [0.75, 0.25], "rms": [0.25, 0.75]}
    expect(studio.get_by_text(re.compile("Whose voice: slt.*rms"))).to_be_visible()


def test_the_curve_is_snapped_in_the_editor(lab, studio):
    studio.get_by_text("Draw the pitch").click()
    editor = studio.locator(".mnb-f0")
    painted(editor)
    editor.get_by_role("button", name="+1 semitones").click()
    expect(studio.get_by_text("drawn by hand")).to_be_visible(timeout=SLOW)
    assert value(lab, "float(studio.f0.median)") == pytest.approx(233.1, rel=0.01)
    editor.get_by_role("button", name="Snap to the scale").click()
    studio.get_by_role("button", name="Sing the estimated pitch").click()
    expect(studio.get_by_text("drawn by hand")).to_be_hidden(timeout=SLOW)
    assert value(lab, "float(studio.f0.median)") == pytest.approx(220, rel=0.01)


def test_a_conversion_can_be_cancelled_and_the_kernel_stays_awake(lab, studio):
    in_kernel(lab, "studio.add('long', musicnb.Audio(np.tile(sung.samples, 60), 44100))")
    settled(studio)
    studio.get_by_role("button", name="Convert the source").click()
    expect(studio.get_by_role("progressbar", name="Progress")).to_be_visible(timeout=SLOW)
    assert value(lab, "6 * 7") == 42
    studio.get_by_role("button", name="Cancel").click()
    expect(studio.get_by_text("was cancelled")).to_be_visible(timeout=SLOWER)
    settled(studio)
    assert value(lab, "studio.result is None")


def test_python_and_a_second_view_are_followed(lab, studio):
    in_kernel(lab, "studio.controls = {'noise_scale': 2.0}; studio.voice = 'rms'")
    expect(setting(studio, "noise_scale")).to_have_value("2")
    expect(studio.get_by_role("combobox", name="Voice", exact=True)).to_have_value("rms")
    in_kernel(lab, "made = studio.convert()")
    expect(studio).to_have_attribute("data-fresh", "true", timeout=SLOW)


def test_axe_finds_nothing_in_either_theme(lab, studio):
    convert(studio)
    studio.get_by_text("Draw the pitch").click()
    studio.get_by_text("Live: sing").click()
    studio.get_by_role("combobox", name="Second voice").select_option("rms")
    studio.page.add_script_tag(path=AXE)
    for light in (True, False):
        lab.theme(light=light)
        painted(studio)
        found = studio.evaluate("(root) => axe.run(root).then((result) => result.violations)")
        told = [
            f"{each['id']}: {each['help']}: {node['html']}: {node['failureSummary']}"
            for each in found
            for node in each["nodes"]
        ]
        assert not told, f"{'light' if light else 'dark'}\n" + "\n".join(told)


def test_it_speaks_russian_where_the_page_does(lab, studio):
    lab.page.evaluate("() => { document.documentElement.lang = 'ru'; }")
    lab.run_all()
    again = lab.page.locator(".mnb-voice").last
    expect(again.get_by_role("button", name="Преобразовать")).to_be_visible(timeout=SLOWER)
    expect(again.get_by_text("Транспонирование")).to_be_visible()


def test_without_its_kernel_a_notebook_is_small_and_shows_a_picture(lab, studio):
    convert(studio)
    saved = lab.save()
    assert (lab.server.root / "book.ipynb").stat().st_size < 150_000
    (output,) = (each for each in saved.cells[0].outputs if "data" in each)
    words = output.metadata["image/png"]["alt"]
    lab.server.end_kernels()
    lab.look("book.ipynb")
    image = lab.page.get_by_role("img", name=words)
    expect(image).to_be_visible(timeout=SLOW)
    width = image.evaluate("(image) => image.decode().then(() => image.naturalWidth)")
    assert np.isfinite(width)
    assert width > 100
