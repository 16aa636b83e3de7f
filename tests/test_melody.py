"""Scores: notes in their places, in MIDI files and in sound."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import struct
from pathlib import Path

import librosa
import numpy as np
import pytest

import musicnb
from musicnb.errors import InputError
from musicnb.melody import Note, Part, Score, render, render_parts
from musicnb.melody.instruments import DRUM_KITS, DRUMS, PROGRAMS, program_name
from musicnb.melody.midi import _key, _signature
from musicnb.melody.render import PACKAGED, SOUNDFONT, _font
from musicnb.melody.sampler import play
from musicnb.melody.score import tempo_map
from musicnb.melody.soundfont import SoundFont
from musicnb.recipes.instruments import cut, records, tables

RATE = 44_100
KEYS = [f"{tone} {mode}" for tone in ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb",
        "B") for mode in ("major", "minor")]  # fmt: skip


def band(**changes):
    drums = [Note(beat, 0.25, DRUMS["kick" if beat % 2 else "snare"], 100) for beat in range(8)]
    bass = [Note(2 * bar, 1.9, 33 + bar, 70 + bar) for bar in range(4)]
    piano = [Note(bar * 2 + 0.5, 1, pitch, 60) for bar in range(4) for pitch in (57, 60, 64)]
    parts = (
        Part("drums", "Standard Kit", tuple(drums)),
        Part("bass", "Electric Bass (finger)", tuple(bass), gain=-3.0),
        Part("piano", "Acoustic Grand Piano", tuple(piano), pan=-0.5),
    )
    return Score(parts, **{"tempo": 100.0, "key": "A minor", **changes})


# ---- in notes ------------------------------------------------------------------------------------


def test_a_score_comes_back_from_midi_as_it_was(tmp_path):
    score = band(meter=3)
    score.save(tmp_path / "band.mid")
    again = Score.from_midi(tmp_path / "band.mid")
    assert [part.name for part in again.parts] == ["drums", "bass", "piano"]
    assert again["piano"].notes == score["piano"].notes
    assert again["drums"].is_drums
    assert again["drums"].notes == score["drums"].notes
    assert [n.pitch for n in again["bass"].notes] == [33, 34, 35, 36]
    np.testing.assert_allclose([n.duration for n in again["bass"].notes], 1.9, atol=1e-3)
    assert (again.tempo, again.meter, again.key) == (100.0, 3, "A minor")
    assert again["bass"].gain == pytest.approx(-3, abs=0.2)
    assert again["piano"].pan == pytest.approx(-0.5, abs=0.02)


def test_beats_that_are_not_even_keep_their_times_in_midi(tmp_path):
    times = [0.41, 0.95, 1.50, 2.2, 2.6]
    score = band(tempo_changes=tempo_map(times, 3))
    np.testing.assert_allclose(score.seconds([3, 4, 5, 6, 7]), times, atol=1e-5)
    np.testing.assert_allclose(score.beats(times), [3, 4, 5, 6, 7], atol=1e-4)
    score.to_midi(tmp_path / "uneven.mid")
    again = Score.from_midi(tmp_path / "uneven.mid")
    np.testing.assert_allclose(again.seconds([3, 4, 5, 6, 7]), times, atol=1e-3)


@pytest.mark.parametrize("key", KEYS)
def test_every_key_comes_back_from_midi(key):
    assert _key(*_signature(key)) == key


def test_a_score_comes_back_from_its_dictionary():
    score = band(tempo_changes=((4.0, 90.0),))
    assert Score.from_dict(json.loads(json.dumps(score.to_dict()))) == score


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Note(-1, 1, 60), "onset is -1"),
        (lambda: Note(0, 0, 60), "duration is 0"),
        (lambda: Note(0, 1, 128), "pitch is 128"),
        (lambda: Note(float("nan"), 1, 60), "onset is nan"),
        (lambda: Part("a", "Kazoo"), "there is no instrument 'Kazoo'"),
        (lambda: Score((Part("a", "Flute"), Part("a", "Flute"))), "the parts are named is a, a"),
        (lambda: Score((), tempo=0), "tempo is 0"),
        (lambda: Score((), tempo_changes=((4, 90), (4, 80))), "tempo_changes is"),
        (lambda: Score((Part("a", "Flute", (Note(1e6, 1, 60),)),)), "the duration is"),
        (lambda: render(Score((Part("a", "Flute"),))), "the score has no notes"),
        (lambda: render(band(), 1000), "sample_rate is 1000"),
    ],
)
def test_nonsense_is_refused_with_a_reason(make, words):
    with pytest.raises(InputError, match=words):
        make()


def test_what_is_not_midi_is_refused(tmp_path):
    (tmp_path / "text.mid").write_text("no notes here")
    with pytest.raises(InputError, match="cannot be read as MIDI"):
        Score.from_midi(tmp_path / "text.mid")
    with pytest.raises(InputError, match="cannot be read as MIDI"):
        Score.from_midi(tmp_path / "absent.mid")


def test_a_program_that_does_not_ship_is_played_by_its_neighbour():
    assert [program_name(number, drums=False) for number in (0, 1, 25, 47, 127)] == [
        "Acoustic Grand Piano", "Acoustic Grand Piano", "Acoustic Guitar (steel)", "Cello",
        "Steel Drums",
    ]  # fmt: skip
    assert program_name(127, drums=True) == "Brush Kit"


# ---- in sound ------------------------------------------------------------------------------------


def test_two_renders_have_the_same_samples_whatever_was_played_between():
    first = render(band())
    render(Score((Part("organ", "Drawbar Organ", (Note(0, 3, 72),)),)))
    _font.cache_clear()
    assert np.array_equal(render(band()).samples, first.samples)


def test_the_parts_add_up_to_the_whole():
    parts = render_parts(band())
    assert list(parts) == ["drums", "bass", "piano"]
    total = sum(part.samples for part in parts.values())
    np.testing.assert_allclose(total, render(band()).samples, atol=1e-6)


@pytest.mark.parametrize("program", [*PROGRAMS, *DRUM_KITS])
def test_every_instrument_sounds_at_its_pitch(program):
    drums = program in DRUM_KITS
    note = Note(0, 2, 38 if drums else 45 if "Bass" in program else 69, 90)
    made = render(Score((Part("one", program, (note,)),), tempo=60))
    assert 0.01 < made.peak <= 0.9
    assert np.abs(made.samples[:, -20:]).max() < 0.002  # it has died away, and does not click
    if not drums:
        tones = librosa.feature.chroma_stft(y=made.samples[0], sr=RATE, n_fft=8192, tuning=0)
        tones = tones.mean(axis=1)
        # The third harmonic of a reed or a plucked bass, an E, may be louder than its A.
        assert int(tones.argmax()) in {9, 4}
        assert tones[9] > 0.5 * tones.max()


def test_notes_begin_when_they_should():
    times = np.array([0.3, 0.81, 1.37, 2.0])
    score = band(tempo_changes=tempo_map(times.tolist(), 1))
    hits = tuple(Note(beat, 0.2, DRUMS["closed hat"], 110) for beat in (1, 2, 3, 4))
    score = dataclasses.replace(score, parts=(Part("hat", "Standard Kit", hits),))
    loud = np.abs(render(score).samples).max(axis=0)
    for time in times:
        at = round(time * RATE)
        window = loud[at - 2000 : at + 2000]
        begins = np.flatnonzero(window > 0.1 * window.max())[0] - 2000
        assert abs(begins / RATE) < 0.005


def test_a_note_that_is_struck_harder_is_louder():
    soft, loud = (
        render(Score((Part("one", "Acoustic Grand Piano", (Note(0, 2, 60, velocity),)),)))
        for velocity in (32, 127)
    )
    assert loud.level - soft.level == pytest.approx(40 * np.log10(127 / 32), abs=1)


def test_a_closed_hi_hat_silences_an_open_one():
    opened = Note(0, 1, DRUMS["open hat"], 100)
    closed = Note(0.5, 0.1, DRUMS["closed hat"], 1)
    ringing, choked = (
        render(Score((Part("hat", "Standard Kit", notes),), tempo=60))[0.55:1.0].level
        for notes in ((opened,), (opened, closed))
    )
    assert choked < ringing - 10


def test_what_is_held_goes_on_as_long_as_it_is_held():
    held = render(Score((Part("one", "Drawbar Organ", (Note(0, 20, 60),)),), tempo=60))
    assert abs(held[1:2].level - held[18:19].level) < 3
    assert held[20.5:].level < held[18:19].level - 20


def test_a_crowd_does_not_clip():
    tones = tuple(Note(0, 4, pitch, 127) for pitch in range(40, 90, 2))
    parts = tuple(Part(name, name, tones) for name in ("Brass Section", "Drawbar Organ", "Violin"))
    loud = render(Score(parts, tempo=60))
    assert 0.85 < loud.peak <= 0.9001


def test_pan_and_gain_are_heard():
    left, middle, soft = (
        render(Score((Part("one", "Flute", (Note(0, 2, 72),), gain=gain, pan=pan),)))
        for gain, pan in ((0, -1), (0, 0), (-12, 0))
    )
    assert np.abs(left.samples[1]).max() < 1e-6
    assert musicnb.Audio(left.samples[:1], RATE).level > left.level
    assert middle.level - soft.level == pytest.approx(12, abs=0.01)


def test_a_rendered_score_can_be_replayed(tmp_path):
    made = render_parts(band())["bass"]
    made.save(tmp_path / "bass.flac")
    again = musicnb.replay(tmp_path / "bass.flac")
    assert np.array_equal(again.samples, made.samples)


# ---- the instruments -----------------------------------------------------------------------------


def test_the_soundfont_is_what_its_card_says():
    card = json.loads((PACKAGED / f"{SOUNDFONT}.json").read_text("utf-8"))
    data = (PACKAGED / f"{SOUNDFONT}.sf3").read_bytes()
    assert hashlib.sha256(data).hexdigest() == card["sha256"]
    assert card["programs"] == list(PROGRAMS)
    assert card["drum_kits"] == list(DRUM_KITS)
    third_party = (Path(__file__).parent.parent / "THIRD_PARTY.md").read_text("utf-8")
    assert f"musicnb/sounds/{SOUNDFONT}" in third_party


def test_a_part_of_a_soundfont_refers_to_nothing_that_is_not_in_it():
    data = (PACKAGED / f"{SOUNDFONT}.sf3").read_bytes()
    small = cut(data, [(0, 73), (128, 32)])
    assert len(small) < len(data) / 4
    table = tables(small)
    assert [struct.unpack_from("<HH", head, 20) for head in records(table["phdr"], 38)[:-1]] == [
        (73, 0), (32, 128),
    ]  # fmt: skip
    samples = len(table["shdr"]) // 46 - 1
    named = [value for kind, value in struct.iter_unpack("<HH", table["igen"]) if kind == 53]
    assert set(named) == set(range(samples))
    for head in records(table["shdr"], 46)[:-1]:
        start, stop = struct.unpack_from("<II", head, 20)
        assert table["smpl"][start : start + 4] == b"OggS"
        assert stop <= len(table["smpl"])


def test_a_program_sounds_the_same_through_a_part_of_the_soundfont(tmp_path):
    path = PACKAGED / f"{SOUNDFONT}.sf3"
    (tmp_path / "small.sf3").write_bytes(cut(path.read_bytes(), [(0, 73), (128, 32)]))
    notes = [(step * 0.1, step * 0.1 + 0.09, 35 + 2 * step, 40 + 4 * step) for step in range(20)]
    for number, drums in ((73, False), (32, True)):
        whole, part = (
            play(SoundFont(p), number, notes, RATE, 3 * RATE, drums=drums)
            for p in (path, tmp_path / "small.sf3")
        )
        assert np.abs(whole).max() > 0.02
        assert np.array_equal(whole, part)


def test_a_score_has_a_picture():
    figure = band().picture()
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["drums", "bass", "piano"]
