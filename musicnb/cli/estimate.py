"""`musicnb estimate`: seconds and memory before a task is begun."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from musicnb.cli.common import Json, print_json


def command(
    task: Annotated[str, typer.Argument(help="The task: separate, analyze, edit or cover.")],
    file: Annotated[str, typer.Argument(help="A sound file, demo:NAME, or a number of seconds.")],
    json: Json = False,
) -> None:
    """Tell how many seconds and how much memory a task will take on this machine.

    The first time, the task is calibrated on some noise, which takes about ten seconds. A task
    that does not fit in memory is refused, with exit code 2.
    """
    import musicnb

    try:
        source: float | str = float(file)
    except ValueError:
        source = file
    made = musicnb.estimate(task, source)
    if json:
        print_json({**asdict(made), "rtf": made.rtf, "fits": made.fits})
    else:
        print(made)
    made.require()
