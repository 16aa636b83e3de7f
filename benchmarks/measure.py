"""Running a command as a user would, and what it took."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Threads that a child may use, whatever the machine has.
THREADS = 2
VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")

#: Starts the command and waits for it. A process begins its life with the memory of the one that
#: started it, and the system counts that into its peak: so a small process starts it, not this one.
LAUNCHER = """
import json, os, subprocess, sys, time
started = time.perf_counter()
process = subprocess.Popen(sys.argv[2:])
_, status, usage = os.wait4(process.pid, 0)
wall = time.perf_counter() - started
unit = 1 if sys.platform == "darwin" else 1024
made = [os.waitstatus_to_exitcode(status), wall, usage.ru_utime + usage.ru_stime]
with open(sys.argv[1], "w") as file:
    json.dump([*made, usage.ru_maxrss * unit / 1e6], file)
"""


@dataclass(frozen=True)
class Run:
    """What one command took.

    Attributes
    ----------
    wall_s, cpu_s : float
        Seconds, by the clock and of all cores together (user and system).
    peak_rss_mb : float
        Peak resident memory of the process, in MB (10^6 bytes).
    output : str
        Its standard output.
    """

    wall_s: float
    cpu_s: float
    peak_rss_mb: float
    output: str


def run(command: Sequence[str]) -> Run:
    """Run a command in a process of its own, with `THREADS` threads, and measure it.

    Raises
    ------
    SystemExit
        If the command fails; with the end of what it said.

    Examples
    --------
    >>> made = run([sys.executable, "-c", "print(6 * 7)"])
    >>> made.output.strip(), made.wall_s > 0, made.peak_rss_mb > 1
    ('42', True, True)
    """
    environment = {**os.environ, **dict.fromkeys(VARIABLES, str(THREADS))}
    with tempfile.TemporaryDirectory() as folder:
        usage = Path(folder) / "usage.json"
        launcher = [sys.executable, "-I", "-S", "-c", LAUNCHER, str(usage), *command]
        done = subprocess.run(launcher, capture_output=True, env=environment, check=False)
        if not usage.is_file():
            raise SystemExit(done.stderr.decode("utf-8", "replace"))
        code, wall, cpu, peak = json.loads(usage.read_text("utf-8"))
    if code:
        tail = done.stderr.decode("utf-8", "replace")[-2000:]
        raise SystemExit(f"{' '.join(command)} ended with {code}:\n{tail}")
    return Run(wall, cpu, peak, done.stdout.decode("utf-8", "replace"))
