"""Separation: nothing lost, any shape of sound, and the original network's output."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

import musicnb
from musicnb.errors import AudioFileError, Cancelled, InputError, ResourceError
from musicnb.stems.masks import SAMPLE_RATE, networks
from musicnb.stems.separate import separate_job
from musicnb.stems.stream import OVERLAP, SEGMENT, separate_blocks

MINUS_60_DB = 10 ** (-60 / 20)


@pytest.fixture(scope="module")
def song():
    return musicnb.load("demo:starfall")


def error_of(stems, mixture):
    return float(np.abs(stems.mixture.samples - mixture.samples).max(initial=0))


def test_the_singer_is_in_the_vocals_and_her_pause_is_not(song):
    stems = musicnb.separate(song[12:28])
    sung, pause = stems["vocals"][0:5].level, stems["vocals"][9:14].level
    assert pause < sung - 15
    # The band goes on through her pause.
    assert abs(stems["accompaniment"][9:14].level - stems["accompaniment"][0:5].level) < 3


def test_stems_and_residual_add_up_to_the_mixture(song):
    stems = musicnb.separate(song[:30])
    assert error_of(stems, song[:30]) < MINUS_60_DB
    # Here even without the residual: the shares of all stems sum to one.
    assert stems.residual.level < -90


@given(
    channels=st.sampled_from([1, 2]),
    rate=st.sampled_from([8000, 22050, 44100, 48000, 96000, 192000]),
    frames=st.integers(1, 3000),
    kind=st.sampled_from(["noise", "silence", "impulse", "loud"]),
)
@example(channels=1, rate=44100, frames=1, kind="noise")
@example(channels=2, rate=8000, frames=1, kind="impulse")
@example(channels=1, rate=192000, frames=2, kind="loud")
@settings(deadline=None, max_examples=25)
def test_any_mono_or_stereo_sound_is_separated_without_loss(channels, rate, frames, kind):
    samples = {
        "noise": np.random.default_rng(0).uniform(-1, 1, (channels, frames)),
        "silence": np.zeros((channels, frames)),
        "impulse": np.eye(channels, frames),
        "loud": np.full((channels, frames), 4.0),
    }[kind]
    audio = musicnb.Audio(samples, rate)
    stems = musicnb.separate(audio)
    for sound in (*stems.values(), stems.residual):
        assert sound.samples.shape == audio.samples.shape
        assert sound.sample_rate == rate
    assert error_of(stems, audio) < MINUS_60_DB


def test_what_cannot_be_separated_is_refused():
    with pytest.raises(InputError, match="empty"):
        musicnb.separate(musicnb.Audio(np.zeros((2, 0)), 44100))
    with pytest.raises(InputError, match="8 channels"):
        musicnb.separate(musicnb.Audio(np.zeros((8, 1000)), 44100))
    with pytest.raises(InputError, match="two_stems"):
        musicnb.separate(musicnb.Audio(np.zeros((2, 1000)), 44100), two_stems="trombone")


def test_too_little_memory_is_refused_with_a_way_out(monkeypatch):
    monkeypatch.setattr(sys.modules["musicnb.stems.separate"], "current_mb", lambda: 100.0)
    monkeypatch.setattr("musicnb.runtime.memory.available_mb", lambda: 700.0)
    with pytest.raises(ResourceError, match="separate_file"):
        musicnb.separate(musicnb.Audio(np.zeros((2, 1000)), 44100))


def test_a_mono_song_gives_the_stems_of_its_stereo_copy(song):
    mono = song[8:12].mono()
    both = musicnb.Audio(np.repeat(mono.samples, 2, axis=0), mono.sample_rate)
    made, expected = musicnb.separate(mono), musicnb.separate(both)
    assert np.allclose(made["vocals"].samples, expected["vocals"].mono().samples, atol=1e-5)


def test_a_softer_song_gives_the_same_stems_softer(song):
    part = song[8:16]
    loud, soft = musicnb.separate(part)["vocals"], musicnb.separate(part.gain(-24))["vocals"]
    assert np.allclose(soft.gain(24).samples, loud.samples, atol=1e-4)


def test_separation_does_not_depend_on_how_the_stream_is_cut(song):
    part = song[:16]

    def run(size):
        blocks = (part.samples[:, i : i + size] for i in range(0, part.frames, size))
        made = separate_blocks(blocks, part.sample_rate, 2, torch.device("cpu"))
        return np.concatenate([stems for _, stems in made], axis=-1)

    assert np.array_equal(run(1 << 18), run(30_011))


def test_neighbouring_segments_are_crossfaded(monkeypatch):
    """With a network that answers 0, then 1, the stem must rise in a straight line between."""
    answers = iter([0.0, 1.0])
    monkeypatch.setattr(
        "musicnb.stems.stream.split",
        lambda segment, names: torch.full((len(names), *segment.shape), next(answers)),
    )
    silence = np.zeros((2, SEGMENT + 1000), np.float32)
    made = separate_blocks([silence], SAMPLE_RATE, 2, torch.device("cpu"))
    stem = np.concatenate([stems for _, stems in made], axis=-1)[0, 0]
    step = SEGMENT - OVERLAP
    assert not stem[:step].any()
    assert np.allclose(stem[step : step + OVERLAP], np.linspace(0, 1, OVERLAP), atol=1e-5)
    assert np.allclose(stem[step + OVERLAP :], 1)


def test_the_song_itself_is_never_overwritten(tmp_path, song):
    source = tmp_path / "vocals.wav"
    song[:2].save(source)
    before = source.read_bytes()
    with pytest.raises(InputError, match="overwritten"):
        musicnb.separate_file(source, tmp_path)
    assert source.read_bytes() == before


def test_a_folder_in_the_way_is_refused(tmp_path, song):
    (tmp_path / "accompaniment.wav").mkdir()
    with pytest.raises(AudioFileError, match="is a folder"):
        musicnb.separate_file(song[:1], tmp_path)
    assert [p.name for p in tmp_path.rglob("*")] == ["accompaniment.wav"]


def test_files_of_other_rates_keep_rate_length_and_sum(tmp_path, song):
    source = tmp_path / "song.wav"
    song[5:19].resample(48000).save(source)
    made = musicnb.separate_file(source, tmp_path / "stems", format="flac")
    whole = musicnb.load(source)
    parts = [musicnb.load(path) for path in made.files.values()]
    assert {(p.sample_rate, p.frames) for p in parts} == {(48000, whole.frames)}
    total = np.sum([p.samples for p in parts], axis=0)
    assert np.abs(total - whole.samples).max() < MINUS_60_DB


def test_a_stem_beyond_full_scale_loses_nothing(tmp_path):
    rng = np.random.default_rng(0)
    square = np.sign(rng.uniform(-1, 1, (2, 3 * SAMPLE_RATE)))
    made = musicnb.separate_file(musicnb.Audio(square, SAMPLE_RATE), tmp_path)
    total = np.sum([musicnb.load(path).samples for path in made.files.values()], axis=0)
    assert np.abs(total - square).max() < MINUS_60_DB


def test_a_cancelled_job_says_so_and_leaves_nothing(song):
    job = separate_job(song)
    job.cancel()
    with pytest.raises(Cancelled):
        job.run()


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to one process there")
def test_ctrl_c_ends_with_130_and_leaves_no_file(tmp_path, song):
    source = tmp_path / "long.wav"
    musicnb.Audio(np.tile(song.samples, 12), song.sample_rate).save(source, sidecar=False)
    command = [sys.executable, "-m", "musicnb.cli", "separate", source, "-o", tmp_path / "out"]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        while process.poll() is None and not list((tmp_path / "out").glob("*/.musicnb-*")):
            time.sleep(0.05)
        time.sleep(0.5)
        os.kill(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err.decode()
    assert b"was cancelled" in err
    assert b"Traceback" not in err
    assert [p for p in (tmp_path / "out").rglob("*") if p.is_file()] == []


def test_the_network_gives_what_the_original_network_gave(song):
    """Compared with excerpts of the TensorFlow graph's output (musicnb.recipes.spleeter)."""
    with np.load("tests/data/spleeter_reference.npz", allow_pickle=False) as arrays:
        reference = {name: arrays[name].astype(np.float32) for name in arrays.files}
    clip = torch.from_numpy(song[:11].samples.copy())
    # The original's frames begin where they are counted from, and are padded to 512.
    padded = torch.nn.functional.pad(clip, (0, 511 * 1024 + 4096 - clip.shape[1]))
    spectrum = torch.stft(
        padded, 4096, 1024, window=torch.hann_window(4096), center=False, return_complex=True
    )
    magnitude = spectrum[:, :1024].abs().transpose(1, 2)[None]
    with torch.inference_mode():
        for net, (name, expected) in zip(
            networks(torch.device("cpu")), reference.items(), strict=True
        ):
            made = net(magnitude)[0].permute(1, 2, 0)[::7, ::5].numpy()
            error = np.linalg.norm(made - expected) / np.linalg.norm(expected)
            assert error < 2e-3, name
