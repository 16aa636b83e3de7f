"""What a user gets from `Audio`, `load` and `save`: real files, odd inputs, clear refusals."""

import contextlib
import math
import struct
import warnings
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import musicnb
from musicnb.audio.files import FORMATS, open_audio, write_audio
from musicnb.errors import AudioFileError, InputError, MissingToolError, ResourceError

RATE = 44_100


def tone(seconds=1.0, rate=RATE, channels=2, frequency=440.0, amplitude=0.5):
    time = np.arange(round(seconds * rate)) / rate
    wave = amplitude * np.sin(2 * np.pi * frequency * time)
    return musicnb.Audio(np.tile(wave, (channels, 1)), rate)


def one_sentence(error):
    """Every refusal says what was wrong, what was expected, and what to do."""
    text = str(error.value)
    assert "; expected " in text
    assert text.endswith((".", "'"))
    assert "Traceback" not in text
    return text


# ---- Audio ---------------------------------------------------------------------------------


def test_samples_cannot_be_changed():
    audio = tone()
    with pytest.raises(ValueError, match="read-only"):
        audio.samples[0, 0] = 1


def test_the_callers_array_is_not_shared():
    array = np.zeros((1, 10), np.float32)
    audio = musicnb.Audio(array, RATE)
    array[:] = 1
    assert audio.peak == 0


@pytest.mark.parametrize(
    ("samples", "rate", "word"),
    [
        (np.zeros((RATE, 2)), RATE, "samples.T"),
        (np.zeros((2, 2, 2)), RATE, "shape"),
        ([[float("nan"), 0.0]], RATE, "NaN"),
        ([[0.0, float("inf")]], RATE, "frame 1"),
        (np.array([[1e300]]), RATE, "infinite"),
        ([["a"]], RATE, "type"),
        (np.array([[1j]]), RATE, "type"),
        ([[0.0]], 0, "sample_rate"),
        ([[0.0]], 44100.5, "sample_rate"),
        ([[0.0]], -1, "sample_rate"),
    ],
)
def test_bad_samples_are_refused_in_one_sentence(samples, rate, word):
    with pytest.raises(InputError) as error:
        musicnb.Audio(samples, rate)
    assert word in one_sentence(error)


def test_pcm_integers_are_scaled_to_full_scale():
    audio = musicnb.Audio(np.array([[-32768, 16384]], np.int16), RATE)
    assert audio.samples.tolist() == [[-1.0, 0.5]]


@given(
    samples=arrays(
        np.float32,
        st.tuples(st.integers(1, 8), st.integers(0, 300)),
        elements=st.floats(-2, 2, width=32),
    ),
    start=st.floats(0, 0.05),
    stop=st.floats(0, 0.05),
)
def test_any_slice_is_a_part_of_the_whole(samples, start, stop):
    audio = musicnb.Audio(samples, 8000)
    part = audio[start:stop]
    first, last = round(start * 8000), round(stop * 8000)
    assert np.array_equal(part.samples, samples[:, first:last])


@pytest.mark.parametrize("rate", [8000, 11025, 48000, 96000, 192000])
def test_resampling_keeps_pitch_level_and_duration(rate):
    source = tone(seconds=1.0, amplitude=0.5)
    made = source.resample(rate)
    assert made.frames == round(source.frames * rate / RATE)
    spectrum = np.abs(np.fft.rfft(made.samples[0] * np.hanning(made.frames)))
    assert spectrum.argmax() * rate / made.frames == pytest.approx(440, abs=1.5)
    assert made.level == pytest.approx(source.level, abs=0.1)


@given(frames=st.integers(0, 3000), old=st.integers(1000, 192000), new=st.integers(1000, 192000))
@settings(deadline=None, max_examples=60)
@example(frames=0, old=8000, new=192000)
@example(frames=1, old=192000, new=8000)
def test_resampling_gives_the_length_that_the_rates_say(frames, old, new):
    made = musicnb.Audio(np.zeros((1, frames)), old).resample(new)
    assert made.frames == round(frames * new / old)


