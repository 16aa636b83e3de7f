"""Grading a class: handing out, collecting, grading, and what comes out of it."""

from __future__ import annotations

import csv
import json
import shutil
import sys
import zipfile

import numpy as np
import pytest
from classroom import LESSON, RIGHT, function, hand_in, keep, notebook, value
from typer.testing import CliRunner

from musicnb.cli.app import app
from musicnb.course.grading import collect, judge, sandbox, submissions, tables
from musicnb.course.grading import grade as graders
from musicnb.course.grading import key as keys
from musicnb.course.grading import roster as rosters
from musicnb.course.grading.key import Hidden
from musicnb.course.grading.roster import Roster, Student
from musicnb.course.question import Question, Wrong, call
from musicnb.course.variants import draw
from musicnb.errors import InputError, MissingToolError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="bubblewrap is for Linux")
run = CliRunner().invoke

CANVAS_EXPORT = """Student,ID,SIS User ID,SIS Login ID,Section,Homework (77)
    Points Possible,,,,,10
"Lovelace, Ada",17,S17,ada@example.org,A,
"Turing, Alan",18,S18,alan@example.org,A,
"""
MOODLE_EXPORT = """\ufeff"First name","Last name","ID number","Email address"
Ada,Lovelace,S17,ada@example.org
Alan,Turing,S18,alan@example.org
"""


def graded(place, out, key="demo", **options):
    return graders.grade(place, key, out, only=(LESSON,), **{"jobs": 1, "bar": False, **options})


def scores(result):
    return {each["student"]: each["score"] for each in result.results}


# ---- what is said of an answer ---------------------------------------------------------------


def one(tmp_path, made, question, **options):
    """Grade one student, and return what became of a question."""
    hand_in(tmp_path / "in" / "ada", made)
    (result,) = graded(tmp_path / "in", tmp_path / "out", **options).results
    return result["questions"][question]


def test_an_error_is_told_with_its_line(tmp_path):
    record = one(tmp_path, notebook(function("half = 1\nreturn song[voice]")), "l00-q6")
    assert record["state"] == "error"
    assert record["message"].startswith("IndexError, in line 5 of the_rest: ")


def test_partial_credit_comes_with_what_is_wrong(tmp_path):
    record = one(tmp_path, notebook(value("singer_stops = 28.5")), "l00-q2")
    assert (record["score"], record["state"]) == (1, "incorrect")
    assert "begins again" in record["message"]


def test_a_function_that_is_right_only_for_the_notebook_is_told_what_for(tmp_path):
    body = "if song.ndim == 1: return song\nreturn song - voice"
    record = one(tmp_path, notebook(function(body)), "l00-q6")
    # One of the hidden checks failed, with a weight of 1 among 5.
    assert record["score"] == 1.6
    assert "not for songs with one channel" in record["message"]


def test_a_reason_is_kept_for_the_instructor(tmp_path):
    record = one(tmp_path, notebook(), "l00-q5")
    assert record["because"] == "Some points <b>hold</b> both of them."
    page = run(app, ["course", "grade", str(tmp_path / "in"), "--key", "demo", "-o", str(tmp_path)])
    assert page.exit_code == 0, page.output
    text = (tmp_path / "summary.html").read_text("utf-8")
    assert "&lt;b&gt;hold&lt;/b&gt;" in text


def test_what_only_a_widget_knows_is_graded_by_what_the_output_keeps(tmp_path):
    box = {"start": 14.5, "stop": 18, "low": 300, "high": 4000}
    record = one(tmp_path, keep(notebook({}), "l00-q3", box), "l00-q3")
    assert (record["score"], record["origin"]) == (2, "kept")


def test_the_code_counts_before_what_the_output_keeps(tmp_path):
    made = keep(notebook(value("singer_stops = 18.5")), "l00-q2", 3)
    record = one(tmp_path, made, "l00-q2")
    assert (record["score"], record["origin"]) == (2, "run")


def test_a_cell_gets_what_it_needs_of_the_cells_before(tmp_path):
    # numpy is imported long before, and the song is loaded in the second cell.
    code = "singer_stops = 18.5 + 0 * len(song.samples) + 0 * np.pi + 0 * song.duration"
    assert one(tmp_path, notebook(value("import numpy as np\n" + code)), "l00-q2")["score"] == 2


def test_a_click_is_graded_by_what_the_output_keeps(tmp_path):
    made = keep(notebook({}), "l00-q5", 1, because="both are in one point")
    record = one(tmp_path, made, "l00-q5")
    assert (record["score"], record["because"]) == (2, "both are in one point")


