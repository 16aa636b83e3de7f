"""The Python half of the effects panel: what it answers, accepts and refuses, without a browser."""

from __future__ import annotations

import base64
import io
import time
from dataclasses import fields

import numpy as np
import pytest
import soundfile

import musicnb
from musicnb import Audio, EffectChain, EffectsPanel, apply_effects
from musicnb.effects.chain import EFFECTS
from musicnb.effects.settings import Band
from musicnb.errors import InputError
from musicnb.widgets.base import MIME
from musicnb.widgets.effects_preview import LONGEST
from musicnb.widgets.effects_settings import description

RATE = 22_050
CHAIN = {"eq": [{"kind": "peak", "frequency": 800, "gain": 9}], "delay": {"mix": 0.4}, "gain": -2}


@pytest.fixture(scope="module")
def song():
    rng = np.random.default_rng(0)
    beats = np.exp(-8 * (np.arange(3 * RATE) / RATE % 0.5))
    return Audio(0.3 * rng.standard_normal((2, 3 * RATE)) * beats, RATE)


@pytest.fixture
def panel(song):
    return EffectsPanel(song, CHAIN)


def ask(panel, method, **params):
    """Ask as the front end does; return the answer as it would be sent."""
    sent = []
    panel.send = lambda content, buffers=(): sent.append((content, buffers))
    panel._hear(panel, {"id": "1", "method": method, "params": params}, [])
    ((content, buffers),) = sent
    return content, buffers


def process(panel, **changes):
    """Have the sound computed as the front end does, and wait for it."""
    params = {"settings": panel._settings, "excerpt": panel.excerpt, **changes}
    content, buffers = ask(panel, "process", **params)
    while not content["result"]["done"]:
        assert 0 <= content["result"]["progress"] <= 1
        content, buffers = ask(panel, "status")
    return content["result"], buffers


def found(panel, method):
    """Have something looked for, and wait for it."""
    content, _ = ask(panel, method)
    while content["result"]["running"]:
        content, _ = ask(panel, "task")
    return content["result"]


# ---- the chain and what is set -------------------------------------------------------------------


def test_what_is_described_is_what_the_effects_declare():
    described = {each["name"]: each for each in description()}
    assert set(described) == {*EFFECTS, "gain"}
    for name, kind in EFFECTS.items():
        ranges = (Band if name == "eq" else kind).RANGES
        settings = {each["name"]: each for each in described[name]["settings"]}
        for setting, allowed in ranges.items():
            shown = settings[setting]
            assert (shown["low"], shown["high"], shown["unit"]) == allowed[:3]
            assert shown["log"] == allowed.logarithmic
            assert shown["meaning"].endswith(".")
        if name != "eq":
            assert {each.name for each in fields(kind)} == set(settings)
            assert {s: each["default"] for s, each in settings.items()} == vars(kind())


def test_setting_the_chain_moves_the_sliders(panel):
    panel.chain = panel.chain.replace(reverb={"rt60": 3}, delay=None)
    assert panel._settings["reverb"]["on"]
    assert panel._settings["reverb"]["rt60"] == 3
    # What is off comes back as it was.
    assert panel._settings["delay"] == {"on": False, "time": 0.35, "feedback": 0.3, "mix": 0.4}


def test_moving_a_slider_changes_the_chain_and_tells_of_it(panel):
    told = []
    panel.observe(lambda change: told.append(change["new"]), "chain")
    delay = {**panel._settings["delay"], "time": 0.5}
    panel._settings = {**panel._settings, "delay": delay}
    assert panel.chain == EffectChain.from_dict({**CHAIN, "delay": {"time": 0.5, "mix": 0.4}})
    panel._settings = {**panel._settings, "delay": {**delay, "on": False}}
    assert panel.chain.delay is None
    assert told == [EffectChain.from_dict({**CHAIN, "delay": delay_of(0.5)}), panel.chain]


def delay_of(seconds):
    return {"time": seconds, "mix": 0.4}


def test_a_dictionary_is_a_chain(panel):
    panel.chain = {"limiter": {"ceiling": -3}}
    assert isinstance(panel.chain, EffectChain)
    assert panel.chain.limiter.ceiling == -3


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("chain", {"wah": {}}),
        ("chain", {"delay": {"time": 99}}),
        ("_settings", {}),
        ("loop", [2, 1]),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_changes(panel, name, value):
    before = getattr(panel, name)
    with pytest.raises(InputError):
        setattr(panel, name, value)
    assert getattr(panel, name) == before
    assert panel.chain == EffectChain.from_dict(CHAIN)


@pytest.mark.parametrize("given", [Audio(np.zeros((2, 0)), RATE), Audio(np.zeros((3, 9)), RATE), 7])
def test_what_is_no_sound_is_refused(given):
    with pytest.raises(InputError):
        EffectsPanel(given)


