"""Effects do what their settings say, measured on what comes out."""

import json
import math

import numpy as np
import pytest
import scipy.signal
import torch
from hypothesis import given
from hypothesis import strategies as st

import musicnb
from musicnb.effects import (
    Band,
    Compressor,
    Delay,
    EffectChain,
    Equalizer,
    Limiter,
    Reverb,
)
from musicnb.effects.modules import ChainModule
from musicnb.errors import InputError, RecipeError

RATE = 44_100
ALL = EffectChain(
    eq=Equalizer(
        (Band("low_shelf", 100, 4), Band("peak", 1000, -6, 2), Band("high_shelf", 8000, 3))
    ),
    compressor=Compressor(-25, 4, 0.005, 0.1),
    delay=Delay(0.3, 0.4, 0.3),
    reverb=Reverb(0.8, 0.3, seed=7),
    limiter=Limiter(-1),
    gain=2,
)


@pytest.fixture(scope="module")
def song():
    return musicnb.load("demo:starfall", offset=8, duration=3)


def tone(frequency, level, seconds=1.0):
    samples = 10 ** (level / 20) * np.sin(2 * np.pi * frequency * np.arange(seconds * RATE) / RATE)
    return musicnb.Audio(samples, RATE)


def decay_time(answer, rate, low, high):
    """RT60 of a band: Schroeder's backward integration, from -5 to -25 dB, over all channels."""
    band = scipy.signal.sosfilt(
        scipy.signal.butter(4, (low, high), "bandpass", fs=rate, output="sos"), answer
    )
    energy = np.cumsum((band**2).sum(0)[::-1])[::-1]
    level = 10 * np.log10(energy / energy[0] + 1e-12)
    first, last = (int(np.argmax(level < db)) for db in (-5, -25))
    return 60 / 20 * (last - first) / rate


# ---- a chain as a whole -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "chain",
    [
        EffectChain(),
        EffectChain(eq=[Band("peak", 1000, 0), Band("high_shelf", 5000, 0)]),
        EffectChain(compressor=Compressor(ratio=1)),
        EffectChain(delay=Delay(mix=0), reverb=Reverb(mix=0)),
        EffectChain(limiter=Limiter(0)),
    ],
)
def test_a_chain_that_is_off_or_at_0_db_changes_nothing(song, chain):
    made = musicnb.apply_effects(song, chain)
    assert np.allclose(made.samples, song.samples, atol=1e-6)


@given(
    channels=st.sampled_from([1, 2, 6]),
    rate=st.sampled_from([8000, 22050, 44100, 96000]),
    frames=st.integers(0, 3000),
)
def test_any_sound_keeps_its_shape_and_stays_finite(channels, rate, frames):
    samples = np.random.default_rng(0).uniform(-1, 1, (channels, frames))
    made = musicnb.apply_effects(musicnb.Audio(samples, rate), ALL)
    assert made.samples.shape == (channels, frames)
    assert made.sample_rate == rate
    # The limiter stands last.
    assert made.peak <= 10 ** (-1 / 20) + 1e-6


def test_the_tail_is_what_the_chain_says(song):
    made = musicnb.apply_effects(song, ALL, tail=True)
    assert made.duration == pytest.approx(song.duration + ALL.tail, abs=1e-3)
    end = made[made.duration - 0.1 :]
    assert end.level < made[song.duration : song.duration + 0.1].level - 40
    short = musicnb.apply_effects(song, ALL)
    # The same sound, as long as the coming end does not matter to the limiter.
    assert np.allclose(made.samples[:, : short.frames - 1000], short.samples[:, :-1000])


def test_a_chain_survives_json_and_may_be_changed(tmp_path):
    path = tmp_path / "chain.json"
    ALL.save(path)
    assert EffectChain.load(path) == ALL
    changed = ALL.replace(reverb={"mix": 0.1}, delay=None, gain=0)
    assert (changed.reverb.mix, changed.reverb.rt60) == (0.1, 0.8)
    assert changed.delay is None
    assert ALL.delay is not None
    assert changed.compressor == ALL.compressor


