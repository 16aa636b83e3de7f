"""The page of a certificate: HTML that needs nothing else, to read, to print, and to check."""

from __future__ import annotations

import hashlib
import html
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from musicnb.course.certificate import ISSUED, OWN, Certificate, Line, from_dict
from musicnb.errors import InputError
from musicnb.runtime.files import atomic

if TYPE_CHECKING:
    import os

#: More than any certificate has.
LARGEST = 1_000_000
FIGURES = re.compile(r'<script type="application/json" id="figures">(.*?)</script>', re.DOTALL)
CODE = re.compile(r"[SC](-[A-Z2-7]{4}){5}")
MEANING = {
    "S": (
        "The student's own computer made this certificate, from the file in which the lessons keep "
        "the progress. Its code is a checksum: it shows that no figure here was changed since. It "
        "does not show who gave the answers. A course that grades submissions can issue a "
        "certificate that proves more."
    ),
    "C": (
        "The course issued this certificate, from submissions that it graded itself. Its code was "
        "made with the secret key of the course: nobody else could make it, and whoever has the "
        "key can check that name, points and date are as they were issued."
    ),
}

CSS = """
:root{color-scheme:light;--ink:#1d2433;--soft:#566074;--line:#c9cfdb;--accent:#7a3b00}
*{box-sizing:border-box}
body{margin:0;background:#f3f4f7;color:var(--ink);font:15px/1.45 system-ui,sans-serif}
main{max-width:277mm;margin:24px auto;padding:12mm 16mm 10mm;background:#fff;
border:1px solid var(--line);border-top:6px solid var(--accent)}
h1{margin:2mm 0 0;font:600 34px/1.15 Georgia,"Times New Roman",serif}
.course{margin:0;color:var(--accent);font-weight:600;letter-spacing:.04em}
.name{margin:5mm 0 1mm;font:italic 30px/1.2 Georgia,"Times New Roman",serif}
.blank{width:110mm;height:12mm;border-bottom:1px solid var(--ink)}
.sum{margin:0 0 5mm;font-size:17px}
table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--soft);padding-bottom:1mm}
th,td{padding:1.6mm 3mm 1.6mm 0;border-bottom:1px solid var(--line);text-align:right}
th:first-child,td:first-child{text-align:left;font-weight:400}
thead th{color:var(--soft);font-weight:600;vertical-align:bottom}
tfoot th,tfoot td,tfoot th:first-child{border:0;font-weight:600}
td,time{white-space:nowrap}td:last-child{white-space:normal}
th:last-child,td:last-child{padding-right:0}
.proof{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:4mm 10mm;margin-top:6mm}
.proof p{margin:0;max-width:75ch;color:var(--soft);font-size:13px}
dl{margin:0;display:grid;grid-template-columns:auto auto;gap:0 4mm;align-content:start}
dt{color:var(--soft)}dd{margin:0;font-weight:600}
code{font:600 14px ui-monospace,Consolas,monospace;white-space:nowrap}
svg{display:block;width:100%;height:14mm;margin-top:6mm}
@media(max-width:700px){main{margin:0;padding:16px;overflow-x:auto}.proof{grid-template-columns:1fr}}
@page{size:A4 landscape;margin:10mm}
@media print{body{background:#fff;print-color-adjust:exact;-webkit-print-color-adjust:exact}
main{margin:0;max-width:none;break-inside:avoid}}
"""


def write(certificate: Certificate, path: str | os.PathLike[str]) -> None:
    """Write a certificate's page, whole or not at all."""
    with atomic(path) as temporary:
        temporary.write_text(page(certificate), "utf-8")


def read(path: Path) -> Certificate:
    """Return the certificate of a page, if the page shows its figures and nothing else.

    Raises
    ------
    musicnb.errors.InputError
        If it is no certificate, or was changed.
    """
    try:
        text = path.read_text("utf-8") if path.stat().st_size <= LARGEST else ""
        found = FIGURES.search(text)
        certificate = from_dict(json.loads(found[1] if found else ""))
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path} is not a certificate of musicnb",
            expected="the HTML file that `musicnb course certificate` wrote",
            todo="Ask for the file itself, not for a print of it.",
        ) from error
    if page(certificate) != text:
        raise InputError(
            f"{path} does not show the figures that its code stands for",
            expected="the page as it was made",
            todo="It was changed, or another version of musicnb made it "
            f"({certificate.version}): ask for the original, or check it with that version.",
        )
    return certificate


