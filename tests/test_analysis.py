"""`analyze`: what a user gets of tempo, beats, key, genre and mood."""

from __future__ import annotations

import json

import numpy as np
import pytest

import musicnb
from musicnb.analysis.analyze import KEYS
from musicnb.analysis.listen import STEP_S, WINDOW_S
from musicnb.errors import AudioFileError, InputError

RATE = 22_050
TRIADS = {"major": (0, 4, 7), "minor": (0, 3, 7)}


def clicks(bpm, seconds=20.0, accent=4):
    samples = np.zeros(round(seconds * RATE))
    burst = np.hanning(400) * np.sin(2 * np.pi * 1500 * np.arange(400) / RATE)
    for i, beat in enumerate(np.arange(0, seconds - 0.1, 60 / bpm)):
        at = round(beat * RATE)
        samples[at : at + 400] += burst * (0.8 if i % accent == 0 else 0.4)
    return musicnb.Audio(samples, RATE)


def tone(pitch, length):
    t = np.arange(round(length * RATE)) / RATE
    partials = [
        np.sin(2 * np.pi * 440 * 2 ** ((pitch - 69) / 12) * k * t) / k**1.5 for k in range(1, 7)
    ]
    return np.sum(partials, axis=0) * np.exp(-2 * t) * np.minimum(t * 200, 1)


def chords(tonic=60, mode="major", bpm=100, bars=8):
    """I IV V I, or i iv V i, with a bass: a chord a beat, a bar a chord."""
    steps = ((0, mode), (5, mode), (7, "major"), (0, mode))
    beat = 60 / bpm
    out = np.zeros(round((bars * 4 * beat + 1) * RATE))
    for bar in range(bars):
        root, quality = steps[bar % 4]
        for b in range(4):
            at = round((bar * 4 + b) * beat * RATE)
            pitches = [tonic + root + t for t in TRIADS[quality]]
            pitches += [tonic + root - 24] if b == 0 else []
            for pitch in pitches:
                sound = tone(pitch, beat) * (0.3 if b == 0 else 0.2)
                out[at : at + len(sound)] += sound
    return musicnb.Audio(out / np.abs(out).max() * 0.8, RATE)


@pytest.fixture(scope="module")
def heard():
    return musicnb.analyze(chords())


def test_clicks_at_120_give_beats_half_a_second_apart():
    made = musicnb.analyze(clicks(120))
    assert np.median(np.diff(made.beats)) == pytest.approx(0.5, abs=0.01)
    middle = made.beats[(made.beats > 2) & (made.beats < 18)]
    assert np.abs(middle - np.round(middle * 2) / 2).max() < 0.07
    tempi = {made.tempo.value, made.tempo.runner_up, made.tempo.octave}
    assert any(abs(tempo / 120 - 1) < 0.04 for tempo in tempi)


def test_an_octave_of_the_tempo_is_always_shown(heard):
    tempo = heard.tempo
    assert tempo.octave == pytest.approx(tempo.value * 2, rel=0.01) or tempo.octave == (
        pytest.approx(tempo.value / 2, rel=0.01)
    )
    assert f"{tempo.octave:.1f}" in str(heard)
    assert 0 <= tempo.octave_confidence <= 1


def test_a_faster_tape_has_a_faster_tempo_and_a_higher_key():
    song = musicnb.load("demo:feelings", duration=28)[14:]
    fast = musicnb.Audio(song.samples, round(song.sample_rate * 2 ** (3 / 12)))
    one, two = musicnb.analyze(song), musicnb.analyze(fast)
    assert np.median(np.diff(one.beats)) / np.median(np.diff(two.beats)) == pytest.approx(
        2 ** (3 / 12), rel=0.02
    )
    assert (KEYS.index(two.key.value) - KEYS.index(one.key.value)) % 12 == 3


def test_transposing_by_five_semitones_moves_the_key_by_five(heard):
    assert heard.key.value == "C major"
    assert musicnb.analyze(chords(65)).key.value == "F major"
    assert musicnb.analyze(chords(57, "minor")).key.value == "A minor"


def test_silence_gives_even_chances_and_no_beats():
    made = musicnb.analyze(musicnb.Audio(np.zeros((2, 5 * 44100)), 44100))
    assert len(made.beats) == len(made.downbeats) == 0
    assert made.key.confidence == pytest.approx(1 / 24, abs=1e-3)
    assert made.genre.confidence == pytest.approx(1 / 10, abs=1e-3)
    assert made.mood.confidence == pytest.approx(1 / 4, abs=1e-3)


@pytest.mark.parametrize("seed", [0, 1])
def test_noise_gives_low_confidence(seed):
    noise = np.random.default_rng(seed).normal(0, 0.1, 10 * RATE)
    made = musicnb.analyze(musicnb.Audio(noise, RATE))
    assert made.key.confidence < 0.5
    assert made.tempo.confidence < 0.5
    assert made.genre.confidence < 0.6


@pytest.mark.parametrize("frames", [1, 50, 5000, 44100])
def test_a_very_short_sound_is_never_sure(frames):
    samples = np.sin(np.arange(frames) / 10)
    made = musicnb.analyze(musicnb.Audio(samples, 44100))
    assert made.key.confidence < 0.5
    assert made.duration == pytest.approx(frames / 44100, abs=1e-3)
    assert np.isfinite(made.genre.confidence)


