"""`musicnb voices` and `musicnb convert`: what they print, write and refuse."""

from __future__ import annotations

import json
import shutil

import numpy as np
import onnxruntime
import pytest
import torch
from typer.testing import CliRunner

import musicnb
from musicnb.cli import main
from musicnb.cli.app import app
from musicnb.errors import InputError, MissingToolError
from musicnb.voices.export import export_onnx
from musicnb.voices.library import PACKAGED, voices_dir
from musicnb.voices.voice import CARD, PREVIEW


@pytest.fixture(autouse=True)
def own_voices(tmp_path, monkeypatch):
    monkeypatch.setenv("MUSICNB_VOICES", str(tmp_path / "voices"))


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "source.wav"
    musicnb.load(PACKAGED / "rms" / PREVIEW, duration=2).save(path)
    return path


def run(*arguments, text=None):
    return CliRunner().invoke(app, [str(each) for each in arguments], input=text)


def own_voice(name: str) -> None:
    """Put a voice into the user's folder: slt, under another name."""
    shutil.copytree(PACKAGED / "slt", voices_dir() / name)
    card = voices_dir() / name / CARD
    card.write_text(json.dumps(json.loads(card.read_text("utf-8")) | {"what": "Mine"}), "utf-8")


def test_the_list_says_what_each_voice_is_and_where_it_came_from():
    own_voice("mine")
    voices = json.loads(run("voices", "list", "--json").stdout)["voices"]
    assert len(voices) >= 8 + 1
    for each in voices:
        assert each["licence"]
        assert len(each["range_hz"]) == 2
        assert each["consent"]["statement"]
    assert "slt" in run("voices", "list").stdout


def test_info_shows_the_card_the_consent_and_the_preview():
    about = json.loads(run("voices", "info", "slt", "--json").stdout)
    assert about["origin"] == "comes with musicnb"
    assert about["preview"].endswith(PREVIEW)
    assert "consent" in run("voices", "info", "slt").stdout


def test_removing_asks_first_and_spares_the_library():
    own_voice("mine")
    assert "Nothing was removed" in run("voices", "remove", "mine", text="n\n").stdout
    assert "mine" in musicnb.voice_names()
    assert "was removed" in run("voices", "remove", "mine", "--yes").stdout
    assert "mine" not in musicnb.voice_names()
    refused = run("voices", "remove", "slt", "--yes")
    assert "came with musicnb" in str(refused.exception)


def test_training_without_consent_is_refused(source):
    refused = run("voices", "train", source, "--name", "maria")
    assert "the consent is missing" in str(refused.exception)
    refused = run("voices", "train", source, "--name", "maria", "--consent", "I agree to it all")
    assert "s of voice, the pauses left out" in str(refused.exception)


@pytest.mark.parametrize("ending", ["wav", "flac", "mp3", "ogg"])
def test_a_conversion_is_written_in_the_format_of_its_name(source, tmp_path, ending):
    path = tmp_path / f"made.{ending}"
    done = run("convert", source, "-o", path, "--voice", "slt=0.7,rms=0.3", "--json")
    report = json.loads(done.stdout)
    assert musicnb.load(path).duration == pytest.approx(2, abs=0.1)
    assert report["voices"] == {"slt": 0.7, "rms": 0.3}
    assert "CMU" in report["whose"]
    assert report["controls"]["transpose"] == 0
    assert report["reason"]


def test_every_control_reaches_the_conversion(source, tmp_path):
    options = ["--transpose", 2, "--tempo", 1.25, "--formant-shift", 1, "--noise-scale", 0.5]
    options += ["--retrieval-ratio", 0.2, "--protect", 0.5, "--source-loudness", 0.8]
    options += ["--dynamics", 1.1, "--slicing-threshold", -45, "--durations", "0.5:1:1.5"]
    path = tmp_path / "made.wav"
    done = run("convert", source, "-o", path, "--voice", "slt", "--f0", "swift,crepe", *options)
    assert done.exit_code == 0, done.output
    assert "Whose voice: slt" in done.output
    recipe = json.loads((tmp_path / "made.wav.json").read_text("utf-8"))
    controls = recipe["arguments"]["controls"]
    assert controls["durations"] == [[0.5, 1, 1.5]]
    for name, value in zip(options[:-2:2], options[1:-2:2], strict=True):
        assert controls[name.removeprefix("--").replace("-", "_")] == value


def test_an_edited_curve_is_read_from_its_file(source, tmp_path):
    curve = musicnb.estimate_f0(musicnb.load(source))
    curve.transpose(5).save(tmp_path / "curve.json")
    path = tmp_path / "made.wav"
    done = run("convert", source, "-o", path, "--voice", "slt", "--f0", tmp_path / "curve.json")
    assert done.exit_code == 0, done.output
    recipe = json.loads((tmp_path / "made.wav.json").read_text("utf-8"))
    assert max(recipe["arguments"]["f0"]["hz"]) > 1.3 * max(curve.hz[curve.voiced]) / 1.01


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--voice", "nobody"], "there is no voice 'nobody'"),
        (["--voice", "slt=much"], "--voice is 'slt=much'"),
        (["--voice", "slt", "--durations", "1:2"], "--durations is '1:2'"),
        (["--voice", "slt", "--f0", "missing.json"], "--f0 is 'missing.json'"),
        (["--voice", "slt", "--transpose", "40"], "transpose is 40"),
    ],
)
def test_a_bad_option_ends_in_one_sentence(source, tmp_path, capsys, monkeypatch, options, words):
    command = ["musicnb", "convert", str(source), "-o", str(tmp_path / "made.wav"), *options]
    monkeypatch.setattr("sys.argv", command)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert words in capsys.readouterr().err


def test_an_exported_voice_gives_what_the_native_one_gives(tmp_path):
    path = tmp_path / "slt.onnx"
    report = json.loads(run("voices", "export", "slt", "-o", path, "--json").stdout)
    assert report["path"] == str(path)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    kept = json.loads(session.get_modelmeta().custom_metadata_map["musicnb"])
    assert kept["consent"]["statement"]
    voice = musicnb.voice("slt")
    rng = np.random.default_rng(0)
    for frames in (1, 50, 777):
        content = rng.uniform(-1, 1, (1, 64, frames)).astype(np.float32)
        told = rng.uniform(-1, 1, (1, 3, frames)).astype(np.float32)
        made = session.run(None, {"content": content, "controls": told})
        speaker = voice.speaker[None, :, None].expand(-1, -1, frames)
        with torch.inference_mode():
            native = voice.decoder(torch.from_numpy(content), torch.from_numpy(told), speaker)
        for one, other in zip(made, native, strict=True):
            assert np.abs(one - other.numpy()).max() < 1e-3


def test_an_export_that_cannot_be_made_is_refused_in_a_sentence(tmp_path, monkeypatch):
    with pytest.raises(InputError, match=r"expected \.onnx"):
        export_onnx("slt", tmp_path / "slt.pt")
    monkeypatch.setattr("musicnb.voices.export.PACKAGES", ("onnx_of_another_world",))
    with pytest.raises(MissingToolError, match=r"pip install musicnb\[onnx\]"):
        export_onnx("slt", tmp_path / "slt.onnx")