# ---- the sound -----------------------------------------------------------------------------------


def test_the_sound_is_that_of_apply_effects(panel, song):
    wanted = apply_effects(song, CHAIN).samples
    assert np.array_equal(panel.after.samples, wanted)
    assert np.array_equal(panel.render().samples, wanted)
    assert panel.render(tail=True).frames > song.frames


def test_what_is_fetched_is_before_and_after(panel, song):
    version = process(panel)[0]["version"]
    for index, expected in enumerate([song, apply_effects(song, CHAIN)]):
        content, (data,) = ask(panel, "chunk", sound=index, index=0, format="flac", version=version)
        samples, rate = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
        assert rate == RATE
        scale = content["result"]["scale"]
        assert np.abs(samples.T * scale - expected.samples).max() <= scale / 32_000


def test_a_change_makes_another_version_and_the_one_before_stays_for_a_while(panel):
    first = process(panel)[0]["version"]
    assert process(panel)[0]["version"] == first
    settings = {**panel._settings, "gain": {"gain": 3}}
    second = process(panel, settings=settings)[0]["version"]
    assert second > first
    assert panel.chain.gain == 3
    before, after = (
        ask(panel, "chunk", sound=1, index=0, format="flac", version=version)[1][0]
        for version in (first, second)
    )
    assert before != after
    content, _ = ask(panel, "chunk", sound=1, index=0, format="flac", version=99)
    assert "expected" in content["error"]


def test_a_newer_wish_calls_off_the_one_before(panel):
    for gain in (-6, -3, 1.5):
        ask(
            panel,
            "process",
            settings={**panel._settings, "gain": {"gain": gain}},
            excerpt=panel.excerpt,
        )
    process(panel)
    assert np.array_equal(panel.after.samples, panel.render().samples)
    assert panel.chain.gain == 1.5


def test_at_equal_loudness_both_are_within_half_a_loudness_unit(song):
    panel = EffectsPanel(song, {"compressor": {"threshold": -30, "ratio": 4}, "gain": 24})
    before, after = panel.compared()
    assert abs(before.loudness - after.loudness) < 0.5
    assert max(before.loudness, after.loudness) <= song.loudness + 0.01
    # Nothing is turned up, or it might clip.
    assert all(gain <= 0 for gain in process(panel)[0]["gains"])
    panel.equal_loudness = False
    before, after = panel.compared()
    assert after.loudness - before.loudness > 3


def test_silence_has_no_loudness_and_stays_as_it_is():
    result, _ = process(EffectsPanel(Audio(np.zeros((1, RATE)), RATE)))
    assert result["loudness"] == [None, None]
    assert result["gains"] == [0, 0]
    assert result["peak"] is None


def test_one_sample_is_enough():
    panel = EffectsPanel(Audio([[0.5]], RATE), {"gain": -6})
    result, buffers = process(panel)
    assert result["loudness"] == [None, None]
    assert all(np.isfinite(np.frombuffer(each, np.float32)).all() for each in buffers)


def test_the_pictures_show_what_the_chain_does(song):
    panel = EffectsPanel(song, {"eq": [{"kind": "high_shelf", "frequency": 3000, "gain": -18}]})
    result, buffers = process(panel)
    before, _, after, _ = (np.frombuffer(each, np.float32) for each in buffers)
    hz = np.geomspace(result["low"], result["high"], len(before))
    difference = after - before
    assert np.abs(difference[(hz > 50) & (hz < 500)]).max() < 1
    assert np.allclose(difference[(hz > 7000) & (hz < 10_000)], -18, atol=1)
    _, (curve,) = ask(panel, "curve", settings=panel._settings)
    expected = panel.chain.frequency_response(hz, RATE)
    assert np.allclose(np.frombuffer(curve, np.float32), expected, atol=1e-4)


def test_of_a_long_sound_a_stretch_is_heard_and_all_is_rendered():
    long = Audio(np.linspace(-0.5, 0.5, 50 * 8000), 8000)
    panel = EffectsPanel(long, {"gain": -6})
    assert panel.before.duration == LONGEST
    panel.excerpt = 3
    assert np.array_equal(panel.before.samples, long[3:23].samples)
    assert np.array_equal(panel.after.samples, apply_effects(long[3:23], panel.chain).samples)
    assert panel.render().frames == long.frames
    panel.excerpt = 1e9
    assert panel.excerpt == 30
    first = panel.after
    panel.excerpt = 0
    assert not np.array_equal(panel.after.samples, first.samples)