def test_hints_are_reported_as_claimed_and_cost_nothing(tmp_path):
    made = {"lessons": {LESSON: {"questions": {"l00-q2": {"hints": 2}, "l00-q3": {"hints": "x"}}}}}
    hand_in(tmp_path / "in" / "ada" / "musicnb-course", made, "progress.json")
    record = one(tmp_path, notebook(), "l00-q2")
    assert (record["score"], record["hints"]) == (2, 2)


# ---- artefacts and variants ------------------------------------------------------------------


def check_network(answer, least):
    """A check of a file, with a variant."""
    if np.load(answer, allow_pickle=False)["weight"].sum() < least:
        raise Wrong("it learned too little")


def test_an_artefact_is_judged_from_the_file_that_was_handed_in(tmp_path, monkeypatch):
    variants = ({"least": 3}, {"least": 50})
    asked = Question(
        "l00-q2", "A network", 4, check_network, artefact="network.npz", variants=variants
    )
    monkeypatch.setattr(judge, "questions", lambda _: (asked,))
    monkeypatch.setattr("musicnb.course.grading.one.questions", lambda _: (asked,))
    for name in ("ada", "bob", "eve", "mallory", "nobody"):
        hand_in(tmp_path / "in" / name, notebook({}))
    np.savez(tmp_path / "in" / "ada" / "network.npz", weight=np.full(10, 10))
    np.savez(tmp_path / "in" / "bob" / "network.npz", weight=np.zeros(10))
    np.savez(tmp_path / "in" / "eve" / "network.npz", weight=np.array([{}], dtype=object))
    (tmp_path / "in" / "mallory" / "network.npz").symlink_to(tmp_path / "in/ada/network.npz")
    result = graded(tmp_path / "in", tmp_path / "out")
    assert scores(result) == {"ada": 4, "bob": 0, "eve": 0, "mallory": 0, "nobody": 0}
    said = {each["student"]: each["questions"]["l00-q2"] for each in result.results}
    assert said["bob"]["message"] == "it learned too little"
    assert "pickle" in said["eve"]["message"]
    assert "network.npz" in said["mallory"]["message"]
    assert said["nobody"]["state"] == "not attempted"


def test_the_grader_draws_the_variant_again(tmp_path, monkeypatch):
    def check(answer, frequency):
        if answer != frequency:
            raise Wrong("another frequency")

    variants = tuple({"frequency": n} for n in range(100))
    asked = Question("l00-q2", "A tone", 1, check, variants=variants)
    for module in ("judge", "one"):
        monkeypatch.setattr(f"musicnb.course.grading.{module}.questions", lambda _: (asked,))
    keys.make(tmp_path / "key")
    key = keys.hand_out(keys.read(tmp_path / "key"), ["ada", "bob", "eve"])
    mine = draw(key.secret, "ada", "l00-q2", 100)
    hand_in(tmp_path / "in" / "ada", notebook(value(f"singer_stops = {mine}")))
    hand_in(tmp_path / "in" / "bob", notebook(value(f"singer_stops = {mine}")))
    # Inside, the variant is known: a cell may compute with it.
    hand_in(
        tmp_path / "in" / "eve", notebook(value("singer_stops = welcome.q2.variant['frequency']"))
    )
    # The file that was handed out is the student's to edit, and decides nothing.
    hand_in(tmp_path / "in" / "bob" / "musicnb-course", {"l00-q2": mine}, "variants.json")
    # Somebody who was handed out the lessons of all has the first.
    hand_in(tmp_path / "in" / "grace", notebook(value("singer_stops = 0")))
    result = graded(tmp_path / "in", tmp_path / "out", tmp_path / "key")
    assert scores(result) == {"ada": 1, "bob": 0, "eve": 1, "grace": 1}


