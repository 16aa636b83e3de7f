"""The instructor's version of a lesson: solved, run, and scored."""

from __future__ import annotations

import json
from pathlib import Path

from musicnb.course import build, master
from musicnb.course.lesson import ANSWER, lesson

SOURCES = build.sources(Path(__file__).parent.parent / "lessons")


def require_every_point(source: Path, tmp_path: Path) -> None:
    """Run a lesson with its solutions, and insist on every point."""
    notebook = build.instructor(source)
    for cell in notebook.cells:
        cell.metadata["tags"] = [master.GOLDEN]
    notebook = build.run(notebook, tmp_path)
    record = json.loads((tmp_path / "musicnb-course" / "progress.json").read_text("utf-8"))
    mine = record["lessons"][source.name]
    assert mine["state"] == "done"
    assert mine["score"] == mine["points"] == lesson(source.name, tmp_path / "other").points
    # What was clicked on or measured is in the notebook, for whoever grades it; functions are code,
    # and artefacts are files.
    kept = [
        output["data"][ANSWER]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if ANSWER in output.get("data", {})
    ]
    questions = [task.question for task in lesson(source.name, tmp_path)]
    values = {each.id for each in questions if not callable(each.right[0]) and not each.artefact}
    assert {answer["question"] for answer in kept} == values
