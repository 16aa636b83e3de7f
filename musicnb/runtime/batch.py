"""Many items over several processes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from musicnb.runtime.job import Job

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Outcome(Generic[T, R]):
    """What became of one item: its `result`, or the `error` that it met."""

    item: T
    result: R | None = None
    error: Exception | None = None


def run_batch(
    function: Callable[[T], R],
    items: Sequence[T],
    *,
    title: str,
    workers: int | None = None,
    bar: bool = True,
) -> list[Outcome[T, R]]:
    """Call `function` on every item, several at a time; one item's error stops no other.

    Parameters
    ----------
    function : callable
        A function of one item, at the top level of a module (it travels to other processes).
    items : sequence
        What to work on.
    title : str
        What is being done, shown before the progress bar.
    workers : int, optional
        Processes; by default one for each core, and no more than there are items. The cores are
        shared out among them. With one worker everything runs in this process.
    bar : bool
        Show a progress bar.

    Returns
    -------
    list of Outcome
        In the order of `items`.

    Raises
    ------
    musicnb.errors.Cancelled
        If it is interrupted; what was finished is kept where `function` put it.

    Examples
    --------
    >>> [outcome.result for outcome in run_batch(abs, [-1, 2], title="Counting", workers=1)]
    [1, 2]
    """
    workers = max(1, min(workers or os.cpu_count() or 1, len(items)))

    def task(job: Job[list[Outcome[T, R]]]) -> list[Outcome[T, R]]:
        outcomes: list[Outcome[T, R]] = []
        for outcome in _outcomes(function, items, workers):
            outcomes.append(outcome)
            job.advance()
        return outcomes

    return Job(task, total=len(items), title=title, unit="file", bar=bar).run()


def _outcomes(function: Callable[[T], R], items: Sequence[T], workers: int) -> Any:
    if workers == 1:
        return (_guarded(function, item) for item in items)
    from joblib import Parallel, delayed

    threads = max(1, (os.cpu_count() or 1) // workers)
    return Parallel(n_jobs=workers, return_as="generator")(
        delayed(_guarded)(function, item, threads) for item in items
    )


def _guarded(function: Callable[[T], R], item: T, threads: int | None = None) -> Outcome[T, R]:
    if threads is not None:
        import torch

        torch.set_num_threads(threads)
    try:
        return Outcome(item, result=function(item))
    except Exception as error:  # noqa: BLE001  (reported with its item)
        return Outcome(item, error=error)
