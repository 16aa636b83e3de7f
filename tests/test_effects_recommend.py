"""What is heard in a recording, and what is recommended for it."""

import json
import subprocess
import sys

import numpy as np
import pytest
import torch

import musicnb
from musicnb.effects.echoes import FINGERPRINT, find_echo, fingerprint
from musicnb.effects.hear import hear
from musicnb.effects.network import MELS, PARAMETERS, PRESENCE, EffectsNet
from musicnb.effects.profile import CENTRES, distance, measure, targets
from musicnb.errors import InputError
from musicnb.runtime.weights import card


@pytest.fixture(scope="module")
def song():
    return musicnb.load("demo:feelings", offset=10, duration=10)


@pytest.fixture(scope="module")
def guitar():
    return musicnb.load("demo:feelings/guitar", offset=2, duration=8)


# ---- hearing ----------------------------------------------------------------------------------


@pytest.mark.parametrize("time", [0.093, 0.31, 0.62])
@pytest.mark.parametrize("name", ["demo:feelings/guitar", "demo:starfall"])
def test_an_echo_is_found_to_the_millisecond_without_the_dry_sound(name, time):
    part = musicnb.load(name, offset=8, duration=8)
    wet = musicnb.apply_effects(part, {"delay": {"time": time, "feedback": 0.3, "mix": 0.3}})
    found = find_echo(wet.mono().samples[0], wet.sample_rate)
    assert found.time == pytest.approx(time, abs=0.001)
    dry = find_echo(part.mono().samples[0], part.sample_rate)
    assert found.clearness > dry.clearness


def test_the_cepstrum_of_a_longer_room_dies_away_later():
    noise = np.random.default_rng(0).normal(size=22_050 * 8) * 0.1
    dry = musicnb.Audio(noise, 22_050)
    late = []
    for rt60 in (0.4, 2.0):
        wet = musicnb.apply_effects(dry, {"reverb": {"rt60": rt60, "mix": 0.5, "damping": 1}})
        prints = fingerprint(wet.samples[0], 22_050)
        assert prints.shape == (FINGERPRINT,)
        late.append(prints[15])  # around 0.2 s
    assert late[1] > late[0] + 0.3  # 3 dB


def test_a_room_and_an_echo_are_heard_where_they_are(guitar):
    dry = hear(guitar)
    wet = musicnb.apply_effects(guitar, {"reverb": {"rt60": 2, "mix": 0.5}})
    assert hear(wet).presence["reverb"] > max(0.5, dry.presence["reverb"])
    echoing = musicnb.apply_effects(guitar, {"delay": {"time": 0.4, "mix": 0.4}})
    heard = hear(echoing)
    assert heard.presence["delay"] > max(0.5, dry.presence["delay"])
    assert heard.values["delay.time"] == pytest.approx(0.4, abs=0.02)
    assert set(heard.values) == set(PARAMETERS)
    assert all(PARAMETERS[n].low <= v <= PARAMETERS[n].high for n, v in heard.values.items()
               if n != "delay.time")  # fmt: skip


def test_what_is_heard_does_not_depend_on_the_level(guitar):
    loud, soft = hear(guitar), hear(guitar.gain(-30))
    assert loud.presence == pytest.approx(soft.presence, abs=0.02)


def test_the_network_learns_from_a_few_examples():
    torch.manual_seed(0)
    net = EffectsNet(16)
    mel, prints = torch.randn(8, MELS, 200), torch.randn(8, FINGERPRINT)
    there = (prints[:, :4] > 0).float()
    optimizer = torch.optim.Adam(net.parameters(), 0.02)
    losses = []
    for _ in range(60):
        loss = torch.nn.functional.binary_cross_entropy_with_logits(net(mel, prints)[0], there)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.5 * losses[0]


def test_the_card_says_scores_beside_the_mean_and_where_it_fails():
    made = card("effects")
    settings = made["scores"]["held_out"]["parameters"]
    assert set(settings) == set(PARAMETERS)
    assert settings["delay.time"]["within_20_ms"]["mean"] >= 0.8
    assert made["held_out"]
    assert made["fails"]
    assert set(made["scores"]["held_out"]["presence"]) == set(PRESENCE)


