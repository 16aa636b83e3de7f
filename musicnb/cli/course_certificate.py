"""`musicnb course certificate`: what was reached, on a page with a code that can be checked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from musicnb.cli.common import Json, print_json


def command(
    folder: Annotated[
        Path, typer.Argument(help="Where you worked through the lessons; with CODE, certificates.")
    ] = Path(),
    output: Annotated[Path, typer.Option("--output", "-o", help="The page to write.")] = Path(
        "certificate.html"
    ),
    name: Annotated[str, typer.Option(help="Your name, as it is to be printed.")] = "",
    verify: Annotated[
        str | None, typer.Option(metavar="FILE_OR_CODE", help="Check a certificate instead.")
    ] = None,
    json: Json = False,
) -> None:
    """Make a certificate: an HTML page, to read offline, to print, or to save as PDF.

    With --verify FILE, check one that you were handed: whether name, points and date are those
    that its code stands for. A code from a print is looked for among the certificates in FOLDER.
    """
    from musicnb.course import certificate as made
    from musicnb.course import certificate_page as pages
    from musicnb.errors import InputError

    if verify is not None:
        path = pages.find(verify, folder)
        shown = pages.read(path)
        if not made.check(shown):
            raise InputError(
                f"the code of {path} does not belong to its figures",
                expected="a certificate that nobody has changed",
                todo="Do not rely on it.",
            )
    else:
        if output.suffix.lower() not in (".html", ".htm"):
            raise InputError(
                f"the certificate would be {output}",
                expected="a file that ends in .html",
                todo="Open that in a browser, and print it or save it as PDF.",
            )
        shown, path = made.from_progress(folder, name), output
        pages.write(shown, path)
    if json:
        print_json({"file": str(path), "meaning": pages.MEANING[shown.kind], **shown.to_dict()})
        return
    print(f"{path}: {shown.score:g} of {shown.points:g} points, {shown.code}")
    if verify is not None:
        print(f"Unchanged since {shown.date}. Name: {shown.name or 'none'}.")
        print(pages.MEANING[shown.kind])
