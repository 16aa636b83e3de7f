"""The command line: one module a command; names and options as in Python."""

from musicnb.cli.app import main

__all__ = ["main"]
