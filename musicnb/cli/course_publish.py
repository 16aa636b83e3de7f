"""`musicnb course publish`: links to Colab and Binder in the lessons of one's own repository."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from musicnb.cli.common import Json, print_json


def command(
    folder: Annotated[Path, typer.Argument(help="The folder of the lessons.")] = Path("lessons"),
    *,
    repo: Annotated[str, typer.Option("--repo", help="Your repository on GitHub: OWNER/NAME.")],
    branch: Annotated[str, typer.Option("--branch", help="The branch students use.")] = "main",
    json: Json = False,
) -> None:
    """Put links to Colab and Binder into the lessons, for your own repository on GitHub.

    Running it again replaces them. Commit and push what has changed; then the links work.
    """
    from musicnb.course import build, publish
    from musicnb.errors import InputError

    sources = build.sources(folder)
    where = publish.Repository(repo, branch, publish.place(folder))
    publish.keep(folder, where)
    for source in sources:
        build.refurnish(source)
    names = [source.notebook.name for source in sources]
    links = [{"lesson": n, "colab": where.colab(n), "binder": where.binder(n)} for n in names]
    if json:
        print_json(links)
    else:
        for link in links:
            print(link["lesson"], link["colab"], link["binder"], sep="\n  ")
    late = [source.name for source in sources if build.stale(source)]
    if late:
        raise InputError(
            f"{', '.join(late)}: not what the masters say",
            expected="notebooks that were built from them",
            todo="Run `musicnb course build`; it keeps the links.",
        )