# ---- recommending -----------------------------------------------------------------------------


def test_a_dull_song_gets_its_highs_back(song):
    cut = {"eq": [{"kind": "high_shelf", "frequency": 3000, "gain": -15}]}
    dull = musicnb.apply_effects(song, cut)
    advice = musicnb.recommend_effects(dull, "metal")
    assert advice.chain.eq.bands[-1].gain > 2
    assert advice.distance[1] < advice.distance[0]
    (reason,) = (r for r in advice.reasons if r.effect == "eq")
    assert "8000" in reason.words
    assert "weaker" in reason.words
    assert reason.confidence > 0.5


def test_a_whole_piece_gets_the_loudness_of_streaming_and_no_room(song):
    advice = musicnb.recommend_effects(song.gain(-12), "mix")
    assert advice.chain.reverb is None
    assert advice.chain.delay is None
    made = musicnb.apply_effects(song.gain(-12), advice.chain)
    assert made.loudness == pytest.approx(-14, abs=0.7)
    assert made.peak <= 10 ** (-1 / 20) + 1e-6


def test_a_part_keeps_its_loudness_and_a_wet_one_gets_no_more_room(guitar):
    wet = musicnb.apply_effects(guitar, {"reverb": {"rt60": 2.5, "mix": 0.6}}).gain(-6)
    advice = musicnb.recommend_effects(wet, "guitar")
    assert advice.chain.reverb is None
    made = musicnb.apply_effects(wet, advice.chain)
    assert made.loudness == pytest.approx(wet.loudness, abs=0.7)


def test_every_effect_has_a_reason_and_the_chain_can_be_changed(tmp_path, song):
    advice = musicnb.recommend_effects(song)
    assert {"kind", "eq", "compressor", "reverb", "delay", "gain"} == {
        r.effect for r in advice.reasons
    }
    assert all(0 <= r.confidence <= 1 and len(r.words) > 20 for r in advice.reasons)
    assert advice.kind in targets()
    assert json.loads(json.dumps(advice.to_dict()))["kind"] == advice.kind
    assert "confidence" in advice._repr_html_()
    mine = advice.chain.replace(reverb={"rt60": 1.2, "mix": 0.1})
    musicnb.apply_effects(song, mine).save(tmp_path / "mine.flac")
    replayed = musicnb.replay(tmp_path / "mine.flac")
    assert replayed.recipe.arguments["chain"]["reverb"]["rt60"] == 1.2


def test_a_profile_is_what_a_meter_would_say():
    rng = np.random.default_rng(0)
    white = musicnb.Audio(0.1 * rng.normal(size=44_100 * 4), 44_100)
    profile = measure(white)
    # White noise has as much in each hertz: 3 dB more in each octave.
    assert profile.tilt == pytest.approx(3.01, abs=0.2)
    assert profile.dynamics < 3
    assert len(profile.balance) == len(CENTRES)
    assert distance(profile, "mix") > 2


def test_what_cannot_be_judged_is_refused(song):
    with pytest.raises(InputError, match="guitar"):
        musicnb.recommend_effects(song, "kazoo")
    with pytest.raises(InputError, match=r"0\.50 s"):
        musicnb.recommend_effects(song[:0.5])
    with pytest.raises(InputError, match="silent"):
        musicnb.recommend_effects(musicnb.Audio(np.zeros(100_000), 22_050))


def test_the_command_line_recommends(tmp_path):
    command = [sys.executable, "-m", "musicnb.cli", "effects", "recommend", "demo:feelings"]
    options = ["--kind", "metal", "--save-chain", "chain.json", "--json"]
    done = subprocess.run(
        [*command, *options], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["kind"] == "metal"
    assert report["reasons"]
    assert musicnb.EffectChain.load(tmp_path / "chain.json").to_dict() == report["chain"]