def test_a_softer_song_is_the_same_song():
    song = musicnb.load("demo:feelings", duration=15)
    loud, soft = musicnb.analyze(song), musicnb.analyze(song.gain(-20))
    assert soft.key.value == loud.key.value
    assert soft.tempo.value == pytest.approx(loud.tempo.value, rel=0.01)
    assert soft.genre.shares == pytest.approx(loud.genre.shares, abs=0.02)


def test_a_file_gives_what_the_sound_in_memory_gives(tmp_path):
    song = musicnb.load("demo:feelings", duration=12)
    song.save(tmp_path / "song.wav", subtype="FLOAT")
    one, two = musicnb.analyze(song), musicnb.analyze(tmp_path / "song.wav")
    assert np.allclose(one.beats, two.beats, atol=0.02)
    assert one.key.shares == pytest.approx(two.key.shares, abs=1e-3)
    assert two.recipe.inputs[0].arguments["path"] == "song.wav"


def test_beats_of_a_long_sound_do_not_change_where_its_windows_meet():
    made = musicnb.analyze(clicks(100, seconds=2.2 * WINDOW_S))
    seams = (STEP_S, 2 * STEP_S)
    for seam in seams:
        near = made.beats[np.abs(made.beats - seam) < 8]
        assert np.diff(near) == pytest.approx(0.6, abs=0.05)


def test_confidences_are_probabilities_and_in_order(heard):
    for name in ("key", "genre", "mood", "meter"):
        estimate = getattr(heard, name)
        shares = list(estimate.shares.values())
        assert sum(shares) == pytest.approx(1, abs=1e-3)
        assert shares == sorted(shares, reverse=True)
        assert estimate.confidence == shares[0] >= estimate.runner_up_confidence == shares[1]


def test_downbeats_are_beats(heard):
    assert set(heard.downbeats) <= set(heard.beats)
    assert len(heard.local_tempo) == len(heard.local_key) == pytest.approx(heard.duration, abs=1)


@pytest.mark.parametrize(
    ("head", "bands", "rate"),
    [("tempo", 84, 50), ("beats", 84, 50), ("key", 216, 5), ("genre", 84, 50), ("mood", 84, 50)],
)
def test_saliency_lies_on_the_spectrogram(heard, head, bands, rate):
    made = heard.saliency(head, start=2, duration=4)
    assert made.values.shape == (bands, 4 * rate)
    assert len(made.times) == 4 * rate
    assert made.times[0] == 2
    assert len(made.frequencies) == bands
    assert np.abs(made.values).max() > 0
    mask = made.mask
    assert 0 <= mask.min() <= mask.max() <= 1
    assert {"start", "stop", "low", "high"} == set(made.region)


def test_saliency_of_beats_lies_on_the_beats():
    made = musicnb.analyze(clicks(120, seconds=10))
    saliency = made.saliency("beats", duration=10)
    energy = np.clip(saliency.values, 0, None).sum(axis=0)
    phase = saliency.times % 0.5
    near = (phase < 0.1) | (phase > 0.4)
    assert energy[near].mean() > 2 * energy[~near].mean()


def test_the_explorer_takes_the_saliency(heard):
    sound = chords(bars=2)
    made = musicnb.analyze(sound).saliency("key", duration=4)
    explorer = musicnb.SpectrogramExplorer(sound)
    explorer.add_mask("key", made.mask, region=made.region)
    explorer.add_lines("beats", heard.beats)


def test_it_is_saved_as_json_and_shown(heard, tmp_path):
    heard.save(tmp_path / "song.json")
    read = json.loads((tmp_path / "song.json").read_text("utf-8"))
    assert read["key"]["value"] == "C major"
    assert read["tempo"]["octave"] > 0
    assert read["recipe"]["function"] == "analyze"
    assert "C major" in heard._repr_html_()
    assert len(heard.picture().axes) == 7


def test_what_cannot_be_analysed_is_refused_in_one_sentence(tmp_path):
    with pytest.raises(InputError, match="empty"):
        musicnb.analyze(musicnb.Audio(np.zeros((2, 0)), 44100))
    with pytest.raises(AudioFileError, match="does not exist"):
        musicnb.analyze(tmp_path / "none.wav")
    (tmp_path / "text.wav").write_text("not sound")
    with pytest.raises(AudioFileError):
        musicnb.analyze(tmp_path / "text.wav")


def test_saliency_of_nonsense_is_refused(heard):
    with pytest.raises(InputError, match="head is 'smell'"):
        heard.saliency("smell")
    with pytest.raises(InputError, match="at most 40"):
        heard.saliency("key", duration=100)
    with pytest.raises(InputError, match="nothing after"):
        heard.saliency("key", start=1000)


def test_the_second_opinion_is_named_and_separate():
    song = musicnb.load("demo:starfall", duration=9)
    assert musicnb.analyze(song).second_opinion is None
    made = musicnb.analyze(song, second_opinion=True)
    assert next(iter(made.second_opinion)) == "metal"
    assert len(made.second_opinion) == 50
    assert "musicnn" in made._repr_html_()
