"""The Python half of the quiz: what it accepts, refuses and keeps to itself, without a browser."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
import soundfile

import musicnb
from musicnb.errors import InputError
from musicnb.widgets.base import MIME
from musicnb.widgets.quiz import KINDS, Quiz

RATE = 8000
OPTIONS = ["alpha", "beta", "gamma"]


def tone(frequency, seconds=1.0, channels=1, rate=RATE):
    time = np.arange(int(seconds * rate)) / rate
    return musicnb.Audio(np.stack([0.5 * np.sin(2 * np.pi * frequency * time)] * channels), rate)


@pytest.fixture
def sounds():
    return {"secret original": tone(220), "secret imitation": tone(330)}


def make(kind, sounds, **options):
    if kind in ("choice", "several", "order"):
        options["options"] = OPTIONS
    if kind == "which":
        options["sounds"] = sounds
    return Quiz("What is it?", kind, **options)


def ask(widget, method, monkeypatch, **params):
    """Ask as the front end does; return the answer as it would be sent."""
    sent = []
    monkeypatch.setattr(widget, "send", lambda content, buffers=(): sent.append((content, buffers)))
    widget._hear(widget, {"id": "1", "method": method, "params": params}, [])
    ((content, buffers),) = sent
    return content, buffers


RIGHT = [
    ("choice", 0, 0),
    ("choice", np.int64(2), 2),
    ("several", [2, 0], [0, 2]),
    ("several", [], []),
    ("order", (2, 0, 1), [2, 0, 1]),
    ("number", 12, 12),
    ("number", -0.5, -0.5),
    ("number", np.float32(0.25), 0.25),
    ("text", "  a fugue \n", "a fugue"),
    ("which", "B", "B"),
]
WRONG = [
    ("choice", None),
    ("choice", 3),
    ("choice", -1),
    ("choice", True),
    ("choice", 1.0),
    ("choice", "alpha"),
    ("choice", [0]),
    ("several", 1),
    ("several", "01"),
    ("several", [0, 0]),
    ("several", [0, 3]),
    ("several", {0: 1}),
    ("order", [0, 1]),
    ("order", [0, 1, 1]),
    ("order", [0, 1, 2, 3]),
    ("order", [[0], 1, 2]),
    ("number", "12"),
    ("number", True),
    ("number", float("nan")),
    ("number", float("inf")),
    ("number", [1]),
    ("text", " \n"),
    ("text", 5),
    ("text", "a" * 2001),
    ("which", "C"),
    ("which", "secret original"),
    ("which", 0),
    ("which", "AB"),
]


@pytest.mark.parametrize(("kind", "answer", "kept"), RIGHT)
def test_an_answer_is_kept_and_the_functions_called(kind, answer, kept, sounds, monkeypatch):
    quiz, seen = make(kind, sounds), []
    quiz.on_submit(lambda quiz: seen.append((quiz.answer, quiz.state)))
    quiz.on_submit(lambda quiz: quiz.show("partial", "Nearly."))
    content, _ = ask(quiz, "submit", monkeypatch, answer=answer, because="")
    assert content == {"id": "1", "result": {}}
    assert (quiz.answer, type(quiz.answer)) == (kept, type(kept))
    assert seen == [(kept, "submitted")]
    assert (quiz.state, quiz.feedback) == ("partial", "Nearly.")
    assert json.loads(json.dumps(quiz.answer)) == kept


@pytest.mark.parametrize(("kind", "answer"), WRONG)
def test_an_answer_of_another_kind_is_refused(kind, answer, sounds, monkeypatch):
    quiz = make(kind, sounds)
    quiz.on_submit(lambda quiz: pytest.fail("called"))
    content, _ = ask(quiz, "submit", monkeypatch, answer=answer)
    assert "expected" in content["error"]
    assert "\n" not in content["error"]
    assert (quiz.answer, quiz.state) == (None, "open")


@pytest.mark.parametrize(("kind", "answer"), [each for each in WRONG if each[1] is not None])
def test_nor_can_it_be_filled_in(kind, answer, sounds):
    with pytest.raises(InputError):
        make(kind, sounds, answer=answer)


def test_every_kind_is_tested():
    assert {each[0] for each in RIGHT} == {each[0] for each in WRONG} == {*KINDS}


def test_a_reason_has_ten_characters():
    quiz = Quiz("Why?", options=OPTIONS, justify=True)
    for because in ("", "too short", " " * 20, None, "a" * 2001):
        with pytest.raises(InputError, match="because is"):
            quiz.submit(0, because)
    assert quiz.state == "open"
    quiz.submit(0, " the fifths are pure ")
    assert (quiz.state, quiz.because) == ("submitted", "the fifths are pure")


def test_nobody_asked_for_a_reason():
    quiz = Quiz("Which?", options=OPTIONS)
    quiz.submit(0, "I was not asked.")
    assert quiz.because == ""


def test_one_may_try_again_until_it_is_locked():
    quiz = Quiz("Which?", options=OPTIONS)
    quiz.submit(0)
    quiz.show("incorrect", "Listen to the bass.")
    quiz.submit(1)
    assert (quiz.answer, quiz.state, quiz.feedback) == (1, "submitted", "")
    quiz.locked = True
    with pytest.raises(InputError, match="locked"):
        quiz.submit(2)
    assert quiz.answer == 1


def test_an_error_of_the_function_is_told_and_logged(monkeypatch):
    quiz = Quiz("Which?", options=OPTIONS)
    quiz.on_submit(lambda quiz: 1 / 0)
    sent = []
    monkeypatch.setattr(quiz, "send", lambda content, buffers=(): sent.append(content))
    with pytest.raises(ZeroDivisionError):
        quiz._hear(quiz, {"id": "1", "method": "submit", "params": {"answer": 1}}, [])
    assert sent[0]["error"].startswith("ZeroDivisionError")


def test_an_unknown_state_is_refused():
    quiz = Quiz("Which?", options=OPTIONS)
    with pytest.raises(InputError, match="state is 'right'"):
        quiz.show("right", "Well done.")
    assert (quiz.state, quiz.feedback) == ("open", "")


def test_what_is_filled_in_at_first_is_not_yet_submitted():
    quiz = Quiz("Order?", "order", OPTIONS, answer=[1, 0, 2], because="as before")
    assert (quiz.answer, quiz.because, quiz.state) == ([1, 0, 2], "as before", "open")


@pytest.mark.parametrize(
    "make",
    [
        lambda sounds: Quiz(""),
        lambda sounds: Quiz(3, options=OPTIONS),
        lambda sounds: Quiz("?"),
        lambda sounds: Quiz("?", "guess", OPTIONS),
        lambda sounds: Quiz("?", options="abc"),
        lambda sounds: Quiz("?", options=["a"]),
        lambda sounds: Quiz("?", options=["a", " a"]),
        lambda sounds: Quiz("?", options=["a", ""]),
        lambda sounds: Quiz("?", options=["a", 2]),
        lambda sounds: Quiz("?", options=7),
        lambda sounds: Quiz("?", "number", OPTIONS),
        lambda sounds: Quiz("?", "number", unit=3),
        lambda sounds: Quiz("?", "text", because=None),
        lambda sounds: Quiz("?", options=OPTIONS, sounds=sounds),
        lambda sounds: Quiz("?", "which"),
        lambda sounds: Quiz("?", "which", OPTIONS, sounds=sounds),
        lambda sounds: Quiz("?", "which", sounds=list(sounds.values())),
        lambda sounds: Quiz("?", "which", sounds={"one": tone(220)}),
        lambda sounds: Quiz("?", "which", sounds={str(i): tone(220) for i in range(27)}),
        lambda sounds: Quiz("?", "which", sounds={**sounds, "c": tone(220, seconds=2)}),
        lambda sounds: Quiz("?", "which", sounds={**sounds, "c": tone(220, rate=16_000)}),
        lambda sounds: Quiz("?", "which", sounds={**sounds, "c": tone(220, channels=2)}),
        lambda sounds: Quiz("?", "which", sounds={n: tone(220, channels=3) for n in sounds}),
        lambda sounds: Quiz("?", "which", sounds={**sounds, "c": 5}),
    ],
)
def test_quizzes_that_make_no_sense_are_refused(make, sounds):
    with pytest.raises(InputError) as caught:
        make(sounds)
    assert "\n" not in str(caught.value)


# ---- blind listening -----------------------------------------------------------------------------


def test_nothing_that_leaves_python_names_the_sounds(sounds, monkeypatch):
    quiz = Quiz("Which is the original?", "which", sounds=sounds, name="l00-q9")
    assert quiz.names == {"A": "secret original", "B": "secret imitation"}
    quiz.submit("A")
    told = [quiz.get_state(), quiz._repr_mimebundle_(), [sound.info() for sound in quiz._sounds]]
    for kind in ("flac", "wav"):
        content, (data,) = ask(quiz, "chunk", monkeypatch, sound=1, index=0, format=kind)
        told += [content, bytes(data)]
    assert "secret" not in repr(told)
    first, second = quiz.get_state()["_infos"]
    assert (first.pop("name"), second.pop("name")) == ("A", "B")
    # They do not differ in anything else.
    assert first == second


def test_each_letter_plays_its_sound(sounds, monkeypatch):
    quiz = Quiz("Which is the original?", "which", sounds=sounds)
    for index, sound in enumerate(sounds.values()):
        content, (data,) = ask(quiz, "chunk", monkeypatch, sound=index, index=0, format="flac")
        samples, _ = soundfile.read(io.BytesIO(data))
        assert np.abs(samples * content["result"]["scale"] - sound.samples[0]).max() < 2**-15


def test_a_file_is_as_good_as_a_sound(tmp_path, sounds):
    for name, sound in sounds.items():
        sound.save(tmp_path / f"{name}.wav")
    paths = {name: tmp_path / f"{name}.wav" for name in sounds}
    quiz = Quiz("Which is the original?", "which", sounds=paths)
    assert "secret" not in repr(quiz.get_state())


@pytest.mark.parametrize("kind", KINDS)
def test_a_saved_notebook_keeps_the_question_in_words(kind, sounds):
    data, metadata = make(kind, sounds)._repr_mimebundle_()
    assert data["text/plain"] == metadata["image/png"]["alt"] == "What is it?"
    assert data[MIME] == {"alt": "What is it?", "kind": "quiz"}
    assert len(json.dumps(data)) < 1000
