"""The command line: what it prints, what it writes, how it ends."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import pytest

import musicnb


def run(*arguments, cwd=None):
    command = [sys.executable, "-m", "musicnb.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    done = run("demo", "-o", folder, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_demo_takes_a_real_song_apart_and_says_what_it_took(demo):
    assert "Obsidian Shell" in demo["credit"]
    assert demo["duration_s"] == 40
    assert demo["rtf"] == pytest.approx(demo["wall_s"] / 40, abs=0.001)
    assert demo["peak_memory_mb"] > 100
    sounds = {f["path"]: f["what"] for f in demo["files"] if f["path"].endswith(".wav")}
    assert len(sounds) == 4
    parts = [musicnb.load(path).samples for path in sounds]
    assert np.abs(parts[0] - sum(parts[1:])).max() < 10 ** (-60 / 20)
    picture = next(f["path"] for f in demo["files"] if f["path"].endswith(".png"))
    assert Path(picture).read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_the_demo_covers_the_song_and_says_whose_voice_it_is(demo):
    assert "joe" in demo["cover"]["whose"]
    loudness = demo["cover"]["loudness_lufs"]
    assert loudness["converted"] == pytest.approx(loudness["vocals"], abs=0.5)
    cover = next(f["path"] for f in demo["files"] if f["path"].endswith("cover.flac"))
    assert musicnb.load(cover).duration == pytest.approx(40, abs=0.01)
    assert Path(cover).with_suffix(".png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_replay_of_the_demo_is_identical(demo):
    vocals = next(f["path"] for f in demo["files"] if f["path"].endswith("vocals.wav"))
    done = run("replay", vocals, "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["identical"], report
    assert report["recipe"]["function"] == "separate"


def test_separating_several_files_goes_on_after_a_bad_one(tmp_path):
    song = musicnb.load("demo:starfall", duration=2)
    for folder in ("a", "b"):
        song.save(tmp_path / folder / "song.flac")
    (tmp_path / "notes.wav").write_text("these are notes")
    files = [tmp_path / name for name in ("a/song.flac", "notes.wav", "b/song.flac")]
    done = run("separate", *files, "-o", tmp_path / "out", "--format", "flac", "--json")
    assert done.returncode == 2
    assert "notes.wav cannot be read as sound" in done.stderr
    assert "Traceback" not in done.stderr
    songs = json.loads(done.stdout)["songs"]
    assert [song["source"] for song in songs] == [str(files[0]), str(files[2])]
    # Two songs of one name do not overwrite each other.
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["song", "song-2"]
    for song in songs:
        assert song["rtf"] > 0
        assert [f["stem"] for f in song["files"]] == ["vocals", "accompaniment", "residual"]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["separate", "nothing.wav", "-o", "out"], "does not exist"),
        (["separate", "demo:nothing", "-o", "out"], "starfall"),
        (["separate", "demo:starfall", "-o", "out", "--format", "exe"], "flac"),
        (["separate", "demo:starfall", "-o", "out", "--device", "tpu"], "auto"),
        (["separate", "demo:starfall", "-o", "out", "--two-stems", "harp"], "vocals"),
        (["separate"], "Missing"),
        (["replay", "nothing.wav"], "does not exist"),
        (["estimate", "fly", "10"], "separate"),
        (["sing"], "No such command"),
    ],
)
def test_bad_input_ends_with_2_and_one_sentence(tmp_path, arguments, word):
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert word in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert list(tmp_path.rglob("*.*")) == []


def test_estimate_tells_seconds_and_memory(tmp_path):
    done = run("estimate", "separate", "240", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["duration"] == 240
    assert report["fits"] is True
    assert report["rtf"] == pytest.approx(report["seconds"] / 240)


def test_doctor_finds_this_installation_healthy():
    done = run("doctor", "--json")
    report = json.loads(done.stdout)
    assert done.returncode == 0, report
    assert {"device", "weights", "demo songs", "sound formats"} <= set(report)


def test_help_names_every_command():
    done = run("--help")
    assert done.returncode == 0
    for name in ("lab", "demo", "separate", "replay", "estimate", "doctor", "course"):
        assert name in done.stdout


def test_lab_copies_the_lessons_once_and_keeps_what_was_changed(tmp_path, monkeypatch):
    from musicnb.cli import lab

    package = tmp_path / "site" / "musicnb"
    (package / "lessons").mkdir(parents=True)
    (package / "lessons" / lab.FIRST).write_text("{}")
    monkeypatch.setattr(lab, "__file__", str(package / "cli" / "lab.py"))
    mine = tmp_path / "mine"
    assert lab.lessons(mine) == mine
    (mine / lab.FIRST).write_text("my answers")
    lab.lessons(mine)
    assert (mine / lab.FIRST).read_text() == "my answers"
    # What the side panel puts back.
    assert (mine / "musicnb-course" / "originals" / lab.FIRST).read_text() == "{}"


def page(address):
    """Return a page of a server that has said where it will be, and may not be there yet."""
    for _ in range(100):
        try:
            with urllib.request.urlopen(address, timeout=60) as answer:
                return answer.read().decode()
        except urllib.error.URLError:
            time.sleep(0.2)
    raise AssertionError(f"nobody answers at {address}")


def test_lab_serves_the_first_lesson(tmp_path):
    command = [sys.executable, "-m", "musicnb.cli", "lab", "--no-browser"]
    environment = {**os.environ, "JUPYTER_RUNTIME_DIR": str(tmp_path)}
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            address = next(
                found.group()
                for line in process.stderr
                if (found := re.search(r"http://127\.0\.0\.1:\d+/lab\S*token=\w+", line))
            )
            assert "00_welcome.ipynb" in address
            assert "JupyterLab" in page(address)
        finally:
            process.terminate()
            process.communicate(timeout=30)
