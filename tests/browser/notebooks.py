"""Notebooks in a page: write, open, run, scroll, save, restart."""

from __future__ import annotations

import nbformat
from playwright.sync_api import expect
from watch import SLOW

#: The panel of the notebook in JupyterLab and Notebook 7.
PANEL = "jupyterapp.shell.currentWidget"


def write(path, *cells):
    """Write a notebook of code cells, and return its path."""
    made = [nbformat.v4.new_code_cell(source) for source in cells]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book = nbformat.v4.new_notebook(cells=made, metadata={"kernelspec": kernel})
    nbformat.write(book, path)
    return path


class Book:
    """A notebook in JupyterLab or Notebook 7."""

    def __init__(self, page, server, place):
        self.page, self.server = page, server
        #: What stands before the name in the address: ``lab/tree`` or ``notebooks``.
        self.place = place

    def open(self, name):
        """Open a notebook that is there, and wait until its kernel is idle."""
        self.page.goto(f"{self.server.url}/{self.place}/{name}{self._query}")
        self.wait_for_kernel()

    def show(self, *cells, name="book.ipynb"):
        """Write a notebook, open it, and have every cell run."""
        write(self.server.root / name, *cells)
        self.open(name)
        self.run_all()

    def look(self, name):
        """Open a notebook whose kernel does not matter."""
        self.page.goto(f"{self.server.url}/{self.place}/{name}{self._query}")
        self.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=SLOW)

    def wait_for_kernel(self):
        """Wait until the kernel has nothing to do."""
        self.page.wait_for_function(
            "() => globalThis.jupyterapp?.shell.currentWidget"
            "?.sessionContext?.session?.kernel?.status === 'idle'",
            timeout=SLOW,
        )

    def wait_for_cells(self):
        """Wait until every cell has run."""
        self.page.wait_for_function(
            f"() => Array.from({PANEL}.content.model.cells, (cell) => cell.executionCount)"
            ".every(Boolean)",
            timeout=SLOW,
        )
        self.wait_for_kernel()

    def run_all(self):
        """Have every cell run; nobody waits for the end."""
        self.command("notebook:run-all-cells", wait=False)

    def command(self, name, *, wait=True, **arguments):
        """Execute a command of the application."""
        act = "jupyterapp.commands.execute(name, args)"
        call = f"([name, args]) => {act if wait else f'void {act}'}"
        self.page.evaluate(call, [name, arguments])

    def save(self):
        """Save the notebook, and return what is in the file."""
        self.command("docmanager:save")
        path = self.page.evaluate(f"() => {PANEL}.context.path")
        return nbformat.read(self.server.root / path, 4)

    def restart(self):
        """Restart the kernel, without the question whether one wants to."""
        self.page.evaluate(f"() => {PANEL}.sessionContext.session.kernel.restart()")
        self.wait_for_kernel()

    def scroll_to(self, cell):
        """Go to a cell, with the windowing that JupyterLab does."""
        # Nothing takes the active cell out of the page.
        self.page.evaluate(
            f"""(index) => {{
              const {{ content }} = {PANEL};
              content.activeCellIndex = index;
              return content.scrollToItem(index, "start");
            }}""",
            cell,
        )

    def theme(self, *, light):
        """Choose the light or the dark theme."""
        self.command("apputils:change-theme", theme=f"JupyterLab {'Light' if light else 'Dark'}")
        body = self.page.locator("body")
        expect(body).to_have_attribute("data-jp-theme-light", "true" if light else "false")

    @property
    def _query(self):
        # A layout that an earlier test left behind is not wanted.
        return "?reset" if self.place.startswith("lab") else ""
