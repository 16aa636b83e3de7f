"""What is heard through a disguise, and the front end of the network that hears."""

import librosa
import numpy as np
import pytest
import torch
from swift_f0 import SwiftF0

import musicnb
from musicnb.voices import features
from musicnb.voices.disguise import disguised, heard_disguised, said_by
from musicnb.voices.library import PACKAGED
from musicnb.voices.listen import WINDOW, content_network, hear, levelled, listen
from musicnb.voices.synthesis import HOP_LENGTH, SAMPLE_RATE
from musicnb.voices.whisper import whisper_encoder


@pytest.fixture(scope="module")
def said():
    return musicnb.load(PACKAGED / "rms" / "preview.ogg")[0.0:6.0]


@pytest.fixture(scope="module")
def heard(said):
    return listen(said)


def test_the_mel_filters_are_those_of_librosa():
    ours = features.mel(torch.eye(features.BINS)).numpy()
    theirs = librosa.filters.mel(sr=16000, n_fft=400, n_mels=80)
    np.testing.assert_allclose(ours, theirs, atol=1e-7)


def test_a_long_sound_is_seen_in_blocks_as_it_is_as_a_whole(said):
    sound = torch.from_numpy(said.resample(16000).mono().samples.copy()).repeat(1, 8)
    assert sound.shape[1] > 2 * features.BLOCK * features.HOP_LENGTH
    whole = features.seen(features.power(sound))
    assert (features.seen_of(sound) - whole).abs().max() < 1e-3


def test_a_long_sound_is_heard_window_by_window_as_it_is_as_a_whole(said):
    sound = levelled(torch.from_numpy(said.resample(16000).mono().samples.copy()).repeat(1, 4))
    cpu = torch.device("cpu")
    windows = hear(sound, cpu)
    with torch.inference_mode():
        heard = whisper_encoder(cpu)(features.seen_of(sound))
        whole = content_network(cpu)(heard)[0, :, : windows.shape[1]]
    frames = whole.shape[1]
    assert windows.shape == whole.shape
    assert frames > 2 * WINDOW
    off = (windows - whole).norm(dim=0)
    other = (windows.roll(30, 1) - whole).norm(dim=0)
    assert off.mean() < 0.3 * other.mean()
    # Nowhere does one frame stand further from the next than in what is heard as a whole.
    steps = [each.diff(dim=1).norm(dim=0).max() for each in (windows, whole)]
    assert steps[0] < 1.2 * steps[1]


def test_a_long_pitch_is_found_in_pieces_as_it_is_as_a_whole(said):
    song = musicnb.Audio(np.tile(said.samples, 5), SAMPLE_RATE)
    samples = song.mono().resample(16000).samples[0]
    whole = SwiftF0(threads=1).detect(samples, 16000, fmin=50, fmax=1100)
    found = musicnb.estimate_f0(song, "swift")
    sure = np.interp(found.times, whole.timestamps, whole.confidence)
    np.testing.assert_allclose(found.confidence, np.clip(sure, 0, 1), atol=1e-3)


def test_a_disguise_is_another_every_time_and_keeps_the_words(said, heard):
    rng = np.random.default_rng(0)
    samples = said.mono().samples[0]
    copies = [heard_disguised(samples, rng) for _ in range(3)]
    assert not np.array_equal(copies[0], copies[1])
    np.testing.assert_array_equal(copies[0], heard_disguised(samples, np.random.default_rng(0)))
    loud = heard.loudness > -40
    for copy in copies:
        assert copy.shape == heard.content.shape
        same = np.linalg.norm(copy - heard.content, axis=0)[loud].mean()
        other = np.linalg.norm(np.roll(copy, 30, axis=1) - heard.content, axis=0)[loud].mean()
        assert same < 0.6 * other


def test_a_take_without_a_pause_may_be_longer_than_whisper_hears_at_once(said):
    samples = np.tile(said.mono().samples[0], 6)
    made = heard_disguised(samples, np.random.default_rng(0))
    assert made.shape == (64, len(samples) // HOP_LENGTH + 1)
    assert np.isfinite(made).all()


def test_a_disguised_spectrum_keeps_its_shape_and_no_power_is_negative():
    rng = np.random.default_rng(1)
    spectrum = torch.rand(features.BINS, 50)
    for _ in range(20):
        made = disguised(spectrum, rng)
        assert made.shape == spectrum.shape
        assert torch.isfinite(made).all()
        assert (made >= 0).all()


def test_what_somebody_else_says_is_of_their_own_sounds(heard):
    index = musicnb.voice("slt").index
    made = torch.from_numpy(said_by(heard.content, index)).T
    to_theirs = torch.cdist(made, index).min(1).values
    before = torch.cdist(torch.from_numpy(heard.content).T, index).min(1).values
    # Means of their sounds: every frame is nearer to one of theirs than it was.
    assert (to_theirs < before).float().mean() > 0.99
    assert to_theirs.mean() < 0.6 * before.mean()
