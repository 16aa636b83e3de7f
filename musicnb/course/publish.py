"""What a lesson needs where its notebook is alone: links to Colab and Binder, and an installation.

An instructor's repository is named in ``publish.json``, beside the masters, so that whoever builds
the lessons gets the same notebooks as whoever published them.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from musicnb.errors import InputError
from musicnb.runtime.files import write_json

if TYPE_CHECKING:
    import os

#: Beside the masters.
FILE = "publish.json"
#: Of the cells that are added; `musicnb.course.master` counts only those of the master.
BADGES, INSTALL = "musicnb-badges", "musicnb-install"
#: As GitHub allows them.
REPOSITORY = re.compile(r"(?!-)(?!.*--)[A-Za-z0-9-]{1,39}(?<!-)/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}")
#: What git refuses in the name of a branch.
NO_BRANCH = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|^[-/]|[/.]$|(^|/)\.|\.lock(/|$)|^$")

INSTALLATION = """# @title Only on Colab: install musicnb (anywhere else this cell does nothing)
import sys
from importlib.util import find_spec

if "google.colab" in sys.modules and find_spec("musicnb") is None:
    import subprocess

    pip = [sys.executable, "-m", "pip"]
    # Every package that is here already keeps its version: other notebooks count on them.
    with open("installed.txt", "w") as installed:
        subprocess.run([*pip, "list", "--format=freeze"], stdout=installed, check=True)
    subprocess.run([*pip, "install", "--quiet", "-c", "installed.txt", "{what}"], check=True)"""


@dataclass(frozen=True)
class Repository:
    """Where the lessons are published.

    Attributes
    ----------
    repository : str
        On GitHub, such as ``anna/music``.
    branch : str
        Of it.
    folder : str
        Of the lessons in it; empty if they lie at the top.

    Examples
    --------
    >>> mine = Repository("anna/music", "main", "lessons")
    >>> mine.colab("00_welcome.ipynb")
    'https://colab.research.google.com/github/anna/music/blob/main/lessons/00_welcome.ipynb'
    >>> mine.binder("00_welcome.ipynb")
    'https://mybinder.org/v2/gh/anna/music/main?urlpath=lab%2Ftree%2Flessons%2F00_welcome.ipynb'
    """

    repository: str
    branch: str = "main"
    folder: str = "lessons"

    def __post_init__(self) -> None:
        """Refuse what cannot be a repository or a branch.

        Raises
        ------
        musicnb.errors.InputError
            If one of them cannot be.
        """
        if not isinstance(self.repository, str) or not REPOSITORY.fullmatch(self.repository):
            address = re.search(
                r"github\.com[/:]([^/\s]+/[^/\s]+?)(\.git)?/?$", f"{self.repository}"
            )
            raise InputError(
                f"the repository is {self.repository!r}",
                expected="OWNER/NAME, as GitHub shows it at the top of the page",
                todo=f"Pass {address[1] if address else 'both, with a slash between them'}.",
            )
        if not isinstance(self.branch, str) or NO_BRANCH.search(self.branch):
            raise InputError(
                f"the branch is {self.branch!r}",
                expected="the name of a branch of that repository, such as main",
                todo="`git branch --show-current` prints the one you are on.",
            )

    def colab(self, notebook: str) -> str:
        """Return the address that opens a notebook in Colab."""
        path = f"{self.repository}/blob/{quote(self.branch, safe='')}/{quote(self._path(notebook))}"
        return f"https://colab.research.google.com/github/{path}"

    def binder(self, notebook: str) -> str:
        """Return the address that opens a notebook in JupyterLab on Binder."""
        path = quote(f"lab/tree/{quote(self._path(notebook))}", safe="")
        branch = quote(self.branch, safe="")
        return f"https://mybinder.org/v2/gh/{self.repository}/{branch}?urlpath={path}"

    def badges(self, notebook: str) -> str:
        """Return both as a line of Markdown, which reads well where no picture can be loaded."""
        return (
            "[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]"
            f"({self.colab(notebook)}) "
            f"[![Open on Binder](https://mybinder.org/badge_logo.svg)]({self.binder(notebook)})"
        )

    def requirement(self) -> str:
        """Return what pip installs: musicnb as it is in this repository."""
        return f"musicnb @ git+https://github.com/{self.repository}@{self.branch}"

    def _path(self, notebook: str) -> str:
        return f"{self.folder}/{notebook}" if self.folder else notebook


def read(folder: Path) -> Repository | None:
    """Return where the lessons of a folder are published, None if they are not.

    Raises
    ------
    musicnb.errors.InputError
        If what is kept of it makes no sense.
    """
    path = folder / "source" / FILE
    try:
        return Repository(**json.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            f"{path} cannot be read",
            expected="what `musicnb course publish` wrote",
            todo="Run `musicnb course publish` again.",
        ) from error


def keep(folder: Path, repository: Repository) -> None:
    """Keep where the lessons of a folder are published."""
    write_json(folder / "source" / FILE, asdict(repository))


def place(folder: str | os.PathLike[str]) -> str:
    """Return what a folder is called inside its git clone; its own name if it is in none.

    Examples
    --------
    >>> import tempfile
    >>> clone = Path(tempfile.mkdtemp())
    >>> (clone / ".git").mkdir()
    >>> (clone / "teaching" / "music").mkdir(parents=True)
    >>> place(clone / "teaching" / "music"), place(clone)
    ('teaching/music', '')
    """
    path = Path(folder).resolve()
    for above in (path, *path.parents):
        if (above / ".git").exists():
            inside = path.relative_to(above).as_posix()
            return "" if inside == "." else inside
    return path.name


def furnish(notebook: Any, name: str, repository: Repository | None, *, badges: bool = True) -> Any:
    """Put the links on top of a notebook, and the installation before its first code.

    What an earlier call has put there is replaced. Nothing else is touched.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        A lesson.
    name : str
        Of its file.
    repository : Repository, optional
        Where it is published; without it there are no links, and Colab installs the released
        musicnb.
    badges : bool
        Whether links are wanted.

    Returns
    -------
    nbformat.NotebookNode
        The same notebook.
    """
    from nbformat import v4

    cells = [cell for cell in notebook.cells if cell.get("id") not in (BADGES, INSTALL)]
    kinds = [cell.cell_type for cell in cells]
    source = INSTALLATION.replace("{what}", repository.requirement() if repository else "musicnb")
    # Folded away in JupyterLab and in Colab.
    metadata = {"cellView": "form", "jupyter": {"source_hidden": True}}
    first = kinds.index("code") if "code" in kinds else len(cells)
    cells.insert(first, v4.new_code_cell(source, id=INSTALL, metadata=metadata))
    if repository and badges:
        cells.insert(0, v4.new_markdown_cell(repository.badges(name), id=BADGES))
    notebook.cells = cells
    return notebook