def test_release_gives_each_student_what_the_grader_expects(tmp_path):
    (tmp_path / "roster.csv").write_text("student,name\nada,Ada\nalan,Alan\n")
    keys.make(tmp_path / "key")
    out = tmp_path / "out"
    arguments = ["course", "release", "--key", str(tmp_path / "key"), "-o", str(out)]
    done = run(app, [*arguments, "--roster", str(tmp_path / "roster.csv")])
    assert done.exit_code == 0, done.output
    secret = keys.read(tmp_path / "key").secret
    for name in ("ada", "alan"):
        assert (out / name / f"{LESSON}.ipynb").is_file()
        assert (out / name / "musicnb-course" / "originals" / f"{LESSON}.ipynb").is_file()
        drawn = json.loads((out / name / "musicnb-course" / "variants.json").read_text())
        for question in judge.questions("01_sound"):
            count = len(question.variants)
            expected = draw(secret, name, question.id, count) if count > 1 else None
            assert drawn.get(question.id) == expected
    # A second time it would overwrite somebody's work.
    with pytest.raises(InputError, match="not empty"):
        run(app, arguments, catch_exceptions=False)
    common = tmp_path / "common"
    assert run(app, [*arguments[:-1], str(common)]).exit_code == 0
    assert (common / f"{LESSON}.ipynb").is_file()
    assert not (common / "musicnb-course" / "variants.json").exists()
    demo = ["course", "release", "--key", "demo", "-o", str(tmp_path / "more"), "--roster"]
    with pytest.raises(InputError, match="everybody knows"):
        run(app, [*demo, str(tmp_path / "roster.csv")], catch_exceptions=False)


# ---- whose it is -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "student"),
    [
        (f"ada/{LESSON}.ipynb", "ada"),
        (f"ada/deeper/{LESSON}.ipynb", "ada"),
        (f"lovelaceada_17_4711_{LESSON}.ipynb", "17"),
        (f"lovelaceada_LATE_17_4711_{LESSON}-2.ipynb", "17"),
        (f"Ada Lovelace_1234_assignsubmission_file/{LESSON}.ipynb", "1234"),
        (f"Ada Lovelace_1234_assignsubmission_file_/{LESSON}.ipynb", "1234"),
        (f"Ada Lovelace_1234_assignsubmission_file_{LESSON}.ipynb", "1234"),
        ("lovelaceada_17_4711_homework.ipynb", "17"),
        ("ada.ipynb", "ada"),
    ],
)
def test_submissions_are_found_as_canvas_and_moodle_name_them(tmp_path, name, student):
    text = json.dumps(notebook())
    (tmp_path / "in" / name).parent.mkdir(parents=True)
    (tmp_path / "in" / name).write_text(text)
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        archive.writestr(name, text)
    for place in (tmp_path / "in", tmp_path / "in.zip"):
        (found,) = submissions.find(place)
        assert found.key == student
        (file,) = submissions.notebooks(found, {LESSON: None}).values()
        assert file.read(10**7).decode() == text


def test_of_several_tries_the_last_counts(tmp_path):
    for name, answers in (("", {}), ("-1", {}), ("-10", RIGHT), ("-9", {})):
        hand_in(tmp_path / "in", notebook(answers), f"ada_17_{len(name)}_{LESSON}{name}.ipynb")
    assert scores(graded(tmp_path / "in", tmp_path / "out")) == {"17": 12}


def test_the_lesson_as_it_was_released_is_no_submission(tmp_path):
    hand_in(tmp_path / "in" / "ada", notebook())
    hand_in(tmp_path / "in" / "ada" / "musicnb-course" / "originals", notebook({}))
    hand_in(tmp_path / "in" / "ada" / ".ipynb_checkpoints", notebook({}))
    assert scores(graded(tmp_path / "in", tmp_path / "out")) == {"ada": 12}


@pytest.mark.parametrize(
    ("text", "ada"),
    [
        (CANVAS_EXPORT, "ada@example.org"),
        (MOODLE_EXPORT, "S17"),
        ("student,name\nada,Ada Lovelace\nalan,Alan Turing\n", "ada"),
    ],
)
def test_a_roster_tells_whose_a_submission_is(tmp_path, text, ada):
    (tmp_path / "roster.csv").write_text(text, "utf-8")
    roster = rosters.read(tmp_path / "roster.csv")
    assert len(roster.students) == 2
    assert roster.find("Ada Lovelace").id == ada
    assert roster.find("lovelaceada").id == ada
    assert roster.find(ada).id == ada
    assert roster.find("Grace Hopper") is None


def test_two_of_one_name_are_not_mixed_up():
    roster = Roster([Student("1", name="Ada Lovelace"), Student("2", name="Ada Lovelace")])
    assert roster.find("Ada Lovelace") is None
    assert roster.find("2").id == "2"


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "student\nada\nada\n"])
def test_a_roster_that_makes_no_sense_is_refused(tmp_path, text):
    (tmp_path / "roster.csv").write_text(text)
    with pytest.raises(InputError, match=r"roster\.csv"):
        rosters.read(tmp_path / "roster.csv")


