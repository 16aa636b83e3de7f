"""How long a room goes on, heard in recordings."""

import numpy as np
import pytest
import torch

import musicnb
from musicnb.effects.hear import hear
from musicnb.effects.network import PARAMETERS, RATE
from musicnb.effects.reverb import reverberate
from musicnb.effects.rooms import OCTAVES, ROWS, STEPS, RoomNet, agreement, room_place
from musicnb.effects.settings import Reverb
from musicnb.recipes.effect_examples import place
from musicnb.recipes.room_examples import in_room
from musicnb.recipes.rooms import seconds, train
from musicnb.runtime.weights import card


def noise(seed=0, seconds=6):
    return (0.1 * np.random.default_rng(seed).normal(size=RATE * seconds)).astype(np.float32)


@pytest.mark.parametrize("rt60", [0.4, 0.8, 1.6, 2.8])
def test_how_long_a_room_goes_on_is_heard_without_the_dry_sound(rt60):
    piece = musicnb.load("demo:starfall", offset=2, duration=12)
    wet = musicnb.apply_effects(piece, {"reverb": {"rt60": rt60, "mix": 0.45, "seed": 5}})
    assert hear(wet).values["reverb.rt60"] == pytest.approx(rt60, rel=0.35)


def test_the_room_of_a_short_sound_is_not_taken_for_a_long_one():
    part = musicnb.load("demo:starfall", offset=2, duration=2.5)
    wet = musicnb.apply_effects(part, {"reverb": {"rt60": 0.9, "mix": 0.45, "seed": 5}})
    assert hear(wet).values["reverb.rt60"] == pytest.approx(0.9, rel=0.35)


def test_moments_agree_for_as_long_as_the_room_goes_on():
    late = {}
    for rt60 in (0.4, 2.0):
        settings = Reverb(rt60, 0.5, damping=1)
        wet = reverberate(noise()[None].astype(np.float64), settings, RATE)[0]
        shown = agreement(wet, RATE)
        assert shown.shape == (ROWS, STEPS)
        late[rt60] = shown[2 * OCTAVES : 3 * OCTAVES, 14].mean()  # around 0.17 s
    dry = agreement(noise(), RATE)[2 * OCTAVES : 3 * OCTAVES, 14].mean()
    assert late[2.0] > 0.3 > late[0.4]
    assert abs(dry) < 0.1


def test_silent_moments_tell_nothing():
    settings = Reverb(1.0, 0.5)
    wet = reverberate(noise()[None].astype(np.float64), settings, RATE)[0]
    wet[RATE * 3 :] = 0
    shown = agreement(wet, RATE)
    assert np.isfinite(shown).all()
    assert shown[2 * OCTAVES : 3 * OCTAVES, 8].mean() > 0.2


def test_an_excerpt_that_is_surer_counts_for_more():
    class Told(RoomNet):
        def forward(self, measured):
            assert len(measured) == 2
            return torch.tensor([0.2, 0.8]), torch.tensor([-3.0, 1.0])

    parts = [noise(0), noise(1)]
    assert room_place(parts, Told(8)) == pytest.approx(0.21, abs=0.01)


def test_the_network_learns_which_room_is_longer():
    rng = np.random.default_rng(0)
    wanted = rng.uniform(0, 1, 128).astype(np.float32)
    steps = np.linspace(0, 1, STEPS)
    measured = (steps < wanted[:, None])[:, None] + 0.1 * rng.normal(size=(128, ROWS, STEPS))
    net = train(torch.from_numpy(measured.astype(np.float32)), torch.from_numpy(wanted), 40, 0)
    with torch.inference_mode():
        found, _ = net(torch.from_numpy(measured.astype(np.float32)))
    error = (seconds(found) - seconds(torch.from_numpy(wanted))).abs().mean()
    assert float(error) < 0.15


def test_the_recipe_makes_the_same_rooms_as_the_effect():
    # The noise is another, so the sound is; how it dies away is the same.
    click = np.zeros(RATE * 2, np.float32)
    click[0] = 1
    settings = Reverb(0.9, 0.5, pre_delay=0.02, damping=0.4)
    real = reverberate(click[None].astype(np.float64), settings, RATE)[0]
    made = in_room(click, settings)
    for wet in (real, made):
        assert wet[0] == pytest.approx(0.5)
        assert not np.abs(wet[1 : round(0.02 * RATE)]).max() > 1e-3
    parts = [
        np.square(np.stack([real, made])[:, a : a + 2205]).sum(1) for a in range(800, 19_000, 2205)
    ]
    decibels = 10 * np.log10(np.array(parts))
    assert decibels[:, 0] == pytest.approx(decibels[:, 1], abs=1.5)


def test_rt60_is_heard_within_a_quarter_of_a_second_on_held_out_sounds():
    scores = card("effects")["scores"]["held_out"]["parameters"]["reverb.rt60"]
    assert scores["mae"]["mean"] <= 0.25
    assert scores["mae"]["mean"] < 0.5 * scores["mae_of_the_mean"]
    assert place(PARAMETERS["reverb.rt60"], 3.0) == 1.0
    assert card("rooms")["held_out"] == card("effects")["held_out"]
