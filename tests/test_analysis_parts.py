"""The parts of the analysis: features, network, beats, measures, checkpoint reader, command."""

from __future__ import annotations

import json
import struct

import mir_eval
import numpy as np
import pytest
import torch

from musicnb.analysis.analyze import KEYS, TEMPI
from musicnb.analysis.beats import find_beats, find_downbeats
from musicnb.analysis.features import PITCH_LOW, SAMPLE_RATE, pitch_frequencies, views
from musicnb.analysis.listen import calibrated
from musicnb.analysis.network import AnalysisNet, TempoHead, tempo_of_class
from musicnb.cli.app import app
from musicnb.recipes.analysis_scores import answers, calibrate
from musicnb.recipes.checkpoint import read_checkpoint
from musicnb.recipes.measures import (
    beat_f,
    calibration_error,
    key_score,
    reliability,
    tempo_right,
)
from musicnb.runtime.weights import card, find


def sine(frequency, seconds=3.0):
    t = torch.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return 0.5 * torch.sin(2 * torch.pi * frequency * t)


# ---- features ------------------------------------------------------------------------------


@pytest.mark.parametrize("frequency", [110.0, 440.0, 1760.0])
def test_a_tone_peaks_in_its_own_band_of_the_pitch_view(frequency):
    _, pitch = views(sine(frequency))
    peak = int(pitch[7].argmax())
    assert pitch_frequencies()[peak] == pytest.approx(frequency, rel=2 ** (1 / 36) - 1 + 1e-6)


def test_the_middle_band_of_three_is_the_note():
    assert pitch_frequencies()[1] == pytest.approx(PITCH_LOW)


def test_a_click_is_in_its_frame_of_the_rhythm_view():
    samples = torch.zeros(2 * SAMPLE_RATE)
    samples[SAMPLE_RATE : SAMPLE_RATE + 20] = 0.9
    rhythm, _ = views(samples)
    assert abs(int(rhythm.sum(dim=1).argmax()) - 50) <= 1


# ---- network -------------------------------------------------------------------------------


def test_the_key_turns_with_the_sound_whatever_the_weights():
    torch.manual_seed(0)
    net = AnalysisNet(width=8, channels=4).eval()
    pitch = torch.zeros(1, 50, 216)
    pitch[:, :, 90:130] = torch.rand(1, 1, 40)
    with torch.inference_mode():
        before = net(torch.zeros(1, 500, 84), pitch)["key"][0]
        after = net(torch.zeros(1, 500, 84), torch.roll(pitch, 15, dims=2))["key"][0]
    for mode in (slice(0, 12), slice(12, 24)):
        # Not exactly: the ends of the axis stay where they are.
        both = torch.stack((torch.roll(before[mode], 5), after[mode]))
        assert float(torch.corrcoef(both)[0, 1]) > 0.95


def test_self_similarity_peaks_at_the_period():
    curve = torch.zeros(1, 1, 1000)
    curve[..., ::25] = 1  # 120 a minute
    alike = TempoHead.self_similarity(curve)[0, 10, 1]  # after one beat
    assert float(tempo_of_class(int(alike.argmax()))) == pytest.approx(120, rel=0.02)


def test_the_shipped_weights_fit_the_network_and_their_card():
    made = card("analysis")
    heads = {"tempo", "key", "genre", "mood", "meter"}
    assert set(made["temperatures"]) == set(made["slips"]) == heads
    assert made["parameters"] == sum(p.numel() for p in AnalysisNet().parameters())
    assert set(made["reliability"]) == set(made["calibration_error"])
    assert made["held_out_pieces"]
    assert find("analysis").stat().st_size < 20_000_000


# ---- beats ---------------------------------------------------------------------------------


def curve_of(frames, length, height=0.9):
    curve = np.full(length, 0.02, np.float32)
    curve[frames] = height
    return curve


def test_a_missing_beat_is_filled_in():
    frames = np.arange(10, 1000, 30)
    heard = np.delete(frames, [7, 15, 16])
    found = find_beats(curve_of(heard, 1000))
    assert len(found) == len(frames)
    assert np.allclose(found, frames / 50, atol=0.05)


def test_a_stray_peak_is_no_beat():
    frames = np.arange(10, 1000, 30)
    found = find_beats(curve_of(np.append(frames, [205, 476]), 1000))
    assert np.allclose(found, frames / 50, atol=0.05)


def test_a_drifting_pulse_is_followed():
    times = np.cumsum(np.linspace(0.4, 0.6, 40))
    frames = np.round(times * 50).astype(int)
    found = find_beats(curve_of(frames, frames[-1] + 50))
    assert beat_f(times, found, 0.0) > 0.95


def test_nothing_gives_no_beats():
    assert len(find_beats(np.full(1000, 0.01, np.float32))) == 0
    assert len(find_beats(np.zeros(0, np.float32))) == 0


@pytest.mark.parametrize("meter", [2, 3, 4])
def test_bars_are_counted(meter):
    beats = np.arange(1, 25, 0.5)
    curve = np.full(1300, 0.03, np.float32)
    curve[np.round(beats[1::meter] * 50).astype(int)] = 0.97
    first, shares = find_downbeats(beats, curve)
    assert list(np.flatnonzero(first)) == list(range(1, len(beats), meter))
    assert max(shares, key=shares.get) == meter


# ---- measures ------------------------------------------------------------------------------


