"""Notebooks as students hand them in: lesson 00, with this or that in its exercises."""

from __future__ import annotations

import copy
import json
from pathlib import Path

from musicnb.course.grading import collect
from musicnb.course.lesson import ANSWER

LESSON = "00_welcome"
RELEASED = json.loads((Path(__file__).parent.parent / "lessons" / f"{LESSON}.ipynb").read_text())

#: Every question of lesson 00, answered rightly.
RIGHT = {
    "l00-q1": '# musicnb: l00-q1\nwelcome.q1.answer("B")',
    "l00-q2": "# musicnb: l00-q2\nsinger_stops = 18.5\nwelcome.q2.check(singer_stops)",
    "l00-q3": "# musicnb: l00-q3\n"
    'box = {"start": 14.5, "stop": 18, "low": 300, "high": 4000}\nwelcome.q3.check(box)',
    "l00-q4": "# musicnb: l00-q4\nwelcome.q4.answer([1, 4, 3, 0, 2])",
    "l00-q5": "# musicnb: l00-q5\n"
    'welcome.q5.answer(1, because="Some points <b>hold</b> both of them.")',
    "l00-q6": "# musicnb: l00-q6\n"
    "def the_rest(song, voice):\n    return song - voice\n\n\nwelcome.q6.check(the_rest)",
}


def question_of(cell):
    """Return the question of a released cell."""
    mark = collect.MARK.search("".join(cell["source"]))
    return mark[1] if mark else None


def notebook(answers=RIGHT):
    """Return the released notebook with some of its exercises answered."""
    made = copy.deepcopy(RELEASED)
    for cell in made["cells"]:
        source = answers.get(question_of(cell))
        if source is not None:
            cell["source"] = source
    return made


def function(body, before=""):
    """Return an answer to question 6, of which only the function is given."""
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    code = f"def the_rest(song, voice):\n{lines}"
    return {"l00-q6": f"# musicnb: l00-q6\n{before}\n{code}\nwelcome.q6.check(the_rest)"}


def value(code):
    """Return an answer to question 2."""
    return {"l00-q2": f"# musicnb: l00-q2\n{code}\nwelcome.q2.check(singer_stops)"}


def keep(made, question, answer, **more):
    """Put an answer into the output of an exercise, as the notebook does."""
    kept = {"question": question, "answer": answer, "because": "", **more}
    output = {
        "output_type": "execute_result",
        "execution_count": 1,
        "metadata": {},
        "data": {ANSWER: kept, "text/plain": ["Correct"]},
    }
    for cell in made["cells"]:
        if question_of(cell) == question:
            cell["outputs"] = [output]
    return made


def hand_in(folder, made, name=f"{LESSON}.ipynb"):
    """Write what a student hands in."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps(made), "utf-8")
