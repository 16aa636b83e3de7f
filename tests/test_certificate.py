"""Certificates: what they show, and that no figure on them can be changed unnoticed."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from musicnb.cli.app import app
from musicnb.course import build, certificate, certificate_class, certificate_page
from musicnb.course.certificate import Line, check, from_progress, make
from musicnb.course.lesson import lesson
from musicnb.course.progress import Progress
from musicnb.errors import InputError

LESSONS = Path(__file__).parent.parent / "lessons"
SECRET = b"the course's own"


def call(*arguments):
    result = CliRunner().invoke(app, ["course", "certificate", *map(str, arguments)])
    if isinstance(result.exception, InputError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def worked(tmp_path):
    """A folder in which lesson 00 was worked through: a hint, a wrong answer, a solution seen."""
    welcome = lesson("00_welcome", tmp_path)
    welcome.q1.hint()
    welcome.q2.check(28.5)
    welcome.q6.solution()
    for task in welcome:
        task.check(task._question.right[0])
    return tmp_path


@pytest.fixture
def page(worked):
    path = worked / "anna.html"
    call(worked, "--name", "Anna Ørsted", "-o", path)
    return path


class Text(HTMLParser):
    """What a reader sees."""

    def __init__(self, html):
        super().__init__()
        self.found, self.tags = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        if self.tags and self.tags[-1][0] not in ("style", "script") and data.strip():
            self.found.append(" ".join(data.split()))


def test_the_page_shows_the_figures(page):
    read = Text(page.read_text("utf-8"))
    assert {"Anna Ørsted", "Certificate of completion"} <= set(read.found)
    day = Progress(page.parent).lessons()["00_welcome"]["last"]
    row = read.found.index("00 Welcome: taking a song apart")
    # Of 12 points half a point for the hint, and two for the solution.
    expected = ["done", "5 of 6", "9.5 of 12", "7", "1", "1", day]
    assert read.found[row + 1 : row + 8] == expected


def test_the_page_needs_nothing_from_anywhere(page):
    text = page.read_text("utf-8")
    assert "//" not in text.replace("<!DOCTYPE html>", "")
    assert not {"link", "img", "iframe"} & {tag for tag, _ in Text(text).tags}


def test_the_page_can_be_read_by_a_screen_reader(page):
    tags = Text(page.read_text("utf-8")).tags
    assert ("html", {"lang": "en"}) in tags
    assert [tag for tag, _ in tags if tag in ("main", "h1", "caption")] == ["main", "h1", "caption"]
    assert all(about.get("scope") in ("row", "col") for tag, about in tags if tag == "th")


def test_lessons_that_were_not_begun_are_listed_and_it_is_no_completion(worked):
    (worked / "01_sound.ipynb").write_text("{}", "utf-8")
    (worked / "00_welcome.before-2026.ipynb").write_text("{}", "utf-8")
    mine = from_progress(worked)
    assert [line.lesson for line in mine.lessons] == ["00_welcome", "01_sound"]
    assert mine.lessons[1].points == lesson("01_sound", worked).points
    assert not mine.complete
    found = Text(certificate_page.page(mine)).found
    assert "Record of progress" in found
    assert "not begun" in found


def test_it_says_what_kind_it_is(worked):
    own = certificate_page.page(from_progress(worked))
    issued = certificate_page.page(make("Anna", [Line("00", "00")], SECRET))
    assert "does not show who gave the answers" in own
    assert "nobody else could make it" in issued
    assert "--key DIR" in issued


def test_as_it_was_made_it_verifies(page):
    told = call("--verify", page)
    assert "As it was made on" in told
    assert "Anna Ørsted" in told
    assert "9.5 of 12 points" in told


def test_a_code_from_a_print_is_found_among_the_files(page):
    code = json.loads(call("--verify", page, "--json"))["code"]
    assert str(page) in call(page.parent, "--verify", code.lower())
    other = code[:-1] + ("A" if code[-1] != "A" else "B")
    with pytest.raises(InputError, match="carries the code"):
        call(page.parent, "--verify", other)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Anna Ørsted", "Berta"),
        ("9.5 of 12", "12 of 12"),
        ("<td>1</td>", "<td>0</td>"),
        ('"score": 9.5', '"score": 12.0'),
        ('"solutions": 1', '"solutions": 0'),
        ('"date": "20', '"date": "19'),
        ('"kind": "S"', '"kind": "C"'),
        ("</main>", "<p>with honours</p></main>"),
    ],
)
def test_a_changed_page_is_noticed(page, old, new):
    text = page.read_text("utf-8")
    assert old in text
    page.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(InputError, match=r"does not (show|belong)|not a certificate"):
        call("--verify", page)


@pytest.mark.parametrize("change", [{"name": "Berta"}, {"date": "2020-01-01"}, {"version": "9"}])
def test_a_page_made_anew_from_changed_figures_is_noticed(worked, change):
    path = worked / "forged.html"
    certificate_page.write(replace(from_progress(worked, "Anna"), **change), path)
    with pytest.raises(InputError, match="does not belong to its figures"):
        call("--verify", path)


def test_only_the_key_of_the_course_makes_and_checks_what_the_course_issues(worked):
    lines = from_progress(worked).lessons
    issued = make("Anna", lines, SECRET)
    assert check(issued, SECRET)
    assert not check(issued, b"another")
    assert not check(replace(issued, name="Berta"), SECRET)
    with pytest.raises(InputError, match="key of that course"):
        check(issued)
    # A checksum that poses as one.
    posing = replace(make("Anna", lines), kind=certificate.ISSUED)
    assert not check(posing, SECRET)
    posing = replace(posing, code=certificate._code(posing, None))
    assert not check(posing, SECRET)
    # And the course's code does not pass for a checksum.
    assert not check(replace(issued, kind=certificate.OWN))


def test_figures_that_are_no_figures_are_no_certificate(page):
    text = page.read_text("utf-8")
    figures = json.loads(certificate_page.FIGURES.search(text)[1])
    for broken in (
        [],
        figures | {"lessons": [{"title": "00"}]},
        figures | {"name": 5},
        figures | {"lessons": [figures["lessons"][0] | {"score": "<b>12</b>"}]},
        figures | {"kind": "X"},
        figures | {"more": 1},
    ):
        with pytest.raises(ValueError, match="no certificate"):
            certificate.from_dict(broken)
    for bad in ("", "<html>", text.replace('id="figures">{', 'id="figures">')):
        page.write_text(bad, "utf-8")
        with pytest.raises(InputError, match="not a certificate"):
            call("--verify", page)


def test_a_name_is_shown_as_text(worked):
    name = "</script><b>Anna</b> & 'co'"
    path = worked / "odd.html"
    call(worked, "--name", name, "-o", path)
    read = Text(path.read_text("utf-8"))
    assert name in read.found
    assert [tag for tag, _ in read.tags].count("script") == 1
    assert json.loads(call("--verify", path, "--json"))["name"] == name


def test_one_name_has_one_code_however_it_is_typed(worked):
    one, two = (from_progress(worked, name) for name in ("Ørsted  Åse", " Ørsted A\u030ase"))
    assert one.code == two.code


@pytest.mark.parametrize("name", ["x" * 101, "Anna\x00", "Anna\u202egnat"])
def test_a_name_that_cannot_be_printed_is_refused(worked, name):
    with pytest.raises(InputError, match="cannot be printed"):
        call(worked, "--name", name)


def test_without_a_name_there_is_room_for_one(worked):
    assert "Space for the name" in certificate_page.page(from_progress(worked))


def test_nothing_is_made_of_nothing(tmp_path):
    with pytest.raises(InputError, match="nothing was answered"):
        call(tmp_path, "-o", tmp_path / "c.html")
    with pytest.raises(InputError, match=r"ends in \.html"):
        call(tmp_path, "-o", tmp_path / "c.pdf")
    assert not list(tmp_path.glob("c.*"))


def test_days_are_kept_and_running_a_finished_lesson_again_changes_none(tmp_path):
    welcome = lesson("00_welcome", tmp_path)
    welcome.q2.check(18)
    file = tmp_path / "musicnb-course" / "progress.json"
    record = json.loads(file.read_text("utf-8"))
    days = record["lessons"]["00_welcome"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", days["first"])
    assert days["first"] == days["last"]
    days |= {"first": "2020-01-01", "last": "2020-01-02"}
    file.write_text(json.dumps(record), "utf-8")
    welcome.q2.check(18)
    kept = Progress(tmp_path).lessons()["00_welcome"]
    assert (kept["first"], kept["last"]) == ("2020-01-01", "2020-01-02")
    welcome.q4.check(welcome.q4._question.right[0])
    kept = Progress(tmp_path).lessons()["00_welcome"]
    assert kept["first"] == "2020-01-01"
    assert kept["last"] > "2020-01-02"


# A class


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A key, and the grades of one who answered everything and of one who answered nothing."""
    place = tmp_path_factory.mktemp("class")
    (source,) = (each for each in build.sources(LESSONS) if each.name == "00_welcome")
    for student, notebook in (("ada", build.instructor(source)), ("bob", build.student(source))):
        build.write(notebook, place / "submissions" / student / "00_welcome.ipynb")
    (place / "roster.csv").write_text("student,name\nada,Ada Lovelace\nbob,Bob\n", "utf-8")
    run = CliRunner().invoke
    assert run(app, ["course", "key", "-o", str(place / "key")]).exit_code == 0
    grade = ["grade", place / "submissions", "--key", place / "key", "-o", place / "grades"]
    grade += ["--roster", place / "roster.csv", "--lesson", "00_welcome", "--jobs", "1"]
    done = run(app, ["course", *map(str, grade)])
    assert done.exit_code == 0, done.output
    return place


