"""What the tests of the lessons need beyond nbval.

nbval runs each notebook in a kernel and compares the cells that ask for it. Here is added:

- a cell that asks to be compared and was never run fails; nbval would compare it with nothing;
- a kernel that died fails the lesson at once, not when the cell's time is up;
- after a cell that could not be run, the rest of the notebook fails without running;
- each lesson's time and peak memory are measured, printed, and held to a budget;
- ``--device`` picks the processor for every kernel.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import asdict, dataclass, field
from queue import Empty
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from nbval.plugin import IPyNbCell, NbCellError, find_comment_markers, find_metadata_tags

if TYPE_CHECKING:
    from collections.abc import Generator

    from nbval.kernel import RunningKernel

pytest_plugins = "pytester"
# The masters of the notebooks are scripts: collecting doctests from them would run them.
collect_ignore = ["lessons/source"]

#: How long a lesson waits for a message before it looks whether the kernel still lives.
ALIVE_EVERY = 0.5
#: How often the memory of the kernel and its children is measured.
SAMPLE_EVERY = 0.2


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--device``."""
    parser.addoption(
        "--device",
        choices=("auto", "cpu", "cuda"),
        help="the processor for the networks, in the tests and in every kernel (MUSICNB_DEVICE)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Set what the kernels, which inherit this environment, are to find in it."""
    patch = pytest.MonkeyPatch()
    config.add_cleanup(patch.undo)
    device = config.getoption("--device")
    if device:
        patch.setenv("MUSICNB_DEVICE", device)
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if workers > 1 and "OMP_NUM_THREADS" not in os.environ:
        # Workers that each take every core for torch get in each other's way.
        threads = max(1, (os.cpu_count() or 1) // workers)
        patch.setenv("OMP_NUM_THREADS", str(threads))


@dataclass(frozen=True)
class Budget:
    """What a lesson may take; ``metadata.musicnb.budget`` of the notebook overrides it."""

    seconds: float = 120.0
    memory_mb: float = 1500.0


@dataclass
class Lesson:
    """One notebook while it runs: its kernel, its budget, and what it took so far."""

    budget: Budget
    started: float = field(default_factory=time.monotonic)
    seconds: float = 0.0
    memory_mb: float = 0.0
    #: Why nothing more of this notebook is run.
    broken: str | None = None

    def watch(self, kernel: RunningKernel) -> None:
        """Measure the memory of `kernel`, and let nobody wait for it once it is dead."""
        self._kernel = kernel
        self._process = psutil.Process(kernel.km.provisioner.pid)
        self._stopped = threading.Event()
        self._sampler = threading.Thread(target=self._sample_until_stopped, daemon=True)
        self._sampler.start()
        receive = kernel.get_message

        def receive_while_alive(stream: str, timeout: float | None = None) -> dict[str, Any]:
            deadline = time.monotonic() + (float("inf") if timeout is None else timeout)
            while True:
                # Asked before the wait, so that what a dying kernel still sent is received.
                alive = kernel.is_alive()
                left = deadline - time.monotonic()
                try:
                    return receive(stream, timeout=min(ALIVE_EVERY, max(left, 0)))
                except Empty:
                    if not alive:
                        raise DeadKernelError from None
                    if left <= ALIVE_EVERY:
                        raise

        kernel.get_message = receive_while_alive

    def measure(self) -> None:
        """Bring `seconds` and `memory_mb` up to date."""
        self.seconds = time.monotonic() - self.started
        total = 0
        try:
            for process in (self._process, *self._process.children(recursive=True)):
                total += process.memory_info().rss
        except psutil.Error:
            # Somebody ended while we looked; what was summed is still a lower bound.
            pass
        self.memory_mb = max(self.memory_mb, total / 1e6)

    def over_budget(self) -> str | None:
        """Say what the budget is exceeded by, if it is."""
        if self.seconds > self.budget.seconds:
            return f"the lesson took {self.seconds:.0f} s of {self.budget.seconds:.0f} s"
        if self.memory_mb > self.budget.memory_mb:
            return f"the lesson took {self.memory_mb:.0f} MB of {self.budget.memory_mb:.0f} MB"
        return None

    def stop(self) -> None:
        """End the measuring, and close the channels of a dead kernel, which nbval leaves open."""
        self._stopped.set()
        self._sampler.join()
        if hasattr(self._kernel, "km") and not self._kernel.is_alive():
            self._kernel.stop()

    def _sample_until_stopped(self) -> None:
        while not self._stopped.wait(SAMPLE_EVERY):
            self.measure()


class DeadKernelError(RuntimeError):
    """The kernel ended by itself: out of memory, or a crash in native code."""


LESSON = pytest.StashKey[Lesson]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, None, None]:
    """Start measuring a lesson with its first cell, the start of its kernel included."""
    if not isinstance(item, IPyNbCell) or LESSON in item.parent.stash:
        return (yield)
    notebook = item.parent
    budget = notebook.nb.metadata.get("musicnb", {}).get("budget", {})
    lesson = Lesson(Budget(**budget))
    result = yield
    lesson.watch(notebook.kernel)
    notebook.stash[LESSON] = lesson
    notebook.addfinalizer(lesson.stop)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Run a cell, unless it makes no sense to; then look at the lesson's budget."""
    if not isinstance(item, IPyNbCell):
        return (yield)
    lesson = item.parent.stash[LESSON]
    if lesson.broken:
        pytest.fail(lesson.broken, pytrace=False)
    broken = f"an earlier cell failed: {item.name}"
    if _is_golden(item) and item.cell.execution_count is None:
        lesson.broken = broken
        item.raise_cell_error(
            "This cell asks for its output to be checked and was never run, so there is nothing"
            " to compare with. Run the notebook and store its outputs (`make lessons`)."
        )
    try:
        result = yield
    except Exception as error:
        # After a wrong output the notebook can go on; after anything else it cannot.
        if not (isinstance(error, NbCellError) and str(error) == "Cell outputs differ"):
            lesson.broken = broken
        # nbval would call the cells after a timeout expected failures.
        item.parent.timed_out = False
        if isinstance(error, DeadKernelError):
            item.raise_cell_error("The kernel died while it ran this cell.")
        raise
    finally:
        lesson.measure()
        item.user_properties.append(("lesson", _figures(lesson)))
    excess = lesson.over_budget()
    if excess:
        lesson.broken = broken
        item.raise_cell_error(f"Over budget: {excess}.")
    return result


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what each lesson took."""
    lessons: dict[str, dict[str, float]] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            figures = dict(getattr(report, "user_properties", ())).get("lesson")
            path = getattr(report, "nodeid", "").partition("::")[0]
            # Every cell reports the sums so far; the last one has the greatest.
            if figures and figures["seconds"] >= lessons.get(path, figures)["seconds"]:
                lessons[path] = figures
    if not lessons:
        return
    terminalreporter.section("time and memory of the lessons")
    width = max(map(len, lessons))
    for path, figures in sorted(lessons.items()):
        terminalreporter.write_line(
            f"{path:{width}}"
            f"  {figures['seconds']:6.1f} s of {figures['seconds_allowed']:.0f} s"
            f"  {figures['memory_mb']:6.0f} MB of {figures['memory_mb_allowed']:.0f} MB"
        )


def _is_golden(item: IPyNbCell) -> bool:
    """Tell whether the cell itself asks to be compared, by tag or by comment (which wins)."""
    marks = dict(find_metadata_tags(item.cell.metadata))
    marks.update(find_comment_markers(item.cell.source))
    return bool(marks.get("check")) and not marks.get("skip")


def _figures(lesson: Lesson) -> dict[str, float]:
    """Return what the summary prints, in a form that workers can send."""
    allowed = {f"{name}_allowed": value for name, value in asdict(lesson.budget).items()}
    return {"seconds": lesson.seconds, "memory_mb": lesson.memory_mb, **allowed}
