"""A place to run a student's code: no network, no files, little memory, little time."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from musicnb.course.grading import seccomp, wire
from musicnb.errors import MissingToolError

#: The only modules of the course that are seen inside.
SEEN = ("inside.py", "slices.py", "wire.py")
#: What programs need besides /usr: where libraries are, and which of several (BLAS) is meant.
ETC = ("/etc/ld.so.cache", "/etc/alternatives")
#: Variables that name a folder to write to.
OWN = ("HOME", "TMPDIR", "MUSICNB_CACHE", "NUMBA_CACHE_DIR", "MPLCONFIGDIR")
CHUNK = 1 << 16
MB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """What a student's code may take.

    Attributes
    ----------
    seconds : float
        For one question: to run its cell, and for all calls of its function together.
    start : float
        Seconds for the process itself to begin.
    memory_mb, file_mb, answer_mb : int
        Memory, everything that it writes to files, and one answer.
    """

    seconds: float = 20.0
    start: float = 60.0
    memory_mb: int = 3000
    file_mb: int = 64
    answer_mb: int = 64

    def inside(self) -> dict[str, int]:
        """Return them as the kernel knows them."""
        return {
            "RLIMIT_AS": self.memory_mb * MB,
            "RLIMIT_FSIZE": self.file_mb * MB,
            # A backstop: the clock outside comes first.
            "RLIMIT_CPU": int(20 * self.seconds + self.start),
            "RLIMIT_CORE": 0,
            "RLIMIT_NOFILE": 256,
            **({} if seccomp.program() else {"RLIMIT_NPROC": 256}),
        }


class Ended(Exception):  # noqa: N818
    """The student's process is no more; the message says why, to the student."""


