"""Stems that are asked for: they add up, and nothing else is computed."""

from __future__ import annotations

import json

import numpy as np
import pytest
import soundfile
import torch
from typer.testing import CliRunner

import musicnb
from musicnb.cli.app import app
from musicnb.errors import InputError
from musicnb.stems import metrics
from musicnb.stems.bandnet import BANDS, BINS, to_bands, to_bins

FOUR = ("vocals", "drums", "bass", "other")
MINUS_60_DB = 10 ** (-60 / 20)


@pytest.fixture(scope="module")
def song():
    return musicnb.load("demo:starfall")[8:14]


@pytest.fixture(scope="module")
def stems(song):
    return musicnb.separate(song, stems=FOUR)


def test_four_stems_add_up_to_the_song(song, stems):
    assert tuple(stems) == FOUR
    assert np.abs(stems.mixture.samples - song.samples).max() < MINUS_60_DB
    assert np.abs(stems.residual.samples).max() < MINUS_60_DB


def test_drums_bass_and_other_are_the_accompaniment(song, stems):
    two = musicnb.separate(song)
    total = sum(stems[name].samples for name in FOUR[1:])
    assert np.abs(total - two["accompaniment"].samples).max() < 1e-4
    assert np.array_equal(stems["vocals"].samples, two["vocals"].samples)


def test_what_is_not_asked_for_is_in_the_residual(song, stems):
    bass = musicnb.separate(song, stems=["bass"])
    assert list(bass) == ["bass"]
    assert np.allclose(bass["bass"].samples, stems["bass"].samples, atol=1e-6)
    assert np.abs(bass.mixture.samples - song.samples).max() < MINUS_60_DB


def test_two_stems_need_no_third_network(song, monkeypatch):
    def never(_):
        pytest.fail("the network for drums, bass and other was loaded")

    monkeypatch.setattr("musicnb.stems.masks.band_network", never)
    assert list(musicnb.separate(song, stems=("accompaniment",))) == ["accompaniment"]


@pytest.mark.parametrize("part", ["drums", "bass", "other"])
def test_each_part_is_nearer_to_the_truth_than_the_song_is(part):
    true = {n: musicnb.load(f"demo:glasswork/{n}")[6:18] for n in ("drums", "bass")}
    mixture = musicnb.load("demo:glasswork")[6:18]
    true["other"] = musicnb.Audio(
        mixture.samples - true["drums"].samples - true["bass"].samples, mixture.sample_rate
    )
    found = musicnb.separate(mixture, stems=[part])[part].samples
    # Turned down, the song itself would gain SDR; SI-SDR it would not.
    for measure in (metrics.sdr, metrics.si_sdr):
        gain = measure(found, true[part].samples) - measure(mixture.samples, true[part].samples)
        assert gain > 1


@pytest.mark.parametrize("names", [(), ("piano",), ("drums", "accompaniment"), "dru"])
def test_stems_that_there_are_not_are_refused(song, names):
    with pytest.raises(InputError, match="some of vocals"):
        musicnb.separate(song, stems=names)


def test_a_part_is_replayed(song, tmp_path):
    drums = musicnb.separate(musicnb.load("demo:starfall", duration=4), stems=("drums",))["drums"]
    drums.save(tmp_path / "drums.flac")
    again = musicnb.replay(tmp_path / "drums.flac")
    assert np.abs(again.samples - drums.samples).max() < 1e-4


def test_the_command_line_writes_what_is_asked_for(song, tmp_path):
    song[:3].save(tmp_path / "song.wav")
    command = [
        "separate",
        tmp_path / "song.wav",
        "-o",
        tmp_path,
        "--stems",
        "drums, bass",
        "--json",
    ]
    done = CliRunner().invoke(app, [str(each) for each in command])
    assert done.exit_code == 0, done.output
    (made,) = json.loads(done.stdout)["songs"]
    assert [file["stem"] for file in made["files"]] == ["drums", "bass", "residual"]
    total = sum(soundfile.read(file["path"])[0] for file in made["files"])
    assert np.abs(total.T - song[:3].samples).max() < MINUS_60_DB


def test_bands_keep_what_is_even_and_bins_get_it_back():
    even = torch.full((BANDS, 3), 0.3)
    assert torch.allclose(to_bins(even), torch.full((BINS, 3), 0.3))
    power = torch.rand(2, BINS, 4)
    assert torch.equal(to_bands(power)[:, :60], power[:, :60])
    assert torch.allclose(to_bands(torch.ones(BINS, 1)), torch.ones(BANDS, 1))