def find(file_or_code: str, folder: Path) -> Path:
    """Return the file that is meant: itself, or the one in a folder that carries the code.

    Raises
    ------
    musicnb.errors.InputError
        If there is none.
    """
    path = Path(file_or_code)
    if not CODE.fullmatch(file_or_code.strip().upper()):
        return path
    code = file_or_code.strip().upper()
    for other in sorted(folder.glob("*.htm*")):
        if other.stat().st_size <= LARGEST and code in other.read_text("utf-8", "replace"):
            return other
    raise InputError(
        f"no certificate in {folder.resolve()} carries the code {code}",
        expected="a folder that holds the certificate as a file",
        todo="Name the folder of the certificates you issued, or ask for the file.",
    )


def page(certificate: Certificate) -> str:
    """Return the page of a certificate; the same certificate always gives the same page."""
    title = "Certificate of completion" if certificate.complete else "Record of progress"
    name = html.escape(certificate.name)
    named = f'<p class="name">{name}</p>' if name else BLANK
    # No text in the figures can end their element.
    figures = json.dumps(certificate.to_dict(), indent=1, ensure_ascii=False).replace(
        "<", "\\u003c"
    )
    check = "musicnb course certificate --verify FILE"
    check += " --key DIR" if certificate.kind == ISSUED else ""
    code = html.escape(certificate.code)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}{": " if name else ""}{name}</title>
<style>{CSS}</style>
</head>
<body>
<main>
<p class="course">musicnb · Neural networks for music</p>
<h1>{title}</h1>
{named}
<p class="sum">{_sum(certificate)}</p>
{_table(certificate)}
{_ornament(certificate.code)}
<div class="proof">
<p>{MEANING[certificate.kind]} To check: <code>{check}</code></p>
<dl><dt>Date</dt><dd>{html.escape(certificate.date)}</dd>
<dt>Code</dt><dd><code>{code}</code></dd></dl>
</div>
</main>
<script type="application/json" id="figures">{figures}</script>
</body>
</html>
"""


BLANK = '<div class="blank" role="img" aria-label="Space for the name"></div>'


def _sum(certificate: Certificate) -> str:
    done = sum(line.done for line in certificate.lessons)
    all_ = len(certificate.lessons)
    lessons = f"{'all ' if done == all_ > 1 else ''}{done}" + (f" of {all_}" if done < all_ else "")
    of_points = certificate.score / certificate.points if certificate.points else 0.0
    return (
        f"worked through {lessons} lesson{'s' * (all_ != 1)}, and reached "
        f"<strong>{certificate.score:g} of {certificate.points:g} points</strong> "
        f"({100 * of_points:.0f} %)."
    )


def _table(certificate: Certificate) -> str:
    lines = certificate.lessons
    own = certificate.kind == OWN
    # What a student's own record says of these, no grader can know.
    heads = ["Lesson", "State", "Right", "Points"]
    heads += ["Answers", "Hints", "Solutions", "Days"] if own else []
    head = "".join(f'<th scope="col">{each}</th>' for each in heads)
    body = "\n".join(_row(line, own=own) for line in lines)
    counted = ("right", "questions", "attempts", "hints", "solutions")
    sums = {name: sum(getattr(line, name) for line in lines) for name in counted}
    together = Line("", "Together", certificate.score, certificate.points, **sums)
    cost = (
        " A hint costs a quarter of its question's points, a solution all of them." if own else ""
    )
    return f"""<table>
<caption>The figures behind it.{cost}</caption>
<thead><tr>{head}</tr></thead>
<tbody>
{body}
</tbody>
<tfoot>{_row(together, own=own)}</tfoot>
</table>"""


def _row(line: Line, *, own: bool) -> str:
    begun = line.score or (line.questions and (line.attempts or not own))
    state = "done" if line.done else "begun" if begun else "not begun"
    days = [f"<time>{html.escape(day)}</time>" for day in sorted({line.first, line.last} - {""})]
    cells: list[object] = [
        state if line.lesson else "",
        f"{line.right} of {line.questions}" if line.questions else "",
        f"{line.score:g} of {line.points:g}",
    ]
    if own:
        cells += [line.attempts, line.hints, line.solutions, " to ".join(days)]
    row = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<tr><th scope="row">{html.escape(line.title)}</th>{row}</tr>'


def _ornament(code: str) -> str:
    """Draw bars like those of a level meter; the code decides their height: no two are alike."""
    bars = []
    for place, height in enumerate(hashlib.shake_256(code.encode()).digest(120)):
        size = 2 + 18 * height / 255
        box = f'x="{8 * place + 1}" y="{20 - size / 2:.1f}" width="5" height="{size:.1f}"'
        bars.append(f'<rect {box} rx="2"/>')
    shape = 'viewBox="0 0 960 40" preserveAspectRatio="none" fill="#d9a066"'
    return f'<svg {shape} aria-hidden="true">{"".join(bars)}</svg>'
