"""The rules that the root conftest adds to nbval, each on a small notebook of its own."""

from __future__ import annotations

import re
import time
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

ROOT = Path(__file__).parent.parent


def golden(source, output=None):
    """A cell that asks to be compared; without `output` it was never run."""
    cell = new_code_cell(source, metadata={"tags": ["nbval-check-output"]})
    if output is not None:
        cell.execution_count = 1
        cell.outputs = [new_output("stream", name="stdout", text=output)]
    return cell


@pytest.fixture
def run(pytester):
    """Run notebooks (name -> cells) under the root conftest, with the warnings of the project."""
    config = (ROOT / "pyproject.toml").read_text("utf-8")
    filters = re.search(r"^filterwarnings = .*?\]$", config, re.MULTILINE | re.DOTALL)
    pytester.makepyprojecttoml(f"[tool.pytest.ini_options]\n{filters[0]}\n")
    pytester.makeconftest((ROOT / "conftest.py").read_text("utf-8"))

    def run(notebooks, *options, budget=None):
        for name, cells in notebooks.items():
            metadata = {"musicnb": {"budget": budget}} if budget else {}
            notebook = new_notebook(cells=cells, metadata=metadata)
            nbformat.write(notebook, pytester.path / f"{name}.ipynb")
        options = ("--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout=60", *options)
        return pytester.runpytest_inprocess("-p", "no:cacheprovider", *options)

    return run


def test_a_good_lesson_passes_and_its_cost_is_printed(run):
    result = run({"good": [new_code_cell("x = 2"), golden("print(x + 1)", "3\n")]})
    result.assert_outcomes(passed=2)
    result.stdout.re_match_lines(
        [
            r".*time and memory of the lessons.*",
            r"good\.ipynb +[\d.]+ s of 120 s +\d+ MB of 1500 MB",
        ]
    )


def test_lessons_run_side_by_side_and_report_to_one_place(run):
    cells = [new_code_cell("import os"), golden("print(os.environ['MUSICNB_DEVICE'])", "cpu\n")]
    result = run({"one": cells, "two": cells}, "--device=cpu", "-n", "2", "--dist", "loadfile")
    result.assert_outcomes(passed=4)
    result.stdout.re_match_lines([r"one\.ipynb .* s of 120 s.*", r"two\.ipynb .* s of 120 s.*"])


def test_a_golden_cell_that_was_never_run_fails(run):
    result = run({"unrun": [golden("print(1)"), new_code_cell("print(2)")]})
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*was never run*"])


def test_a_wrong_output_fails_and_the_rest_still_runs(run):
    result = run({"wrong": [golden("print(1)", "2\n"), golden("print(3)", "3\n")]})
    result.assert_outcomes(failed=1, passed=1)


def test_nothing_runs_after_an_exception(run, pytester):
    cells = [new_code_cell("1 / 0"), new_code_cell("open('ran', 'w').close()")]
    result = run({"broken": cells})
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*ZeroDivisionError*", "*an earlier cell failed: Cell 0*"])
    assert not (pytester.path / "ran").exists()


def test_nothing_runs_after_a_timeout(run):
    cells = [new_code_cell("import time; time.sleep(30)"), new_code_cell("print(1)")]
    result = run({"slow": cells}, "--nbval-cell-timeout=1")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*Timeout of 1 seconds exceeded*"])


def test_a_dead_kernel_fails_at_once(run):
    started = time.monotonic()
    cells = [new_code_cell("print('before')"), new_code_cell("import os; os._exit(9)")]
    result = run({"dead": [*cells, new_code_cell("print('after')")]})
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(["*The kernel died*", "*an earlier cell failed: Cell 1*"])
    # nbval alone would wait the whole 60 s of the cell.
    assert time.monotonic() - started < 45


@pytest.mark.parametrize(
    ("budget", "message"),
    [
        ({"memory_mb": 200}, "*Over budget: the lesson took * MB of 200 MB*"),
        ({"seconds": 0.01}, "*Over budget: the lesson took * s of 0 s*"),
    ],
)
def test_a_lesson_over_its_budget_fails(run, budget, message):
    # Held by a child as well: what a lesson starts is its own cost.
    hog = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', HOLD])"
    hold = 'HOLD = "import time; x = bytes(1) * 250_000_000; time.sleep(1)"'
    source = f"{hold}\n{hog}" if "memory_mb" in budget else "pass"
    result = run({"hog": [new_code_cell(source)]}, budget=budget)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([message])


def test_plain_tests_need_no_notebook(run, pytester):
    pytester.makepyfile("import os\ndef test_it(): assert os.environ['MUSICNB_DEVICE'] == 'cuda'")
    result = run({}, "--device=cuda")
    result.assert_outcomes(passed=1)
    assert "time and memory" not in result.stdout.str()