class Sandbox:
    """A process for a student's code, and a channel to it.

    Parameters
    ----------
    limits : Limits
        What it may take.
    secret : sequence of path
        Folders that must not be seen from inside, even where they lie in what is seen.
    unsafe : bool
        Run it as an ordinary process, with limits of resources but nothing else.
    """

    def __init__(
        self, limits: Limits, secret: tuple[Path, ...] = (), *, unsafe: bool = False
    ) -> None:
        self._limits = limits
        self._folder = tempfile.TemporaryDirectory(prefix="musicnb-") if unsafe else None
        command = [sys.executable, *_options(unsafe), json.dumps(limits.inside())]
        filter_ = None
        if not unsafe:
            filter_ = _filter()
            walls = bubblewrap(limits, secret)
            command = [
                *walls,
                *(["--seccomp", str(filter_)] if filter_ is not None else []),
                *command,
            ]
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=self._folder.name if self._folder else "/",
                env=_environment(self._folder.name if self._folder else "/tmp"),  # noqa: S108
                pass_fds=() if filter_ is None else (filter_,),
                start_new_session=True,
            )
        finally:
            if filter_ is not None:
                os.close(filter_)
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            os.set_blocking(pipe.fileno(), False)  # type: ignore[union-attr]
        try:
            self._exchange(b"", limits.start)
        except Ended as ended:
            said = self._said()
            self.close()
            raise Ended(f"{ended} {said}".strip()) from None

    def ask(self, message: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Send a message, and return the reply.

        Raises
        ------
        Ended
            If there is none in time, or none that makes sense; the process is then over.
        """
        try:
            reply = self._exchange(wire.pack(message), seconds)
        except Ended:
            self.close()
            raise
        return reply

    def close(self) -> None:
        """End the process, and everything that it started, whatever it is doing."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            with contextlib.suppress(OSError):
                pipe.close()  # type: ignore[union-attr]
        if self._folder:
            with contextlib.suppress(OSError):
                self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _exchange(self, data: bytes, seconds: float) -> dict[str, Any]:
        """Write everything and read one message, neither of them for ever."""
        deadline = time.monotonic() + seconds
        source, target = self._process.stdout, self._process.stdin
        assert source is not None and target is not None  # noqa: S101, PT018
        received, missing = bytearray(), wire.LENGTH.size
        whole = False
        with selectors.DefaultSelector() as selector:
            selector.register(source, selectors.EVENT_READ)
            if data:
                selector.register(target, selectors.EVENT_WRITE)
            while missing:
                left = deadline - time.monotonic()
                ready = selector.select(left) if left > 0 else []
                if not ready:
                    raise Ended(f"your code did not come to an end within {seconds:.3g} seconds")
                for key, _ in ready:
                    if key.fileobj is target:
                        data = self._write(data)
                        if not data:
                            selector.unregister(target)
                        continue
                    chunk = os.read(source.fileno(), min(missing, CHUNK))
                    if not chunk:
                        raise Ended(
                            "your code ended the whole program: it took too much memory, or "
                            "called something like os._exit"
                        )
                    received += chunk
                    missing -= len(chunk)
                if not missing and not whole:
                    whole = True
                    (missing,) = wire.LENGTH.unpack(received)
                    received.clear()
                    if missing > self._limits.answer_mb * MB:
                        raise Ended(f"your answer takes more than {self._limits.answer_mb} MB")
        return self._understood(bytes(received))

    def _write(self, data: bytes) -> bytes:
        assert self._process.stdin is not None  # noqa: S101
        try:
            return data[os.write(self._process.stdin.fileno(), data[:CHUNK]) :]
        except BlockingIOError:
            return data
        except BrokenPipeError:
            return b""  # reading tells that it is over

    @staticmethod
    def _understood(body: bytes) -> dict[str, Any]:
        try:
            reply = wire.unpack(body)
        except (ValueError, MemoryError) as error:
            raise Ended("your code said something that makes no sense") from error
        if not isinstance(reply, dict):
            raise Ended("your code said something that makes no sense")
        return reply

    def _said(self) -> str:
        """Return what bubblewrap or Python said when they could not even begin."""
        assert self._process.stderr is not None  # noqa: S101
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
        return (self._process.stderr.read(CHUNK) or b"").decode(errors="replace").strip()


def ready() -> None:
    """Make sure that bubblewrap works here.

    Raises
    ------
    musicnb.errors.MissingToolError
        If it does not.
    """
    todo = (
        "Install it (Debian: apt install bubblewrap), or pass --unsafe to run the students' code "
        "without any protection, on a machine that has nothing to lose."
    )
    if shutil.which("bwrap") is None:
        raise MissingToolError(
            "bubblewrap (bwrap) is not installed",
            expected="it to shut students' code in",
            todo=todo,
        )
    try:
        Sandbox(Limits()).close()
    except Ended as ended:
        raise MissingToolError(
            f"bubblewrap does not work here: {ended}",
            expected="a kernel that lets it make namespaces",
            todo=todo,
        ) from None


def bubblewrap(limits: Limits, secret: tuple[Path, ...] = ()) -> list[str]:
    """Return the command that shuts a program in."""
    package = Path(__file__).resolve().parents[2]
    course = package / "course"
    seen = [Path("/usr"), *{Path(sys.prefix), Path(sys.base_prefix)}, package]
    command = [
        *("bwrap", "--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent"),
        *("--new-session", "--cap-drop", "ALL", "--uid", "65534", "--gid", "65534"),
        *("--hostname", "sandbox"),
    ]
    # Before what is seen, which may lie in it.
    command += ["--size", str(limits.file_mb * MB), "--tmpfs", "/tmp"]  # noqa: S108
    for path in seen:
        command += ["--ro-bind", str(path), str(path)]
    for name in ("/lib", "/lib64", "/bin"):
        if Path(name).is_symlink():
            command += ["--symlink", str(Path(name).readlink()), name]
        elif Path(name).is_dir():
            command += ["--ro-bind", name, name]
    for name in ETC:
        command += ["--ro-bind-try", name, name]
    # The checks, and a key that lies in something that is seen: covered by nothing.
    for path in (course, *(each.resolve() for each in secret if each.exists())):
        if path == course or any(path.is_relative_to(each) for each in seen):
            cover = ["--tmpfs"] if path.is_dir() else ["--ro-bind", "/dev/null"]
            command += [*cover, str(path)]
    for name in SEEN:
        module = str(course / "grading" / name)
        command += ["--ro-bind", module, module]
    command += ["--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev"]
    return [*command, "--remount-ro", "/", "--chdir", "/tmp"]  # noqa: S108


def _options(unsafe: bool) -> list[str]:
    # Without -P the folder that a student's code writes to would come before everything else.
    return [*([] if unsafe else ["-s"]), "-B", "-P", "-m", "musicnb.course.grading.inside"]


def _environment(folder: str) -> dict[str, str]:
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    quiet = {"PYTHONWARNINGS": "ignore", "TQDM_DISABLE": "1", "MPLBACKEND": "agg"}
    return {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "MUSICNB_DEVICE": "cpu",
        "PYTHONHASHSEED": "0",
        **dict.fromkeys(OWN, folder),
        **one,
        **quiet,
    }


def _filter() -> int | None:
    """Return a file descriptor from which bubblewrap reads the filter of system calls."""
    program = seccomp.program()
    if program is None:
        return None
    reading, writing = os.pipe()
    os.write(writing, program)
    os.close(writing)
    return reading


def described(limits: Limits) -> dict[str, Any]:
    """Return limits for a hash: another limit may give another grade."""
    return asdict(limits)
