"""On Colab nothing that is installed there may be replaced: its notebooks would break.

``tests/data/colab-freeze.txt`` is what Colab's runtime listed in August 2026.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parent.parent
FREEZE = Path(__file__).parent / "data" / "colab-freeze.txt"
#: What the list leaves out, because it was not installed from a registry.
BESIDE = {"torch": Version("2.11.0+cu128")}
#: Colab's Python.
PYTHON = "3.13"
PIN = re.compile(r"^([A-Za-z0-9_.-]+)==([^\s;]+)")


def there():
    """Return the version of each package that Colab has."""
    pins = (PIN.match(line) for line in FREEZE.read_text("utf-8").splitlines())
    return BESIDE | {canonicalize_name(pin[1]): Version(pin[2]) for pin in pins if pin}


def ours():
    """Return what musicnb needs without extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return [Requirement(each) for each in project["dependencies"]]


@pytest.mark.parametrize("requirement", ours(), ids=lambda requirement: requirement.name)
def test_what_colab_has_is_enough(requirement):
    version = there().get(canonicalize_name(requirement.name))
    if version is not None:
        assert requirement.specifier.contains(version.base_version), version


@pytest.mark.parametrize("name", ["torch", "numpy", "ipywidgets", "anywidget", "librosa"])
def test_what_matters_most_is_there_already(name):
    assert name in there()
    assert name in {canonicalize_name(each.name) for each in ours()}


def test_what_colab_lacks_replaces_nothing(tmp_path):
    """The few packages that must be added can be, with everything else as it is."""
    installed = there()
    missing = [each for each in ours() if canonicalize_name(each.name) not in installed]
    wanted = tmp_path / "wanted.txt"
    wanted.write_text("\n".join(map(str, missing)) + "\n", "utf-8")
    kept = tmp_path / "kept.txt"
    kept.write_text("".join(f"{name}=={v.public}\n" for name, v in installed.items()), "utf-8")
    beside = Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.exists() else shutil.which("uv")
    command = [uv, "pip", "compile", "--quiet", "--no-header", "--no-annotate", wanted]
    command += ["--constraint", kept, "--python-version", PYTHON]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    added = {canonicalize_name(pin[1]) for pin in map(PIN.match, done.stdout.splitlines()) if pin}
    new = added - set(installed)
    assert {canonicalize_name(each.name) for each in missing} <= added
    assert len(new) <= len(missing) + 2, new
