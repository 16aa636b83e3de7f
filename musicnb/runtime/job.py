"""Long tasks: a progress bar with the time left, cancelling, and going on after a stop."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from musicnb.errors import Cancelled, InputError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
U = TypeVar("U")

#: No bar for what is over before one could read it.
PATIENCE = 2.0


class Job(Generic[T]):
    """A long task that reports its progress, can be cancelled, and can go on later.

    Parameters
    ----------
    task : callable
        Called with the job; it calls :meth:`advance` as it goes, and returns the result.
    total : float
        How much there is to do, in `unit`.
    title : str
        What is being done, shown before the bar.
    unit : str
        The unit of `total`: 's' for seconds of sound, 'step', 'file'.
    checkpoint : path, optional
        Where :meth:`save` keeps the state from which the task goes on. The state is a dictionary
        of tensors and plain numbers and strings, written as safetensors.
    bar : bool
        Show a progress bar (in a terminal and in a notebook alike) once the task has taken more
        than two seconds.

    Examples
    --------
    >>> def count(job):
    ...     for _ in range(10):
    ...         job.advance()
    ...     return "done"
    >>> job = Job(count, total=10, title="Counting", unit="step")
    >>> job.run()
    'done'
    >>> job.progress
    1.0

    Run it in the background to keep working, and cancel it when it takes too long:

    >>> import time
    >>> def slow(job):
    ...     while True:
    ...         time.sleep(0.01)
    ...         job.advance(0)
    >>> job = Job(slow, total=1, title="Waiting", unit="step").start()
    >>> job.cancel()
    >>> job.wait()
    Traceback (most recent call last):
    musicnb.errors.Cancelled: Waiting was cancelled at 0 %; ...
    """

    def __init__(
        self,
        task: Callable[[Job[T]], T],
        *,
        total: float,
        title: str,
        unit: str,
        checkpoint: str | os.PathLike[str] | None = None,
        bar: bool = True,
    ) -> None:
        from pathlib import Path

        self._task = task
        self.total = total
        self.title = title
        self.unit = unit
        self.checkpoint = None if checkpoint is None else Path(checkpoint)
        self.done = 0.0
        self._bar_wanted = bar
        self._bar: Any = None
        self._started: float | None = None
        self._resumed_at = 0.0
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._result: T | None = None
        self._error: BaseException | None = None
        #: The job that this one is a part of, and how much of its own a unit of this one is.
        self._whole: tuple[Job[Any], float] | None = None

    # ---- what the person watching sees -------------------------------------------------------

    @property
    def progress(self) -> float:
        """How much is done, 0 to 1."""
        return min(1.0, self.done / self.total) if self.total else 1.0

    @property
    def elapsed(self) -> float:
        """Seconds since the task was started."""
        return 0.0 if self._started is None else time.perf_counter() - self._started

    @property
    def eta(self) -> float | None:
        """Seconds left at the speed so far; None before the first step."""
        fresh = self.done - self._resumed_at
        return self.elapsed / fresh * (self.total - self.done) if fresh > 0 else None

    def cancel(self) -> None:
        """Ask the task to stop; it does at its next step."""
        self._stop.set()

    # ---- running -----------------------------------------------------------------------------

    def run(self) -> T:
        """Run the task here and return its result. An interrupt (Ctrl-C, ■) cancels it."""
        if self._started is not None and self.progress < 1 and not self._stop.is_set():
            raise InputError(
                f"{self.title} has been started already",
                expected="a job that is not running",
                todo="Call wait() for its result.",
            )
        self._started = time.perf_counter()
        try:
            result = self._task(self)
            self.done = self.total
            self._show_progress()
        except KeyboardInterrupt:
            raise self._cancelled() from None
        finally:
            self._close_bar()
        if self.checkpoint is not None:
            self.checkpoint.unlink(missing_ok=True)
        return result

    def start(self, *, bar: bool = True) -> Job[T]:
        """Run the task in the background and return the job at once.

        `bar` is False where something else shows its progress.
        """
        self._bar_wanted = self._bar_wanted and bar

        def target() -> None:
            try:
                self._result = self.run()
            except BaseException as error:  # noqa: BLE001  (handed to whoever waits)
                self._error = error

        self._thread = threading.Thread(target=target, name=self.title, daemon=True)
        self._thread.start()
        return self

    def wait(self, timeout: float | None = None) -> T | None:
        """Wait for a job that was started, and return its result (None while it is running)."""
        if self._thread is not None:
            self._thread.join(timeout)
        if self._error is not None:
            raise self._error
        return self._result

    def resume(self) -> T:
        """Run again, from the last checkpoint if there is one."""
        self._started = self._thread = self._error = self._result = None
        self.done = self._resumed_at = 0.0
        self._stop.clear()
        return self.run()

    # ---- what the task calls -----------------------------------------------------------------

    def advance(self, amount: float = 1) -> None:
        """Say that `amount` more is done. Raises `Cancelled` if the job was cancelled."""
        self.done += amount
        if self._stop.is_set():
            raise self._cancelled()
        if self._whole is not None:
            whole, share = self._whole
            whole.advance(share * amount)
        if self._bar is None and self._bar_wanted and self.elapsed > PATIENCE:
            from tqdm.auto import tqdm

            self._bar = tqdm(
                total=self.total,
                initial=self._resumed_at,
                desc=self.title,
                unit=self.unit,
                leave=False,
                # tqdm's own variable, which its notebook bar overlooks.
                disable=os.environ.get("TQDM_DISABLE", "0") not in {"", "0"},
                bar_format="{l_bar}{bar}| {n:.0f}/{total:.0f} {unit} [{elapsed}, {remaining} left]",
            )
            if not self._bar.disable:  # the bar appears late; its clock starts with the task
                self._bar.start_t -= self.elapsed
        self._show_progress()

    def _show_progress(self) -> None:
        if self._bar is not None and not self._bar.disable:
            self._bar.update(min(self.done, self.total) - self._bar.n)

    def include(self, part: Job[U], amount: float) -> U:
        """Run another job as a part of this one that counts for `amount`; return its result.

        Its progress is this one's progress, and cancelling this one cancels it.

        Examples
        --------
        >>> def half(job):
        ...     job.advance(10)
        ...     return 21
        >>> def whole(job):
        ...     return 2 * job.include(Job(half, total=10, title="Half", unit="step"), 1)
        >>> Job(whole, total=2, title="Whole", unit="step").run()
        42
        """
        part._whole = (self, amount / part.total if part.total else 0.0)
        part._bar_wanted = False
        return part.run()

    def save(self, **state: Any) -> None:
        """Keep `state` (tensors, numbers, strings) as the point to go on from."""
        if self.checkpoint is None:
            return
        import json

        import torch
        from safetensors.torch import save_file

        from musicnb.runtime.files import atomic

        tensors = {k: v.contiguous() for k, v in state.items() if isinstance(v, torch.Tensor)}
        plain = {k: v for k, v in state.items() if k not in tensors}
        with atomic(self.checkpoint) as temporary:
            save_file(tensors, temporary, {"state": json.dumps(plain), "done": repr(self.done)})

    def load(self) -> dict[str, Any] | None:
        """Return the state that :meth:`save` kept, and count it as done; None if there is none."""
        if self.checkpoint is None or not self.checkpoint.exists():
            return None
        import json

        from safetensors import safe_open

        with safe_open(self.checkpoint, "pt") as file:
            meta = file.metadata()
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        self.done = self._resumed_at = float(meta["done"])
        return {**state, **json.loads(meta["state"])}

    # ---- private -----------------------------------------------------------------------------

    def _cancelled(self) -> Cancelled:
        self._stop.set()
        kept = self.checkpoint is not None and self.checkpoint.exists()
        return Cancelled(
            f"{self.title} was cancelled at {self.progress:.0%}".replace("%", " %"),
            expected="to run to the end",
            todo="Run it again to go on from there." if kept else "Run it again to start over.",
        )

    def _close_bar(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