# ---- what comes out --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def canvas(tmp_path_factory):
    """A class with a roster from Canvas: Ada handed in, Alan did not, and there is a stranger."""
    root = tmp_path_factory.mktemp("canvas")
    (root / "roster.csv").write_text(CANVAS_EXPORT)
    hand_in(root / "in", notebook(), f"lovelaceada_17_1_{LESSON}.ipynb")
    hand_in(root / "in", notebook({}), f"hoppergrace_99_2_{LESSON}.ipynb")
    roster = rosters.read(root / "roster.csv")
    result = graded(root / "in", root / "out", roster=roster)
    tables.write(result, root / "out")
    return result, root / "out"


def test_the_gradebook_is_one_that_canvas_imports(canvas):
    with (canvas[1] / "gradebook.csv").open(newline="", encoding="utf-8") as file:
        header, points, *rows = csv.reader(file)
    assert header[:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    assert "Points Possible" in points[0]
    column = header.index("l00-q6 Everything but the voice")
    assert points[column] == "2"
    assert (header[-1], points[-1]) == (f"{LESSON} total", "12")
    by_name = {row[0]: row for row in rows}
    assert by_name["Lovelace, Ada"][1:5] == ["17", "S17", "ada@example.org", "A"]
    assert by_name["Lovelace, Ada"][column:] == ["2", "12"]
    # Who handed nothing in has no grade, which is not the same as none of the points.
    assert set(by_name["Turing, Alan"][5:]) == {""}
    assert {len(row) for row in (header, points, *rows)} == {len(header)}


def test_moodle_has_a_table_of_its_own(canvas):
    with (canvas[1] / "gradebook-moodle.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    (ada,) = [row for row in rows if row["Username"] == "ada@example.org"]
    assert ada[f"{LESSON} total"] == "12"


def test_a_stranger_is_graded_and_reported(canvas):
    assert scores(canvas[0]) == {"ada@example.org": 12, "99": 0}
    assert ("99", "", "nobody on the roster is called that") in canvas[0].troubles


def test_only_what_has_changed_is_graded_again(tmp_path):
    place, out, key = tmp_path / "in", tmp_path / "out", tmp_path / "key"
    keys.make(key)
    for name in ("ada", "bob"):
        hand_in(place / name, notebook())
    assert graded(place, out, key).fresh == 2
    assert graded(place, out, key).fresh == 0
    hand_in(place / "bob", notebook({}))
    again = graded(place, out, key)
    assert (again.fresh, scores(again)) == (1, {"ada": 12, "bob": 0})
    # Another key may give other grades.
    (key / "l00.py").write_text("HIDDEN = {}\n")
    assert graded(place, out, key).fresh == 2
    # A result that was damaged is made again.
    (out / "results" / f"ada--{LESSON}.json").write_text("{broken")
    assert graded(place, out, key).fresh == 1


def test_a_process_that_crashes_costs_no_other_student_the_grade(tmp_path):
    keys.make(tmp_path / "key")
    (tmp_path / "key" / "l00.py").write_text(
        "import ctypes\n"
        "from musicnb.course.grading.key import Hidden\n"
        "def crash(answer):\n    if answer == 18: ctypes.string_at(0)\n"
        "HIDDEN = {'l00-q2': (Hidden('crash', crash),)}\n"
    )
    for name in ("ada", "bob", "eve"):
        hand_in(tmp_path / "in" / name, notebook())
    hand_in(tmp_path / "in" / "crash", notebook(value("singer_stops = 18")))
    result = graded(tmp_path / "in", tmp_path / "out", tmp_path / "key", jobs=2)
    assert scores(result) == {"ada": 12, "bob": 12, "eve": 12}
    assert result.troubles == [("crash", LESSON, "grading it made the process crash")]


def test_a_check_that_never_ends_is_stopped(monkeypatch):
    monkeypatch.setattr(judge, "PATIENCE", 0.2)

    def forever(answer):
        while True:
            pass

    question = Question("l99-q1", "For ever", 1, forever)
    assert "in time" in judge._judged(question, 1, 0).message


def test_the_feedback_is_a_page_that_a_screen_reader_reads(tmp_path):
    hand_in(tmp_path / "in" / "ada", notebook())
    out = tmp_path / "out"
    done = run(
        app, ["course", "grade", str(tmp_path / "in"), "--key", "demo", "-o", str(out), "--json"]
    )
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert [(each["student"], each["score"]) for each in told["results"]] == [("ada", 12)]
    page = (out / "feedback" / "ada.html").read_text("utf-8")
    for part in ('<html lang="en">', "<caption>", 'scope="row"', 'scope="col"', "<h1>", "Correct"):
        assert part in page


# ---- keys, tools, lessons --------------------------------------------------------------------


def test_the_example_that_comes_with_a_key_works(tmp_path):
    keys.make(tmp_path / "key")
    hand_in(tmp_path / "in" / "ada", notebook())
    hand_in(tmp_path / "in" / "bob", notebook(function("return song")))
    result = graded(tmp_path / "in", tmp_path / "out", tmp_path / "key")
    assert scores(result) == {"ada": 12, "bob": 0}
    assert (tmp_path / "key" / "key.json").stat().st_mode & 0o077 == 0
    with pytest.raises(InputError, match="holds a key already"):
        keys.make(tmp_path / "key")
    assert keys.read(tmp_path / "key").secret != keys.read("demo").secret


def test_without_a_key_a_lesson_or_submissions_it_says_so(tmp_path):
    with pytest.raises(InputError, match="holds no key"):
        graded(tmp_path, tmp_path / "out", tmp_path)
    with pytest.raises(InputError, match="no submissions"):
        graded(tmp_path, tmp_path / "out")
    hand_in(tmp_path / "in" / "ada", notebook())
    with pytest.raises(InputError, match="77_nothing"):
        graders.grade(tmp_path / "in", "demo", tmp_path / "out", only=("77_nothing",))


def test_without_bubblewrap_it_refuses(tmp_path, monkeypatch):
    hand_in(tmp_path / "in" / "ada", notebook())
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(MissingToolError, match="--unsafe"):
        graded(tmp_path / "in", tmp_path / "out")
    assert scores(graded(tmp_path / "in", tmp_path / "out", unsafe=True)) == {"ada": 12}


def test_a_sandbox_that_cannot_start_says_why(monkeypatch):
    monkeypatch.setattr(sandbox, "bubblewrap", lambda *_: ["bwrap", "--no-such-option"])
    with pytest.raises(MissingToolError, match="no-such-option"):
        sandbox.ready()


KEYS = [
    (lesson, id_, each)
    for lesson in graders.released(graders.lessons_folder())
    for id_, several in keys.read("demo").hidden(lesson).items()
    for each in several
]


@pytest.mark.parametrize(
    ("lesson", "id_", "each"), KEYS, ids=lambda each: getattr(each, "name", each)
)
def test_hidden_checks_know_right_from_wrong(lesson, id_, each, tmp_path):
    (question,) = [question for question in judge.questions(lesson) if question.id == id_]
    assert isinstance(each, Hidden)

    def says(answer, index=0):
        made = answer(tmp_path) if question.artefact else answer
        try:
            each.check(made, **question.variants[index])
        except Wrong:
            return False
        return True

    assert says(question.right[0])
    assert not all(says(answer) for answer, _ in question.wrong)


def test_a_function_that_is_forwarded_raises_what_it_raised_in_the_notebook(tmp_path):
    released = collect.Released.read(graders.lessons_folder() / f"{LESSON}.ipynb")
    data = json.dumps(notebook(function("return {'a': [song, (1, None)], 'b': ...}"))).encode()
    found = collect.answers(data, released)
    with judge.Room(released, found, {}, sandbox.Limits()) as room:
        room.open("l00-q6")
        answer = call(judge.Proxy(room, "l00-q6"), np.float32(3), voice := np.zeros(2))
    assert answer == {"a": [3, (1, None)], "b": ...}
    assert voice.shape == (2,)


@pytest.mark.parametrize("answer", ["float('nan')", "np.full(3, np.nan)"])
def test_a_check_that_only_compares_is_not_fooled_by_nan(answer):
    def check(answer):
        if abs(np.mean(call(answer, 1)) - 5) > 0.1:
            raise Wrong("not it")

    released = collect.Released.read(graders.lessons_folder() / f"{LESSON}.ipynb")
    code = function(f"return {answer}", "import numpy as np")["l00-q6"].replace(", voice", "")
    found = collect.answers(json.dumps(notebook({"l00-q6": code})).encode(), released)
    question = Question("l00-q6", "Fooled", 1, check)
    with judge.Room(released, found, {}, sandbox.Limits()) as room:
        assert room.open("l00-q6")["function"]
        feedback = judge._judged(question, judge.Proxy(room, "l00-q6"), 0)
    assert (feedback.share, "NaN" in feedback.message) == (0, True)


def test_the_demo_key_is_a_model_for_every_lesson():
    counted = {lesson: {id_ for each, id_, _ in KEYS if each == lesson} for lesson, _, _ in KEYS}
    assert set(counted) == set(graders.released(graders.lessons_folder()))
