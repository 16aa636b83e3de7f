"""`musicnb course certificate`: what was reached, on a page with a code that can be checked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from musicnb.cli.common import Json, print_json
from musicnb.errors import InputError

if TYPE_CHECKING:
    from musicnb.course.certificate import Certificate


def command(
    folder: Annotated[
        Path,
        typer.Argument(help="Your lessons; with --key, grades; with a code, certificates."),
    ] = Path(),
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="The page to write; with --key, the folder for the pages.",
            show_default="certificate.html",
        ),
    ] = None,
    name: Annotated[str, typer.Option(help="Your name, as it is to be printed.")] = "",
    key: Annotated[
        Path | None, typer.Option(help="Issue, or check, with the key of your course.")
    ] = None,
    verify: Annotated[
        str | None, typer.Option(metavar="FILE_OR_CODE", help="Check a certificate instead.")
    ] = None,
    json: Json = False,
) -> None:
    """Make a certificate: an HTML page, to read offline, to print, or to save as PDF.

    An instructor passes --key and the folder that `musicnb course grade` wrote: each student gets
    one, with a code that only the key can make and check. With --verify, a certificate is checked:
    a file, or a code from a print, which is looked for among the files in FOLDER.
    """
    from musicnb.course import certificate as made
    from musicnb.course import certificate_page as pages

    if verify is not None:
        path = pages.find(verify, folder)
        shown = {path: _checked(path, key)}
    elif key is not None:
        from musicnb.course import certificate_class as classes
        from musicnb.course.grading.one import file_name

        place = output or Path("certificates")
        issued = classes.issue(folder, key)
        shown = {place / f"{file_name(student)}.html": each for student, each in issued.items()}
    else:
        path = _page(output or Path("certificate.html"))
        shown = {path: made.from_progress(folder, name)}
    for path, certificate in shown.items():
        if verify is None:
            pages.write(certificate, path)
    if json:
        told = [{"file": str(path), **each.to_dict()} for path, each in shown.items()]
        print_json(told if key is not None and verify is None else told[0])
        return
    for path, each in shown.items():
        print(f"{path}: {each.name or 'no name'}, {each.score:g} of {each.points:g} points")
        print(f"  {each.code}")
    if verify is not None:
        print(f"As it was made on {each.date}. {pages.MEANING[each.kind]}")


def _page(path: Path) -> Path:
    if path.suffix.lower() in (".html", ".htm"):
        return path
    raise InputError(
        f"the certificate would be {path}",
        expected="a file that ends in .html",
        todo="Open that in a browser, and print it or save it as PDF.",
    )


def _checked(path: Path, key: Path | None) -> Certificate:
    from musicnb.course import certificate as made
    from musicnb.course import certificate_page as pages

    secret = None
    if key is not None:
        from musicnb.course.certificate_class import secret as secret_of

        secret = secret_of(key)
    shown = pages.read(path)
    if not made.check(shown, secret):
        raise InputError(
            f"the code of {path} does not belong to its figures",
            expected="a certificate that nobody has changed"
            + (", and the key that it was issued with" if shown.kind == made.ISSUED else ""),
            todo="Do not rely on it.",
        )
    return shown
