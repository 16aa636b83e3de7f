"""The `musicnb` command: its subcommands, and how they end."""

from __future__ import annotations

import functools
import sys
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import typer

from musicnb.cli import (
    analyze,
    convert,
    course,
    cover,
    demo,
    doctor,
    edit,
    effects,
    estimate,
    hum,
    lab,
    replay,
    separate,
    voices,
)
from musicnb.errors import Cancelled, MusicnbError

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")

EXIT_BAD_INPUT = 2
EXIT_CANCELLED = 130


def _cancellable(function: Callable[P, R]) -> Callable[P, R]:
    """Make Ctrl-C outside of a job end like Ctrl-C inside one."""

    @functools.wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except KeyboardInterrupt:
            raise Cancelled(
                "The command was cancelled", expected="to run to the end", todo="Run it again."
            ) from None

    return wrapped


app = typer.Typer(
    help="Neural networks for music: take songs apart, measure them, learn how it works.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (lab, demo, separate, analyze, edit, convert, cover, hum, replay, estimate, doctor):
    app.command(module.__name__.rpartition(".")[2])(_cancellable(module.command))
app.add_typer(course.app, name="course")
app.add_typer(effects.app, name="effects")
app.add_typer(voices.app, name="voices")


def main() -> None:
    """Run the command line: 0 done, 2 bad input or refused, 130 cancelled."""
    try:
        app()
    except MusicnbError as error:
        print(f"musicnb: {error}", file=sys.stderr)
        sys.exit(EXIT_CANCELLED if isinstance(error, Cancelled) else EXIT_BAD_INPUT)
