"""A hummed tune: its notes are found, and an instrument plays them."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest
from typer.testing import CliRunner

import musicnb
from musicnb.audio.audio import Audio
from musicnb.cli.app import app
from musicnb.errors import Cancelled, InputError
from musicnb.melody import Score
from musicnb.remix.hum import heard_bpm, hum, hum_job
from musicnb.voices.estimate_f0 import estimate_f0
from musicnb.voices.notes import sung_notes

RATE = 22_050
#: Seconds, and MIDI pitches: the last three on one pitch.
TUNE = ((0.5, 57), (0.5, 59), (0.75, 60), (0.5, 64), (0.5, 64), (0.5, 64))
ONSETS = np.cumsum([0, *(length for length, _ in TUNE[:-1])])


def sung(cents: float = 0, gap: float = 0.06, *, loud: tuple[float, ...] = (1.0,) * 6) -> Audio:
    """Return the tune on a vowel with vibrato; between notes a soft, voiced consonant."""
    pitch, gain, bright = [], [], []
    for (length, note), level in zip(TUNE, loud, strict=True):
        frames, closed = round(length * RATE), round(gap * RATE)
        time = np.arange(frames) / RATE
        pitch.append(note + cents / 100 + 0.25 * np.sin(2 * np.pi * 5.5 * time))
        gain.append(np.full(frames, level))
        # The consonant ends the syllable: the low harmonics go on, the others nearly stop.
        bright.append(np.where(np.arange(frames) < frames - closed, 1.0, 0.05))
    smooth = np.hanning(round(0.02 * RATE))
    smooth /= smooth.sum()
    bright, gain = (np.convolve(np.concatenate(x), smooth, "same") for x in (bright, gain))
    hz = 440 * 2 ** ((np.concatenate(pitch) - 69) / 12)
    phase = 2 * np.pi * np.cumsum(hz) / RATE
    made = sum(np.sin(n * phase) * (1 if n < 3 else bright) / n for n in range(1, 13))
    return Audio(0.15 * gain * made, RATE)


@pytest.fixture(scope="module")
def plain():
    return hum(sung(), "Clarinet")


def test_every_note_is_found_even_those_on_one_pitch():
    found = sung_notes(sung())
    assert [round(note.pitch) for note in found] == [pitch for _, pitch in TUNE]
    assert np.abs(np.array([note.onset for note in found]) - ONSETS).max() < 0.05
    assert all(a.offset <= b.onset for a, b in pairwise(found))


def test_vibrato_is_one_note_and_a_smooth_change_of_pitch_two():
    time = np.arange(2 * RATE) / RATE
    trembling = 60 + 0.8 * np.sin(2 * np.pi * 6 * time)
    two = np.where(time < 1, 60, 62).astype(float)
    for pitch, count in ((trembling, 1), (two, 2)):
        phase = 2 * np.pi * np.cumsum(440 * 2 ** ((pitch - 69) / 12)) / RATE
        tone = Audio(0.1 * sum(np.sin(n * phase) / n for n in range(1, 9)), RATE)
        assert len(sung_notes(tone)) == count


def test_the_instrument_plays_the_same_notes(plain):
    again = estimate_f0(plain.audio)
    for note in plain.score["tune"].notes:
        at = float(plain.score.seconds(note.onset))
        heard = again.notes[round((at + 0.15) * 100) : round((at + 0.35) * 100)]
        assert np.nanmedian(heard) == pytest.approx(note.pitch, abs=0.3)
    assert plain.audio.channels == 2
    assert plain.instrument == "Clarinet"


def test_a_singer_who_is_flat_throughout_is_understood():
    flat = hum(sung(-40))
    assert flat.tuning == pytest.approx(-40, abs=8)
    assert [note.pitch for note in flat.score["tune"].notes] == [pitch for _, pitch in TUNE]


def test_louder_is_played_louder():
    made = hum(sung(loud=(1, 0.25, 0.5, 1, 1, 1)))
    hard = [note.velocity for note in made.score["tune"].notes]
    assert hard[1] < hard[2] < hard[3]


def test_transpose_key_and_tempo(plain):
    high = hum(sung(), transpose=12).score["tune"].notes
    assert [note.pitch for note in high] == [pitch + 12 for _, pitch in TUNE]
    # A flat major has neither A, B nor E: each goes to a neighbour.
    drawn = hum(sung(), key="Ab major").score["tune"].notes
    assert {note.pitch % 12 for note in drawn} <= {8, 10, 0, 1, 3, 5, 7}
    fast = hum(sung(), "Clarinet", tempo=2.0)
    assert fast.score.duration == pytest.approx(plain.score.duration / 2, rel=0.01)


def test_a_grid_moves_onsets_to_its_lines():
    made = hum(sung(), grid=0.5, bpm=60)
    onsets = [note.onset for note in made.score["tune"].notes]
    assert onsets[:3] == [0, 0.5, 1]
    assert all((2 * onset) % 1 == 0 for onset in onsets)
    assert len(set(onsets)) == len(TUNE)


def test_the_tempo_is_heard_from_the_onsets():
    rng = np.random.default_rng(0)
    beats = np.cumsum(rng.choice([0.5, 1, 1.5], 24))
    onsets = beats * 60 / 92 + rng.normal(0, 0.015, 24)
    assert heard_bpm(onsets, 0.5) == pytest.approx(92, abs=1)


def test_saved_and_replayed(tmp_path, monkeypatch):
    sung().save(tmp_path / "hum.wav")
    monkeypatch.chdir(tmp_path)
    made = hum(musicnb.load("hum.wav"), "Violin", transpose=2)
    made.save("violin.flac")
    made.save("violin.mid")
    again = musicnb.replay("violin.flac")
    assert np.array_equal(again.samples, made.audio.samples)
    notes = Score.from_midi("violin.mid").parts[0].notes
    assert [note.pitch for note in notes] == [pitch + 2 for _, pitch in TUNE]


def test_an_edited_curve_is_played():
    source = sung()
    edited = estimate_f0(source).edited([0.05, 0.4], [330.0, 330.0])
    assert hum(source, f0=edited).score["tune"].notes[0].pitch == 64


def test_the_picture_shows_both(plain):
    axes = plain.picture().axes[0]
    assert len(axes.collections[0].get_paths()) == len(TUNE)
    assert axes.get_xlabel() == "time (s)"


def test_it_can_be_cancelled():
    job = hum_job(sung())
    job.cancel()
    with pytest.raises(Cancelled):
        job.run()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"instrument": "Kazoo"}, "no instrument 'Kazoo'"),
        ({"instrument": "Jazz Kit"}, "no instrument 'Jazz Kit'"),
        ({"transpose": 30}, "transpose is 30"),
        ({"transpose": 0.5}, "transpose is 0.5"),
        ({"grid": 0}, "grid is 0"),
        ({"bpm": 1000}, "bpm is 1000"),
        ({"tempo": 9}, "tempo is 9"),
        ({"key": "H"}, "the key is 'H'"),
    ],
)
def test_nonsense_is_refused_in_a_sentence(arguments, words):
    with pytest.raises(InputError, match=words):
        hum(sung(), **arguments)


def test_silence_has_no_tune():
    with pytest.raises(InputError, match="no note is heard"):
        hum(Audio(np.zeros(RATE), RATE))


def test_the_command_writes_sound_midi_and_picture(tmp_path):
    sung().save(tmp_path / "hum.wav")
    command = ["hum", str(tmp_path / "hum.wav"), "-o", str(tmp_path / "out.ogg"), "--json"]
    command += ["--instrument", "Cello", "--transpose", "-12", "--midi", str(tmp_path / "out.mid")]
    command += ["--picture", str(tmp_path / "out.png")]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert [note["pitch"] for note in report["notes"]] == [pitch - 12 for _, pitch in TUNE]
    assert [file["path"] for file in report["files"]] == [
        str(tmp_path / f"out.{ending}") for ending in ("ogg", "mid", "png")
    ]
    assert all((tmp_path / f"out.{ending}").stat().st_size for ending in ("ogg", "mid", "png"))
