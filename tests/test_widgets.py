"""The Python halves of the widgets: what they answer, accept and refuse, without a browser."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path

import librosa
import numpy as np
import pytest
import soundfile
from scipy.signal import periodogram

import musicnb
from musicnb.audio.limit import CEILING, limit
from musicnb.errors import InputError, MusicnbError
from musicnb.widgets.base import MIME
from musicnb.widgets.colormaps import COLORMAPS
from musicnb.widgets.render import StemSettings, pan, render
from musicnb.widgets.sound import CHUNK_SECONDS, sound_of
from musicnb.widgets.tiles import tile

WIDGETS = Path(__file__).parent.parent / "widgets"
RATE = 22_050


def tone(frequency, seconds=3.0, rate=RATE, level=0.5):
    return level * np.sin(2 * np.pi * frequency * np.arange(int(seconds * rate)) / rate)


@pytest.fixture(scope="module")
def song():
    return musicnb.Audio(np.stack([tone(440), tone(3000)]), RATE)


@pytest.fixture
def explorer(song):
    return musicnb.SpectrogramExplorer(song)


#: One tile, as the front end names it.
KEY = {"kind": "stft", "lane": "mix", "level": 3, "index": 0, "nFft": 512}


def ask(widget, method, monkeypatch, **params):
    """Ask as the front end does; return the answer as it would be sent."""
    sent = []
    monkeypatch.setattr(widget, "send", lambda content, buffers=(): sent.append((content, buffers)))
    widget._hear(widget, {"id": "1", "method": method, "params": params}, [])
    ((content, buffers),) = sent
    return content, buffers


# ---- tiles ---------------------------------------------------------------------------------------


def test_tiles_are_what_the_file_viewer_computes():
    fixture = json.loads((WIDGETS / "test" / "fixtures" / "tiles.json").read_text("utf-8"))
    i, rate = np.arange(60_000), fixture["sample_rate"]
    sweeps = [0.4 * np.sin(2 * np.pi * i * (100 * c + i / 40) / rate) for c in (1, 2)]
    sound = sound_of(musicnb.Audio(np.stack(sweeps) + 0.5 * (i == 30_000), rate))
    for each in fixture["tiles"]:
        names = ("kind", "lane", "level", "index", "n_fft")
        made = tile(sound, *(each[name] for name in names))
        expected = np.frombuffer(base64.b64decode(each["data"]), np.uint8)
        floor = 0 if each["kind"] == "wave" else 35
        off = np.maximum(made.data, floor).astype(int) - np.maximum(expected, floor)
        assert np.abs(off).max() <= 1, each["kind"]


@pytest.mark.parametrize("level", [0, 3, 5, 8])
def test_a_tone_has_its_level_at_every_zoom(level):
    sound = sound_of(musicnb.Audio(tone(RATE / 16), RATE))
    made = tile(sound, "stft", "mix", level, 0, 1024)
    levels = made.data.reshape(made.columns, made.rows) / 2 - 117.5
    middle = levels[made.columns // 2]
    assert middle.argmax() == 64
    assert middle.max() == pytest.approx(20 * np.log10(0.5), abs=0.3)


def test_constant_q_agrees_with_librosa():
    noise = np.random.default_rng(1).normal(0, 0.1, RATE * 4).astype(np.float32)
    made = tile(sound_of(musicnb.Audio(noise, RATE)), "cqt", "mix", 5, 0, 0)
    ours = made.data.reshape(made.columns, made.rows) / 2 - 117.5
    theirs = librosa.cqt(
        # A column of ours stands for its middle, a frame of librosa's for its beginning.
        noise[256:],
        sr=RATE,
        fmin=32.703,
        n_bins=made.rows,
        bins_per_octave=36,
        filter_scale=0.5,
        hop_length=512,
    )
    decibels = 20 * np.log10(np.abs(theirs.T) + 1e-9)
    columns = slice(60, 110)
    for octave in range(0, made.rows - 36, 36):
        rows = slice(octave, octave + 36)
        both = np.corrcoef(ours[columns, rows].ravel(), decibels[columns, rows].ravel())
        assert both[0, 1] > 0.97


def test_the_wave_shows_every_sample(song):
    sound = sound_of(song)
    made = tile(sound, "wave", "left", 4, 0, 0)
    low, high = made.data.view(np.int8).reshape(-1, 2).T
    blocks = song.samples[0][: 256 * 256].reshape(-1, 256)
    assert np.abs(low[: len(blocks)] / 127 - blocks.min(axis=1)).max() < 0.005
    assert np.abs(high[: len(blocks)] / 127 - blocks.max(axis=1)).max() < 0.005


def test_side_is_silent_where_both_channels_agree():
    both = musicnb.Audio(np.stack([tone(440)] * 2), RATE)
    made = tile(sound_of(both), "stft", "side", 5, 0, 1024)
    assert made.data.max() == 0


def test_a_long_file_is_not_held_in_memory(tmp_path, monkeypatch):
    monkeypatch.setattr("musicnb.widgets.sound.IN_MEMORY", 1.0)
    samples = np.stack([tone(440), tone(880)]).astype(np.float32)
    soundfile.write(tmp_path / "long.wav", samples.T, RATE, "FLOAT")
    explorer = musicnb.SpectrogramExplorer(tmp_path / "long.wav")
    assert isinstance(explorer._sound.samples.base, np.memmap | np.ndarray)
    assert explorer._sound.audio is None
    assert np.array_equal(explorer._sound.samples, samples)
    explorer.selection = {"start": 1, "stop": 2}
    assert explorer.selected_audio().duration == 1


# ---- the explorer --------------------------------------------------------------------------------


def test_the_selection_is_cut_and_filtered(explorer):
    explorer.selection = {"start": 1, "stop": 2, "low": 200, "high": 1000}
    part = explorer.selected_audio()
    assert part.duration == 1
    frequencies, power = periodogram(part.samples[1], RATE)
    # The right channel is a tone far above the band.
    assert 10 * np.log10(power.sum() / 1.0) < -60
    frequencies, power = periodogram(part.samples[0], RATE)
    assert frequencies[power.argmax()] == 440
    assert np.abs(part.samples[0]).max() == pytest.approx(0.5, rel=0.02)


def test_all_frequencies_selected_changes_nothing(explorer, song):
    explorer.selection = {"start": 0.5, "stop": 1.5}
    assert np.allclose(explorer.selected_audio().samples, song[0.5:1.5].samples, atol=1e-7)


def test_a_selected_sound_can_be_made_again(tmp_path):
    explorer = musicnb.SpectrogramExplorer(musicnb.load("demo:starfall", duration=3))
    explorer.selection = {"start": 1, "stop": 2, "low": 300, "high": 900}
    part = explorer.selected_audio()
    part.save(tmp_path / "part.flac")
    assert np.array_equal(musicnb.replay(tmp_path / "part.flac").samples, part.samples)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("scale", "bark"),
        ("colormap", "jet"),
        ("n_fft", 1000),
        ("rate", 3.0),
        ("lanes", "both"),
        ("dynamic_range", [0, -80]),
        ("selection", {"start": 2, "stop": 1}),
        ("selection", {"start": "a"}),
        ("selection", {"begin": 1}),
        ("selection", [1, 2]),
        ("view", {"low": 500, "high": 400}),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_changes(explorer, name, value):
    before = getattr(explorer, name)
    with pytest.raises(InputError) as caught:
        setattr(explorer, name, value)
    assert "\n" not in str(caught.value)
    assert getattr(explorer, name) == before


@pytest.mark.parametrize("value", [3, None, [1, 2], musicnb.Audio([[0.0]], RATE)[:0]])
def test_what_is_no_sound_is_refused(value):
    with pytest.raises(MusicnbError):
        musicnb.SpectrogramExplorer(value)


def test_two_lanes_need_two_channels():
    with pytest.raises(InputError, match="two channels"):
        musicnb.SpectrogramExplorer(musicnb.Audio(tone(440), RATE), lanes="stereo")


def test_code_makes_the_same_widget():
    explorer = musicnb.SpectrogramExplorer(
        musicnb.load("demo:starfall", duration=3)[1:2.5],
        scale="cqt",
        colormap="magma",
        dynamic_range=(-70, -15),
        lanes="mid/side",
        loop=True,
        selection={"start": 0.25, "stop": 1, "low": 100, "high": 900},
    )
    explorer.playhead = 0.5
    namespace = {}
    exec(explorer.code(view={"start": 0, "stop": 0.5}), namespace)  # noqa: S102  (ours)
    again = namespace["explorer"]
    names = ("scale", "colormap", "dynamic_range", "lanes", "loop", "selection", "playhead")
    for name in names:
        assert getattr(again, name) == getattr(explorer, name), name
    assert again.view["stop"] == 0.5
    assert np.array_equal(again._sound.samples, explorer._sound.samples)


def test_overlays_are_listed_and_sent_when_asked(explorer, monkeypatch):
    explorer.add_curve("f0", [0, 2, 1], [220, 440, np.nan])
    explorer.add_lines("beats", [1, 0.5])
    explorer.add_labels("form", [(0, 1, "<b>verse</b>")])
    explorer.add_mask("where", [[0, 1], [0.5, 2]])
    assert [each["name"] for each in explorer._overlays] == ["f0", "beats", "form", "where"]
    assert len({each["color"] for each in explorer._overlays}) == 4
    _, (times, values) = ask(explorer, "overlay", monkeypatch, name="f0")
    assert np.frombuffer(times, np.float32).tolist() == [0, 1, 2]
    assert np.isnan(np.frombuffer(values, np.float32)[1])
    content, (data,) = ask(explorer, "overlay", monkeypatch, name="where")
    # Column after column, from the lowest frequency.
    assert list(data) == [0, 128, 255, 255]
    assert content["result"]["high"] == RATE / 2
    explorer.remove_overlay("f0")
    assert "f0" not in [each["name"] for each in explorer._overlays]


@pytest.mark.parametrize(
    "add",
    [
        lambda explorer: explorer.add_curve("c", [1, 2], [3]),
        lambda explorer: explorer.add_lines("l", [np.inf]),
        lambda explorer: explorer.add_labels("t", [(1, 2)]),
        lambda explorer: explorer.add_mask("m", [1, 2, 3]),
        lambda explorer: explorer.add_lines("l", [1], color="red;}"),
        lambda explorer: explorer.remove_overlay("nothing"),
    ],
)
def test_overlays_that_make_no_sense_are_refused(explorer, add):
    with pytest.raises(InputError):
        add(explorer)
    assert explorer._overlays == []


# ---- what the front end asks ---------------------------------------------------------------------


def test_chunks_join_to_the_sound(explorer, song, monkeypatch):
    parts = []
    count = -(-song.frames // (CHUNK_SECONDS * RATE))
    for index in range(count):
        content, (data,) = ask(explorer, "chunk", monkeypatch, sound=0, index=index, format="flac")
        samples, rate = soundfile.read(io.BytesIO(data))
        assert rate == RATE
        parts.append(samples * content["result"]["scale"])
    assert np.abs(np.concatenate(parts).T - song.samples).max() < 2**-15


def test_what_exceeds_full_scale_travels_whole(monkeypatch):
    loud = musicnb.SpectrogramExplorer(musicnb.Audio(tone(440, level=3.0), RATE))
    content, (data,) = ask(loud, "chunk", monkeypatch, sound=0, index=0, format="wav")
    samples, _ = soundfile.read(io.BytesIO(data))
    assert np.abs(samples * content["result"]["scale"] - tone(440, level=3.0)).max() < 2**-13


def test_tiles_come_together(explorer, monkeypatch):
    keys = [KEY, KEY | {"kind": "wave", "nFft": 0}]
    content, (levels, wave) = ask(explorer, "tiles", monkeypatch, sound=0, keys=keys)
    shapes = [(tile["columns"], tile["rows"]) for tile in content["result"]["tiles"]]
    assert shapes == [(256, 257), (256, 2)]
    assert [len(levels), len(wave)] == [256 * 257, 256 * 2]


def test_the_first_look_is_made_beforehand(monkeypatch, song):
    explorer = musicnb.SpectrogramExplorer(song, lanes="stereo")
    content, buffers = ask(explorer, "first", monkeypatch)
    for key, data in zip(content["result"]["tiles"], buffers, strict=True):
        _, (again,) = ask(explorer, "tiles", monkeypatch, sound=key["sound"], keys=[key])
        assert bytes(again) == bytes(data)
    assert {key["lane"] for key in content["result"]["tiles"]} == {"left", "right", "mix"}
    assert ask(explorer, "first", monkeypatch)[1] == []


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("tiles", {"sound": 0, "keys": [KEY | {"level": 99}]}),
        ("tiles", {"sound": 0, "keys": [KEY | {"index": 9**9}]}),
        ("tiles", {"sound": 0, "keys": [KEY, KEY | {"lane": "up"}]}),
        ("tiles", {"sound": 0, "keys": [KEY | {"nFft": 500}]}),
        ("nothing", {}),
    ],
)
def test_a_question_without_an_answer_gets_a_sentence(explorer, monkeypatch, method, params):
    content, _ = ask(explorer, method, monkeypatch, **params)
    assert "expected" in content["error"]


@pytest.mark.parametrize("kind", ["explorer", "mixer"])
def test_a_saved_notebook_keeps_a_small_picture(kind, song):
    widget = (
        musicnb.SpectrogramExplorer(song)
        if kind == "explorer"
        else musicnb.StemMixer({"a": song, "b": song})
    )
    data, metadata = widget._repr_mimebundle_()
    assert data[MIME]["kind"] == kind
    assert metadata["image/png"]["alt"] == data["text/plain"]
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert len(json.dumps(data)) < 70_000


def test_colour_maps_are_those_of_the_front_end():
    source = (WIDGETS / "core" / "colormaps.ts").read_text("utf-8")
    for name, stops in COLORMAPS.items():
        assert f'{name}: "{stops}"' in source


def test_the_module_is_small():
    module = Path(musicnb.__file__).parent / "static" / "widgets.js"
    assert 10_000 < module.stat().st_size <= 120_000


# ---- the mixer -----------------------------------------------------------------------------------


@pytest.fixture
def mixer(song):
    return musicnb.StemMixer({"one": song, "two": song.gain(-6), "three": song.gain(-12)})


def test_untouched_it_is_the_sum(mixer, song):
    total = song.samples * (1 + 10 ** (-6 / 20) + 10 ** (-12 / 20))
    assert np.abs(mixer.render().samples - total).max() < 1e-6


def test_mute_solo_and_gain(mixer, song):
    mixer.settings = {"one": {"mute": True}, "two": {"gain": 6}}
    expected = song.samples * (1 + 10 ** (-12 / 20))
    assert np.abs(mixer.render().samples - expected).max() < 1e-6
    mixer.settings = {"three": {"solo": True}, "two": {"solo": True, "mute": True}}
    assert np.abs(mixer.render().samples - song.gain(-12).samples).max() < 1e-6
    mixer.settings = {name: {"gain": -60} for name in mixer.settings}
    assert mixer.render().peak == 0


@pytest.mark.parametrize(
    ("position", "expected"),
    # By the Web Audio specification: what is panned away is turned into the other channel.
    [
        (-1, [[3, 3], [0, 0]]),
        (1, [[0, 0], [3, 3]]),
        (0, [[1, 1], [2, 2]]),
        (-0.5, [[1 + 2 * np.cos(np.pi / 4)] * 2, [2 * np.sin(np.pi / 4)] * 2]),
    ],
)
def test_pan(position, expected):
    stereo = np.array([[1.0, 1.0], [2.0, 2.0]])
    assert np.allclose(pan(stereo, position), expected)


def test_the_limiter_holds_peaks_and_leaves_the_rest():
    loud = np.stack([tone(100, level=2.0), tone(150, level=1.5)])
    assert np.abs(limit(loud, RATE)).max() <= CEILING * (1 + 1e-9)
    soft = loud / 3
    assert np.allclose(limit(soft, RATE), soft, atol=1e-12)
    # Where nothing is loud within its reach, nothing changes.
    both = np.concatenate([soft, loud], axis=1)
    untouched = soft.shape[1] - round(0.02 * RATE)
    assert np.allclose(limit(both, RATE)[:, :untouched], soft[:, :untouched], atol=1e-12)


def test_mono_stems_stay_as_loud_when_another_is_panned():
    mono = musicnb.Audio(tone(440), RATE)
    made = render([mono, mono], [StemSettings(), StemSettings(pan=1.0, mute=True)])
    assert made.channels == 2
    assert np.allclose(made.samples[0], mono.samples[0])


def test_code_of_a_mixer_makes_the_same_mixer(mixer):
    mixer.settings = {"two": {"gain": -3.5, "pan": 0.25}, "three": {"mute": True}}
    mixer.limiter, mixer.loop = True, [0.5, 1.5]
    mixer.presets = {"quiet": {"one": {"gain": -20}}}
    namespace = {"stems": mixer._given}
    exec(mixer.code(), namespace)  # noqa: S102  (ours)
    again = namespace["mixer"]
    for name in ("settings", "limiter", "loop", "presets"):
        assert getattr(again, name) == getattr(mixer, name)
    assert np.array_equal(again.render().samples, mixer.render().samples)


def test_a_mix_can_be_made_again(tmp_path):
    stems = {n: musicnb.load(f"demo:glasswork/{n}", duration=2) for n in ("drums", "bass")}
    mixer = musicnb.StemMixer(stems, settings={"bass": {"gain": -4, "pan": 0.5}}, limiter=True)
    mixer.export(tmp_path / "mix.flac")
    again = musicnb.replay(tmp_path / "mix.flac")
    assert np.array_equal(again.samples, mixer.render().samples)


def test_the_mix_travels_in_parts(mixer, monkeypatch):
    content, _ = ask(mixer, "render", monkeypatch)
    parts = [
        bytes(ask(mixer, "part", monkeypatch, index=index)[1][0])
        for index in range(content["result"]["parts"])
    ]
    samples, rate = soundfile.read(io.BytesIO(b"".join(parts)), always_2d=True)
    assert rate == RATE
    assert np.abs(samples.T - np.clip(mixer.render().samples, -1, 1)).max() < 2**-22


@pytest.mark.parametrize(
    "make",
    [
        lambda song: musicnb.StemMixer({}),
        lambda song: musicnb.StemMixer([song]),
        lambda song: musicnb.StemMixer({"a": song, "b": song[:1]}),
        lambda song: musicnb.StemMixer({"a": song}, settings={"b": {}}),
        lambda song: musicnb.StemMixer({"a": song}, settings={"a": {"gain": 40}}),
        lambda song: musicnb.StemMixer({"a": song}, settings={"a": {"volume": 1}}),
        lambda song: musicnb.StemMixer({"a": song}, settings={"a": {"pan": "left"}}),
        lambda song: musicnb.StemMixer({"a": song}, loop=(2, 1)),
    ],
)
def test_mixers_that_make_no_sense_are_refused(song, make):
    with pytest.raises(InputError) as caught:
        make(song)
    assert "\n" not in str(caught.value)
