"""The widgets come up, painted, wherever notebooks are shown."""

from __future__ import annotations

import cells
import notebooks
import pytest
from watch import SLOW, painted, ready

pytestmark = pytest.mark.usefixtures("quiet")
ALL = (cells.EXPLORER, cells.MIXER, cells.EFFECTS, cells.VOICE)
KINDS = ("explorer", "mixer", "effects-panel", "voice")


def all_work(page):
    for kind in KINDS:
        painted(ready(page.locator(f".mnb-{kind}")))


def all_work_one_by_one(book):
    """Look at each widget where it stands: what is out of sight may be hidden."""
    book.show(*ALL)
    book.wait_for_cells()
    for cell, kind in enumerate(KINDS):
        book.scroll_to(cell)
        painted(ready(book.page.locator(f".mnb-{kind}")))


def test_jupyterlab(lab):
    all_work_one_by_one(lab)


def test_notebook_7(notebook7):
    all_work_one_by_one(notebook7)


def test_voila(page, voila_server):
    notebooks.write(voila_server.root / "book.ipynb", *ALL)
    page.goto(f"{voila_server.url}/voila/render/book.ipynb", timeout=SLOW)
    all_work(page)


def test_ipywidgets_7(page, classic_server):
    """As on Colab: the oldest ipywidgets that is supported, in the front end of its time."""
    notebooks.write(classic_server.root / "book.ipynb", *ALL)
    page.goto(f"{classic_server.url}/nbclassic/notebooks/book.ipynb")
    page.wait_for_function(
        "() => globalThis.Jupyter?.notebook?.kernel?.widget_manager"
        " && Jupyter.notebook.kernel.info_reply.status === 'ok'",
        timeout=SLOW,
    )
    page.evaluate("() => void Jupyter.notebook.execute_all_cells()")
    all_work(page)


@pytest.mark.parametrize("width", [320, 768])
def test_narrow_pages_cut_nothing_off(page, voila_server, width):
    notebooks.write(voila_server.root / "book.ipynb", *ALL)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{voila_server.url}/voila/render/book.ipynb", timeout=SLOW)
    all_work(page)
    for widget in page.locator(".mnb").all():
        edge = widget.bounding_box()["x"] + widget.bounding_box()["width"]
        outside = widget.evaluate(
            """(root, edge) => Array.from(root.querySelectorAll("button, select, input, canvas"))
              .filter((each) => each.checkVisibility() && each.getBoundingClientRect().right > edge)
              .map((each) => each.outerHTML)""",
            edge + 1,
        )
        assert not outside