def test_saved_effects_can_be_made_again(tmp_path):
    song = musicnb.load("demo:starfall", duration=2)
    path = tmp_path / "wet.flac"
    made = musicnb.apply_effects(song, ALL.replace(gain=-6), tail=True)
    made.save(path, subtype="PCM_24")
    again = musicnb.replay(path)
    assert np.array_equal(again.samples, made.samples)
    recipe = made.recipe.to_dict()
    recipe["arguments"]["chain"]["reverb"]["rt60"] = 1e9
    path.with_suffix(".wav.json").write_text(json.dumps(recipe))
    with pytest.raises(RecipeError, match="rt60"):
        musicnb.replay(path.with_suffix(".wav"))


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda: Band("bell", 100, 1), "low_shelf"),
        (lambda: Band("peak", 5, 1), "20 to 20000 Hz"),
        (lambda: Reverb(rt60=0), "0.1 to 10 s"),
        (lambda: Reverb(seed=-1), "whole number"),
        (lambda: Compressor(ratio=math.nan), "1 to 20"),
        (lambda: Delay(mix="much"), "0 to 1"),
        (lambda: EffectChain(gain=99), "-24 to 24"),
        (lambda: EffectChain(eq=5), "bands"),
        (lambda: EffectChain(delay={"tempo": 120}), "time, feedback, mix"),
        (lambda: EffectChain().replace(flanger={}), "eq, compressor"),
        (lambda: EffectChain.from_dict([1]), "dictionary"),
        (lambda: EffectChain.from_dict({"chorus": {}}), "eq, compressor"),
        (lambda: EffectChain.load("nowhere.json"), "EffectChain.save"),
    ],
)
def test_wrong_settings_are_refused_in_one_sentence(make, word):
    with pytest.raises(InputError, match=word):
        make()


def test_a_chain_shows_its_settings_and_pictures():
    shown = ALL._repr_html_()
    for word in ("rt60 0.8 s", "threshold -25 dB", "peak", "data:image/png"):
        assert word in shown
    assert len(shown) < 60_000


# ---- each effect ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["low_shelf", "peak", "high_shelf"])
@pytest.mark.parametrize("gain", [6.0, -12.0])
def test_the_equaliser_gives_what_it_says_at_the_frequency(kind, gain):
    chain = EffectChain(eq=[Band(kind, 1000, gain)])
    at = {"low_shelf": 40, "peak": 1000, "high_shelf": 15_000}[kind]
    for frequency in (at, 1000):
        given_tone = tone(frequency, -20)
        made = musicnb.apply_effects(given_tone, chain)
        heard = made[0.5:1].level - given_tone[0.5:1].level
        assert heard == pytest.approx(chain.frequency_response([frequency])[0], abs=0.02)
    assert chain.frequency_response([at])[0] == pytest.approx(gain, abs=0.1)
    # A shelf has half its gain at its frequency, a peak all of it.
    middle = gain if kind == "peak" else gain / 2
    assert chain.frequency_response([1000])[0] == pytest.approx(middle, abs=1e-6)


def test_a_band_above_half_the_sample_rate_is_left_out(song):
    low = song.resample(8000)
    made = musicnb.apply_effects(low, EffectChain(eq=[Band("peak", 12_000, 12)]))
    assert np.array_equal(made.samples, low.samples)


