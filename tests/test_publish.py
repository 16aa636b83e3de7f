"""An instructor's own repository: links to Colab and Binder, and what Colab installs."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import nbformat
import pytest
from typer.testing import CliRunner

from musicnb.cli.app import app
from musicnb.course import build, publish
from musicnb.errors import InputError

LESSONS = Path(__file__).parent.parent / "lessons"
MASTER = """# %% [markdown]
# # A lesson

# %%
# musicnb: l99-q1
### BEGIN SOLUTION | answer = ...
answer = 6 * 7
### END SOLUTION

# %% tags=["nbval-check-output"]
print(answer)
"""


def call(*arguments):
    result = CliRunner().invoke(app, ["course", *map(str, arguments)])
    if isinstance(result.exception, InputError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def cells(lessons):
    return nbformat.read(lessons / "99_test.ipynb", as_version=4).cells


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A clone with one lesson in the folder `lessons`, and the solutions beside it."""
    clone = tmp_path_factory.mktemp("clone")
    (clone / ".git").mkdir()
    source = clone / "lessons" / "source"
    source.mkdir(parents=True)
    (source / "99_test.py").write_text(MASTER, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "SOLUTIONS", clone / "solutions")
        call("build", clone / "lessons")
    return clone


@pytest.fixture
def lessons(built, tmp_path, monkeypatch):
    """The lessons of such a clone, of one's own."""
    clone = shutil.copytree(built, tmp_path / "clone")
    monkeypatch.setattr(build, "SOLUTIONS", clone / "solutions")
    return clone / "lessons"


def test_the_links_stand_on_top_and_lead_to_the_lesson(lessons):
    before = cells(lessons)
    call("publish", lessons, "--repo", "anna/music", "--branch", "autumn")
    top, *rest = cells(lessons)
    assert rest == before[:1] + rest[1:2] + before[2:]
    assert re.findall(r"!\[(.*?)\]", top.source) == ["Open in Colab", "Open on Binder"]
    colab, binder = re.findall(r"\]\((https://[^)]*)\)", re.sub(r"!\[.*?\]\(.*?\)", "", top.source))
    assert colab.endswith("/github/anna/music/blob/autumn/lessons/99_test.ipynb")
    address = urlsplit(binder)
    assert (address.netloc, address.path) == ("mybinder.org", "/v2/gh/anna/music/autumn")
    assert parse_qs(address.query) == {"urlpath": ["lab/tree/lessons/99_test.ipynb"]}


def test_a_second_run_changes_nothing_and_another_repository_replaces(lessons):
    file = lessons / "99_test.ipynb"
    call("publish", lessons, "--repo", "anna/music")
    first = file.read_bytes()
    call("publish", lessons, "--repo", "anna/music")
    assert file.read_bytes() == first
    call("publish", lessons, "--repo", "ben/noise")
    assert "anna" not in file.read_text("utf-8")
    assert file.read_text("utf-8").count("mybinder.org/v2/gh/ben/noise/main") == 1


def test_building_gives_the_same_bytes_as_publishing(lessons):
    call("publish", lessons, "--repo", "anna/music")
    published = (lessons / "99_test.ipynb").read_bytes()
    call("build", lessons, "--check")
    call("build", lessons)
    assert (lessons / "99_test.ipynb").read_bytes() == published


def test_without_its_settings_the_links_are_gone_at_the_next_build(lessons):
    never = (lessons / "99_test.ipynb").read_bytes()
    call("publish", lessons, "--repo", "anna/music")
    (lessons / "source" / publish.FILE).unlink()
    with pytest.raises(InputError, match="not what the masters say"):
        call("build", lessons, "--check")
    call("build", lessons)
    assert (lessons / "99_test.ipynb").read_bytes() == never


def test_publishing_what_is_out_of_date_says_so_and_keeps_the_links(lessons):
    master = lessons / "source" / "99_test.py"
    master.write_text(MASTER.replace("A lesson", "Another lesson"), "utf-8")
    with pytest.raises(InputError, match="keeps the links"):
        call("publish", lessons, "--repo", "anna/music")
    call("build", lessons)
    text = (lessons / "99_test.ipynb").read_text("utf-8")
    assert "Another lesson" in text
    assert "mybinder.org/v2/gh/anna/music" in text


def test_the_instructors_notebooks_have_no_links(lessons, tmp_path):
    call("publish", lessons, "--repo", "anna/music")
    call("build", lessons, "--solved", tmp_path / "solved")
    assert "mybinder" not in (tmp_path / "solved" / "99_test.ipynb").read_text("utf-8")


def test_links_can_be_printed_for_a_page_of_the_course(lessons):
    (link,) = json.loads(call("publish", lessons, "--repo", "anna/music", "--json"))
    assert link["lesson"] == "99_test.ipynb"
    assert "anna/music" in link["colab"]
    assert "anna/music" in link["binder"]


