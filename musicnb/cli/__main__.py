"""`python -m musicnb.cli` is the `musicnb` command."""

from musicnb.cli.app import main

main()
