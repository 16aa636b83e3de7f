"""What a task will take on this machine: seconds and memory, from a calibration measured here.

A task registers by naming, in `TASKS`, a function that performs it on noise of a given duration.
The first estimate runs that function in a process of its own on two short durations, fits a
straight line through time and peak memory, and keeps it in the cache; later ones are instant.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from musicnb.errors import InputError, MusicnbError, ResourceError
from musicnb.runtime import memory
from musicnb.runtime.device import device
from musicnb.runtime.files import cache_dir, write_json

if TYPE_CHECKING:
    from collections.abc import Callable

#: Where each task's calibration function lives. Names, not imports: runtime knows no domain.
TASKS = {
    "analyze": "musicnb.analysis.cost:calibrate_analyze",
    "cover": "musicnb.remix.cost:calibrate_cover",
    "edit": "musicnb.remix.cost:calibrate_edit",
    "separate": "musicnb.stems.cost:calibrate_separate",
}

#: Seconds of noise that the calibration processes.
SHORT, LONG = 60.0, 120.0
FIELDS = {"startup_s", "rtf", "base_mb", "mb_per_s", "device"}


@dataclass(frozen=True)
class Estimate:
    """What a task is expected to take on this machine.

    Attributes
    ----------
    task : str
        The task's name.
    duration : float
        Seconds of sound to process.
    seconds : float
        Expected wall time, with loading.
    peak_memory_mb : float
        Expected peak memory of the process, in MB (10^6 bytes).
    available_memory_mb : float
        Memory free now.
    device : str
        The device it was calibrated on.
    """

    task: str
    duration: float
    seconds: float
    peak_memory_mb: float
    available_memory_mb: float
    device: str

    @property
    def rtf(self) -> float:
        """Real-time factor: processing time over duration."""
        return self.seconds / self.duration if self.duration else 0.0

    @property
    def fits(self) -> bool:
        """Whether the memory will do."""
        return self.peak_memory_mb <= self.available_memory_mb

    def require(self) -> None:
        """Raise `ResourceError` if the memory will not do."""
        if not self.fits:
            raise ResourceError(
                f"{self.task} needs about {self.peak_memory_mb:.0f} MB",
                expected=f"at most the {self.available_memory_mb:.0f} MB that are free",
                todo="Close other kernels and programs, or process a shorter part.",
            )

    def __str__(self) -> str:
        """One line for a person."""
        verdict = "fits" if self.fits else "does NOT fit"
        return (
            f"{self.task} of {self.duration:.0f} s of sound: about {self.seconds:.1f} s "
            f"(RTF {self.rtf:.3f}) and {self.peak_memory_mb:.0f} MB on {self.device}; "
            f"{verdict} in the {self.available_memory_mb:.0f} MB that are free"
        )


def estimate_duration(task: str, duration: float) -> Estimate:
    """Return what `task` would take for `duration` seconds of sound.

    Raises
    ------
    musicnb.errors.InputError
        If there is no such task, or the duration is negative.
    """
    if task not in TASKS:
        raise InputError(
            f"there is no task named {task!r}",
            expected=" or ".join(sorted(TASKS)),
            todo="Choose one of these.",
        )
    if not 0 <= duration < float("inf"):
        raise InputError(
            f"the duration is {duration}", expected="0 s or more", todo="Pass another."
        )
    line = _calibration(task)
    return Estimate(
        task=task,
        duration=duration,
        seconds=line["startup_s"] + line["rtf"] * duration,
        peak_memory_mb=line["base_mb"] + line["mb_per_s"] * duration,
        available_memory_mb=memory.available_mb(),
        device=line["device"],
    )


def _calibration(task: str) -> dict[str, Any]:
    """Return the cached line of a task, measuring it first if need be."""
    where = str(device())
    key = f"{task} | {where} | {os.cpu_count()} cores | {version('musicnb')} | {version('torch')}"
    path = cache_dir() / "calibration.json"
    try:
        cached = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        cached = {}
    # The file may have been damaged; what is not a calibration is measured again.
    known: dict[str, Any] = cached if isinstance(cached, dict) else {}
    if not isinstance(known.get(key), dict) or known[key].keys() < FIELDS:
        done = subprocess.run(
            [sys.executable, "-m", "musicnb.runtime.cost", task],
            env={**os.environ, "MUSICNB_DEVICE": where},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise ResourceError(
                f"calibrating {task} failed ({done.stderr.strip().splitlines()[-1:]})",
                expected="a short run of the task to succeed",
                todo="Run `musicnb doctor`.",
            )
        known[key] = {**json.loads(done.stdout), "device": where}
        with suppress(MusicnbError, OSError):  # without a cache, it is measured each time
            write_json(path, known)
    line: dict[str, Any] = known[key]
    return line


def measure(run: Callable[[float], None]) -> dict[str, float]:
    """Time `run` on a short and a long duration; return the line through both."""
    import time

    seconds: list[float] = []
    peaks: list[float] = []
    # The short one twice: the memory that its second run adds is the allocator's, not the sound's.
    for duration in (SHORT, SHORT, LONG):
        started = time.perf_counter()
        run(duration)
        seconds.append(time.perf_counter() - started)
        peaks.append(memory.peak_mb())
    rtf = seconds[-1] / LONG
    # So is growth of less than 1 MB a second of sound.
    growth = (peaks[-1] - peaks[1]) / (LONG - SHORT)
    return {
        # The first run also loads the network.
        "startup_s": max(seconds[0] - rtf * SHORT, 0.0),
        "rtf": rtf,
        "base_mb": peaks[-1] - (growth * LONG if growth > 1 else 0.0),
        "mb_per_s": growth if growth > 1 else 0.0,
    }


if __name__ == "__main__":
    module, _, function = TASKS[sys.argv[1]].partition(":")
    json.dump(measure(getattr(import_module(module), function)), sys.stdout)
