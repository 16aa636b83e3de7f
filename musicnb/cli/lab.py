"""`musicnb lab`: JupyterLab on the first lesson."""

from __future__ import annotations

import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from musicnb.course.progress import FOLDER
from musicnb.errors import MissingToolError

FIRST = "00_welcome.ipynb"


def command(
    folder: Annotated[
        Path, typer.Option("--folder", help="Where your copy of the lessons is kept.")
    ] = Path("musicnb-lessons"),
    browser: Annotated[bool, typer.Option(help="Open a browser window.")] = True,
) -> None:
    """Open JupyterLab on the first lesson.

    The lessons are copied to a folder of yours the first time; what you changed there is never
    overwritten. Inside a checkout of musicnb its own lessons/ folder is used.
    """
    if find_spec("jupyterlab") is None:
        raise MissingToolError(
            "JupyterLab is not installed", expected="it", todo="pip install 'musicnb[lab]'"
        )
    place = lessons(folder)
    command_line = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={place}"]
    command_line += [f"--LabApp.default_url=/lab/tree/{FIRST}"]
    command_line += [] if browser else ["--no-browser"]
    # Containers (Docker, cloud notebooks) run as root, where Jupyter would refuse to start.
    command_line += ["--allow-root"] if getattr(os, "geteuid", lambda: 1)() == 0 else []
    print(f"Lessons are in {place}. Press Ctrl-C twice to stop.", flush=True)
    os.execv(sys.executable, command_line)  # noqa: S606  (no shell is wanted)


def lessons(folder: Path) -> Path:
    """Return the folder to work in: the checkout's own, or a copy that is completed if need be."""
    package = Path(__file__).resolve().parent.parent
    checkout = package.parent / "lessons"
    if (package.parent / "pyproject.toml").is_file() and (checkout / FIRST).is_file():
        return checkout
    # As they were released: the side panel puts a lesson back from there.
    originals = folder / FOLDER / "originals"
    originals.mkdir(parents=True, exist_ok=True)
    for source in sorted((package / "lessons").glob("*.ipynb")):
        shutil.copyfile(source, originals / source.name)
        target = folder / source.name
        if not target.exists():
            shutil.copyfile(source, target)
    return folder.resolve()
