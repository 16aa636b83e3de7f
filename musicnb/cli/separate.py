"""`musicnb separate`: songs into stems."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from musicnb.cli.common import Device, Format, Json, Output, print_json, print_table


def command(
    files: Annotated[list[str], typer.Argument(help="Sound files, or demo:NAME.")],
    output: Output,
    stems: Annotated[
        str | None,
        typer.Option("--stems", help="Which, as in vocals,drums,bass,other; only these are made."),
    ] = None,
    two_stems: Annotated[
        str, typer.Option("--two-stems", help="The stem to set against all the rest.")
    ] = "vocals",
    format: Format = "wav",  # noqa: A002
    device: Device = None,
    json: Json = False,
) -> None:
    """Take songs apart: stems and a residual, which together are the song.

    Without options: vocals and accompaniment.

    Each song gets a folder of its own. Memory does not grow with its length.
    """
    from musicnb.runtime.batch import run_batch

    names = _folders(files)
    wanted = None if stems is None else tuple(part.strip() for part in stems.split(","))
    chosen = {"stems": wanted, "two_stems": two_stems, "format": format, "device": device}
    work = partial(_separate, output, names, chosen, len(files) == 1)
    # One song uses all cores itself, and shows its own progress.
    outcomes = run_batch(work, files, title="Separating", bar=len(files) > 1)
    done = [outcome.result for outcome in outcomes if outcome.result]
    if json:
        print_json({"songs": done})
    elif done:
        rows = [(f["path"], f["stem"]) for song in done for f in song["files"]]
        seconds = sum(song["wall_s"] for song in done)
        length = sum(song["duration_s"] for song in done)
        title = f"{length:.1f} s of sound in {seconds:.1f} s"
        title += f" (RTF {seconds / length:.3f})" if length else ""
        print_table(title, ("file", "stem"), rows)
    for outcome in outcomes:
        if outcome.error:
            raise outcome.error


def _folders(files: list[str]) -> dict[str, str]:
    """Give each file a folder name of its own, even where two files have the same name."""
    names: dict[str, str] = {}
    for file in files:
        base = file.removeprefix("demo:").replace("/", "-") if _demo(file) else Path(file).stem
        name, number = base, 2
        while name in names.values():
            name, number = f"{base}-{number}", number + 1
        names.setdefault(file, name)
    return names


def _demo(file: str) -> bool:
    return file.startswith("demo:")


def _separate(
    output: Path,
    names: dict[str, str],
    options: dict[str, Any],
    bar: bool,
    file: str,
) -> dict[str, Any]:
    import musicnb
    from musicnb.runtime.memory import peak_mb

    started = time.perf_counter()
    source = musicnb.load(file) if _demo(file) else file
    made = musicnb.separate_file(source, output / names[file], bar=bar, **options)
    wall = time.perf_counter() - started
    return {
        "source": file,
        "duration_s": round(made.duration, 3),
        "wall_s": round(wall, 3),
        "rtf": round(wall / made.duration, 4),
        "peak_memory_mb": round(peak_mb(), 1),
        "files": [{"path": str(path), "stem": stem} for stem, path in made.files.items()],
    }
