"""Edits from file to file, on the command line, and made again from their recipes."""

from __future__ import annotations

import json

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

import musicnb
from musicnb.audio.provenance import read_recipe
from musicnb.cli import app
from musicnb.errors import Cancelled, InputError, MusicnbError, RecipeError
from musicnb.remix import plan as plan_module
from musicnb.remix import stretch
from musicnb.remix.plan import Plan, replay_plan

RATE = 44_100


@pytest.fixture
def song(tmp_path):
    """Five seconds of a real band, as a file."""
    path = tmp_path / "song.wav"
    musicnb.load("demo:starfall", offset=5, duration=5).save(path)
    return path


def identical(path):
    made, saved = musicnb.replay(path), musicnb.load(path)
    return np.abs(made.samples - saved.samples).max() < 2**-23


@pytest.mark.parametrize(
    "options",
    [
        {"tempo": 1.25, "transpose": -2},
        {"swing": 1.6, "beats": [0.1, 0.7, 1.3, 1.9, 2.5]},
        {"remove_part": "vocals", "tempo": 0.8},
        {"transpose": 3, "preserve_formants": "vocals"},
    ],
)
def test_an_edited_file_is_made_again_from_its_recipe(song, tmp_path, options):
    made = musicnb.edit_file(song, tmp_path / "made.wav", **options, verify=False)
    assert made.duration == pytest.approx(5 / options.get("tempo", 1), abs=1 / RATE)
    assert read_recipe(made.path).function == "edit"
    assert identical(made.path)


def test_edits_in_memory_are_made_again_from_their_recipes(song, tmp_path):
    sound = musicnb.load(song)
    quiet = sound.gain(-12)
    edits = {
        "change_tempo": musicnb.change_tempo(quiet, tempo=0.9, verify=False),
        "change_key": musicnb.change_key(quiet, transpose=2, verify=False),
        "change_swing": musicnb.change_swing(quiet, 2, beats=[0.2, 0.8, 1.4], verify=False),
        "mix": musicnb.remove_part(quiet, "vocals"),
    }
    for function, edit in edits.items():
        path = tmp_path / f"{function}.wav"
        edit.save(path)
        assert read_recipe(path).function == function
        assert identical(path)


def test_file_and_memory_agree(song, tmp_path):
    made = musicnb.edit_file(song, tmp_path / "made.wav", transpose=2, verify=False)
    memory = Plan(transpose=2, limited=True).apply(musicnb.load(song))
    assert np.abs(memory.samples - musicnb.load(made.path).samples).max() < 2**-23


def test_a_part_is_missing_from_the_file(song, tmp_path):
    quiet = musicnb.load(song).gain(-12)
    made = musicnb.edit_file(quiet, tmp_path / "made.wav", remove_part="vocals", verify=False)
    left = quiet.samples - musicnb.separate(quiet)["vocals"].samples
    assert np.abs(musicnb.load(made.path).samples - left).max() < 1e-4


def test_no_peak_is_clipped(tmp_path):
    """A song at full scale comes out below it; a warning would be an error here."""
    loud = musicnb.load("demo:starfall", duration=4)
    loud = loud.gain(-20 * np.log10(loud.peak))
    made = musicnb.edit_file(loud, tmp_path / "made.wav", transpose=3, verify=False)
    assert 0.9 < musicnb.load(made.path).peak < 1


def test_memory_does_not_grow_with_the_duration(monkeypatch, tmp_path):
    """However long the file, the library is given no more than a segment at a time."""
    monkeypatch.setattr(stretch, "SEGMENT", 5.0)
    monkeypatch.setattr(
        stretch.stretch_blocks,
        "__kwdefaults__",
        {**stretch.stretch_blocks.__kwdefaults__, "segment": 5.0},
    )
    given = []
    whole = stretch._stretch
    monkeypatch.setattr(
        stretch,
        "_stretch",
        lambda source, *rest: given.append(source.shape[1]) or whole(source, *rest),
    )
    path = tmp_path / "long.wav"
    soundfile.write(path, np.random.default_rng(0).normal(size=40 * 8000) * 0.1, 8000)
    made = musicnb.edit_file(path, tmp_path / "made.wav", tempo=1.1, verify=False)
    assert made.duration == pytest.approx(40 / 1.1, abs=1 / 8000)
    assert len(given) >= 7
    assert max(given) < 12 * 8000


