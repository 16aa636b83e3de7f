"""What is seen when the kernel is gone."""

from __future__ import annotations

import cells
import pytest
from playwright.sync_api import expect
from watch import SLOW, ready

KINDS = {"explorer": cells.EXPLORER, "mixer": cells.MIXER}


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("kind", KINDS)
def test_a_restarted_kernel_is_told_of(lab, kind):
    lab.show(KINDS[kind])
    widget = ready(lab.page.locator(f".mnb-{kind}"))
    lab.restart()
    # Nobody has asked for anything.
    expect(widget.get_by_text("run this cell again").first).to_be_visible(timeout=SLOW)


@pytest.mark.usefixtures("quiet")
def test_a_busy_kernel_is_waited_for(lab):
    lab.show(cells.EXPLORER, "import time\ntime.sleep(11)")
    widget = lab.page.locator(".mnb-explorer")
    expect(widget.get_by_text("it is busy")).to_be_visible(timeout=SLOW)
    # Nobody clicks on anything.
    ready(widget)
    expect(widget.get_by_text("it is busy")).to_have_count(0)


@pytest.mark.parametrize("kind", KINDS)
def test_a_notebook_without_its_kernel_shows_a_picture(lab, kind):
    lab.show(KINDS[kind])
    ready(lab.page.locator(f".mnb-{kind}"))
    saved = lab.save()
    (output,) = (each for each in saved.cells[0].outputs if "data" in each)
    words = output.metadata["image/png"]["alt"]
    lab.server.end_kernels()
    lab.look("book.ipynb")
    image = lab.page.get_by_role("img", name=words)
    expect(image).to_be_visible(timeout=SLOW)
    assert image.evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 100


@pytest.mark.parametrize("kind", KINDS)
def test_a_saved_widget_is_small(lab, kind):
    lab.show(KINDS[kind])
    ready(lab.page.locator(f".mnb-{kind}"))
    lab.save()
    assert (lab.server.root / "book.ipynb").stat().st_size < 150_000
