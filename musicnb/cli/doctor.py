"""`musicnb doctor`: is everything there, and if not, what to do."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from musicnb.cli.common import Json, print_json, print_table
from musicnb.errors import MusicnbError

if TYPE_CHECKING:
    from collections.abc import Callable

Finding = tuple[bool, str]


def command(json: Json = False) -> None:
    """Check this installation: packages, device, weights, songs, formats, cache, memory."""
    checks: dict[str, Callable[[], Finding]] = {
        "Python": lambda: (True, f"{platform.python_version()} on {platform.platform(terse=True)}"),
        "packages": _packages,
        "device": _device,
        "weights": _weights,
        "demo songs": _songs,
        "sound formats": _formats,
        "ffmpeg": _ffmpeg,
        "JupyterLab": _lab,
        "cache": _cache,
        "memory": _memory,
    }
    findings = {}
    for name, check in checks.items():
        try:
            findings[name] = check()
        except (MusicnbError, OSError, ImportError) as error:
            findings[name] = (False, str(error))
    good = all(fine for fine, _ in findings.values())
    if json:
        print_json({n: {"ok": fine, "found": found} for n, (fine, found) in findings.items()})
    else:
        rows = [("ok" if fine else "LOOK", n, found) for n, (fine, found) in findings.items()]
        print_table("musicnb doctor", ("", "what", "found"), rows)
    if not good:
        sys.exit(2)


def _packages() -> Finding:
    names = ("musicnb", "torch", "numpy", "librosa", "soundfile", "soxr", "plotly", "ipywidgets")
    return True, ", ".join(f"{name} {version(name)}" for name in names)


def _device() -> Finding:
    import torch

    import musicnb

    where = musicnb.device()
    name = torch.cuda.get_device_name(where) if where.type == "cuda" else platform.machine()
    return True, f"{where} ({name}), {torch.get_num_threads()} threads, {os.cpu_count()} cores"


def _weights() -> Finding:
    from musicnb.runtime.weights import find, weight_names

    sizes = {name: find(name).stat().st_size / 1e6 for name in weight_names()}
    found = ", ".join(f"{name} {size:.1f} MB" for name, size in sizes.items())
    return bool(sizes), found + "; checksums agree" if sizes else "none"


def _songs() -> Finding:
    import musicnb

    songs = musicnb.demo_songs()
    missing = [p.name for s in songs.values() for p in s.files.values() if not p.is_file()]
    return bool(songs) and not missing, ", ".join(songs) + "".join(f"; no {p}" for p in missing)


def _formats() -> Finding:
    import soundfile

    wanted = {"WAV", "FLAC", "OGG", "MP3"}
    missing = wanted - set(soundfile.available_formats())
    library = f"{soundfile.__libsndfile_version__}"
    if missing:
        return False, f"libsndfile {library} lacks {', '.join(missing)}; install a newer soundfile"
    return True, f"libsndfile {library}: WAV, FLAC, OGG, Opus, MP3"


def _ffmpeg() -> Finding:
    path = shutil.which("ffmpeg")
    return True, path or "not installed; only needed for M4A, WMA and the like"


def _lab() -> Finding:
    try:
        return True, version("jupyterlab")
    except PackageNotFoundError:
        return True, "not installed; for the lessons: pip install 'musicnb[lab]'"


def _cache() -> Finding:
    from musicnb.runtime.files import cache_dir, write_json

    folder = cache_dir()
    write_json(folder / "doctor.json", {"written": True})
    (folder / "doctor.json").unlink()
    return True, f"{folder}, writable"


def _memory() -> Finding:
    from musicnb.runtime.memory import available_mb

    free = available_mb()
    enough = free > 1000  # noqa: PLR2004  (a kernel with torch and one network)
    return enough, f"{free / 1000:.1f} GB free" + ("" if enough else "; 1 GB is needed")
