"""Matching: a chain that was applied is found again."""

import json
import subprocess
import sys

import numpy as np
import pytest

import musicnb
from musicnb.effects import Compressor, Delay, EffectChain, Reverb
from musicnb.effects.echoes import find_echo
from musicnb.effects.match import match_job
from musicnb.errors import Cancelled, InputError


@pytest.fixture(scope="module")
def guitar():
    return musicnb.load("demo:feelings/guitar", offset=2, duration=6)


def shape(chain, frequencies):
    return chain.frequency_response(frequencies) - chain.frequency_response([1000])


def test_the_equaliser_that_was_used_is_found_from_another_start(guitar):
    used = EffectChain(
        eq=[
            {"kind": "low_shelf", "frequency": 150, "gain": -6},
            {"kind": "peak", "frequency": 2000, "gain": 7, "q": 1},
        ]
    )
    reference = musicnb.apply_effects(guitar, used)
    start = EffectChain(
        eq=[
            {"kind": "low_shelf", "frequency": 300, "gain": 5},
            {"kind": "peak", "frequency": 900, "gain": -5, "q": 0.5},
            {"kind": "high_shelf", "frequency": 6000, "gain": 4},
        ]
    )
    match = musicnb.match_effects(guitar, reference, start=start, steps=120)
    assert match.paired
    assert min(match.losses) < 0.2 * match.losses[0]
    frequencies = np.array([150, 300, 600, 2000, 4000, 8000])
    error = match.chain.frequency_response(frequencies) - used.frequency_response(frequencies)
    assert np.abs(error).mean() < 1.0
    assert np.abs(error).max() < 2.5


def test_the_echo_that_was_used_is_found(guitar):
    used = EffectChain(delay=Delay(0.317, 0.4, 0.3))
    reference = musicnb.apply_effects(guitar, used)
    match = musicnb.match_effects(guitar, reference, effects=["delay"], steps=30)
    assert match.chain.delay.time == pytest.approx(0.317, abs=0.001)
    assert match.chain.delay.mix == pytest.approx(0.3, abs=0.06)
    assert match.chain.delay.feedback == pytest.approx(0.4, abs=0.1)
    # Without the dry sound beside it, too.
    echo = find_echo(reference.mono().samples[0], reference.sample_rate)
    assert echo.time == pytest.approx(0.317, abs=0.001)


def test_the_room_that_was_used_is_found(guitar):
    used = EffectChain(reverb=Reverb(2.0, 0.4, damping=0.5))
    reference = musicnb.apply_effects(guitar, used)
    match = musicnb.match_effects(guitar, reference, effects=["reverb"], steps=40)
    assert match.chain.reverb.rt60 == pytest.approx(2.0, abs=0.4)
    assert match.chain.reverb.mix == pytest.approx(0.4, abs=0.1)


def test_compression_that_was_used_is_found(guitar):
    used = EffectChain(compressor=Compressor(-35, 4, 0.005, 0.1))
    reference = musicnb.apply_effects(guitar, used)
    match = musicnb.match_effects(guitar, reference, effects=["compressor"], steps=60)
    assert match.chain.compressor.ratio > 1.8
    assert min(match.losses) < 0.3 * match.losses[0]


def test_other_music_can_be_the_reference(guitar):
    # What it is compared with is brighter and louder.
    drums = musicnb.load("demo:glasswork/drums", offset=9, duration=5)
    match = musicnb.match_effects(guitar, drums, effects=["eq"], steps=25)
    assert not match.paired
    assert min(match.losses) < match.losses[0]
    assert match.audio.peak <= 1


def test_a_sound_that_needs_nothing_gets_nothing(guitar):
    match = musicnb.match_effects(guitar, guitar, effects=["eq", "delay"], steps=5)
    assert match.chain.delay is None
    assert np.abs(match.chain.frequency_response([100, 1000, 8000])).max() < 0.5


def test_a_match_shows_its_loss_curve_and_can_be_made_again(tmp_path, guitar):
    match = musicnb.match_effects(guitar, guitar.gain(-6), effects=["eq"], steps=3)
    assert len(match.losses) == 3
    assert "data:image/png" in match._repr_html_()
    match.audio.save(tmp_path / "matched.flac")
    again = musicnb.replay(tmp_path / "matched.flac")
    assert np.array_equal(again.samples, match.audio.samples)


def test_a_job_can_be_watched_and_cancelled(guitar):
    job = match_job(guitar, guitar.gain(3), steps=4)
    job.run()
    assert job.progress == 1
    job = match_job(guitar, guitar.gain(3))
    job.cancel()
    with pytest.raises(Cancelled):
        job.run()


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"effects": ["chorus"]}, "eq, compressor"),
        ({"effects": "eq"}, "some of"),
        ({"steps": 0}, "1 to 5000"),
    ],
)
def test_what_cannot_be_matched_is_refused(guitar, arguments, word):
    with pytest.raises(InputError, match=word):
        musicnb.match_effects(guitar, guitar, **arguments)
    silence = musicnb.Audio(np.zeros(44100), 44100)
    with pytest.raises(InputError, match="silent"):
        musicnb.match_effects(guitar, silence)
    with pytest.raises(InputError, match=r"0\.10 s"):
        musicnb.match_effects(guitar[:0.1], guitar)


def run(*arguments, cwd):
    command = [sys.executable, "-m", "musicnb.cli", "effects", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False)


def test_the_command_line_applies_and_matches(tmp_path, guitar):
    guitar[:2].save(tmp_path / "dry.wav", sidecar=False)
    settings = ("--set", "delay.time=0.25", "--set", "delay.mix=0.4", "--set", "gain=-2")
    done = run(
        "apply", "dry.wav", "-o", "wet.wav", *settings, "--save-chain", "c.json", "--json",
        cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["chain"]["delay"]["time"] == 0.25
    kept = EffectChain.load(tmp_path / "c.json")
    wet = musicnb.apply_effects(musicnb.load(tmp_path / "dry.wav"), kept)
    assert np.abs(musicnb.load(tmp_path / "wet.wav").samples - wet.samples).max() < 2**-22
    done = run(
        "match", "dry.wav", "wet.wav", "-o", "out.wav", "--effects", "delay", "--steps", "3",
        "--json", cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert len(report["losses"]) == 3
    assert report["chain"]["delay"]["time"] == pytest.approx(0.25, abs=0.001)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["apply", "demo:starfall", "-o", "x.wav"], "no effects"),
        (["apply", "demo:starfall", "-o", "x.wav", "--set", "reverb"], "EFFECT.SETTING=VALUE"),
        (["apply", "demo:starfall", "-o", "x.wav", "--set", "reverb.rt60=99"], "0.1 to 10 s"),
        (["apply", "demo:starfall", "-o", "x.wav", "--chain", "no.json"], "EffectChain.save"),
        (["match", "demo:starfall", "no.wav", "-o", "x.wav"], "does not exist"),
    ],
)
def test_bad_commands_end_with_2_and_one_sentence(tmp_path, arguments, word):
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert word in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())
