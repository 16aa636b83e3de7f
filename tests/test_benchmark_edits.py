"""What the benchmark of edits measures is what was done to a sound; nothing is timed here."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import edits, sounds, tables

TIMES = np.arange(0.5, 3, 0.5)


def test_attacks_that_are_late_or_gone_are_noticed():
    song, burst = sounds.hits(TIMES, 4)
    late = np.pad(song, ((0, 0), (441, 0)))
    assert sounds.attacks(late, burst, TIMES)["attack_ms"] == 10
    assert sounds.attacks(song, burst, TIMES)["attack_ms"] == 0
    noise = np.random.default_rng(5).normal(size=song.shape) * 0.1
    assert sounds.attacks(noise, burst, TIMES)["attack_kept"] < 0.5


def test_an_echo_before_the_attack_is_noticed():
    song, burst = sounds.hits(TIMES, 4)
    early = song + 0.1 * np.pad(song, ((0, 0), (0, 1000)))[:, 1000:]
    assert sounds.attacks(early, burst, TIMES)["pre_echo_db"] == pytest.approx(-20, abs=2)


@pytest.mark.parametrize("cents", [-30, 0, 5])
def test_a_tone_out_of_tune_is_noticed(cents):
    def method(_):
        frequency = 220 * 2 ** (cents / 1200)
        tone = np.sin(2 * np.pi * frequency * np.arange(4 * sounds.RATE) / sounds.RATE)
        return np.stack([tone, tone])

    assert sounds.cents_off(method, 220, 220) == pytest.approx(cents, abs=0.1)


def test_channels_that_drift_apart_are_noticed():
    left, right = sounds.panned()
    assert sounds.spill_db(np.stack([left, np.roll(right, 3)])) > -25


def test_formants_that_move_are_noticed():
    voice = sounds.vowel(110)
    faster = voice[:, ::2]
    assert sounds.formants(faster)[0] == pytest.approx(2 * sounds.formants(voice)[0], rel=0.1)


def test_the_methods_do_what_they_are_measured_at():
    song, _ = sounds.hits(TIMES, 4)
    for task, length in (("tempo", 4 / edits.TEMPO), ("key", 4), ("swing", 4)):
        for method in edits.METHODS[task].values():
            assert method(song).shape[1] == pytest.approx(length * sounds.RATE, abs=1)


def test_the_report_is_readable_tables(capsys):
    row = {"core_rtf": 0.01, "attack_ms": 0.5}
    tables.show(
        {
            "benchmark": "edits",
            "machine": {"cpu": "c", "cores": 2, "torch": "2", "load_average": [0.0], "utc": "now"},
            "notes": list(edits.NOTES),
            "tempo": {"musicnb": row},
            "key": {"musicnb": row | {"pitch_cents": 18.3}},
            "swing": {"musicnb": row},
        }
    )
    assert "18.3" in capsys.readouterr().out
