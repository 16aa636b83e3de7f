"""Packages that the benchmarks fetch with the ordinary clients, and environments of their own.

Everything lands in ``.cache``, which is not committed; a file is opened after its SHA-256 was
checked.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from musicnb.runtime.files import sha256

CACHE = Path(__file__).parent.parent / ".cache"
FOLDER = CACHE / "benchmarks"


@dataclass(frozen=True)
class Package:
    """A package of sounds: which file, and what fetches it into the current folder."""

    file: str
    sha256: str
    command: tuple[str, ...]

    def unpacked(self) -> Path:
        """Return the folder with the package's files, fetching and checking it if need be."""
        path = FOLDER / self.file
        folder = FOLDER / self.file.partition("_")[0]
        if folder.is_dir():
            return folder
        if not path.is_file():
            FOLDER.mkdir(parents=True, exist_ok=True)
            note(f"fetching {self.file}")
            subprocess.run(self.command, cwd=FOLDER, check=True, stdout=sys.stderr)
        if sha256(path) != self.sha256:
            raise SystemExit(f"{path} is not the file that was listed here; remove it, try again")
        half = folder.with_suffix(".part")
        if path.suffix == ".deb":
            subprocess.run(["dpkg-deb", "-x", str(path), str(half)], check=True)
        else:
            with zipfile.ZipFile(path) as archive:
                archive.extractall(half)
        return half.rename(folder)


def debian(name: str, version: str, sha256: str) -> Package:
    """Return a Debian package; apt writes the colon of its version as ``%3a`` in the file name."""
    file = f"{name}_{version.replace(':', '%3a')}_all.deb"
    return Package(file, sha256, ("apt-get", "download", f"{name}={version}"))


def wheel(name: str, version: str, sha256: str) -> Package:
    """Return a pure Python wheel."""
    file = f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
    pip = (sys.executable, "-m", "pip", "download", "-q", "--no-deps", f"{name}=={version}")
    return Package(file, sha256, pip)


def environment(name: str, *installs: tuple[str, ...]) -> str:
    """Return the Python of the virtual environment ``.cache/NAME``, made on first use.

    Parameters
    ----------
    name : str
        Its folder.
    *installs : tuple of str
        The arguments of one ``pip install`` each.
    """
    folder = CACHE / name
    python = folder / "bin" / "python"
    ready = folder / ".ready"
    wanted = repr(installs)
    if ready.is_file() and ready.read_text("utf-8") == wanted:
        return str(python)
    note(f"making the environment {folder}")
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
    for arguments in installs:
        subprocess.run(
            [str(python), "-m", "pip", "install", "-q", *arguments], check=True, stdout=sys.stderr
        )
    ready.write_text(wanted, "utf-8")
    return str(python)


def note(text: str) -> None:
    """Tell the person who waits; standard output is for results."""
    print(text, file=sys.stderr, flush=True)