def test_the_reference_is_heard_beside(song):
    short = Audio(0.5 * song.samples[:1, : 2 * RATE], RATE).resample(44_100)
    panel = EffectsPanel(song, reference=short)
    assert [each["name"] for each in panel._infos] == ["Before", "After", "Reference"]
    assert {each["frames"] for each in panel._infos} == {song.frames}
    result, _ = process(panel)
    assert result["loudness"][2] == pytest.approx(song.loudness - 6, abs=4)


def test_a_sound_can_be_made_again(tmp_path):
    song = musicnb.load("demo:starfall", duration=25)
    panel = EffectsPanel(song, {"gain": -3})
    panel.excerpt = 2
    panel.after.save(tmp_path / "after.wav", subtype="FLOAT")
    again = musicnb.replay(tmp_path / "after.wav")
    assert np.array_equal(again.samples, panel.after.samples)
    panel.export(tmp_path / "all.wav")
    assert musicnb.load(tmp_path / "all.wav").frames == song.frames


# ---- suggest, match, reset -----------------------------------------------------------------------


def test_suggest_fills_in_the_chain_with_reasons():
    song = musicnb.load("demo:feelings", duration=6)
    panel = EffectsPanel(song)
    result = found(panel, "suggest")
    assert {"eq", "compressor", "gain"} <= {each["effect"] for each in result["reasons"]}
    assert all(each["words"] for each in result["reasons"])
    assert panel.chain == panel.recommendation.chain != EffectChain()
    assert panel._settings["limiter"]["on"]
    reset = ask(panel, "reset")[0]["result"]
    assert reset["reasons"] == []
    assert panel.chain == EffectChain()
    assert panel.recommendation is None


def test_match_finds_the_gain_of_the_reference_and_shows_the_way_down(song):
    short = song[0:1]
    panel = EffectsPanel(short, reference=short.gain(-9))
    result = found(panel, "match")
    assert len(result["losses"]) == 120
    assert min(result["losses"]) < result["losses"][0] + 1e-9
    assert panel.match.chain == panel.chain
    assert panel.after.loudness == pytest.approx(short.loudness - 9, abs=1.5)


def test_a_match_that_is_called_off_changes_nothing(song):
    panel = EffectsPanel(song, CHAIN, reference=song.gain(-9))
    content, _ = ask(panel, "match")
    assert content["result"]["running"]
    ask(panel, "cancel")
    deadline = time.monotonic() + 60
    while content["result"]["running"]:
        assert time.monotonic() < deadline
        content, _ = ask(panel, "task")
    assert "cancelled" in content["result"]["words"]
    assert panel.chain == EffectChain.from_dict(CHAIN)
    assert panel.match is None


@pytest.mark.parametrize("method", ["match", "suggest"])
def test_what_cannot_be_found_is_said_in_a_sentence(method):
    panel = EffectsPanel(Audio(np.zeros((1, RATE)), RATE), CHAIN)
    content, _ = ask(panel, method)
    while "error" not in content:
        content, _ = ask(panel, "task")
    assert "expected" in content["error"]
    assert panel.chain == EffectChain.from_dict(CHAIN)


# ---- code, file, picture -------------------------------------------------------------------------


def test_code_makes_the_same_panel(song, tmp_path):
    path = tmp_path / "song.wav"
    Audio(np.linspace(-0.5, 0.5, 50 * 8000), 8000).save(path)
    panel = EffectsPanel(path, CHAIN, reference=path)
    panel.equal_loudness = False
    panel.excerpt = 7.5
    panel.loop = [1, 2.5]
    names = {}
    exec(ask(panel, "code")[0]["result"]["code"], names)  # noqa: S102
    again = names["panel"]
    for name in ("chain", "equal_loudness", "excerpt", "loop", "_infos"):
        assert getattr(again, name) == getattr(panel, name)
    assert np.array_equal(names["after"].samples, panel.render().samples)


def test_the_whole_sound_travels_in_parts(panel):
    count = ask(panel, "render")[0]["result"]["parts"]
    data = b"".join(ask(panel, "part", index=index)[1][0] for index in range(count))
    samples, rate = soundfile.read(io.BytesIO(data), always_2d=True)
    assert rate == RATE
    expected = np.clip(panel.render().samples, -1, 1)
    assert np.abs(samples.T - expected).max() < 2**-22


def test_a_saved_notebook_keeps_a_small_picture(panel):
    data, metadata = panel._repr_mimebundle_()
    words = metadata["image/png"]["alt"]
    assert "peak" in words
    assert "gain" in words
    assert data[MIME] == {"alt": words, "kind": "effects"}
    assert base64.b64decode(data["image/png"])[1:4] == b"PNG"
    assert len(data["image/png"]) < 60_000


def test_what_is_saved_of_its_state_is_small(panel):
    process(panel)
    state = {name: value for name, value in panel.get_state().items() if name != "_esm"}
    assert len(str(state)) < 10_000
