"""The Python half of the voice studio: what it answers, accepts and refuses, without a browser."""

from __future__ import annotations

import base64
import io
import json
import re
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

import musicnb
from musicnb import Audio, Controls, Recipe, VoiceStudio
from musicnb.errors import InputError
from musicnb.voices.controls import RANGES
from musicnb.widgets.base import MIME
from musicnb.widgets.voice_settings import GROUPS, METHODS, description
from musicnb.widgets.voice_work import MOST_PART

RATE = 44_100
WIDGETS = Path(__file__).parent.parent / "widgets"


def sung(hz=220.0, seconds=1.5):
    """Return a vowel that is sung with vibrato."""
    when = np.arange(round(seconds * RATE)) / RATE
    phase = 2 * np.pi * np.cumsum(hz * 2 ** (0.3 / 12 * np.sin(2 * np.pi * 5 * when))) / RATE
    made = sum(np.sin(n * phase) / (1 + ((n * hz - 700) / 400) ** 2) for n in range(1, 16))
    return Audio(0.2 * made / np.abs(made).max(), RATE)


@pytest.fixture(scope="module")
def voice():
    return sung()


@pytest.fixture
def studio(voice):
    return settled(VoiceStudio(voice))


def ask(studio, method, buffers=(), **params):
    """Ask as the front end does; return the result and buffers, or raise what was answered."""
    sent = []
    studio.send = lambda content, buffers=(): sent.append((content, buffers))
    studio._hear(studio, {"id": "1", "method": method, "params": params}, list(buffers))
    ((content, answer),) = sent
    if "error" in content:
        raise AssertionError(content["error"])
    return content["result"], answer


def settled(studio):
    """Wait until nothing is under way."""
    deadline = time.monotonic() + 120
    while ask(studio, "state")[0]["work"]["running"]:
        assert time.monotonic() < deadline
    return studio


def converted(studio):
    """Convert as the front end does."""
    ask(studio, "convert", settings=studio._settings)
    return settled(studio)


# ---- what is set ---------------------------------------------------------------------------------


def test_every_control_is_there_with_its_range_and_default():
    shown = {each["name"]: each for group in description() for each in group["settings"]}
    assert set(shown) == set(RANGES)
    usual = Controls()
    for name, (low, high) in RANGES.items():
        assert (shown[name]["low"], shown[name]["high"]) == (low, high)
        assert shown[name]["default"] == getattr(usual, name)
        assert shown[name]["meaning"].endswith(".")


def test_controls_and_voice_go_both_ways(studio):
    studio.controls = {"transpose": 3, "durations": ((0.2, 0.4, 2.0),)}
    assert studio._settings["transpose"] == 3
    studio._settings = {**studio._settings, "noise_scale": 0.5, "second": "rms"}
    assert studio.controls == Controls(transpose=3, noise_scale=0.5, durations=((0.2, 0.4, 2.0),))
    assert studio.voice == {"slt": 0.5, "rms": 0.5}
    studio.voice = {"kal": [3, 1], "slt": [1, 1]}
    assert studio.voice == {"kal": [0.75, 0.5], "slt": [0.25, 0.5]}


