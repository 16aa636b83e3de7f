"""Build the notebooks in lessons/ from their masters, the percent scripts beside this file.

    python lessons/source/build.py            run every lesson and write its notebook
    python lessons/source/build.py --check    fail if a notebook is not what its master says

Only golden cells (tag `nbval-check-output`) keep their output: nbval compares it later. Cell ids
are counted, so that the same master always gives the same notebook.
"""

import argparse
import sys
from pathlib import Path

import jupytext
import nbformat
from nbconvert.preprocessors import ExecutePreprocessor

SOURCE = Path(__file__).resolve().parent
GOLDEN = "nbval-check-output"


def read(master):
    """Return the notebook of a master, without outputs."""
    notebook = jupytext.read(master)
    notebook.metadata.pop("jupytext", None)
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"{master.stem}-{number:02d}".replace("_", "-")
    return notebook


def build(master):
    """Run a lesson and write its notebook."""
    notebook = read(master)
    ExecutePreprocessor(timeout=300).preprocess(notebook, {"metadata": {"path": SOURCE.parent}})
    notebook.metadata.pop("language_info", None)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code" and GOLDEN not in cell.metadata.get("tags", []):
            cell.outputs, cell.execution_count = [], None
    target = SOURCE.parent / f"{master.stem}.ipynb"
    nbformat.write(notebook, target)
    print(f"{target.name}: {len(notebook.cells)} cells")


def differs(master):
    """Return whether a notebook's cells are other than its master's."""
    target = SOURCE.parent / f"{master.stem}.ipynb"
    if not target.is_file():
        return True

    def essence(notebook):
        return [(c.id, c.cell_type, c.source, c.metadata) for c in notebook.cells]

    return essence(read(master)) != essence(nbformat.read(target, as_version=4))


def main():
    """Build or check every lesson."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    masters = sorted(path for path in SOURCE.glob("[0-9]*.py"))
    if not check:
        for master in masters:
            build(master)
    stale = [master.stem for master in masters if differs(master)]
    if stale:
        sys.exit(f"Not what their masters say: {', '.join(stale)}. Run `make lessons`.")


if __name__ == "__main__":
    main()
