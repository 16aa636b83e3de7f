"""What the extension adds to JupyterLab: sound files, the course, commands."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import notebooks
import numpy as np
import pytest
import soundfile
from playwright.sync_api import expect
from watch import SLOW, heard, painted, play, ready

from musicnb.course.lesson import lesson

pytestmark = pytest.mark.usefixtures("quiet")
LESSONS = Path(__file__).parent.parent.parent / "lessons"
FACTORY = "musicnb spectrogram explorer"
#: Of each ending, how soundfile writes it, and at which rate.
FILES = {
    "wav": ("WAV", "PCM_16", 22_050),
    "flac": ("FLAC", "PCM_16", 44_100),
    "ogg": ("OGG", "VORBIS", 44_100),
    "opus": ("OGG", "OPUS", 48_000),
    "mp3": ("MP3", "MPEG_LAYER_III", 44_100),
}


@pytest.fixture
def app(lab):
    """JupyterLab with nothing open."""
    lab.page.goto(f"{lab.server.url}/lab?reset")
    lab.page.wait_for_function("() => globalThis.jupyterapp?.restored", timeout=SLOW)
    lab.page.evaluate("() => jupyterapp.restored.then(() => null)")
    return lab


@pytest.mark.parametrize("ending", FILES)
def test_sound_files_open_without_a_kernel(app, ending):
    container, subtype, rate = FILES[ending]
    tone = 0.4 * np.sin(2 * np.pi * 440 * np.arange(3 * rate) / rate)
    path = app.server.root / f"tone.{ending}"
    soundfile.write(path, tone, rate, subtype, format=container)
    app.command("docmanager:open", path=path.name, factory=FACTORY)
    explorer = ready(app.page.locator(".mnb-view .mnb-explorer"))
    painted(explorer)
    play(explorer)
    heard(app.page, 0.3)
    assert not app.server.kernels()


def test_jupyterlab_keeps_its_own_viewer_of_sound(app):
    name = "() => jupyterapp.docRegistry.defaultWidgetFactory('x.wav').name"
    assert app.page.evaluate(name) != FACTORY


def test_what_is_no_sound_is_said_to_be_none(app):
    (app.server.root / "broken.wav").write_bytes(b"RIFF" + 400 * b"?")
    app.command("docmanager:open", path="broken.wav", factory=FACTORY)
    expect(app.page.locator(".mnb-view")).to_contain_text("broken.wav could not be decoded")


@pytest.fixture
def course(app):
    """A folder with two lessons, one of them begun, in the file browser."""
    folder = app.server.root / "course"
    originals = folder / "musicnb-course" / "originals"
    originals.mkdir(parents=True, exist_ok=True)
    for name in ("00_first", "01_second"):
        notebooks.write(folder / f"{name}.ipynb", "1 + 1")
        notebooks.write(originals / f"{name}.ipynb", "'as it was'")
    lessons = {"00_first": {"score": 3, "points": 5, "state": "started"}}
    progress = json.dumps({"version": 1, "lessons": lessons})
    (folder / "musicnb-course" / "progress.json").write_text(progress, "utf-8")
    app.command("filebrowser:go-to-path", path="course")
    app.command("musicnb:open-course")
    return app.page.locator("#musicnb-course")


def test_the_panel_shows_lessons_and_opens_them(app, course):
    expect(course.get_by_role("heading", level=3)).to_have_count(2)
    expect(course).to_contain_text("0 of 2 lessons done")
    expect(course).to_contain_text("started, 3 of 5 points")
    course.get_by_role("button", name="Open").nth(1).click()
    expect(app.page.locator(".jp-NotebookPanel")).to_be_visible(timeout=SLOW)
    assert app.page.evaluate(f"() => {notebooks.PANEL}.context.path") == "course/01_second.ipynb"


def test_the_panel_shows_what_the_first_lesson_needs_and_its_score(app):
    folder = app.server.root / "welcome"
    folder.mkdir(exist_ok=True)
    shutil.copy(LESSONS / "00_welcome.ipynb", folder)
    lesson("00_welcome", folder).q2.check(18.5)
    about = json.loads((LESSONS / "00_welcome.ipynb").read_text("utf-8"))["metadata"]["musicnb"]
    app.command("filebrowser:go-to-path", path="welcome")
    app.command("musicnb:open-course")
    panel = app.page.locator("#musicnb-course")
    expect(panel.get_by_role("heading", level=3)).to_have_text(about["title"])
    expect(panel).to_contain_text("started, 2 of 12 points")
    needs = f"{about['minutes']} min · up to {about['budget']['memory_mb']} MB · no GPU needed"
    expect(panel).to_contain_text(needs)
    # What the course keeps for certificates does not disturb the panel.
    expect(panel.get_by_role("progressbar")).to_have_attribute("value", "2")


def test_starting_afresh_keeps_what_was_there(app, course):
    course.get_by_role("button", name="afresh").first.click()
    written = re.compile("/api/contents/course/00_first.ipynb")
    with app.page.expect_response(
        lambda answer: answer.request.method == "PUT" and bool(written.search(answer.url))
    ):
        app.page.get_by_role("dialog").get_by_role("button", name="Start afresh").click()
    folder = app.server.root / "course"
    (kept,) = folder.glob("00_first.before-*.ipynb")
    assert "1 + 1" in kept.read_text("utf-8")
    assert "as it was" in (folder / "00_first.ipynb").read_text("utf-8")
    # The copy is no lesson.
    expect(course.get_by_role("heading", level=3)).to_have_count(2)
    kept.unlink()


def test_the_launcher_opens_a_notebook_with_an_explorer(app):
    if not app.page.locator(".jp-Launcher").count():
        app.command("launcher:create")
    app.page.locator(".jp-LauncherCard", has_text="Spectrogram explorer").click()
    painted(ready(app.page.locator(".mnb-explorer")))
    app.server.end_kernels()