@pytest.mark.parametrize(
    "change",
    [
        {"transpose": 99},
        {"voice": "nobody"},
        {"second": "slt"},
        {"methods": []},
        {"methods": ["guess"]},
        {"weights": [0.5, 7]},
        {"durations": [[1, 0, 2]]},
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_changes(studio, change):
    before = studio._settings
    with pytest.raises(InputError):
        studio._settings = {**before, **change}
    assert studio._settings == before


@pytest.mark.parametrize(
    "given", [7, {}, {"a": 7}, Audio(np.zeros((1, 0)), RATE), Audio(np.zeros((1, 99)), RATE)]
)
def test_what_is_no_source_is_refused(given):
    with pytest.raises(InputError):
        VoiceStudio(given)


def test_unknown_controls_and_voices_are_refused(voice):
    for options in ({"pitch": 3}, {"voice": "nobody"}, {"voice": {"slt": 0}}, {"f0": "guess"}):
        with pytest.raises(InputError):
            VoiceStudio(voice, **options)


def test_each_voice_is_shown_with_its_range_licence_and_consent(studio):
    voices = ask(studio, "open")[0]["voices"]
    assert [each["name"] for each in voices][: len(voices)] == musicnb.voice_names()
    for each in voices:
        assert 40 < each["range"][0] < each["median"] < each["range"][1] < 1200
        assert all(each[name] for name in ("what", "licence", "consent"))
        data = ask(studio, "preview", voice=each["name"])[1][0]
        assert soundfile.info(io.BytesIO(data)).duration > 0.5


# ---- sources -------------------------------------------------------------------------------------


def test_sources_are_chosen_by_name(voice, tmp_path):
    path = tmp_path / "other.flac"
    sung(150).save(path)
    studio = settled(VoiceStudio({"mine": voice, "file": path}))
    assert studio.source is voice
    ask(studio, "choose", source="file")
    settled(studio)
    state = ask(studio, "state")[0]
    assert state["sources"][:2] == ["mine", "file"]
    assert state["curve"]["median"] == pytest.approx(150, rel=0.03)
    with pytest.raises(AssertionError, match="there is no source"):
        ask(studio, "choose", source="nobody")
    assert studio.source.frames


def test_without_a_source_the_singer_of_the_demo_song_is_taken_out_of_it():
    studio = settled(VoiceStudio())
    assert studio.source.duration == pytest.approx(12)
    assert studio.source.recipe.inputs[0].function == "separate"
    assert 150 < studio.f0.median < 700


def upload(studio, name, data, part=100_000):
    parts = [data[i : i + part] for i in range(0, len(data), part)] or [b""]
    for index, each in enumerate(parts):
        told = {"id": "x", "name": name, "index": index, "parts": len(parts), "size": len(data)}
        ask(studio, "upload", [memoryview(each)], **told)
    return settled(studio)


@pytest.mark.parametrize("ending", ["wav", "flac", "mp3", "ogg"])
def test_an_uploaded_file_becomes_the_source(studio, tmp_path, ending):
    path = tmp_path / f"take.{ending}"
    sung(330).save(path)
    upload(studio, path.name, path.read_bytes(), part=20_000)
    assert ask(studio, "state")[0]["source"] == path.name
    assert studio.f0.median == pytest.approx(330, rel=0.03)
    upload(studio, path.name, path.read_bytes())
    assert ask(studio, "state")[0]["source"] == f"{path.name} (2)"


def test_a_file_that_is_no_sound_or_comes_in_pieces_is_a_sentence(studio):
    with pytest.raises(AssertionError, match="expected"):
        upload(studio, "../../evil.wav", b"no sound at all")
    told = {"id": "y", "name": "a.wav", "parts": 3, "size": 9}
    with pytest.raises(AssertionError, match="missing"):
        ask(studio, "upload", [b"123"], index=1, **told)
    with pytest.raises(AssertionError, match="at most"):
        ask(studio, "upload", [bytes(MOST_PART + 1)], index=0, **told)
    assert studio.source is not None


# ---- pitch ---------------------------------------------------------------------------------------


def test_a_transposition_is_suggested_with_its_reason_and_never_applied(voice):
    studio = settled(VoiceStudio(sung(440), "kal"))
    suggestion = ask(studio, "state")[0]["curve"]["suggestion"]
    assert suggestion["transpose"] in (-12, -24)
    assert re.search(r"around 4[34]\d Hz", suggestion["reason"])
    assert studio.controls.transpose == 0


def test_the_curve_is_edited_and_what_is_sung_follows(studio):
    hz = np.frombuffer(ask(studio, "curve")[1][0], np.float32)
    assert len(hz) == len(studio.f0.hz)
    up = {"edit": "edited", "times": [0.5, 1.0], "hz": [330.0, 330.0]}
    state = ask(studio, "edit", edits=[up])[0]
    assert state["curve"]["drawn"]
    assert np.allclose(studio.f0.hz[55:95], 330)
    sings = converted(studio).result.f0
    assert np.nanmedian(sings.hz[60:90]) == pytest.approx(330, rel=0.01)
    # Another view, or a page that is reloaded, goes on from the edits.
    assert ask(studio, "curve")[0]["edits"] == [up]
    assert not ask(studio, "unedit")[0]["curve"]["drawn"]
    assert studio.f0.median == pytest.approx(220, rel=0.02)


def test_python_sets_the_curve(studio):
    studio.f0 = studio.f0.snap((9,))
    assert ask(studio, "state")[0]["curve"]["drawn"]
    assert studio.f0.median == pytest.approx(220, rel=0.005)
    with pytest.raises(InputError):
        studio.f0 = [220.0]
    studio.f0 = None
    assert not ask(studio, "state")[0]["curve"]["drawn"]


def test_other_methods_find_the_pitch_again(studio):
    studio._settings = {**studio._settings, "methods": ["swift", "pyin"]}
    settled(studio)
    assert "pyin" in studio.f0.method


# ---- conversion ----------------------------------------------------------------------------------


def test_what_is_converted_is_what_convert_makes(studio, voice):
    studio.controls = {"transpose": 5, "retrieval_ratio": 0.2}
    studio.voice = {"slt": [1, 0], "rms": [0, 1]}
    told = []
    studio.observe(lambda change: told.append(change["new"]), "result")
    made = converted(studio).result
    again = musicnb.convert(voice, {"slt": [1, 0], "rms": [0, 1]}, transpose=5, retrieval_ratio=0.2)
    assert np.array_equal(made.audio.samples, again.audio.samples)
    assert told[-1] is made
    state = ask(studio, "state")[0]["result"]
    assert state["fresh"]
    assert "slt" in state["whose"]
    assert "rms" in state["whose"]
    studio.controls = {"transpose": 4}
    assert not ask(studio, "state")[0]["result"]["fresh"]


def test_python_converts_at_once(studio):
    assert studio.convert() is studio.result
    assert ask(studio, "state")[0]["result"]["fresh"]


def test_source_and_result_are_heard_in_step_at_equal_loudness(studio, voice):
    studio.controls = {"tempo": 0.5}
    take = ask(converted(studio), "state")[0]["take"]
    assert take["seconds"] == pytest.approx([1.5, 3.0], abs=0.03)
    assert len({each["frames"] for each in take["sounds"]}) == 1
    loud = [level + gain for level, gain in zip(take["loudness"], take["gains"], strict=True)]
    assert loud[0] == pytest.approx(loud[1], abs=0.01)
    assert max(take["gains"]) <= 0
    asked = {"index": 0, "format": "flac", "version": take["version"]}
    content, (data,) = ask(studio, "chunk", sound=0, **asked)
    samples, rate = soundfile.read(io.BytesIO(data), dtype="float32")
    assert rate == RATE
    scale = content["scale"]
    assert np.abs(samples[: voice.frames] * scale - voice.samples[0]).max() < 1e-4
    envelopes = ask(studio, "envelopes")[1]
    assert len(envelopes) == 2
    with pytest.raises(AssertionError, match="earlier take"):
        ask(studio, "chunk", sound=0, **{**asked, "version": 99})


def test_cancelling_leaves_what_there_was(studio, voice):
    long = Audio(np.tile(voice.samples, 40), RATE)
    studio.add("long", long)
    settled(studio)
    ask(studio, "convert", settings=studio._settings)
    state = ask(studio, "cancel")[0]
    settled(studio)
    assert state["work"]["running"] in (None, "Converting")
    assert studio.result is None
    assert "cancelled" in ask(studio, "state")[0]["work"]["words"]
    assert studio.source is long


def test_what_fails_is_a_sentence_and_the_studio_goes_on(studio, monkeypatch):
    from musicnb.voices import library

    monkeypatch.setitem(library.voice("slt").about, "consent", None)
    with pytest.raises(AssertionError, match="agreed to its use"):
        converted(studio)
    assert studio.result is None
    monkeypatch.undo()
    assert converted(studio).result.audio.duration == pytest.approx(1.5, abs=0.02)


@pytest.mark.parametrize("kind", ["wav", "flac", "mp3"])
def test_what_is_saved_can_be_read_and_knows_how_it_was_made(studio, kind, tmp_path):
    with pytest.raises(AssertionError, match="nothing was converted"):
        ask(studio, "save", format=kind)
    converted(studio)
    count = ask(studio, "save", format=kind)[0]["parts"]
    path = tmp_path / f"voice.{kind}"
    path.write_bytes(b"".join(ask(studio, "part", index=i)[1][0] for i in range(count)))
    assert musicnb.load(path).duration == pytest.approx(1.5, abs=0.1)
    assert b"convert" in path.read_bytes()
    ask(studio, "save", format="json")
    recipe = Recipe.from_dict(json.loads(ask(studio, "part", index=0)[1][0]))
    assert recipe == studio.result.audio.recipe


# ---- live ----------------------------------------------------------------------------------------


def test_blocks_come_back_converted_with_what_they_took(studio):
    block = sung(220, 0.5).samples[0].astype(np.float32)
    loud = []
    for index in range(3):
        told, (data,) = ask(
            studio, "live", [block.tobytes()], index=index, rate=RATE, settings=studio._settings
        )
        made = np.frombuffer(data, np.float32)
        assert len(made) == len(block)
        loud.append(float(np.abs(made).max()))
        assert told["took"] > 0
        assert 0.1 < told["delay"] < 0.5
    assert loud[-1] > 0.02
    with pytest.raises(AssertionError, match="at most"):
        ask(
            studio,
            "live",
            [np.zeros(5 * RATE, np.float32).tobytes()],
            index=0,
            rate=RATE,
            settings=studio._settings,
        )


# ---- code, picture, language ---------------------------------------------------------------------


def run(code, **names):
    exec(code, names)  # noqa: S102
    return names


def test_code_makes_the_same_result_and_the_same_studio(tmp_path):
    path = tmp_path / "voice.wav"
    sung(200).save(path)
    studio = settled(VoiceStudio(path, {"slt": [0.7, 0.2], "rms": [0.3, 0.8]}, transpose=-2))
    studio.equal_loudness = False
    made = converted(studio).result
    names = run(ask(studio, "code")[0]["code"])
    again = names["studio"]
    assert (again.controls, again.voice) == (studio.controls, studio.voice)
    assert not again.equal_loudness
    assert np.array_equal(names["made"].audio.samples, made.audio.samples)


def test_code_repeats_what_was_edited(studio, voice):
    edits = [
        {"edit": "transpose", "semitones": 2, "start": 0.2, "stop": 0.8},
        {"edit": "snap", "tones": [0, 4, 7]},
    ]
    ask(studio, "edit", edits=edits)
    names = run(ask(studio, "code")[0]["code"], audio=voice)
    assert np.array_equal(names["studio"].f0.hz, studio.f0.hz, equal_nan=True)


def test_code_says_how_to_keep_what_was_recorded(studio, tmp_path):
    path = tmp_path / "take.wav"
    sung(330).save(path)
    upload(studio, "Recording", path.read_bytes())
    code = ask(studio, "code")[0]["code"]
    assert 'audio.save("voice.wav") keeps it' in code
    names = run(code, studio=studio)
    assert names["audio"] is studio.source


def test_a_saved_notebook_keeps_a_small_picture(studio):
    data, metadata = studio._repr_mimebundle_()
    words = metadata["image/png"]["alt"]
    assert "slt" in words
    assert "transpose 0" in words
    assert data[MIME] == {"alt": words, "kind": "voice"}
    assert base64.b64decode(data["image/png"])[1:4] == b"PNG"
    assert len(data["image/png"]) < 60_000
    state = {name: value for name, value in studio.get_state().items() if name != "_esm"}
    assert len(str(state)) < 5_000


def test_the_module_is_small_and_apart_from_that_of_the_other_widgets():
    static = Path(musicnb.__file__).parent / "static"
    assert 10_000 < (static / "voice.js").stat().st_size <= 120_000
    assert "Voice studio" not in (static / "widgets.js").read_text("utf-8")


def test_all_that_python_says_of_the_controls_is_there_in_russian():
    russian = (WIDGETS / "core" / "russian.ts").read_text("utf-8")
    said = set(GROUPS)
    for group in GROUPS.values():
        for label, unit, meaning in group.values():
            said |= {label, unit, meaning}
    said |= {"Separating", "Reading", "Finding the pitch", "Converting"}
    keys = set(re.findall(r'^  "?(.+?)"?:(?: "|$)', russian, re.MULTILINE))
    assert said - keys <= {""}
    assert not re.search(r'": "",?$', russian, re.MULTILINE)
    assert set(METHODS) >= {"swift", "crepe", "pyin", "praat"}