def test_all_edits_at_once_are_heard(tmp_path):
    beats = np.arange(0.5, 11.5, 0.5)
    rng = np.random.default_rng(0)
    burst = rng.normal(size=1500) * np.exp(-np.arange(1500) / 200) * 0.3
    samples = np.zeros(12 * RATE)
    for time in np.arange(0.5, 11.5, 0.25):
        samples[round(time * RATE) :][:1500] += burst * (1 if time % 0.5 == 0 else 0.6)
    song = musicnb.Audio(samples, RATE)
    made = musicnb.edit_file(
        song, tmp_path / "made.flac", bpm=100, source_bpm=120, swing=2, beats=list(beats)
    )
    assert made.requested == {"bpm": 100, "swing": 2, "tempo": pytest.approx(100 / 120)}
    assert made.measured["swing"] == pytest.approx(2, rel=0.12)
    assert made.measured["bpm"] == pytest.approx(100, rel=0.02)
    assert made.warnings == ()


def test_nothing_is_left_of_an_edit_that_was_cancelled(song, tmp_path, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(plan_module, "limit_blocks", stop)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(Cancelled):
        musicnb.edit_file(song, tmp_path / "made.wav", tempo=2, verify=False)
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({}, "nothing is to be changed"),
        ({"tempo": 9}, "tempo is 9"),
        ({"remove_part": "tuba"}, "no part 'tuba'.*vocals or accompaniment"),
        ({"bpm": 100, "source_bpm": float("inf")}, "source_bpm is inf"),
        ({"swing": 2, "beats": []}, "no beats"),
    ],
)
def test_bad_requests_get_one_sentence_and_no_file(song, tmp_path, options, says):
    with pytest.raises(InputError, match=says):
        musicnb.edit_file(song, tmp_path / "made.wav", **options)
    assert not (tmp_path / "made.wav").exists()


def test_hostile_files_get_one_sentence(tmp_path, song):
    text = tmp_path / "text.wav"
    text.write_text("not sound")
    empty = tmp_path / "empty.wav"
    soundfile.write(empty, np.zeros((0, 2)), RATE)
    many = tmp_path / "many.wav"
    soundfile.write(many, np.zeros((RATE, 8)), RATE)
    for path in (text, empty, many, tmp_path / "missing.wav", tmp_path):
        with pytest.raises(MusicnbError, match="expected"):
            musicnb.edit_file(path, tmp_path / "made.wav", tempo=2)
    with pytest.raises(InputError, match="would be overwritten"):
        musicnb.edit_file(song, song, tempo=2)
    with pytest.raises(InputError, match=r"ends in '.txt'"):
        musicnb.edit_file(song, tmp_path / "made.txt", tempo=2)


@pytest.mark.parametrize(
    "arguments",
    [
        {"tempo": "2"},
        {"tempo": 1e9},
        {"shell": "rm"},
        {"swing": 2, "beats": [1]},
        {"swing": 2, "beats": ["x", "y"]},
        {"preserve_formants": []},
    ],
)
def test_hostile_recipes_are_refused(arguments):
    sound = musicnb.load("demo:starfall", duration=1)
    recipe = musicnb.Recipe("edit", arguments, (sound.recipe,))
    with pytest.raises((MusicnbError, ValueError, TypeError, IndexError)) as caught:
        replay_plan(recipe, [sound])
    assert caught.type is not RecipeError or "names" in str(caught.value)


# ---- the command line ----------------------------------------------------------------------------


def test_the_command_line_edits_and_says_what_it_heard(song, tmp_path):
    path = tmp_path / "made.flac"
    options = ["--tempo", "0.8", "--transpose", "-2", "--json"]
    done = CliRunner().invoke(app.app, ["edit", str(song), "-o", str(path), *options])
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert report["duration_s"] == 6.25
    assert report["requested"] == {"tempo": 0.8, "transpose": -2.0}
    assert {"source_bpm", "bpm", "source_key", "key"} <= report["measured"].keys()
    assert musicnb.load(path).duration == 6.25
    assert identical(path) or read_recipe(path).arguments["tempo"] == 0.8


def test_the_command_line_talks_to_people_too(song, tmp_path):
    path = tmp_path / "made.wav"
    options = ["--remove-part", "vocals", "--no-verify"]
    done = CliRunner().invoke(app.app, ["edit", str(song), "-o", str(path), *options])
    assert done.exit_code == 0, done.output
    assert "vocals" in done.stdout


def test_the_command_line_refuses_in_one_sentence(song, tmp_path):
    for options, says in (
        (["--tempo", "9"], "0.25 to 4"),
        (["--preserve-formants", "cats"], "vocals or all"),
        ([], "nothing is to be changed"),
    ):
        command = ["edit", str(song), "-o", str(tmp_path / "made.wav"), *options]
        done = CliRunner().invoke(app.app, command)
        assert says in str(done.exception)
