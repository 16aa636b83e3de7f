"""How much memory there is, and how much this process has used."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil

from musicnb.errors import ResourceError

#: Memory left to the rest of the machine.
RESERVE_MB = 200.0


def available_mb() -> float:
    """Return the memory that a new task could take, in MB (10^6 bytes).

    Inside a container with a limit (Binder gives 2 GB) the limit counts, not the machine.
    """
    free = float(psutil.virtual_memory().available) / 1e6
    limit = _container_limit_mb()
    if limit is not None:
        free = min(free, limit - current_mb())
    return free


def _container_limit_mb() -> float | None:
    for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            return int(Path(path).read_text("ascii")) / 1e6
        except (OSError, ValueError):  # no such group, or "max"
            continue
    return None


def current_mb() -> float:
    """Return the resident memory of this process now, in MB (10^6 bytes)."""
    return float(psutil.Process().memory_info().rss) / 1e6


def peak_mb() -> float:
    """Return the peak resident memory of this process so far, in MB (10^6 bytes)."""
    if sys.platform == "win32":
        return float(psutil.Process().memory_info().peak_wset) / 1e6
    if sys.platform == "linux":
        # Not getrusage: there a process begins with the peak of the one that started it.
        for line in Path("/proc/self/status").read_text("ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Bytes on macOS, kilobytes of 1024 elsewhere.
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def require_mb(needed: float, what: str, todo: str) -> None:
    """Raise `ResourceError` if `what` needs more memory than there is.

    Examples
    --------
    >>> require_mb(1e9, "Loading this file", todo="Load a part of it.")
    Traceback (most recent call last):
    musicnb.errors.ResourceError: Loading this file needs about 1000000.0 GB of memory; ...
    """
    room = available_mb() - RESERVE_MB
    if needed > room:
        raise ResourceError(
            f"{what} needs about {needed / 1000:.1f} GB of memory",
            expected=f"at most the {max(room, 0) / 1000:.1f} GB that are free",
            todo=todo,
        )
