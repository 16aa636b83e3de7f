"""Binder: what repo2docker makes of the folder, and whether a lesson fits what mybinder gives.

An environment is made as `binder/` says, with pip in the place of conda. Installing asks the
package registry (or uv's cache).
"""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from queue import Empty

import nbformat
import psutil
import pytest
import yaml
from jupyter_client import BlockingKernelClient

ROOT = Path(__file__).parent.parent
#: What mybinder gives a reader, in bytes.
MEMORY = 2_000_000_000
#: conda's names for the build without CUDA and for the one without windows.
ON_PIP = {"pytorch-cpu": "torch", "matplotlib-base": "matplotlib"}
PATIENCE = 300


def environment():
    """Return the lines for conda, and those for pip."""
    described = yaml.safe_load((ROOT / "binder" / "environment.yml").read_text("utf-8"))
    conda = [line for line in described["dependencies"] if isinstance(line, str)]
    (pip,) = (line["pip"] for line in described["dependencies"] if isinstance(line, dict))
    return conda, pip


def call(*command, **options):
    done = subprocess.run(
        [str(part) for part in command], check=False, capture_output=True, text=True, **options
    )
    assert done.returncode == 0, f"{done.args}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def test_repo2docker_understands_the_folder(tmp_path):
    """It prints the Dockerfile that mybinder would build; no Docker is needed for that."""
    clone = tmp_path / "clone"
    shutil.copytree(ROOT / "binder", clone / "binder")
    command = [Path(sys.executable).with_name("jupyter-repo2docker"), "--no-build", "--debug", "."]
    dockerfile = call(*command, cwd=clone)
    assert "apt-get install --yes --no-install-recommends ffmpeg" in dockerfile
    assert 'env update -p ${NB_PYTHON_PREFIX} --file "binder/environment.yml"' in dockerfile
    assert "RUN ./binder/postBuild" in dockerfile
    assert re.search(r"ENV R2D_ENTRYPOINT=.*binder/start", dockerfile)


def test_python_is_pinned():
    conda, _ = environment()
    assert "python=3.12" in conda


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    """The environment of a reader on Binder: its variables, and its Python."""
    folder = tmp_path_factory.mktemp("binder")
    venv = folder / "venv"
    conda, pip = environment()
    wanted = []
    for line in conda:
        name = re.match(r"[\w-]+", line)[0]
        if name != "python":
            wanted.append(ON_PIP.get(name, name) + line[len(name) :])
    beside = Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.exists() else shutil.which("uv")
    assert uv, "uv is missing; `make setup` installs it"
    variables = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    if "PIP_FIND_LINKS" in variables:
        variables.setdefault("UV_FIND_LINKS", variables["PIP_FIND_LINKS"])
    call(uv, "venv", "--python", sys.executable, venv, env=variables)
    install = [uv, "pip", "install", "--python", venv / "bin" / "python"]
    install += ["--constraint", ROOT / "constraints.txt"]
    # As conda does it: first its own packages, then pip's.
    call(*install, *wanted, env=variables)
    call(*install, *pip, env=variables)
    variables["PATH"] = f"{venv / 'bin'}{os.pathsep}{variables['PATH']}"
    # A warning of Jupyter's own must not end a server.
    variables["PYTHONWARNINGS"] = "default"
    for name in ("HOME", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR"):
        variables[name] = str(folder / name)
    call("bash", ROOT / "binder" / "postBuild", cwd=ROOT, env=variables)
    return variables, venv / "bin" / "python"


def test_jupyterlab_has_the_extensions(reader):
    variables, python = reader
    listing = subprocess.run(
        [python, "-m", "jupyter", "labextension", "list"],
        env=variables,
        check=True,
        capture_output=True,
        text=True,
    )
    told = re.sub(r"\x1b\[\d*m", "", listing.stderr + listing.stdout)
    for name in ("musicnb", "anywidget", "@jupyter-widgets/jupyterlab-manager"):
        assert re.search(rf"^\s*{name} v\S+ enabled OK", told, re.MULTILINE), told


@pytest.fixture
def server(reader, tmp_path):
    """JupyterLab as `start` starts it: its process and its address."""
    variables, python = reader
    shutil.copytree(ROOT / "lessons", tmp_path / "lessons", ignore=lambda *_: ["musicnb-course"])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [ROOT / "binder" / "start", python, "-m", "jupyterlab", "--no-browser"]
    command += [f"--ServerApp.port={port}", "--ServerApp.ip=127.0.0.1", "--IdentityProvider.token="]
    command += ["--ServerApp.disable_check_xsrf=True", f"--ServerApp.root_dir={tmp_path}"]
    command += ["--allow-root"] if os.geteuid() == 0 else []
    log = tmp_path / "log.txt"
    with log.open("wb") as output:
        process = psutil.Popen(
            list(map(str, command)), env=variables, cwd=tmp_path, stdout=output, stderr=output
        )
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            urllib.request.urlopen(f"{address}/api/status", timeout=10).close()
            break
        except OSError:
            gone = process.poll() is not None or time.monotonic() > deadline
            assert not gone, log.read_text("utf-8")[-3000:]
            time.sleep(0.2)
    yield process, address, Path(variables["JUPYTER_RUNTIME_DIR"])
    for each in (*process.children(recursive=True), process):
        each.terminate()
    psutil.wait_procs([process], 20)


def runs(process, kernel):
    """Tell whether a process is the kernel of that id."""
    try:
        return any(kernel in part for part in process.cmdline())
    except psutil.Error:
        return False


def taken(process):
    """Return the memory of the server and its kernels, in bytes."""
    total = 0
    for each in (process, *process.children(recursive=True)):
        try:
            total += each.memory_info().rss
        except psutil.Error:
            # It ended while we looked.
            continue
    return total


@pytest.mark.parametrize("name", ["00_welcome"])
def test_a_lesson_runs_beside_jupyterlab_in_the_memory_there_is(server, name):
    process, address, runtime = server
    about = {"path": f"lessons/{name}.ipynb", "type": "notebook", "name": name}
    request = urllib.request.Request(
        f"{address}/api/sessions",
        json.dumps(about | {"kernel": {"name": "python3"}}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        kernel = json.load(answer)["kernel"]["id"]
    client = BlockingKernelClient(connection_file=str(runtime / f"kernel-{kernel}.json"))
    client.load_connection_file()
    client.start_channels(iopub=False, stdin=False, hb=False, control=False)
    # The server has other children too, which come and go.
    (running,) = (each for each in process.children() if runs(each, kernel))
    peak = 0
    try:
        for cell in nbformat.read(ROOT / "lessons" / f"{name}.ipynb", as_version=4).cells:
            if cell.cell_type != "code":
                continue
            message = client.execute(cell.source)
            done = None
            while done is None:
                peak = max(peak, taken(process))
                try:
                    reply = client.get_shell_msg(timeout=0.2)
                except Empty:
                    # For a kernel that died the server starts another, which knows nothing of us.
                    assert running.is_running(), "the kernel died"
                    continue
                if reply["parent_header"].get("msg_id") == message:
                    done = reply["content"]
            assert done["status"] == "ok", "\n".join(done.get("traceback", []))
    finally:
        client.stop_channels()
    # `pytest --log-cli-level=INFO` shows it.
    logging.getLogger("binder").info("%s: %.0f MB with JupyterLab", name, peak / 1e6)
    assert peak < MEMORY
