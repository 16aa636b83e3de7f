"""Questions, hints, progress: what a student is told, and what is kept."""

from __future__ import annotations

import importlib
import json
import pkgutil

import pytest

import musicnb.course.questions
from musicnb.course.lesson import ANSWER, HINT_COST, Lesson, lesson
from musicnb.course.progress import Progress
from musicnb.course.question import Question, Wrong
from musicnb.errors import InputError

MODULES = [
    importlib.import_module(f"musicnb.course.questions.{module.name}")
    for module in pkgutil.iter_modules(musicnb.course.questions.__path__)
]
QUESTIONS = [question for module in MODULES for question in module.QUESTIONS]


@pytest.fixture
def welcome(tmp_path):
    return lesson("00_welcome", tmp_path)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_every_check_knows_right_from_wrong(question, tmp_path):
    def made(answer):
        return answer(tmp_path) if question.artefact else answer

    assert question.right
    for answer in question.right:
        feedback = question.judge(made(answer))
        assert feedback.state == "correct", feedback
    assert len(question.wrong) >= 2
    for answer, words in question.wrong:
        feedback = question.judge(made(answer))
        assert feedback.state == "incorrect"
        assert words in feedback.message
        assert feedback.share < 1


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
@pytest.mark.parametrize("answer", [object(), [], {}, "?", float("nan"), -1, lambda *_: 1 / 0])
def test_no_answer_makes_a_check_raise(question, answer):
    feedback = question.judge(answer)
    assert feedback.state != "correct"
    assert feedback.message


def test_untouched_it_has_no_points(welcome):
    for task in welcome:
        assert task.check(...).state == "not attempted"
    assert repr(welcome).startswith("Lesson 00_welcome: 0 of 12 points")
    assert Progress(welcome._progress.path.parent.parent).lessons() == {}


def test_a_table_tells_how_each_question_stands(welcome):
    welcome.q2.check(28.5)
    welcome.q6.solution()
    table = welcome._repr_html_()
    assert table.count("<tr>") == 7
    assert "Not yet</td><td>q2</td><td>When does the singer stop?</td><td>1 of 2</td>" in table
    assert "Solution seen</td><td>q6</td>" in table
    assert table.count("Not attempted</td>") == 4


def test_all_right_it_has_every_point_and_is_done(welcome):
    for task in welcome:
        task.check(task._question.right[0])
    assert repr(welcome) == "Lesson 00_welcome: 12 of 12 points, 6 of 6 questions answered"
    saved = json.loads(welcome._progress.path.read_text("utf-8"))
    record = saved["lessons"]["00_welcome"]
    assert (record["state"], record["score"], record["points"]) == ("done", 12, 12)


def test_hints_cost_and_say_so(welcome):
    assert "costs 0.5 of the points" in repr(welcome.q2.hint())
    assert "Hint 2 of 2" in repr(welcome.q2.hint())
    assert "no more hints" in repr(welcome.q2.hint())
    assert welcome.q2.check(18).state == "correct"
    assert welcome.q2.record["score"] == 2 * (1 - 2 * HINT_COST)


def test_hints_after_the_answer_are_free(welcome):
    welcome.q2.check(18)
    assert "cost" not in repr(welcome.q2.hint())
    assert welcome.q2.record["score"] == 2


def test_the_best_answer_counts(welcome):
    welcome.q2.check(28.5)
    assert welcome.q2.record["score"] == 1
    welcome.q2.check(18)
    welcome.q2.check(10)
    assert welcome.q2.record == {"attempts": 3, "score": 2, "points": 2, "state": "correct"}


def test_who_has_seen_the_solution_gets_no_points(welcome):
    welcome.q6.solution()
    feedback = welcome.q6.check(lambda song, voice: song - voice)
    assert feedback.state == "correct"
    assert "seen the solution" in feedback.note
    assert welcome.q6.record["score"] == 0


def test_an_error_in_the_answer_is_told_with_its_line(welcome):
    def broken(song, voice):
        return song[voice]

    feedback = welcome.q6.check(broken)
    assert feedback.state == "error"
    assert "IndexError, in line" in feedback.message
    assert "of broken" in feedback.message


def test_a_function_that_is_still_empty_was_not_attempted(welcome):
    assert welcome.q6.check(lambda song, voice: ...).state == "not attempted"


def test_feedback_is_told_in_words_and_escaped(welcome):
    html = welcome.q2.check("<b>18</b>")._repr_html_()
    assert 'role="status"' in html
    assert "Not yet" in html
    welcome.q2.check(18)
    assert "<b>18</b>" not in html


def test_progress_that_cannot_be_read_is_kept_aside(welcome):
    welcome.q2.check(18)
    path = welcome._progress.path
    path.write_text("{broken", "utf-8")
    welcome.q3.check(welcome.q3._question.right[0])
    assert path.with_suffix(".damaged.json").read_text("utf-8") == "{broken"
    assert welcome.q3.record["state"] == "correct"


def test_a_prediction_is_kept_and_shown_beside_the_result(welcome, monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    assert "predicted nothing" in repr(welcome.reveal("softer", "1.5 LU"))
    welcome.predict("softer", "How much softer?", unit="LU")
    (quiz,) = shown
    quiz.submit(4)
    assert repr(welcome.reveal("softer", "1.5 LU")) == "It is 1.5 LU. You predicted 4 LU."
    # Nobody scores it, and a score does not wipe it out.
    assert repr(welcome).startswith("Lesson 00_welcome: 0 of 12")
    welcome.q2.check(18)
    assert "predicted 4 LU" in repr(welcome.reveal("softer", 1.5))


def test_a_click_answers_a_question(welcome, monkeypatch):
    shown = []

    class Handle:
        def update(self, answer):
            shown.append(answer)

    def display(value, *, display_id=False):
        shown.append(value)
        return Handle() if display_id else None

    monkeypatch.setattr("IPython.display.display", display)
    welcome.q5.ask()
    quiz = shown[0]
    quiz.submit(0, "because it was lost on the way")
    assert (quiz.state, welcome.q5.record["state"]) == ("incorrect", "incorrect")
    quiz.submit(1, "because both are in one point")
    assert (quiz.state, welcome.q5.record["score"]) == ("correct", 2)
    kept = shown[-1]._repr_mimebundle_()[ANSWER]
    expected = {"question": "l00-q5", "answer": 1, "because": "because both are in one point"}
    assert kept == expected


def test_a_student_gets_the_variant_that_was_handed_out(tmp_path):
    def check(answer, frequency):
        if answer != frequency:
            raise Wrong(f"{answer} is not {frequency}")

    variants = ({"frequency": 440}, {"frequency": 495})
    question = Question("l99-q1", "The frequency", 1, check, variants=variants)
    mine = Lesson("99_test", (question,), tmp_path)
    assert mine.q1.variant == {"frequency": 440}
    file = tmp_path / "musicnb-course" / "variants.json"
    file.parent.mkdir()
    for text, frequency in (('{"l99-q1": 1}', 495), ('{"l99-q1": 7}', 440), ("[broken", 440)):
        file.write_text(text, "utf-8")
        assert mine.q1.variant == {"frequency": frequency}
        assert mine.q1.check(frequency).state == "correct"
        assert mine.q1.check(1).message == f"1 is not {frequency}"


def test_there_is_no_such_lesson_or_question(tmp_path, welcome):
    with pytest.raises(InputError, match="no lesson"):
        lesson("77_nothing", tmp_path)
    with pytest.raises(AttributeError, match="q1"):
        _ = welcome.q99
