"""How far a student has come: one JSON file beside the lessons, for them and the side panel."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicnb.runtime.files import write_json

if TYPE_CHECKING:
    import os

#: Without a dot, because Jupyter's servers do not hand out hidden files.
FOLDER = "musicnb-course"
VERSION = 1


class Progress:
    """What is known of each lesson; every change is on disk before anybody is told of it.

    Parameters
    ----------
    folder : path
        The folder of the lessons.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.mkdtemp()
    >>> Progress(folder).record("00_welcome", "l00-q1", {"state": "correct", "score": 2.0})
    >>> Progress(folder).question("00_welcome", "l00-q1")["score"]
    2.0
    """

    def __init__(self, folder: str | os.PathLike[str] = ".") -> None:
        self.path = Path(folder) / FOLDER / "progress.json"

    def lessons(self) -> dict[str, Any]:
        """Return the record of every lesson that was begun."""
        try:
            lessons = json.loads(self.path.read_text("utf-8"))["lessons"]
            if isinstance(lessons, dict):
                return lessons
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError):
            pass
        # Nobody can read it, but it may be all a student has: it is kept, under another name.
        self.path.replace(self.path.with_suffix(".damaged.json"))
        return {}

    def question(self, lesson: str, question: str) -> dict[str, Any]:
        """Return the record of one question, empty before it was tried."""
        record: dict[str, Any] = self._questions(self.lessons().get(lesson)).get(question, {})
        return record

    def record(self, lesson: str, question: str, record: dict[str, Any], **about: float) -> None:
        """Keep the record of a question, and the day.

        ``first`` and ``last`` of a lesson are the days of its first answer and of the last that
        changed anything: who runs a finished lesson again finished it no later.

        Parameters
        ----------
        lesson, question : str
            Which.
        record : dict
            All that is known of it.
        **about
            ``points`` and ``questions`` of the whole lesson, for its summary.
        """
        lessons = self.lessons()
        before = lessons.get(lesson)
        known = self._questions(before)
        questions = {**known, question: record}
        today = datetime.now().astimezone().date().isoformat()
        kept = {"first": today, "last": today} | (before if isinstance(before, dict) else {})
        if any(record.get(key) != known.get(question, {}).get(key) for key in ("state", "score")):
            kept["last"] = today
        answered = sum(each.get("state") in ("correct", "given up") for each in questions.values())
        lessons[lesson] = {
            **kept,
            "score": round(sum(each.get("score", 0.0) for each in questions.values()), 2),
            "points": about.get("points", 0),
            "state": "done" if answered >= about.get("questions", 1) else "started",
            "questions": questions,
        }
        write_json(self.path, {"version": VERSION, "lessons": lessons})

    def prediction(self, lesson: str, name: str) -> Any:
        """Return what was predicted, or None."""
        return self._predictions(self.lessons().get(lesson)).get(name)

    def predict(self, lesson: str, name: str, value: Any) -> None:
        """Keep a prediction; it is never scored."""
        lessons = self.lessons()
        before = lessons.get(lesson)
        usual = {"score": 0.0, "points": 0, "state": "started", "questions": {}}
        kept = before if isinstance(before, dict) else usual
        lessons[lesson] = {**kept, "predictions": {**self._predictions(before), name: value}}
        write_json(self.path, {"version": VERSION, "lessons": lessons})

    @staticmethod
    def _predictions(lesson: Any) -> dict[str, Any]:
        predictions = lesson.get("predictions") if isinstance(lesson, dict) else None
        return predictions if isinstance(predictions, dict) else {}

    @staticmethod
    def _questions(lesson: Any) -> dict[str, Any]:
        questions = lesson.get("questions") if isinstance(lesson, dict) else None
        return questions if isinstance(questions, dict) else {}
