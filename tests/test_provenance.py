"""A saved sound says how it was made, and can be made again."""

import json

import numpy as np
import pytest
import soundfile

import musicnb
from musicnb.audio.provenance import MAX_WAV_TAG, Recipe, read_recipe, tag_text
from musicnb.errors import RecipeError


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "song.flac"
    musicnb.load("demo:starfall", offset=8, duration=4).save(path, sidecar=False)
    return path


@pytest.mark.parametrize("ending", ["wav", "flac", "ogg", "opus", "mp3"])
def test_the_recipe_travels_in_the_tags_of_every_format(tmp_path, ending):
    sound = musicnb.load("demo:starfall", duration=2).resample(48000)
    path = tmp_path / f"made.{ending}"
    sound.save(path, sidecar=False)
    assert read_recipe(path) == sound.recipe


def test_replay_gives_the_same_samples(tmp_path, source):
    stems = musicnb.separate(musicnb.load(source))
    made = musicnb.mix([stems["vocals"], stems["accompaniment"]], gains=[-18, -2])[1:3].mono()
    path = tmp_path / "out" / "made.wav"
    made.save(path, subtype="FLOAT")
    again = musicnb.replay(path)
    assert np.array_equal(again.samples, musicnb.load(path).samples)


def test_files_made_in_blocks_replay_to_the_same_samples(tmp_path, source):
    files = musicnb.separate_file(source, tmp_path / "stems").files
    for path in files.values():
        saved, again = musicnb.load(path), musicnb.replay(path)
        assert np.abs(saved.samples - again.samples).max() <= 2**-23


def test_a_changed_input_is_noticed(tmp_path, source):
    path = tmp_path / "soft.wav"
    musicnb.load(source).gain(-3).save(path)
    musicnb.load("demo:starfall", duration=1).save(source)
    with pytest.raises(RecipeError, match="SHA-256"):
        musicnb.replay(path)


def test_other_weights_are_noticed(tmp_path):
    recipe = Recipe("separate", {"output": "vocals"}, weights={"spleeter-vocals": "0" * 16})
    path = tmp_path / "vocals.wav"
    path.with_suffix(".wav.json").write_text(json.dumps(recipe.to_dict()))
    with pytest.raises(RecipeError, match="other weights"):
        musicnb.replay(path)


def test_a_sound_without_a_recipe_is_refused(tmp_path):
    soundfile.write(tmp_path / "plain.wav", np.zeros(100), 8000)
    with pytest.raises(RecipeError, match="carries no recipe"):
        musicnb.replay(tmp_path / "plain.wav")


@pytest.mark.parametrize(
    "recipe",
    [
        {"function": "os.system", "arguments": {"command": "true"}},
        {"function": "musicnb.stems.separate:separate"},
        {"function": "slice", "arguments": [], "inputs": []},
        {
            "function": "slice",
            "inputs": [Recipe("load", {"path": "demo:starfall"}).to_dict()],
        },
        {"function": "gain", "inputs": []},
        {"function": "load", "arguments": {"path": "x" * 5000, "sha256": "00"}},
        {"function": "load", "arguments": {"path": "demo:starfall", "offset": "soon"}},
        {"function": "separate", "weights": {"spleeter-vocals": 1}},
        {"function": "samples", "arguments": {"sha256": "00"}},
        {"function": "load", "arguments": {"path": "/etc/passwd", "sha256": "00"}},
        {"nothing": 1},
        [],
        "text",
    ],
)
def test_a_hostile_recipe_runs_nothing(tmp_path, recipe):
    path = tmp_path / "made.wav"
    path.with_suffix(".wav.json").write_text(json.dumps(recipe))
    with pytest.raises(RecipeError):
        musicnb.replay(path)


def test_a_recipe_too_long_for_a_wav_is_kept_beside_it(tmp_path):
    sound = musicnb.load("demo:starfall", duration=1)
    for _ in range(60):
        sound = sound.gain(0.1).gain(-0.1)
    assert len(tag_text(sound.recipe, ".flac")) > MAX_WAV_TAG
    # Hostile nesting is refused on reading; forty steps are within what is read.
    short = musicnb.load("demo:starfall", duration=1)
    for _ in range(20):
        short = short.gain(0.1).gain(-0.1)
    short.save(tmp_path / "steps.wav")
    assert read_recipe(tmp_path / "steps.wav") == short.recipe


def test_the_recipe_names_no_folder(tmp_path, source):
    recipe = musicnb.load(source).gain(-1).recipe
    assert str(tmp_path) not in json.dumps(recipe.to_dict())