def test_a_course_issues_certificates_that_only_its_key_can_check(graded, tmp_path):
    out = tmp_path / "certificates"
    call(graded / "grades", "--key", graded / "key", "-o", out)
    assert {path.name for path in out.iterdir()} == {"ada.html", "bob.html"}
    found = Text((out / "ada.html").read_text("utf-8")).found
    assert {"Ada Lovelace", "Certificate of completion", "6 of 6", "12 of 12"} <= set(found)
    assert "Hints" not in found
    told = json.loads(call("--verify", out / "ada.html", "--key", graded / "key", "--json"))
    assert (told["name"], told["code"][0]) == ("Ada Lovelace", "C")
    assert "Ada Lovelace" in call(out, "--verify", told["code"], "--key", graded / "key")
    with pytest.raises(InputError, match="key of that course"):
        call("--verify", out / "ada.html")
    assert CliRunner().invoke(app, ["course", "key", "-o", str(tmp_path / "key")]).exit_code == 0
    with pytest.raises(InputError, match="does not belong"):
        call("--verify", out / "ada.html", "--key", tmp_path / "key")


def test_who_answered_nothing_has_no_completion(graded):
    bob = certificate_class.issue(graded / "grades", graded / "key")["bob"]
    assert (bob.score, bob.points, bob.complete) == (0, 12, False)
    assert "Record of progress" in Text(certificate_page.page(bob)).found


def test_a_lesson_that_was_not_handed_in_is_listed(graded, tmp_path):
    grades = shutil.copytree(graded / "grades", tmp_path / "grades")
    result = json.loads((grades / "results" / "ada--00_welcome.json").read_text("utf-8"))
    (grades / "results" / "ada--01_sound.json").write_text(
        json.dumps(result | {"lesson": "01_sound", "points": 21}), "utf-8"
    )
    bob = certificate_class.issue(grades, graded / "key")["bob"]
    assert [(line.lesson, line.points) for line in bob.lessons] == [
        ("00_welcome", 12),
        ("01_sound", 21),
    ]


def test_the_demo_key_issues_and_checks_nothing(graded, tmp_path):
    out = tmp_path / "certificates"
    with pytest.raises(InputError, match="known to everybody"):
        call(graded / "grades", "--key", "demo", "-o", out)
    assert not out.exists()
    call(graded / "grades", "--key", graded / "key", "-o", out)
    with pytest.raises(InputError, match="known to everybody"):
        call("--verify", out / "ada.html", "--key", "demo")


def test_without_grades_nothing_is_issued(graded, tmp_path):
    with pytest.raises(InputError, match="holds no grades"):
        call(tmp_path, "--key", graded / "key")