def test_loudness_of_a_known_tone():
    # BS.1770: a 997 Hz sine at -18 dBFS in both channels of a stereo pair is -18 LUFS (+-0.1).
    stereo = tone(seconds=5, rate=48000, frequency=997, amplitude=10 ** (-18 / 20))
    assert stereo.loudness == pytest.approx(-18.0, abs=0.1)
    assert stereo.gain(-6).loudness == pytest.approx(-24.0, abs=0.1)


def test_silence_has_no_loudness_and_a_short_sound_is_refused():
    assert musicnb.Audio(np.zeros((2, RATE)), RATE).loudness == -math.inf
    with pytest.raises(InputError) as error:
        tone(seconds=0.1).loudness  # noqa: B018
    assert "0.4 s" in one_sentence(error)


def test_a_saved_player_stays_within_60_kilobytes():
    song = musicnb.load("demo:starfall")
    for sound in (song, song[:2], song[:0.001], song[:0]):
        assert len(sound._repr_html_()) <= 60_000


# ---- files ---------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("channels", [1, 2])
def test_every_format_comes_back(tmp_path, ending, channels):
    source = tone(rate=48000, channels=channels)
    path = tmp_path / f"tone{ending}"
    source.save(path)
    made = musicnb.load(path)
    assert (made.channels, made.sample_rate) == (channels, 48000)
    assert made.duration == pytest.approx(source.duration, abs=0.06)  # MP3 pads its frames
    assert made.level == pytest.approx(source.level, abs=0.3)
    if ending in {".wav", ".flac"}:
        assert np.abs(made.samples - source.samples).max() <= 2**-23


def test_m4a_is_read_through_ffmpeg(tmp_path):
    import shutil
    import subprocess

    assert shutil.which("ffmpeg"), "the tests need ffmpeg (see .ci/run)"
    tone().save(tmp_path / "tone.wav")
    command = ["ffmpeg", "-v", "error", "-i", tmp_path / "tone.wav", tmp_path / "tone.m4a"]
    subprocess.run(command, check=True)
    made = musicnb.load(tmp_path / "tone.m4a")
    assert made.duration == pytest.approx(1.0, abs=0.1)
    assert made.level == pytest.approx(tone().level, abs=0.5)


def test_without_ffmpeg_an_m4a_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "song.m4a").write_bytes(b"\0\0\0\x20ftypM4A " + b"\0" * 100)
    with pytest.raises(MissingToolError) as error:
        musicnb.load(tmp_path / "song.m4a")
    assert "ffmpeg" in one_sentence(error)


def test_a_mislabelled_file_is_read_for_what_it_is(tmp_path):
    tone().save(tmp_path / "tone.flac")
    wrong = (tmp_path / "tone.flac").rename(tmp_path / "tone.wav")
    assert musicnb.load(wrong).frames == RATE


@pytest.mark.parametrize(
    "content", [b"", b"hello, this is no sound at all", b"RIFF\xff\xff\xff\xff"]
)
def test_what_is_no_sound_is_refused(tmp_path, content):
    path = tmp_path / "notes.wav"
    path.write_bytes(content)
    with pytest.raises(AudioFileError) as error:
        musicnb.load(path)
    one_sentence(error)


def test_missing_files_and_folders_are_refused(tmp_path):
    for path in (tmp_path / "nothing.wav", tmp_path):
        with pytest.raises(AudioFileError) as error:
            musicnb.load(path)
        assert str(path) in one_sentence(error)


