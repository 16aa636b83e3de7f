"""The wheel as a user gets it: what is in it, and that it works in an empty environment, offline.

Installing asks the package registry (or uv's cache) for the dependencies. Everything after that
runs with networking switched off and with an empty home.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import soundfile

import musicnb

ROOT = Path(__file__).parent.parent
LARGEST = 20_000_000


def call(command, *, seconds, **options):
    """Run to the end, and show what it printed should it fail."""
    done = subprocess.run(
        [str(part) for part in command],
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=seconds,
        **options,
    )
    assert done.returncode == 0, f"{done.args}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT]
    call(command, seconds=120)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The python of an environment that holds the wheel and its core dependencies alone."""
    beside = Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.exists() else shutil.which("uv")
    assert uv, "uv is missing; `make setup` installs it"
    environment = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    if "PIP_FIND_LINKS" in environment:
        environment.setdefault("UV_FIND_LINKS", environment["PIP_FIND_LINKS"])
    folder = tmp_path_factory.mktemp("environment") / "venv"
    call([uv, "venv", "--python", sys.executable, folder], seconds=60, env=environment)
    python = folder / "bin" / "python"
    constraints = ROOT / "constraints.txt"
    command = [uv, "pip", "install", "--python", python, "--constraint", constraints, wheel]
    call(command, seconds=600, env=environment)
    return python


@pytest.fixture(scope="module")
def offline(tmp_path_factory):
    """Return a function that runs a command in an empty home and without a network."""
    home = tmp_path_factory.mktemp("home")
    environment = {"PATH": os.defpath, "HOME": str(home), "LANG": "C.UTF-8"}
    prefix = ["unshare", "--map-root-user", "--net"]
    try:
        subprocess.run([*prefix, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        # No namespaces here. At least nothing that heeds a proxy gets through: nobody listens.
        prefix = []
        nobody = "http://127.0.0.1:9"
        environment |= dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), nobody)

    def run(*command, seconds):
        return call([*prefix, *command], seconds=seconds, env=environment, cwd=home)

    return run


def test_the_wheel_holds_what_the_package_needs_and_nothing_else(wheel):
    entries = {entry.filename: entry.file_size for entry in zipfile.ZipFile(wheel).infolist()}

    def stored(folder, pattern):
        return {
            path.relative_to(ROOT).as_posix()
            for path in (ROOT / folder).rglob(pattern)
            if path.is_file()
        }

    weights = stored("musicnb/weights", "*.safetensors")
    assert weights, "the package has no weights"
    assert {weight.removesuffix(".safetensors") + ".json" for weight in weights} <= set(entries)
    assert weights | stored("musicnb/songs", "*") <= set(entries)
    assert {f"musicnb/{name}" for name in stored("lessons", "*.ipynb")} <= set(entries)
    assert "musicnb/lessons/00_welcome.ipynb" in entries
    assert "musicnb/py.typed" in entries
    assert "musicnb/__init__.pyi" in entries
    for notice in ("LICENSE", "THIRD_PARTY.md"):
        assert any(name.endswith(f".dist-info/licenses/{notice}") for name in entries)

    outside = [name for name in entries if not name.startswith(("musicnb/", "musicnb-"))]
    assert not outside
    assert not [name for name in entries if "/tests/" in name or "__pycache__" in name]
    assert not [name for name, size in entries.items() if size > LARGEST]


def test_installing_it_brings_the_extension_of_jupyterlab(installed):
    """JupyterLab looks there, and finds what the package file names."""
    folder = installed.parent.parent / "share" / "jupyter" / "labextensions" / "musicnb"
    about = json.loads((folder / "package.json").read_text("utf-8"))
    assert about["version"] == musicnb.__version__
    assert (folder / about["jupyterlab"]["_build"]["load"]).stat().st_size > 0
    assert (folder / "schemas" / "musicnb" / "plugin.json").is_file()


def test_importing_musicnb_loads_neither_torch_nor_librosa(installed, offline):
    script = "import json, sys, musicnb; print(json.dumps([musicnb.__file__, *sys.modules]))"
    place, *modules = json.loads(offline(installed, "-c", script, seconds=60))
    assert Path(place).is_relative_to(installed.parent.parent)
    assert not {"torch", "librosa"} & set(modules)


def test_the_demo_runs_offline_and_its_parts_sum_to_the_mixture(installed, offline, tmp_path):
    out = tmp_path / "demo"
    command = (installed.with_name("musicnb"), "demo", "-o", out, "--json")
    report = json.loads(offline(*command, seconds=300))
    assert {"song", "duration_s", "wall_s", "rtf", "peak_memory_mb", "files"} <= set(report)
    for file in report["files"]:
        assert Path(file["path"]).stat().st_size > 0, file
        assert file["what"]

    sounds = {}
    for name in ("mixture", "vocals", "accompaniment", "residual"):
        path = out / f"{name}.wav"
        assert soundfile.info(path).subtype == "PCM_24"
        recipe = json.loads((out / f"{name}.wav.json").read_text("utf-8"))
        assert recipe.get("musicnb", recipe)["function"]
        sounds[name], _ = soundfile.read(path, always_2d=True)
    assert sounds["mixture"].shape[0] > 1
    assert np.sqrt(np.mean(sounds["vocals"] ** 2)) > 1e-3
    error = sounds["mixture"] - sounds["vocals"] - sounds["accompaniment"] - sounds["residual"]
    assert 20 * np.log10(np.max(np.abs(error)) + 1e-12) <= -60
    assert list(out.glob("*.png"))
