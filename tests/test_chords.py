"""Chords: what a user gets of them, and what the recipe measures them by."""

from __future__ import annotations

import itertools
import json

import mir_eval
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import musicnb
from musicnb.analysis.chord_network import CLASSES, NONE, ChordNet
from musicnb.analysis.chords import (
    BEATS_AT_ONCE,
    EITHER,
    Chord,
    Settings,
    beat_views,
    decode,
    emissions,
    grid,
    spelling,
)
from musicnb.analysis.listen import STEP_S
from musicnb.cli.app import app
from musicnb.recipes.chord_scores import (
    GLASSWORK,
    chord_class,
    recall,
    said,
    template_emissions,
    true_chords,
)
from musicnb.recipes.styles import Style
from musicnb.runtime.weights import card

RATE = 22_050
TRIADS = {"": (0, 4, 7), "m": (0, 3, 7)}


def tone(pitch, length):
    t = np.arange(round(length * RATE)) / RATE
    partials = [
        np.sin(2 * np.pi * 440 * 2 ** ((pitch - 69) / 12) * k * t) / k**1.5 for k in range(1, 7)
    ]
    return np.sum(partials, axis=0) * np.exp(-2 * t) * np.minimum(t * 200, 1)


def song(steps, transpose=0, bpm=100, bars=8):
    """One chord a bar, struck on each of four beats, with its root in the bass."""
    beat = 60 / bpm
    out = np.zeros(round((bars * 4 * beat + 1) * RATE))
    for bar in range(bars):
        root, suffix = steps[bar % len(steps)]
        for b in range(4):
            at = round((bar * 4 + b) * beat * RATE)
            pitches = [60 + transpose + root + t for t in TRIADS[suffix]]
            pitches += [36 + transpose + root] if b == 0 else []
            for pitch in pitches:
                sound = tone(pitch, beat) * (0.3 if b == 0 else 0.2)
                out[at : at + len(sound)] += sound
    return musicnb.Audio(out / np.abs(out).max() * 0.8, RATE)


POP = ((0, ""), (9, "m"), (5, ""), (7, ""))


def names_in_bars(made, bars=8, length=2.4):
    """Return the chord that fills most of each bar."""
    found = []
    for bar in range(bars):
        a, b = bar * length, (bar + 1) * length
        inside = {c: min(b, c.end) - max(a, c.start) for c in made.chords}
        found.append(max(inside, key=inside.get).name)
    return found


@pytest.fixture(scope="module")
def heard():
    return musicnb.analyze(song(POP))


# ---- what a user gets ----------------------------------------------------------------------


def test_the_chords_that_were_played_are_found(heard):
    assert names_in_bars(heard) == ["C", "Am", "F", "G"] * 2


def test_chords_change_on_beats_and_follow_one_another_without_gaps(heard):
    chords = heard.chords
    assert chords[0].start == 0
    assert chords[-1].end == pytest.approx(heard.duration)
    for one, two in itertools.pairwise(chords):
        assert one.end == two.start
        assert one.name != two.name
        assert np.abs(heard.beats - two.start).min() < 1e-6


@pytest.mark.parametrize("transpose", [-3, 4])
def test_transposing_a_song_transposes_its_chords(transpose):
    made = musicnb.analyze(song(POP, transpose))
    roots = [EITHER.index(n) for n in ("C", "A", "F", "G")]
    classes = [
        next(c.pitch_class for c in made.chords if c.name == n) for n in names_in_bars(made)[:4]
    ]
    assert classes == [(root + transpose) % 12 for root in roots]


def test_roots_are_spelled_as_the_key_has_them():
    made = musicnb.analyze(song(POP, -4))  # A flat major
    assert made.key.value == "Ab major"
    assert names_in_bars(made)[:4] == ["Ab", "Fm", "Db", "Eb"]
    assert spelling("E major")[8] == spelling("C# minor")[8] == "G#"


