"""A cover: the new voice is as loud as the old one, the band stays, and every step is kept."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

import musicnb
from musicnb.audio.audio import Audio
from musicnb.audio.mix import mix
from musicnb.cli.app import app
from musicnb.errors import Cancelled, ConsentError, InputError
from musicnb.remix.cover import cover, cover_job
from musicnb.remix.cover_settings import CoverSettings, load_preset, preset_names
from musicnb.remix.lead import lead_vocals
from musicnb.stems.stems import Stems
from musicnb.voices.convert import convert
from musicnb.voices.estimate_f0 import estimate_f0
from musicnb.voices.library import voice

RATE = 44_100


def vowel(hz: float, seconds: float = 2.0, gain: float = 0.1) -> np.ndarray:
    """Return a sung vowel, mono."""
    time = np.arange(round(seconds * RATE)) / RATE
    phase = 2 * np.pi * np.cumsum(hz * 2 ** (0.3 / 12 * np.sin(2 * np.pi * 5 * time))) / RATE
    parts = [np.sin(n * phase) / (1 + ((n * hz - 700) / 300) ** 2) for n in range(1, 20)]
    made = np.sum(parts, axis=0)
    return gain * made / np.abs(made).max()


def chord(seconds: float = 2.0, gain: float = 0.1) -> np.ndarray:
    """Return what a band might play, stereo."""
    time = np.arange(round(seconds * RATE)) / RATE
    left, right = (
        sum(np.sin(2 * np.pi * hz * time) for hz in each) for each in ((110, 165), (220,))
    )
    return gain * np.stack([left, right]) / 2


@pytest.fixture(scope="module")
def stems() -> Stems:
    sung = Audio(np.stack([vowel(200)] * 2), RATE)
    band = Audio(chord(), RATE)
    return Stems({"vocals": sung, "accompaniment": band}, Audio(np.zeros((2, band.frames)), RATE))


@pytest.fixture(scope="module")
def made(stems):
    return cover(stems, "robot")


@pytest.fixture(scope="module")
def of_song():
    return cover(musicnb.load("demo:starfall", offset=4, duration=2), "robot", transpose=-12)


def test_every_step_is_kept_and_adds_up_to_the_cover(of_song):
    assert list(of_song.sounds) == ["vocals", "accompaniment", "converted", "mix"]
    song = musicnb.load("demo:starfall", offset=4, duration=2)
    apart = musicnb.separate(song)
    for name in apart:
        assert np.array_equal(of_song.sounds[name].samples, apart[name].samples)
    assert of_song.audio.samples.shape == song.samples.shape
    assert of_song.audio.peak <= 1


def test_the_mix_is_the_new_voice_and_the_band(made):
    gain = np.float64(10 ** (made.gains["converted"] / 20))
    wanted = made.sounds["converted"].samples * gain + made.sounds["accompaniment"].samples
    assert np.abs(made.audio.samples - wanted).max() < 1e-6


def test_the_band_is_the_separated_one_bit_by_bit(stems, made):
    alone = mix([stems["accompaniment"], stems.residual])
    assert np.array_equal(made.sounds["accompaniment"].samples, alone.samples)
    assert "backing" not in made.sounds


def test_the_new_voice_is_as_loud_as_the_old_one(of_song, made):
    for each in (of_song, made):
        assert each.loudness["converted"] == pytest.approx(each.loudness["vocals"], abs=0.5)
    old = made.sounds["vocals"].loudness
    louder = 10 ** (made.gains["converted"] / 20)
    new = Audio(np.repeat(made.sounds["converted"].samples, 2, axis=0) * louder, RATE).loudness
    assert new == pytest.approx(old, abs=0.5)


def test_gains_come_on_top(stems, made):
    turned = cover(stems, "robot", vocal_gain=3, backing_gain=-6)
    assert turned.gains["converted"] == pytest.approx(made.gains["converted"] + 3)
    band = turned.audio.samples - 10 ** (turned.gains["converted"] / 20) * (
        turned.sounds["converted"].samples
    )
    wanted = 10 ** (-6 / 20) * turned.sounds["accompaniment"].samples
    assert np.abs(band - wanted).max() < 1e-6


def test_backing_transpose_moves_the_backing_only(stems, made):
    moved = cover(stems, "robot", backing_transpose=3)
    assert np.array_equal(moved.sounds["converted"].samples, made.sounds["converted"].samples)
    low = np.abs(np.fft.rfft(moved.sounds["backing"].samples[1]))
    hz = float(np.argmax(low) / 2)
    assert hz == pytest.approx(220 * 2 ** (3 / 12), rel=0.01)


def test_transpose_moves_the_voice_only(stems, made):
    high = cover(stems, "robot", transpose=7)
    ratio = estimate_f0(high.sounds["converted"]).median / made.conversion.f0.median
    assert 12 * np.log2(ratio) == pytest.approx(7, abs=0.3)
    old, new = (each.sounds["accompaniment"].samples for each in (made, high))
    assert np.array_equal(old, new)


def test_drums_are_not_transposed(stems):
    clicks = np.zeros((2, stems.residual.frames))
    clicks[:, :: RATE // 4] = 0.1
    four = Stems(
        {"vocals": stems["vocals"], "drums": Audio(clicks, RATE), "other": stems["accompaniment"]},
        stems.residual,
    )
    both = [cover(four, "robot", backing_transpose=t).sounds for t in (0, 5)]
    pitched = musicnb.change_key(stems["accompaniment"], transpose=5, verify=False)
    drums = both[1]["backing"].samples - pitched.audio.samples
    assert np.abs(drums - clicks).max() < 1e-5


def test_tempo_keeps_voice_and_band_together(stems):
    fast = cover(stems, "robot", tempo=1.25)
    assert fast.audio.duration == pytest.approx(2 / 1.25, abs=0.02)
    assert fast.sounds["backing"].duration == pytest.approx(
        fast.sounds["converted"].duration, abs=0.02
    )


def test_step_by_step_gives_the_same_voice(stems, made):
    alone = convert(stems["vocals"], "robot")
    assert np.array_equal(alone.audio.samples, made.sounds["converted"].samples)


def test_a_voice_alone_needs_no_band(stems):
    alone = cover(stems["vocals"], "robot", vocals_only=True)
    assert list(alone.sounds) == ["vocals", "converted", "mix"]
    given = cover(stems["vocals"], "robot", backing=stems["accompaniment"])
    assert np.array_equal(given.sounds["accompaniment"].samples, stems["accompaniment"].samples)


def test_the_lead_stands_in_the_middle():
    lead, left, right = vowel(200), vowel(310), vowel(260)
    sides = np.stack([left + 0.15 * right, 0.15 * left + right])
    sound = Audio(np.stack([lead, lead]) + 0.5 * sides, RATE)
    found, others = lead_vocals(sound)
    assert np.abs(found.samples + others.samples - sound.samples).max() < 1e-6

    def sdr(estimate: np.ndarray) -> float:
        return float(10 * np.log10(np.sum(lead**2) / np.sum((estimate - lead) ** 2)))

    assert sdr(found.samples.mean(0)) > sdr(sound.samples.mean(0)) + 3


def test_only_the_lead_is_converted():
    sung = np.stack([vowel(200) + 0.3 * vowel(310), vowel(200)])
    band = Audio(chord(), RATE)
    made = cover(Audio(sung, RATE), "robot", backing=band, lead="centre")
    assert {"lead", "others"} <= set(made.sounds)
    assert made.conversion.source_f0.median == pytest.approx(200, rel=0.02)
    with pytest.raises(InputError, match="same in every channel"):
        cover(Audio(np.stack([vowel(200)] * 2), RATE), "robot", backing=band, lead="centre")


def test_no_consent_no_cover(stems):
    silent = voice("robot")
    silent = dataclasses.replace(silent, about=silent.about | {"consent": {"statement": " "}})
    with pytest.raises(ConsentError, match="agreed to its use"):
        cover(stems, silent)


def test_it_says_whose_voice_it_is_and_what_would_suit_it(made):
    assert "robot" in made.whose
    assert made.suggestion.reason
    assert made.settings.controls.transpose == 0


def test_presets_go_round(stems, tmp_path):
    first = cover(stems, {"robot": 2, "kal": 1}, transpose=2, backing_gain=-3, seed=4)
    first.save_preset(tmp_path / "mine.json")
    again = cover(stems, preset=tmp_path / "mine.json")
    assert again.settings == first.settings
    assert np.array_equal(again.audio.samples, first.audio.samples)


@pytest.mark.parametrize("name", preset_names())
def test_presets_that_ship_can_be_read(name):
    settings = load_preset(name)
    assert CoverSettings.from_dict(settings.to_dict()) == settings


def test_what_is_said_goes_before_the_preset():
    chosen = load_preset("octave-up").changed(transpose=-5)
    assert chosen.controls.transpose == -5


def test_it_can_be_cancelled_and_shows_all_stages(stems):
    job = cover_job(stems, "robot")
    seen = []
    advance = job.advance
    job.advance = lambda amount=1: (seen.append(job.progress), advance(amount))
    job.run()
    assert seen == sorted(seen)
    assert len(seen) > 2
    job = cover_job(stems, "robot")
    job.cancel()
    with pytest.raises(Cancelled, match="cancelled"):
        job.run()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "no voice is named"),
        ({"voice": "nobody"}, "no voice 'nobody'"),
        ({"voice": "robot", "backing_transpose": 30}, "backing_transpose is 30"),
        ({"voice": "robot", "transpose": 30}, "transpose is 30"),
        ({"voice": "robot", "backing_gain": 100}, "backing_gain is 100"),
        ({"voice": "robot", "lead": "left"}, "lead is 'left'"),
        ({"voice": "robot", "wobble": 1}, "no setting 'wobble'"),
        ({"voice": "robot", "f0": "guess"}, "f0 is 'guess'"),
        ({"voice": "robot", "preset": "karaoke"}, "no preset 'karaoke'"),
        ({"voice": "robot", "vocals_only": True}, "stems are given"),
        ({"voice": "robot", "durations": ((0, 1, 2),)}, "out of step"),
    ],
)
def test_nonsense_is_refused_in_a_sentence(stems, arguments, words):
    with pytest.raises(InputError, match=words):
        cover(stems, **arguments)


def test_stems_without_vocals_are_refused_in_a_sentence(stems):
    band = Stems({"accompaniment": stems["accompaniment"]}, stems.residual)
    with pytest.raises(InputError, match="expected 'vocals' among them"):
        cover(band, "robot")


@pytest.mark.parametrize("text", ["[]", "{", '{"tempo": []}', '{"controls": 3}', '{"voiced": 1}'])
def test_a_broken_preset_is_refused(tmp_path, text):
    (tmp_path / "bad.json").write_text(text)
    with pytest.raises(InputError):
        load_preset(tmp_path / "bad.json")


def test_the_command_keeps_every_step_and_replays(tmp_path):
    torch.manual_seed(0)
    Audio(np.stack([vowel(200)] * 2) + chord(), RATE).save(tmp_path / "song.wav")
    command = ["cover", str(tmp_path / "song.wav"), "-o", str(tmp_path / "cover.flac"), "--json"]
    command += ["--preset", "octave-up", "--voice", "robot", "--backing-transpose", "2"]
    command += ["--keep-stems", str(tmp_path / "steps"), "--picture", str(tmp_path / "cover.png")]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert report["settings"]["controls"]["transpose"] == 12
    assert report["voices"] == {"robot": 1.0}
    names = {path.name for path in (tmp_path / "steps").iterdir()}
    assert {"vocals.flac", "backing.flac", "f0.json", "preset.json", "report.json"} <= names
    again = musicnb.replay(tmp_path / "cover.flac")
    kept = musicnb.load(tmp_path / "cover.flac")
    assert np.abs(again.samples - kept.samples).max() < 2**-22
