"""The benchmarks' own arithmetic; nothing here is fetched, and nothing timed."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

import musicnb
from benchmarks import bands, four, items, measure, metrics, quality, speed, tables, tags

pytest.importorskip("fast_bss_eval")


@pytest.fixture
def stem():
    return np.random.default_rng(1).normal(size=(2, 44_100))


def test_a_perfect_estimate_scores_very_high(stem):
    assert min(metrics.scores(stem, stem).values()) > 60


@pytest.mark.parametrize("snr", [-5.0, 0.0, 12.0])
def test_noise_of_known_level_scores_its_level(stem, snr):
    noise = np.random.default_rng(2).normal(size=stem.shape)
    noise -= (noise * stem).sum(1, keepdims=True) / (stem**2).sum(1, keepdims=True) * stem
    noise *= np.sqrt((stem**2).sum(1) / (noise**2).sum(1))[:, None] * 10 ** (-snr / 20)
    made = metrics.scores(stem, stem + noise)
    assert made["si_sdr"] == pytest.approx(snr, abs=0.1)
    assert made["plain_sdr"] == pytest.approx(snr, abs=0.1)
    # 512 taps fit a little of the noise: about one part in 86 of its energy.
    assert snr - 0.1 < made["sdr"] < snr + 0.5


def test_what_each_metric_forgives(stem):
    softer = metrics.scores(stem, stem / 2)
    assert softer["plain_sdr"] == pytest.approx(6.02, abs=0.01)
    assert softer["si_sdr"] > 60
    delayed = metrics.scores(stem, np.pad(stem, ((0, 0), (9, 0)))[:, :-9])
    assert delayed["si_sdr"] < 0
    assert delayed["sdr"] > 30


def test_a_stem_without_high_frequencies_is_scored(stem):
    spectrum = np.fft.rfft(stem)
    spectrum[:, 8000:] = 0
    low = np.fft.irfft(spectrum, stem.shape[1])
    made = metrics.scores(low, low + 0.1 * stem)
    assert all(np.isfinite(value) for value in made.values())
    assert made["sdr"] >= made["si_sdr"] - 0.1


def test_a_silent_estimate_scores_a_number(stem):
    made = metrics.scores(stem, np.zeros_like(stem))
    assert made["plain_sdr"] == pytest.approx(0)
    assert all(np.isfinite(value) for value in made.values())


def test_the_interval_holds_the_mean_and_repeats():
    values = list(np.random.default_rng(3).normal(5, 2, 40))
    made = metrics.interval(values)
    assert made["low"] < made["mean"] < made["high"]
    # A normal interval of 40 values: 1.96 standard errors on either side.
    half = 1.96 * np.std(values) / np.sqrt(40)
    assert made["high"] - made["low"] == pytest.approx(2 * half, rel=0.15)
    assert made == metrics.interval(values)


def test_blend_gives_equal_loudness_and_no_clipping():
    rng = np.random.default_rng(4)
    voice, band = rng.normal(size=(2, 2, 2 * items.RATE)) * [[[0.3]], [[0.01]]]
    stems = items.blend(voice.astype(np.float32), band.astype(np.float32))
    assert items._lufs(stems[0]) == pytest.approx(items._lufs(stems[1]), abs=0.01)
    assert np.abs(stems.sum(axis=0)).max() <= items.PEAK + 1e-6


def test_a_voice_in_a_room_keeps_its_length_and_place():
    voice = np.zeros(4000, np.float32)
    voice[100] = 1
    heard = items.room(voice, 8000)
    assert heard.shape == (2, 8000)
    assert np.abs(heard).argmax(axis=1).tolist() == [100, 100]
    assert not np.array_equal(heard[0], heard[1])  # the room is stereo


def test_every_item_has_parts_that_exist_and_says_what_is_real():
    made = items.items()
    assert len({item.name for item in made}) == len(made) >= 24
    for item in made:
        described = item.described()
        assert "real" in described["accompaniment"] or "generated" in described["accompaniment"]
        assert "speech" in described["vocals"]
    assert {items.BANDS[i.band][0] for i in made} | {items.VOICES[i.voice][0] for i in made} == set(
        items.PACKAGES
    )


def test_a_child_is_measured_by_itself():
    big = measure.run([sys.executable, "-c", "x = bytearray(200_000_000); print(len(x))"])
    small = measure.run([sys.executable, "-c", "import os; print(os.environ['OMP_NUM_THREADS'])"])
    assert big.output.strip() == "200000000"
    assert big.peak_rss_mb > 200
    assert small.peak_rss_mb < big.peak_rss_mb - 100
    assert small.output.strip() == str(measure.THREADS)
    with pytest.raises(SystemExit, match="broken"):
        measure.run([sys.executable, "-c", "raise SystemExit('broken')"])


def test_imports_are_reported():
    made = speed.imports(1)
    assert set(made) == {
        "process_s",
        "bare_interpreter_s",
        "import_s",
        "heavy_modules_loaded",
    }
    assert made["heavy_modules_loaded"] == []


def test_a_looped_file_has_the_length(tmp_path):
    import soundfile

    made = soundfile.info(speed.looped(tmp_path / "song", 45.5))
    assert (made.frames, made.samplerate, made.channels) == (45.5 * 44_100, 44_100, 2)


def report_of(rtf, peak, heavy=()):
    row = {"rtf": rtf, "core_rtf": 2 * rtf, "peak_rss_mb": peak, "parameters": 10**6, "wall_s": 1}
    peer = {**row, "rtf": 0.5, "core_rtf": 1.0}
    report = {
        "benchmark": "speed",
        "machine": {"cpu": "c", "cores": 2, "torch": "2", "load_average": [0.0], "utc": "now"},
        "notes": ["a note"],
        "import": {"import_s": 0.1, "heavy_modules_loaded": list(heavy)},
        "steady_state": {"musicnb": row, "htdemucs": peer},
        "command_line": {"30 s": {**row, "rtf": 1.0}, "5 min": row},
    }
    report["ratios"] = speed.ratios(report["steady_state"])
    report["floors"] = speed.floors(report)
    return report


def test_floors_pass_and_fail():
    good = report_of(0.05, 600.0)
    assert all(row["passed"] for row in good["floors"])
    assert good["ratios"]["htdemucs"]["rtf"] == 10
    bad = report_of(0.2, 800.0, heavy=["torch"])
    failed = [row["floor"] for row in bad["floors"] if not row["passed"]]
    assert len(failed) == 1 + 2 + 1 + 2
    assert json.loads(json.dumps(bad)) == bad


def test_reports_are_readable_tables(capsys):
    tables.show(report_of(0.05, 600.0))
    row = {"item": "i", "form": "sung", "method": "m", "sdr": 1.0, "si_sdr": 2.0, "plain_sdr": 3.0}
    made = [row | {"stem": stem} for stem in quality.STEMS]
    tables.show(
        report_of(0.05, 600.0)
        | {"benchmark": "quality", "summary": quality.summary(made)}
        | {"items": [items.items()[0].described()]}
    )
    shown = capsys.readouterr().out
    assert "passed" in shown
    assert "1.0 [1.0, 1.0]" in shown


@pytest.fixture(scope="module")
def four_rows():
    rng = np.random.default_rng(5)
    clicks = np.zeros((2, 4 * 44_100), np.float32)
    for start in range(0, clicks.shape[1], 22_050):
        clicks[:, start : start + 2000] = rng.normal(size=2000) * np.exp(-np.arange(2000) / 300)
    t = np.arange(clicks.shape[1]) / 44_100
    bass, guitar = (
        np.tile(np.sin(2 * np.pi * f * t).astype(np.float32) / 3, (2, 1)) for f in (110, 880)
    )
    whole = bands.Song("toy", "rendered", lambda: {"drums": clicks, "bass": bass, "other": guitar})
    tracks = bands.Song(
        "pair", "real", lambda: {"guitar": guitar, "backing": clicks + bass}, bands.ROLES
    )
    return four.scored(whole) + four.scored(tracks)


def test_turning_a_mixture_down_gains_only_what_forgives_nothing(four_rows):
    made = four.gains(four_rows)["rendered"]["turned_down"]["bass"]
    assert made["plain_sdr"]["mean"] > 2
    assert abs(made["si_sdr"]["mean"]) < 0.01
    assert abs(made["sdr"]["mean"]) < 0.01


def test_clicks_are_percussive_and_a_low_tone_is_bass(four_rows):
    made = four.gains(four_rows)["rendered"]["hpss"]
    assert min(made[stem]["si_sdr"]["mean"] for stem in ("drums", "bass", "other")) > 5
    oracle = four.gains(four_rows)["rendered"]["oracle_mask"]
    assert min(oracle[stem]["si_sdr"]["mean"] for stem in ("drums", "bass", "other")) > 10


def test_a_real_song_is_scored_by_what_there_is_of_truth(four_rows):
    made = four.summary(four_rows)["real"]
    assert set(made) == {"musicnb", "hpss", "mixture", "turned_down", "oracle_mask"}
    assert set(made["musicnb"]) == {"guitar", "backing"}
    # Percussive and low together are the backing: clicks and a low tone.
    assert made["hpss"]["backing"]["si_sdr"]["mean"] > made["mixture"]["backing"]["si_sdr"]["mean"]


def test_the_report_of_four_stems_is_readable(four_rows, capsys):
    cost = report_of(0.1, 700.0)["steady_state"]["musicnb"] | {"load_average": 0.5}
    gains = four.gains(four_rows)
    gains["composed"] = gains["rendered"]
    made = {"summary": four.summary(four_rows), "gains": gains, "cost": cost}
    made["floors"] = four.floors(gains, cost | {"rtf": 0.2})
    report = report_of(0.1, 700.0) | {"benchmark": "quality", "four_stems": made}
    tables.show(report)
    shown = capsys.readouterr().out
    assert "drums SDR" in shown
    assert "turned_down" in shown
    assert [row["floor"] for row in made["floors"]][-2:] == ["RTF <= 0.15", "peak MB <= 900"]
    assert [row["passed"] for row in made["floors"]][-2:] == [False, True]


def test_musicnb_and_musicnn_choose_among_what_both_can_name():
    made = musicnb.analyze(musicnb.load("demo:starfall", duration=10), second_opinion=True)
    ours, theirs = tags.compared("a_electronic_1", "rock", "tense", made)
    assert (ours["method"], theirs["method"]) == ("musicnb", "musicnn")
    # The tagger says metal, which counts as rock. For 'tense' it has no word.
    assert theirs["genre_of_7"] == 1
    assert "mood_of_3" not in ours | theirs
    assert "genre_of_7" not in tags.compared("a", "reggae-ska", "sad", made)[1]
    row = {"method": "musicnn", tags.ELECTRONIC: theirs[tags.ELECTRONIC]}
    rows = [row | {"item": "a_acoustic_1"}]
    rows += [row | {"item": "a_electronic_1", tags.ELECTRONIC: 0.99}]
    rows += [{**each, "method": "musicnb", tags.ELECTRONIC: 0.5} for each in rows]
    assert tags.electronic_auc(rows) == {"musicnb": 0.5, "musicnn": 1.0}


def test_help_says_what_there_is():
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--help"], capture_output=True, text=True, check=True
    )
    assert "speed" in done.stdout
    assert "quality" in done.stdout