@pytest.mark.parametrize(("ratio", "knee"), [(2, 0), (4, 0), (4, 12), (20, 6)])
def test_the_compressor_follows_its_static_curve(ratio, knee):
    threshold = -24
    chain = EffectChain(compressor=Compressor(threshold, ratio, 0.001, 0.05, knee))
    for level in (-50, -27, -24, -20, -6):
        square = np.full(RATE, 10 ** (level / 20)) * (-1) ** (np.arange(RATE) // 100)
        made = musicnb.apply_effects(musicnb.Audio(square, RATE), chain)
        heard = 20 * math.log10(made[0.8:0.9].peak)
        over = level - threshold
        if 2 * over < -knee:
            expected = level
        elif 2 * abs(over) <= knee:
            expected = level + (1 / ratio - 1) * (over + knee / 2) ** 2 / (2 * knee or 1)
        else:
            expected = threshold + over / ratio
        assert heard == pytest.approx(expected, abs=0.05), level


def test_attack_and_release_are_time_constants():
    attack, release = 0.02, 0.2
    chain = EffectChain(compressor=Compressor(-20, 4, attack, release, 0))
    level = np.concatenate([np.full(RATE, 0.01), np.full(RATE, 1.0), np.full(RATE, 0.01)])
    made = musicnb.apply_effects(musicnb.Audio(level, RATE), chain).samples[0]
    turned_down = -20 * np.log10(made / level)  # 15 dB in the end
    assert turned_down[2 * RATE - 1] == pytest.approx(15, abs=0.05)
    reached = turned_down[RATE + round(attack * RATE)]
    assert reached == pytest.approx(15 * (1 - math.exp(-1)), abs=0.3)
    left = turned_down[2 * RATE + round(release * RATE)]
    assert left == pytest.approx(15 * math.exp(-1), abs=0.3)


def test_echoes_come_at_their_time_each_softer():
    answer = EffectChain(delay=Delay(0.25, 0.5, 0.4)).impulse_response(RATE).samples[0]
    at = np.flatnonzero(np.abs(answer) > 1e-6)
    assert np.allclose(at[:4] / RATE, [0, 0.25, 0.5, 0.75], atol=1 / RATE)
    assert np.allclose(answer[at[:4]], [0.6, 0.4, 0.2, 0.1], atol=1e-6)


@pytest.mark.parametrize(("rt60", "damping"), [(0.4, 1.0), (1.5, 0.5), (3.0, 0.3)])
def test_the_room_dies_away_in_the_time_asked_for(rt60, damping):
    chain = EffectChain(reverb=Reverb(rt60, mix=1, pre_delay=0.05, damping=damping))
    answer = chain.impulse_response(RATE, channels=8).samples
    assert not answer[:, : round(0.05 * RATE)].any()
    answer = answer[:, round(0.05 * RATE) :]
    assert decay_time(answer, RATE, 350, 700) == pytest.approx(rt60, rel=0.12)
    assert decay_time(answer, RATE, 8000, 15_000) == pytest.approx(rt60 * damping, rel=0.12)
    assert np.allclose((answer**2).sum(1), 1, atol=0.02)


def test_another_seed_is_another_room_of_the_same_time():
    rooms = [Reverb(1, 1, seed=seed) for seed in (0, 1)]
    first, second = (EffectChain(reverb=r).impulse_response(RATE).samples[0] for r in rooms)
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.1
    again = EffectChain(reverb=rooms[0]).impulse_response(RATE).samples[0]
    assert np.array_equal(first, again)


# ---- as torch modules -------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["eq", "compressor", "delay", "reverb", "limiter"])
def test_the_module_sounds_like_the_effect(song, name):
    chain = EffectChain(**{name: getattr(ALL, name)})
    made = ChainModule(chain)(torch.from_numpy(song.samples.copy()), RATE).detach().numpy()
    expected = musicnb.apply_effects(song, chain).samples
    error = np.sqrt(np.mean((made - expected) ** 2)) / np.sqrt(np.mean(expected**2))
    assert error < 3e-3, name


def test_every_parameter_has_a_finite_gradient(song):
    module = ChainModule(ALL.replace(limiter={"ceiling": -12}))
    made = module(torch.from_numpy(song[:1].samples.copy()), RATE)
    made.square().mean().backward()
    gradients = {name: p.grad for name, p in module.named_parameters()}
    # Make-up gain is at the end of its range, where a sigmoid is nearly flat, but not quite.
    assert all(g is not None and torch.isfinite(g) and g != 0 for g in gradients.values())


@pytest.mark.parametrize("silence", [0.0, 1e-12])
def test_gradients_of_silence_are_finite(silence):
    module = ChainModule(ALL)
    module(torch.full((2, 4000), silence), 8000).square().mean().backward()
    assert all(torch.isfinite(p.grad) for p in module.parameters() if p.grad is not None)


def test_the_gradient_of_the_ballistics_is_that_of_finite_differences():
    from musicnb.effects.compressor import Ballistics

    torch.manual_seed(0)
    wanted = (10 * torch.rand(40, dtype=torch.float64)).requires_grad_()
    attack, release = (torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (0.6, 0.9))
    assert torch.autograd.gradcheck(Ballistics.apply, (wanted, attack, release))


def test_a_room_is_the_same_at_every_sample_rate():
    answers = [
        EffectChain(reverb=Reverb(0.6, 1, pre_delay=0)).impulse_response(rate)
        for rate in (48_000, 24_000)
    ]
    low = scipy.signal.butter(4, 4000, fs=24_000, output="sos")
    heard = [scipy.signal.sosfilt(low, a.resample(24_000).samples[0][:9600]) for a in answers]
    assert np.corrcoef(*heard)[0, 1] > 0.99
