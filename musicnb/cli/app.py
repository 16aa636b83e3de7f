"""The `musicnb` command: its subcommands, and how they end."""

from __future__ import annotations

import os
import sys

import click
import typer

from musicnb.cli import demo, doctor, estimate, lab, replay, separate
from musicnb.errors import Cancelled, MusicnbError

app = typer.Typer(
    help="Neural networks for music: take songs apart, measure them, learn how it works.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (lab, demo, separate, replay, estimate, doctor):
    app.command(module.__name__.rpartition(".")[2])(module.command)

EXIT_BAD_INPUT = 2
EXIT_CANCELLED = 130


def main() -> None:
    """Run the command line: 0 done, 2 bad input or refused, 130 cancelled."""
    try:
        # Without typer's own handling, errors come here and say one sentence.
        sys.exit(app(standalone_mode=False))
    except Cancelled as error:
        print(error, file=sys.stderr)
        sys.exit(EXIT_CANCELLED)
    except MusicnbError as error:
        print(f"musicnb: {error}", file=sys.stderr)
        sys.exit(EXIT_BAD_INPUT)
    except click.UsageError as error:
        error.show()
        sys.exit(EXIT_BAD_INPUT)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        print("Cancelled.", file=sys.stderr)
        sys.exit(EXIT_CANCELLED)
    except BrokenPipeError:  # as in `musicnb doctor | head -1`
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
        sys.exit(0)
