"""What may not stand in the repository, whoever commits it. Also a pre-commit hook."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
LARGEST = 20_000_000

# Reversed, so that this file does not name what it looks for.
REGISTRIES = [
    name[::-1]
    for name in (
        "gro.ipyp",
        "gro.detsohnohtyp",
        "gro.sjmpn",
        "moc.sjmpn",
        "moc.gkpnray",
        "gro.hcrotyp.daolnwod",
        "gro.adnocana.adnoc",
        "gro.naibed.bed",
        "oc.ecafgnigguh",
    )
]
HOSTS = "|".join(map(re.escape, REGISTRIES))
FORBIDDEN = {
    "a path of one machine": re.compile(
        r"(?<![\w.}/~-])/(?:work|root|opt|Users)/[\w.-]|/home/(?!jovyan\b|USER\b)\w"
    ),
    "a registry's host": re.compile(HOSTS),
    "a host recorded by a lock file": re.compile(r'"resolved":\s*"https?:|^source = \{ registry'),
}


def tracked():
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def texts():
    for path in tracked():
        if path == Path(__file__):
            continue  # its examples are what it forbids
        data = path.read_bytes()
        if b"\0" in data[:8000]:
            continue
        try:
            yield path, data.decode("utf-8")
        except UnicodeDecodeError:
            pytest.fail(f"{path.relative_to(ROOT)} is neither binary nor UTF-8")


@pytest.fixture(autouse=True)
def _a_clone():
    if not (ROOT / ".git").exists():
        pytest.skip("not a git clone")


def test_no_file_is_over_20_mb():
    large = [str(path) for path in tracked() if path.stat().st_size > LARGEST]
    assert not large


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_text_names(what):
    pattern = FORBIDDEN[what]
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
        for path, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("what", "line", "matches"),
    [
        ("a path of one machine", "open('/root/x.wav')", True),
        ("a path of one machine", "cd /home/ann/musicnb", True),
        ("a path of one machine", "the folder musicnb/work/x and ~/root/y", False),
        ("a registry's host", f"https://{REGISTRIES[0]}/simple", True),
        ("a registry's host", "https://github.com/musicnb/musicnb", False),
        ("a host recorded by a lock file", '  "resolved": "https://example.org/a.tgz",', True),
        ("a host recorded by a lock file", '  "resolved": "vendor/a.tgz",', False),
    ],
)
def test_the_patterns_find_what_they_should(what, line, matches):
    assert bool(FORBIDDEN[what].search(line)) is matches


def test_text_ends_with_one_newline_and_has_no_carriage_returns():
    bad = [
        str(path.relative_to(ROOT))
        for path, text in texts()
        if path.suffix not in {".ipynb", ".svg"}
        # As the builder of JupyterLab extensions leaves them.
        and ROOT / "musicnb" / "labextension" not in path.parents
        and text
        and ("\r" in text or not text.endswith("\n") or text.endswith("\n\n"))
    ]
    assert not bad


def test_scripts_can_be_executed():
    listing = subprocess.run(
        ["git", "ls-files", "--stage", ".ci/run", "binder/postBuild", "binder/start"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    assert [line.split()[0] for line in listing] == ["100755"] * 3


def test_binder_installs_every_core_dependency():
    def name(requirement):
        return re.match(r"[\w-]+", requirement)[0].replace("_", "-")

    environment = yaml.safe_load((ROOT / "binder" / "environment.yml").read_text("utf-8"))
    assert environment["channels"] == ["conda-forge"]
    conda = [entry for entry in environment["dependencies"] if isinstance(entry, str)]
    (pip,) = (entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict))
    present = {name(entry) for entry in (*conda, *pip)}

    project = (ROOT / "pyproject.toml").read_text("utf-8")
    block = re.search(r"^dependencies = \[$(.*?)^\]$", project, re.MULTILINE | re.DOTALL)[1]
    core = {name(line) for line in re.findall(r'^\s*"(.*?)"', block, re.MULTILINE)}
    # conda's names for the build without CUDA and for the one without windows
    smaller = {"torch": "pytorch-cpu", "matplotlib": "matplotlib-base"}
    assert {smaller.get(name, name) for name in core} <= present
    assert "torch" not in present, "pip would replace the CPU build"