def test_silence_noise_and_drums_are_no_chord():
    rng = np.random.default_rng(0)
    silence = musicnb.analyze(musicnb.Audio(np.zeros(5 * RATE), RATE))
    assert [c.name for c in silence.chords] == ["N"]
    assert (silence.chords[0].root, silence.chords[0].pitch_class) == (None, None)
    noise = musicnb.analyze(musicnb.Audio(rng.normal(0, 0.1, 10 * RATE), RATE))
    assert {c.name for c in noise.chords} == {"N"}
    hits = np.zeros(10 * RATE)
    for k in range(20):
        decay = np.exp(-np.arange(4000) / 600)
        hits[k * RATE // 2 :][:4000] += rng.normal(0, 0.2, 4000) * decay
    drums = musicnb.analyze(musicnb.Audio(hits, RATE))
    assert sum(c.end - c.start for c in drums.chords if c.name == "N") > 8


def test_a_song_that_falls_silent_has_no_chord_from_there_on():
    sound = song(POP, bars=4)
    both = np.concatenate((sound.samples[0], np.zeros(6 * RATE)))
    made = musicnb.analyze(musicnb.Audio(both, RATE))
    assert made.chords[0].name == "C"
    assert made.chords[-1].name == "N"
    assert made.chords[-1].start == pytest.approx(sound.duration, abs=1.5)


@pytest.mark.parametrize("frames", [1, 50, 5000, 44100])
def test_a_very_short_sound_has_a_chord_from_its_start_to_its_end(frames):
    made = musicnb.analyze(musicnb.Audio(np.sin(np.arange(frames) / 10), 44100))
    assert made.chords[0].start == 0
    assert made.chords[-1].end == pytest.approx(frames / 44100)
    assert all(0 <= c.confidence <= 1 for c in made.chords)


def test_chords_go_on_where_the_windows_of_a_long_sound_meet():
    made = musicnb.analyze(song(POP, bars=36))
    bar = int(STEP_S / 2.4)
    near = slice(bar - 2, bar + 3)
    assert names_in_bars(made, 36)[near] == (["C", "Am", "F", "G"] * 9)[near]


def test_the_demo_song_has_the_chords_it_was_written_with():
    made = musicnb.analyze("demo:glasswork")
    assert recall(GLASSWORK, said(made.chords)) > 0.85


def test_chords_are_in_the_file_the_text_the_page_and_the_picture(heard, tmp_path):
    heard.save(tmp_path / "song.json")
    saved = json.loads((tmp_path / "song.json").read_text("utf-8"))["chords"]
    assert [c["name"] for c in saved] == [c.name for c in heard.chords]
    assert set(saved[0]) == {"start", "end", "name", "root", "quality", "confidence"}
    assert "C Am F G" in str(heard)
    assert "C Am F G" in heard._repr_html_()
    written = {text.get_text() for axes in heard.picture().axes for text in axes.texts}
    assert {"C", "Am", "F", "G"} <= written


def test_the_command_tells_the_chords(tmp_path):
    path = song(POP, bars=4).save(tmp_path / "pop.wav") or tmp_path / "pop.wav"
    made = CliRunner().invoke(app, ["analyze", str(path)])
    assert "C Am F G" in made.stdout
    made = CliRunner().invoke(app, ["analyze", str(path), "--json"])
    (found,) = json.loads(made.stdout)["songs"]
    assert [c["name"] for c in found["chords"]][:4] == ["C", "Am", "F", "G"]


# ---- the parts -----------------------------------------------------------------------------


@given(
    st.lists(st.floats(0, 30), max_size=12, unique_by=lambda t: round(t, 2)), st.floats(0.01, 31)
)
def test_the_grid_covers_the_sound_and_holds_its_beats(times, duration):
    beats = np.sort(np.array(times, float))
    edges = grid(beats, duration)
    assert (edges[0], edges[-1]) == (0, pytest.approx(duration))
    assert (np.diff(edges) > 0).all()
    inside = beats[(beats > 0) & (beats < duration)]
    assert np.isin(inside, edges).all()


def test_a_beat_has_the_mean_of_what_sounds_in_it():
    pitch = np.repeat(np.array([0.0, 1.0]), 25)[:, None] * np.ones(216)  # on from 5 s
    made = beat_views(pitch, np.array([0.0, 2.0, 4.0, 6.0, 8.0, 10.0]))
    assert made.mean(axis=1) == pytest.approx([0, 0, 0.55, 1, 1], abs=0.01)


def test_many_beats_give_what_few_give():
    torch.manual_seed(0)
    net, pitch = ChordNet(4, 4).eval(), np.random.default_rng(0).random((1500, 216))
    edges = np.arange(0, 299, 0.41)
    whole = emissions(net, pitch, edges)
    assert len(whole) == len(edges) - 1 > BEATS_AT_ONCE
    around = slice(BEATS_AT_ONCE - 10, BEATS_AT_ONCE + 10)
    part = emissions(net, pitch, edges[around.start - 1 : around.stop + 2])
    assert whole[around] == pytest.approx(part[1:-1], abs=1e-4)


def test_one_doubtful_beat_does_not_change_the_chord_but_many_do():
    logits = np.zeros((12, CLASSES))
    logits[:, 3] = 3
    logits[5, 3], logits[5, 7] = 2, 3
    settings = Settings(0.1, 0.5, 1.0)
    path, shares = decode(logits, np.zeros(12, bool), settings)
    assert (path == 3).all()
    assert shares.sum(axis=1) == pytest.approx(np.ones(12))
    assert shares[5, 3] < shares[3, 3]
    logits[6:, 3], logits[6:, 7] = 0, 3
    assert list(decode(logits, np.zeros(12, bool), settings)[0]) == [3] * 5 + [7] * 7


def test_a_chord_changes_more_readily_where_a_bar_begins():
    logits = np.zeros((8, CLASSES))
    logits[:4, 3] = logits[5:, 7] = 2.5
    logits[4, 3] = logits[4, 7] = 1.0  # it could be either
    settings = Settings(0.05, 0.6, 1.0)
    for first, bars in ((4, [4]), (5, [5])):
        path, _ = decode(logits, np.isin(np.arange(8), bars), settings)
        assert list(path) == [3] * first + [7] * (8 - first)


def test_the_network_turns_with_the_sound_whatever_its_weights():
    torch.manual_seed(0)
    net = ChordNet(4, 4).eval()
    pitch = torch.zeros(1, 6, 216)
    pitch[:, :, 72:144] = torch.rand(1, 6, 72)
    with torch.inference_mode():
        before, after = net(pitch)[0], net(torch.roll(pitch, 36, dims=2))[0]
        third = net(torch.roll(pitch, 9, dims=2))[0]
    assert float(torch.corrcoef(torch.stack((before[2], after[2])))[0, 1]) > 0.9
    for mode in (slice(0, 12), slice(12, 24)):
        both = torch.stack((torch.roll(before[2][mode], 3), third[2][mode]))
        assert float(torch.corrcoef(both)[0, 1]) > 0.9


def test_the_shipped_weights_fit_the_network_and_their_card():
    made = card("chords")
    assert made["parameters"] == sum(p.numel() for p in ChordNet().parameters())
    Settings(**made["settings"])
    assert made["scores"]["recall"]["low"] > made["scores"]["recall_templates"]["high"]
    assert made["held_out_pieces"]


def test_a_chord_knows_its_name():
    assert Chord(0, 1, "Bb", "minor", 0.5).name == "Bbm"
    assert Chord(0, 1, "Bb", "minor", 0.5).pitch_class == 10
    assert Chord(0, 1, None, "none", 0.5).name == "N"


# ---- the recipe ----------------------------------------------------------------------------


def label(chord):
    return "N" if chord == NONE else f"{EITHER[chord % 12]}:{'min' if chord >= 12 else 'maj'}"


@pytest.mark.parametrize("seed", range(5))
def test_recall_is_that_of_mir_eval(seed):
    rng = np.random.default_rng(seed)

    def annotation():
        edges = np.concatenate(([0.0], np.sort(rng.uniform(0, 20, 12)), [20.0]))
        chords = rng.choice([0, 7, 14, 21], 13)
        return [(float(a), float(b), int(c)) for a, b, c in zip(edges, edges[1:], chords)]  # noqa: B905

    truth, found = annotation(), annotation()
    spans = [np.array([s[:2] for s in spans]) for spans in (truth, found)]
    names = [[label(s[2]) for s in spans] for spans in (truth, found)]
    expected = mir_eval.chord.evaluate(spans[0], names[0], spans[1], names[1])["majmin"]
    assert recall(truth, found) == pytest.approx(expected)


def test_the_true_chords_of_a_render_stand_where_they_were_played():
    style = Style("stdlib/x", "pop", ("X",), 4, 1, (80, 120), drums_only=False)
    beats = np.arange(0.5, 9, 0.5)  # four bars of 2 s
    made = true_chords(
        "stdlib/x | progression major 0M7 9m7 2m7b5 77", 2, beats, {}, {style.name: style}
    )
    assert made == [(0.5, 2.5, 2), (2.5, 4.5, 23), (4.5, 6.5, -1), (6.5, 8.5, 9)]
    assert chord_class(0, "m7b5") == -1


def test_templates_find_a_plain_triad():
    pitch = np.zeros((50, 216))
    for semitone in (3, 7, 10, 15, 19):  # C, E and G above A
        pitch[:, 3 * semitone + 1] = 1
    assert set(template_emissions(pitch).argmax(axis=1)) == {0}
