"""Jupyter servers for the tests: each on a free port, with folders of its own, no token."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
#: How long a server may take to answer for the first time, in seconds.
PATIENCE = 60
SETTINGS = {
    # No request for news, and no question whether there may be one.
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    # The mode that takes outputs out of the page while they are out of sight.
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "full"},
}

#: What differs in the environment of Colab; nbclassic is the front end that still serves it.
OLD_WIDGETS = (
    "ipywidgets==7.7.*",
    "widgetsnbextension==3.6.*",
    "jupyterlab-widgets==1.1.*",
    "ipython-genutils",
    "nbclassic>=1.1",
    "notebook-shim>=0.2",
)


class Server:
    """A Jupyter server that runs, and the folder that it shows.

    Parameters
    ----------
    module : str
        Which of ``python -m jupyterlab``, ``notebook``, ``voila`` and ``nbclassic``.
    folder : pathlib.Path
        Everything that it reads and writes is in here; its notebooks are in ``folder/root``.
    python : str
        The interpreter of the server and of its kernels.
    """

    def __init__(self, module, folder, *, python=sys.executable):
        self.root = folder / "root"
        self.root.mkdir(parents=True)
        self.log = folder / "log.txt"
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}"
        kind = "Voila" if module == "voila" else "ServerApp"
        options = [f"--{kind}.ip=127.0.0.1", f"--{kind}.port={port}", "--no-browser"]
        if module == "voila":
            options += [f"--Voila.root_dir={self.root}", "--show_tracebacks=True"]
        else:
            options += [f"--ServerApp.root_dir={self.root}", "--IdentityProvider.token="]
            # Notebooks are rarely saved here, and never while somebody asks.
            options += ["--ServerApp.disable_check_xsrf=True", "--ServerApp.port_retries=0"]
            if os.geteuid() == 0:
                options.append("--allow-root")
        if module in ("jupyterlab", "notebook"):
            app = {"jupyterlab": "LabApp", "notebook": "JupyterNotebookApp"}[module]
            options.append(f"--{app}.expose_app_in_browser=True")
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [python, "-m", module, *options],
                cwd=self.root,
                env=_environment(folder, Path(python).parent),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._wait("/voila/static/" if module == "voila" else "/api/status")

    def stop(self):
        """End the server, and with it its kernels."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def kernels(self):
        """Return what the server tells of its kernels."""
        with urllib.request.urlopen(f"{self.url}/api/kernels", timeout=10) as answer:
            return json.load(answer)

    def end_kernels(self):
        """Shut every kernel down."""
        for kernel in self.kernels():
            url = f"{self.url}/api/kernels/{kernel['id']}"
            request = urllib.request.Request(url, method="DELETE")
            urllib.request.urlopen(request, timeout=10).close()

    def _wait(self, path):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                urllib.request.urlopen(self.url + path, timeout=5).close()
            except urllib.error.HTTPError as error:
                # It answers, and that is what was asked.
                error.close()
                return
            except OSError:
                time.sleep(0.1)
            else:
                return
        self.stop()
        pytest.fail(f"the server did not start:\n{self.log.read_text('utf-8')[-3000:]}")


def with_old_widgets(folder):
    """Make an environment with ipywidgets 7.7, the rest as it is here; return its Python.

    The package registry (or uv's cache) is asked for a few small packages.
    """
    uv = Path(sys.executable).with_name("uv")
    environment = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    python = folder / "bin" / "python"
    # anywidget once more, because its half for the browser is looked for beside the server's.
    wanted = [*OLD_WIDGETS, f"anywidget=={version('anywidget')}"]
    for command in (
        [uv, "venv", "--python", sys.executable, folder],
        [uv, "pip", "install", "--python", python, "--no-deps", *wanted],
    ):
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, timeout=120
        )
        if done.returncode:
            pytest.fail(f"no environment with ipywidgets 7.7 could be made:\n{done.stderr}")
    here, there = (
        subprocess.run(
            [path, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for path in (sys.executable, python)
    )
    # Everything that is not there is found here, editable installs included.
    line = f"import site; site.addsitedir({here!r})"
    (Path(there) / "everything_else.pth").write_text(line, "utf-8")
    return str(python)


def _environment(folder, executables):
    """Keep what the person who runs the tests has configured out of the server."""
    settings = folder / "settings"
    for name, values in SETTINGS.items():
        path = settings / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values), "utf-8")
    own = {
        "JUPYTERLAB_SETTINGS_DIR": settings,
        "JUPYTERLAB_WORKSPACES_DIR": folder / "workspaces",
        "JUPYTER_CONFIG_DIR": folder / "config",
        "JUPYTER_DATA_DIR": folder / "data",
        "JUPYTER_RUNTIME_DIR": folder / "runtime",
        "IPYTHONDIR": folder / "ipython",
        "PATH": f"{executables}{os.pathsep}{os.environ['PATH']}",
        # A warning of Jupyter's own must not end a kernel.
        "PYTHONWARNINGS": "default",
    }
    return os.environ | {key: str(value) for key, value in own.items()}


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
