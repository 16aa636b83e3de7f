"""Lessons from their masters: what students get, what instructors get, and that both are scored."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

import musicnb
from musicnb.cli.app import app
from musicnb.course import build, master
from musicnb.course.lesson import lesson
from musicnb.errors import InputError

LESSONS = Path(__file__).parent.parent / "lessons"
SOURCES = build.sources(LESSONS)
MASTER = """# %% [markdown]
# # A lesson

# %%
# musicnb: l99-q1
### BEGIN SOLUTION | answer = ...
answer = 6 * 7
### END SOLUTION

# %% tags=["nbval-check-output"]
print(answer)
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with one lesson, and the solutions beside it."""
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "99_test.py").write_text(MASTER, "utf-8")
    monkeypatch.setattr(build, "SOLUTIONS", tmp_path / "solutions")
    return tmp_path


def test_a_student_gets_dots_and_the_output_of_golden_cells(folder):
    (source,) = build.sources(folder)
    build.build(source, folder)
    notebook = json.loads(source.notebook.read_text("utf-8"))
    _, _, exercise, golden = notebook["cells"]
    assert "".join(exercise["source"]).splitlines() == ["# musicnb: l99-q1", "answer = ..."]
    assert not exercise["outputs"]
    assert golden["outputs"][0]["text"] == ["Ellipsis\n"]
    assert "42" not in source.notebook.read_text("utf-8")
    assert json.loads(source.key.read_text("utf-8")) == {"l99-q1": "answer = 6 * 7"}
    assert not build.stale(source)


def test_what_was_changed_by_hand_is_noticed(folder):
    (source,) = build.sources(folder)
    build.build(source, folder)
    text = source.notebook.read_text("utf-8")
    source.notebook.write_text(text.replace("answer = ...", "answer = 42"), "utf-8")
    assert build.stale(source)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (MASTER.replace("### END SOLUTION", ""), "beginning or end"),
        (MASTER.replace("# musicnb: l99-q1", ""), "without an id"),
        (MASTER + MASTER, "two cells"),
    ],
)
def test_masters_that_make_no_sense_are_refused(folder, text, words):
    path = folder / "source" / "99_test.py"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError, match=words):
        master.read(path)


def test_a_folder_without_masters_is_refused(tmp_path):
    with pytest.raises(InputError, match="no masters"):
        build.sources(tmp_path)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_every_question_is_in_its_lesson_with_a_solution(source, tmp_path):
    ids = {task._question.id for task in lesson(source.name, tmp_path)}
    assert set(master.solutions(master.read(source.path))) == ids


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_the_untouched_version_has_no_point(source, tmp_path):
    build.run(build.student(source), tmp_path)
    file = tmp_path / "musicnb-course" / "progress.json"
    lessons = json.loads(file.read_text("utf-8"))["lessons"] if file.exists() else {}
    assert lessons.get(source.name, {}).get("score", 0) == 0


def taught():
    """Yield each public name whose docstring says which lesson teaches it, and the lesson."""
    for name in musicnb.__all__:
        about = " ".join((getattr(musicnb, name).__doc__ or "").split())
        for number in re.findall(r"Taught in lesson (\d\d)", about):
            yield name, number


@pytest.mark.parametrize(("name", "number"), sorted(taught()))
def test_the_lesson_that_a_docstring_names_is_there(name, number):
    assert [each.name for each in SOURCES if each.name.startswith(number)], name


def test_the_command_line_checks_and_writes_solved_notebooks(folder, tmp_path):
    run = CliRunner().invoke
    assert run(app, ["course", "build", str(folder)]).exit_code == 0
    assert run(app, ["course", "build", str(folder), "--check"]).exit_code == 0
    solved = tmp_path / "solved"
    assert run(app, ["course", "build", str(folder), "--solved", str(solved)]).exit_code == 0
    assert "6 * 7" in (solved / "99_test.ipynb").read_text("utf-8")


def test_the_command_line_shows_progress(tmp_path):
    run = CliRunner().invoke
    assert "Nothing" in run(app, ["course", "progress", str(tmp_path)]).stdout
    lesson("00_welcome", tmp_path).q2.check(18)
    shown = run(app, ["course", "progress", str(tmp_path)]).stdout
    assert "00_welcome" in shown
    assert "2 of 12" in shown
    shown = run(app, ["course", "progress", str(tmp_path), "--json"]).stdout
    assert json.loads(shown)["00_welcome"]["score"] == 2
