"""Conversion: the words and the melody stay, the voice changes, and each control does its work."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

import musicnb
from musicnb.audio.audio import Audio
from musicnb.errors import Cancelled, ConsentError, InputError, RecipeError
from musicnb.voices import listen, perform
from musicnb.voices.controls import Controls, suggest_transpose
from musicnb.voices.convert import convert, convert_job
from musicnb.voices.estimate_f0 import estimate_f0
from musicnb.voices.f0 import F0
from musicnb.voices.network import BANDS, ContentNet, DecoderNet
from musicnb.voices.voice import Voice

RATE = 44100


def vowel(
    hz: float, seconds: float = 2.0, formants: tuple[float, ...] = (700, 1200, 2600)
) -> Audio:
    """Return a sung vowel: harmonics through three resonances."""
    time = np.arange(round(seconds * RATE)) / RATE
    curve = hz * 2 ** (0.3 / 12 * np.sin(2 * np.pi * 5 * time))
    phase = 2 * np.pi * np.cumsum(curve) / RATE
    made = np.zeros_like(time)
    for n in range(1, int(5000 / hz)):
        gain = sum(1 / (1 + ((n * hz - f) / 90) ** 2) for f in formants)
        made += (gain + 0.02) / n**0.5 * np.sin(n * phase)
    return Audio(0.2 * made / np.abs(made).max(), RATE)


def small_voice(name: str, seed: int, slope: float) -> Voice:
    """Return a voice with an untrained, narrow decoder: the real chain, in a moment."""
    torch.manual_seed(seed)
    net = DecoderNet(1, width=8)
    with torch.no_grad():
        # Falling from band to band, and the noise well below the pulses.
        falling = -slope * torch.arange(BANDS)
        net.last.weight.mul_(0.1)
        net.last.bias.copy_(torch.cat((falling, falling - 2)))
    about = {
        "name": name,
        "what": "Nobody",
        "licence": "none needed",
        "range_hz": [90, 200],
        "median_hz": 130 if name == "low" else 215,
        "consent": {"kind": "licence", "statement": "It is nobody's, under any licence."},
    }
    return Voice(name, about, net.eval(), net.speaker.weight[0].detach(), torch.rand(50, 64) - 0.5)


LOW, HIGH = small_voice("low", 0, 0.05), small_voice("high", 1, 0.02)


@pytest.fixture(autouse=True)
def _small_network(monkeypatch):
    torch.manual_seed(2)
    net = ContentNet({"en": 4}, width=8).eval()
    monkeypatch.setattr(listen, "content_network", lambda _: net)
    known = {"low": LOW, "high": HIGH}
    for module in ("convert", "recipe"):
        monkeypatch.setattr(f"musicnb.voices.{module}.find_voice", lambda n: known.get(n, n))


@pytest.fixture(scope="module")
def source() -> Audio:
    return vowel(150)


@pytest.fixture
def plain(source):
    return convert(source, "low")


def middle(audio: Audio) -> float:
    return estimate_f0(audio, "swift").median


def tilt(audio: Audio) -> float:
    """Return the middle of the power spectrum, in Hz."""
    power = np.abs(np.fft.rfft(audio.samples[0])) ** 2
    return float((power * np.fft.rfftfreq(audio.frames, 1 / RATE)).sum() / power.sum())


def test_length_and_melody_stay(source, plain):
    assert plain.audio.frames == source.frames
    assert middle(plain.audio) == pytest.approx(150, rel=0.01)
    sung, heard = estimate_f0(source), estimate_f0(plain.audio)
    both = sung.voiced & heard.voiced
    assert np.corrcoef(sung.notes[both], heard.notes[both])[0, 1] > 0.9


@pytest.mark.parametrize("semitones", [-5, 12])
def test_transpose_is_in_semitones(source, semitones):
    made = convert(source, "low", transpose=semitones)
    assert middle(made.audio) == pytest.approx(150 * 2 ** (semitones / 12), rel=0.015)


def test_tempo_and_durations_change_the_length_not_the_pitch(source):
    fast = convert(source, "low", tempo=1.25)
    assert fast.audio.duration == pytest.approx(2 / 1.25, abs=0.02)
    assert middle(fast.audio) == pytest.approx(150, rel=0.01)
    longer = convert(source, "low", durations=((0.5, 1.0, 2.0),))
    assert longer.audio.duration == pytest.approx(2.5, abs=0.02)


def test_formants_move_and_the_pitch_does_not(source, plain):
    small = convert(source, "low", formant_shift=5)
    assert tilt(small.audio) > tilt(plain.audio)
    assert middle(small.audio) == pytest.approx(150, rel=0.01)


def test_loudness_follows_the_source_or_does_not(source):
    fading = Audio(source.samples * np.linspace(0.05, 1, source.frames), RATE)
    follows = convert(fading, "low", source_loudness=1).audio
    flat = convert(fading, "low", source_loudness=0).audio

    def rise(audio: Audio) -> float:
        return audio[1.6:1.9].level - audio[0.2:0.5].level

    assert rise(follows) == pytest.approx(rise(fading), abs=2)
    assert abs(rise(flat)) < 3
    assert rise(convert(fading, "low", dynamics=0.5).audio) < rise(follows) - 3


def test_loudness_within_a_syllable_is_the_voices_own(source):
    def flutter(audio: Audio) -> float:
        """Return the spread of the level, in dB, of 10 ms pieces in the middle."""
        return float(np.std([audio[t : t + 0.01].level for t in np.arange(0.5, 1.5, 0.01)]))

    time = np.arange(source.frames) / RATE
    fluttering = Audio(source.samples * (1 + 0.8 * np.sin(2 * np.pi * 10 * time)), RATE)
    pitch = musicnb.estimate_f0(source)
    assert flutter(fluttering) > 4
    assert flutter(convert(fluttering, "low", f0=pitch).audio) < flutter(fluttering) / 2


def test_a_softer_recording_gives_the_same_voice_softer(source):
    pitch = musicnb.estimate_f0(source)
    loud = convert(source, "low", f0=pitch).audio
    soft = convert(Audio(source.samples * 0.2, RATE), "low", f0=pitch).audio
    difference = loud.samples - 5 * soft.samples
    assert np.abs(difference).max() < 0.05 * np.abs(loud.samples).max()


def test_noise_scale_is_the_gain_of_the_noise(source):
    quiet, loud = (convert(source, "low", noise_scale=x).audio for x in (0, 3))

    def between(audio: Audio) -> float:
        """Return the share of power that lies between the harmonics, in dB."""
        power = np.abs(np.fft.rfft(audio.samples[0] * np.hanning(audio.frames))) ** 2
        hz = np.fft.rfftfreq(audio.frames, 1 / RATE)
        off = np.abs(hz / 150 - np.round(hz / 150)) > 0.3
        return float(10 * np.log10(power[off].sum() / power.sum()))

    assert between(loud) > between(quiet) + 2


def test_what_is_below_the_threshold_is_silent(source):
    soft = Audio(np.concatenate((source.samples, 0.003 * source.samples), axis=1), RATE)
    kept = convert(soft, "low", slicing_threshold=-60).audio
    cut = convert(soft, "low", slicing_threshold=-30).audio
    assert cut[2.5:3.5].level < kept[2.5:3.5].level - 15
    assert cut[0.5:1.5].level == pytest.approx(kept[0.5:1.5].level, abs=1)


def test_voices_mix_and_the_weights_add_up(source, plain):
    alone = convert(source, {"low": 5, "high": 0}).audio
    assert np.allclose(alone.samples, plain.audio.samples, atol=1e-5)
    changing = convert(source, {"low": [1, 0], "high": [0, 1]})
    assert changing.voices == {"low": 0.5, "high": 0.5}
    assert middle(changing.audio) == pytest.approx(150, rel=0.01)


def test_an_edited_curve_is_sung(source):
    curve = estimate_f0(source)
    edited = curve.edited([0.5, 1.5], [200, 200])
    made = convert(source, "low", f0=edited)
    assert middle(made.audio[0.6:1.4]) == pytest.approx(200, rel=0.01)


def test_the_same_seed_sings_the_same(source, plain):
    again = convert(source, "low")
    assert np.array_equal(again.audio.samples, plain.audio.samples)
    other = convert(source, "low", seed=1)
    assert not np.array_equal(other.audio.samples, plain.audio.samples)


def test_a_long_note_has_no_seams(monkeypatch):
    """Blocks of three seconds and one block for all give the same samples."""
    note = vowel(150, 9)
    whole = convert(note, "low").audio.samples
    for module in (listen, perform):
        monkeypatch.setattr(module, "BLOCK", 300)
    assert np.abs(convert(note, "low").audio.samples - whole).max() < 1e-4


@pytest.mark.parametrize("ending", [".wav", ".flac"])
def test_a_saved_conversion_replays_to_the_same_samples(source, tmp_path, ending):
    source.save(tmp_path / "source.wav")
    loaded = musicnb.load(tmp_path / "source.wav")
    curve = estimate_f0(loaded).edited([0.5, 1.0], [200, 230])
    made = convert(
        loaded,
        {"low": [1, 0.3], "high": [0, 0.7]},
        f0=curve,
        seed=3,
        transpose=2,
        durations=((0.5, 1.0, 1.5),),
        protect=0.1,
    )
    path = tmp_path / f"made{ending}"
    made.audio.save(path)
    assert np.array_equal(musicnb.replay(path).samples, made.audio.samples)


def test_methods_for_the_pitch_are_replayed(source, tmp_path):
    source.save(tmp_path / "source.wav")
    made = convert(musicnb.load(tmp_path / "source.wav"), "low", f0=["swift", "crepe"])
    made.audio.save(tmp_path / "made.wav")
    assert np.array_equal(musicnb.replay(tmp_path / "made.wav").samples, made.audio.samples)


def test_a_voice_that_changed_since_is_not_taken_for_the_same(source, tmp_path, monkeypatch):
    source.save(tmp_path / "source.wav")
    made = convert(musicnb.load(tmp_path / "source.wav"), "low")
    made.audio.save(tmp_path / "made.wav")
    monkeypatch.setattr("musicnb.voices.recipe.find_voice", lambda _: HIGH)
    with pytest.raises(RecipeError, match="is not the one that sang"):
        musicnb.replay(tmp_path / "made.wav")


def test_it_can_be_watched_and_cancelled(source):
    seen = []
    job = convert_job(source, "low")
    advance = job.advance
    job.advance = lambda amount: (seen.append(amount), advance(amount))
    made = job.run()
    assert sum(seen) == pytest.approx(source.duration, rel=0.01)
    assert made.audio.frames == source.frames
    stopped = convert_job(source, "low")
    stopped.cancel()
    with pytest.raises(Cancelled, match="Converting was cancelled"):
        stopped.run()


def test_silence_stays_silent():
    made = convert(Audio(np.zeros(RATE), RATE), "low")
    assert made.audio.level < -80


def test_no_consent_no_conversion(source):
    silent = dataclasses.replace(LOW, about=LOW.about | {"consent": {"statement": " "}})
    with pytest.raises(ConsentError, match="agreed to its use"):
        convert(source, silent)


def test_it_says_whose_voice_it_is(plain):
    assert "low" in plain.whose
    assert "licence" in plain.whose


def test_a_low_melody_goes_up_an_octave_for_a_high_voice():
    low = F0(np.full(100, 98.0), np.ones(100), "by hand")
    found = suggest_transpose(low, HIGH)
    assert found.transpose == 12
    assert "octave up" in found.reason
    assert suggest_transpose(low, LOW).transpose == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"voice": "low", "transpose": 30}, "transpose is 30"),
        ({"voice": "low", "tempo": 0}, "tempo is 0"),
        ({"voice": "low", "wobble": 1}, "no setting 'wobble'"),
        ({"voice": {"low": 0}}, "weights cannot be used"),
        ({"voice": "low", "durations": ((2, 1, 1),)}, "a note lasts from 2 to 1 s"),
    ],
)
def test_nonsense_is_refused_in_a_sentence(source, arguments, words):
    with pytest.raises(InputError, match=words):
        convert(source, **arguments)


def test_controls_are_plain_values():
    assert Controls(transpose=3).to_dict()["transpose"] == 3