def test_a_truncated_flac_says_where_it_ends(tmp_path):
    rng = np.random.default_rng(0)
    musicnb.Audio(rng.uniform(-0.5, 0.5, (2, 5 * RATE)), RATE).save(tmp_path / "whole.flac")
    content = (tmp_path / "whole.flac").read_bytes()
    (tmp_path / "part.flac").write_bytes(content[: len(content) // 2])
    with pytest.raises(AudioFileError) as error:
        musicnb.load(tmp_path / "part.flac")
    assert "damaged after" in one_sentence(error)


def test_not_a_number_in_a_file_is_refused_with_its_place(tmp_path):
    samples = np.zeros(1000, np.float32)
    samples[700] = np.nan
    soundfile.write(tmp_path / "nan.wav", samples, RATE, subtype="FLOAT")
    with pytest.raises(InputError) as error:
        musicnb.load(tmp_path / "nan.wav")
    assert "frame 700" in one_sentence(error)


def test_a_header_that_claims_a_month_is_refused_before_decoding(tmp_path):
    frames = 30 * 24 * 3600 * 8000
    header = b"fLaC" + bytes([0x80, 0, 0, 34]) + struct.pack(">HH", 4096, 4096) + bytes(6)
    header += ((8000 << 44) | (0 << 41) | (15 << 36) | frames).to_bytes(8, "big") + bytes(16)
    (tmp_path / "month.flac").write_bytes(header)
    with pytest.raises((InputError, AudioFileError)) as error:
        musicnb.load(tmp_path / "month.flac")
    one_sentence(error)


def test_a_file_that_does_not_fit_in_memory_is_refused(tmp_path, monkeypatch):
    tone(seconds=2).save(tmp_path / "tone.wav")
    monkeypatch.setattr("musicnb.runtime.memory.available_mb", lambda: 200.5)
    with pytest.raises(ResourceError) as error:
        musicnb.load(tmp_path / "tone.wav")
    assert "offset" in one_sentence(error)


def test_a_part_of_a_file_is_the_part_of_the_whole(tmp_path):
    rng = np.random.default_rng(0)
    whole = musicnb.Audio(rng.uniform(-0.5, 0.5, (2, 7 * RATE)), RATE)
    whole.save(tmp_path / "noise.wav", subtype="FLOAT")
    part = musicnb.load(tmp_path / "noise.wav", offset=5.5, duration=1)
    assert np.array_equal(part.samples, whole[5.5:6.5].samples)
    assert musicnb.load(tmp_path / "noise.wav", offset=8).frames == 0


def test_reading_in_blocks_gives_the_whole(tmp_path):
    source = tone(seconds=3)
    source.save(tmp_path / "tone.wav", subtype="FLOAT")
    with open_audio(tmp_path / "tone.wav") as reader:
        blocks = list(reader.blocks(10_000))
    assert max(block.shape[1] for block in blocks) == 10_000
    assert np.array_equal(np.concatenate(blocks, axis=1), source.samples)


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "precious.wav"
    tone().save(path, sidecar=False)
    before = path.read_bytes()

    def fail_half_way():
        with write_audio(path, RATE, 2) as writer:
            writer.write(np.zeros((2, 1000), np.float32))
            raise RuntimeError("the disk caught fire")

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["precious.wav"]


def test_clipping_is_said_and_avoidable(tmp_path):
    loud = tone(amplitude=1.5)
    with pytest.warns(UserWarning, match="clipped"):
        loud.save(tmp_path / "loud.wav")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loud.save(tmp_path / "float.wav", subtype="FLOAT")
    assert musicnb.load(tmp_path / "float.wav").peak == pytest.approx(1.5, abs=1e-3)


@pytest.mark.parametrize(
    ("name", "rate", "word"),
    [("x.aiffx", RATE, ".wav"), ("x", RATE, "nothing"), ("x.mp3", 96000, "resample")],
)
def test_formats_that_cannot_hold_it_are_refused(tmp_path, name, rate, word):
    with pytest.raises(InputError) as error:
        tone(rate=rate).save(tmp_path / name)
    assert word in one_sentence(error)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(AudioFileError) as error:
        tone().save(tmp_path / "file" / "tone.wav")
    one_sentence(error)


@given(st.binary(max_size=400))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_bytes_never_give_a_foreign_error(tmp_path, content):
    path = Path(tmp_path) / "random.wav"
    path.write_bytes(b"RIFF" + content)
    with contextlib.suppress(musicnb.errors.MusicnbError):  # anything else would fail the test
        musicnb.load(path)


def test_mixing_refuses_what_does_not_go_together():
    for sounds in ([], [tone(), tone(rate=8000)], [tone(channels=2), tone(channels=3)]):
        with pytest.raises(InputError):
            musicnb.mix(sounds)