def test_beat_f_is_that_of_mir_eval():
    rng = np.random.default_rng(0)
    for _ in range(50):
        truth = np.cumsum(rng.uniform(0.3, 0.7, 60))
        found = np.sort(
            np.delete(truth, rng.integers(0, 60, 9)) + rng.normal(0, 0.05, 51)[:0].sum()
        )
        found = np.sort(np.append(found + rng.normal(0, 0.04, len(found)), rng.uniform(0, 30, 5)))
        trimmed = [mir_eval.beat.trim_beats(b) for b in (truth, found)]
        assert beat_f(truth, found) == pytest.approx(mir_eval.beat.f_measure(*trimmed), abs=0.02)


def test_the_key_score_is_that_of_mir_eval():
    for truth in range(24):
        for found in range(24):
            expected = mir_eval.key.weighted_score(KEYS[truth], KEYS[found])
            # mir_eval gives a fifth above 0.5 and a fifth below nothing; MIREX gives both 0.5.
            if (found - truth) % 12 != 5 or found // 12 != truth // 12:
                assert key_score(truth, found) == pytest.approx(expected)


def test_tempo_and_key_scores():
    assert tempo_right(100, 103.9)
    assert not tempo_right(100, 105)
    assert tempo_right(100, 201, octaves=True)
    assert tempo_right(100, 33, octaves=True)
    assert key_score(21, 0) == 0.3  # A minor for C major
    assert key_score(12, 0) == 0.2


def test_a_temperature_and_a_slip_are_found_again():
    rng = np.random.default_rng(4)
    sizes = {"tempo": len(TEMPI), "key": 24, "genre": 10, "mood": 4, "meter": 3}
    rows = []
    for _ in range(1500):
        logits = {head: rng.normal(0, 4, size) for head, size in sizes.items()}
        truth = {}
        for head, values in logits.items():
            shares = np.exp(values / 2)
            shares = 0.8 * shares / shares.sum() + 0.2 / len(shares)
            truth[head] = int(rng.choice(len(shares), p=shares))
        truth["tempo"] = float(TEMPI[truth["tempo"]])
        rows.append({"logits": logits, "truth": truth, "beats": np.zeros(0)})
    temperatures, slips = calibrate(rows)
    for head in ("key", "genre", "mood"):  # three meters tell little of either by itself
        assert temperatures[head] == pytest.approx(2, rel=0.25)
        assert slips[head] == pytest.approx(0.2, abs=0.07)
    told = [answers(row, temperatures, slips)["mood"] for row in rows]
    assert calibration_error(reliability(*map(np.array, zip(*told, strict=True)))) < 0.04


def test_calibrated_probabilities_are_those_of_the_recipe():
    logits = torch.randn(5, 4, generator=torch.Generator().manual_seed(2)) * 3
    made = card("analysis")
    shares = calibrated("mood", logits)
    assert np.allclose(shares.sum(axis=1), 1)
    scaled = np.exp(logits.numpy() / made["temperatures"]["mood"])
    scaled /= scaled.sum(axis=1, keepdims=True)
    slip = made["slips"]["mood"]
    assert np.allclose(shares, (1 - slip) * scaled + slip / 4, atol=1e-6)


def test_calibration_error_of_answers_that_know_themselves_is_small():
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.2, 1, 20_000)
    right = rng.uniform(size=20_000) < confidence
    assert calibration_error(reliability(confidence, right)) < 0.02
    assert calibration_error(reliability(np.ones(100), np.arange(100) < 60)) == 0.4


# ---- checkpoint ----------------------------------------------------------------------------


def test_a_file_that_is_no_checkpoint_is_refused(tmp_path):
    (tmp_path / "x.index").write_bytes(bytes(100))
    (tmp_path / "x.data-00000-of-00001").write_bytes(b"")
    with pytest.raises(ValueError, match="not the index"):
        read_checkpoint(str(tmp_path / "x"))


def test_an_array_is_read_from_a_checkpoint(tmp_path):
    """A table with one block, made by hand as the format says."""

    def field(number, kind, payload):
        return bytes([number << 3 | kind]) + payload

    shape = field(2, 2, bytes([2]) + field(1, 0, bytes([3])))  # one dimension, of 3
    entry = field(1, 0, b"\1") + field(2, 2, bytes([len(shape)]) + shape) + field(5, 0, bytes([12]))

    def block(key, value):
        body = bytes([0, len(key), len(value)]) + key + value
        return body + struct.pack("<II", 0, 1)

    data = block(b"dense/bias", entry)
    index = block(b"e", bytes([0, len(data)]))
    at = len(data) + 5
    footer = bytes([0, 0, at, len(index)]).ljust(40, b"\0") + struct.pack("<Q", 0xDB4775248B80FB57)
    (tmp_path / "x.index").write_bytes(data + bytes(5) + index + bytes(5) + footer)
    (tmp_path / "x.data-00000-of-00001").write_bytes(np.array([1, 2, 3], "<f4").tobytes())
    made = read_checkpoint(str(tmp_path / "x"))
    assert list(made["dense/bias"]) == [1, 2, 3]


# ---- command -------------------------------------------------------------------------------


def test_the_command_prints_one_json_document():
    from typer.testing import CliRunner

    made = CliRunner().invoke(app, ["analyze", "demo:glasswork", "--json"])
    assert made.exit_code == 0
    (song,) = json.loads(made.stdout)["songs"]
    assert song["source"] == "demo:glasswork"
    assert song["beats"]
    assert {"value", "confidence", "runner_up", "octave"} <= set(song["tempo"])