@pytest.mark.parametrize(
    ("repository", "words"),
    [
        ("music", "OWNER/NAME"),
        ("anna/music/lessons", "OWNER/NAME"),
        ("https://github.com/anna/music.git", r"Pass anna/music\."),
        ("git@github.com:anna/music.git", r"Pass anna/music\."),
        ("-anna/music", "OWNER/NAME"),
        ("an--na/music", "OWNER/NAME"),
        ("anna/..", "OWNER/NAME"),
        ("anna/mu sic", "OWNER/NAME"),
        ("anna/music)[x](y", "OWNER/NAME"),
        ("a" * 40 + "/music", "OWNER/NAME"),
        ("", "OWNER/NAME"),
    ],
)
def test_what_is_no_repository_is_refused_and_nothing_is_written(lessons, repository, words):
    before = (lessons / "99_test.ipynb").read_bytes()
    with pytest.raises(InputError, match=words):
        call("publish", lessons, "--repo", repository)
    assert (lessons / "99_test.ipynb").read_bytes() == before
    assert not (lessons / "source" / publish.FILE).exists()


BRANCHES = ["", "a b", "../x", "x..y", "-x", "/x", "x/", "x.lock", "a//b", ".x", "a@{b", "x\n"]


@pytest.mark.parametrize("branch", BRANCHES)
def test_what_is_no_branch_is_refused_as_git_does(lessons, branch):
    git = ["git", "check-ref-format", "--branch", branch]
    assert subprocess.run(git, capture_output=True, check=False).returncode, "git takes it"
    with pytest.raises(InputError, match="the branch is"):
        call("publish", lessons, "--repo", "anna/music", "--branch", branch)


@pytest.mark.parametrize("branch", ["main", "2026-autumn", "feature/chords", "v1.0"])
def test_branches_with_slashes_and_dots_are_one_part_of_the_address(branch):
    mine = publish.Repository("anna/mu_sic.x", branch, "")
    part = urlsplit(mine.binder("00.ipynb")).path.split("/")[-1]
    assert unquote(part) == branch
    assert urlsplit(mine.colab("00.ipynb")).path.split("/")[5] == part


@pytest.mark.parametrize("text", ["{broken", "[]", '{"repo": "anna/music"}'])
def test_settings_that_cannot_be_read_are_named(lessons, text):
    (lessons / "source" / publish.FILE).write_text(text, "utf-8")
    with pytest.raises(InputError, match=r"publish\.json cannot be read"):
        call("build", lessons, "--check")


# What Colab installs


def installation(repository=None):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("import musicnb")])
    return publish.furnish(notebook, "99_test.ipynb", repository).cells


@pytest.mark.parametrize("source", build.sources(LESSONS), ids=lambda source: source.name)
def test_the_first_code_of_every_lesson_installs_on_colab_and_is_folded_away(source):
    notebook = build.student(source)
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    assert first.id == publish.INSTALL
    assert first.source.startswith("# @title ")
    assert first.metadata["cellView"] == "form"
    assert first.metadata["jupyter"]["source_hidden"]
    # A reader meets the title before it.
    texts = [cell for cell in notebook.cells if cell.id != publish.BADGES]
    assert texts[0].source.startswith("# ")


def test_colab_installs_from_the_published_repository():
    _, cell, _ = installation(publish.Repository("anna/music", "autumn"))
    assert '"musicnb @ git+https://github.com/anna/music@autumn"' in cell.source
    assert '"musicnb"]' in installation()[0].source


def wheel(folder, name, version, *requires):
    """Write the smallest wheel there is."""
    about = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": f"version = '{version}'\n",
        f"{about}/METADATA": "".join(
            (
                f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
                *(f"Requires-Dist: {each}\n" for each in requires),
            )
        ),
        f"{about}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=")
        record += f"{path},sha256={digest.decode()},{len(text)}\n"
    files[f"{about}/RECORD"] = f"{record}{about}/RECORD,,\n"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)


def test_on_colab_it_is_installed_and_what_was_there_stays(tmp_path):
    """The newest `helper` would replace `numbers_there`, so that pip takes the one before."""
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    wheel(shelf, "numbers_there", "1.0")
    wheel(shelf, "numbers_there", "2.0")
    wheel(shelf, "helper", "1.0", "numbers_there")
    wheel(shelf, "helper", "2.0", "numbers_there>=2")
    wheel(shelf, "musicnb", "0.1.0", "helper", "numbers_there")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PIP_")}
    environment |= {
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(shelf),
        "PIP_CONFIG_FILE": os.devnull,
    }

    def run(*command):
        options = {"capture_output": True, "text": True, "cwd": tmp_path, "env": environment}
        done = subprocess.run([str(each) for each in command], check=False, **options)
        assert done.returncode == 0, done.stderr
        return done.stdout

    run(sys.executable, "-m", "venv", "colab")
    python = tmp_path / "colab" / "bin" / "python"
    run(python, "-m", "pip", "install", "numbers_there==1.0")
    code = installation()[0].source
    versions = "import json, helper, musicnb, numbers_there as kept\n"
    versions += "print(json.dumps([musicnb.version, helper.version, kept.version]))"
    there = "import sys, types\nsys.modules['google.colab'] = types.ModuleType('colab')\n"
    installed = json.loads(run(python, "-c", f"{there}{code}\n{versions}"))
    assert installed == ["0.1.0", "1.0", "1.0"]
    # Once more: there is nothing left to do.
    (tmp_path / "installed.txt").unlink()
    run(python, "-c", there + code)
    assert not (tmp_path / "installed.txt").exists()


def test_anywhere_else_nothing_is_installed(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", f"{installation()[0].source}\nprint('subprocess' in sys.modules)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "False\n"
    assert not list(tmp_path.iterdir())
