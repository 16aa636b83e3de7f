"""A song in another genre: the voice as it was, the band anew on the song's beats and chords."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import librosa
import numpy as np
import pytest
from typer.testing import CliRunner

import musicnb
from musicnb.analysis.network import GENRES
from musicnb.analysis.tagger import TAGS
from musicnb.audio.provenance import read_recipe
from musicnb.cli import app
from musicnb.errors import InputError, RecipeError
from musicnb.melody import Score
from musicnb.melody.arrange import Song, arrange, paced
from musicnb.melody.instruments import DRUMS
from musicnb.melody.render import render_parts
from musicnb.melody.styles import ALSO, STYLES, style_of
from musicnb.melody.voicing import Harmony
from musicnb.remix.genre import replay_genre, usual_ratio
from musicnb.remix.outline import outline, steady

RATE = 44_100
#: Two bars each of A minor, F, C and G, as pitch classes.
CHORDS = ((9, True), (5, False), (0, False), (7, False))
TRIADS = {True: (0, 3, 7), False: (0, 4, 7)}


def song_of(*, bpm=110.0, meter=4, bars=8, first=0, swing_beats=0.0):
    """A song in A minor; every second beat may be late."""
    beats = np.arange(bars * meter + 1, dtype=float)
    times = 60 / bpm * (beats + swing_beats * (beats % 2))
    chords = tuple(
        Harmony(2 * meter * n, 2 * meter * (n + 1), *CHORDS[n % 4]) for n in range(bars // 2)
    )
    return Song(tuple(times.tolist()), first, meter, bpm, "A minor", chords)


def chroma_of(audio):
    mono = audio.samples.mean(axis=0)
    return librosa.feature.chroma_stft(y=mono, sr=RATE, n_fft=8192, hop_length=2048, tuning=0)


@pytest.fixture(scope="module")
def stems():
    """Sixteen seconds of a real song with a singer."""
    return musicnb.separate(musicnb.load("demo:starfall", duration=16))


@pytest.fixture(scope="module")
def pop(stems):
    return musicnb.change_genre(stems, "pop", seed=2)


# ---- patterns ------------------------------------------------------------------------------------


def test_every_genre_that_is_told_apart_can_be_asked_for():
    assert set(GENRES) <= set(STYLES)
    assert set(ALSO.values()) <= set(STYLES)
    for style in STYLES.values():
        assert style.family in GENRES
        assert set(style.tags) <= set(TAGS)


@pytest.mark.parametrize("name", STYLES)
def test_patterns_are_whole_bars_of_known_strokes(name):
    style = STYLES[name]
    for drum, pattern in style.drums.items():
        assert drum in DRUMS
        assert len(pattern) % 16 == 0
        assert set(pattern) <= set("Xxo.")
    for drum, pattern in style.fill.items():
        assert drum in DRUMS
        assert len(pattern) == 8
        assert set(pattern) <= set("Xxo.")
    letters = {"bass": "r3568a", "chords": "Xxo", "arpeggio": "12345", "pad": ""}
    assert [line.kind for line in style.lines].count("bass") == 1
    assert len(style.lines) >= 3
    for line in style.lines:
        assert set(line.pattern) <= set(letters[line.kind] + ".-")
        assert len(line.pattern) % 16 == 0
        assert line.pattern[:1] != "-"


@pytest.mark.parametrize("meter", [2, 3, 4])
@pytest.mark.parametrize("name", STYLES)
def test_every_style_plays_on_the_beats_and_in_the_chords(name, meter):
    style = STYLES[name]
    song = song_of(meter=meter, first=meter - 1)
    score = arrange(song, style)
    assert score.meter == meter
    # Bars of the score begin where those of the song do.
    beat = score.beats(song.times[meter - 1] + 1e-6)
    assert round(float(beat)) % meter == 0
    for part in score.parts:
        assert part.notes
        assert min(note.velocity for note in part.notes) >= 20
        assert score.seconds(max(n.onset + n.duration for n in part.notes)) < song.times[-1] + 3
    # On the beats of the bar the bass plays a tone of the chord, but for the tones that lead on.
    bass = score["bass"].notes
    start = round(float(score.beats(song.times[1]))) - 1
    inside = 0
    for note in bass:
        at = note.onset - start
        chord = next((c for c in song.harmony if c.start - 0.1 <= at < c.end - 0.1), None)
        tones = {(chord.root + step) % 12 for step in (*TRIADS[chord.minor], 9)} if chord else set()
        inside += note.pitch % 12 in tones
        assert 24 <= note.pitch <= 55
    assert inside >= 0.85 * len(bass)


def test_drums_are_struck_where_the_song_has_its_beats_even_if_it_is_not_even():
    song = song_of(swing_beats=0.08)
    score = arrange(song, style_of("disco"), seed=3)
    kicks = np.array(
        [score.seconds(n.onset) for n in score["drums"].notes if n.pitch == DRUMS["kick"]]
    )
    assert len(kicks) == len(song.times) - 1
    np.testing.assert_allclose(kicks, song.times[:-1], atol=0.012)


def test_a_swinging_style_puts_its_off_beats_late():
    song = song_of(bpm=120.0)
    straight, swung = (
        arrange(song, style_of("blues"), swing=swing, seed=0)["drums"].notes for swing in (1.0, 2.0)
    )
    hats = [
        np.mean([n.onset % 1 for n in notes if n.pitch == 42 and 0.3 < n.onset % 1 < 0.9])
        for notes in (straight, swung)
    ]
    assert hats == pytest.approx([0.5, 2 / 3], abs=0.01)


def test_voices_move_by_small_steps():
    score = arrange(song_of(), style_of("pop"))
    chords = {}
    for note in score["strings"].notes:
        chords.setdefault(round(note.onset), []).append(note.pitch)
    voicings = [sorted(pitches) for _, pitches in sorted(chords.items())]
    assert len(voicings) == 4
    moves = [np.abs(np.subtract(a, b)).max() for a, b in pairwise(voicings)]
    assert max(moves) <= 5


def test_one_seed_plays_alike_and_another_does_not():
    song, style = song_of(), style_of("jazz")
    assert arrange(song, style, seed=4) == arrange(song, style, seed=4)
    assert arrange(song, style, seed=4) != arrange(song, style, seed=5)


def test_a_style_counts_a_slow_song_twice_as_fast_and_a_fast_one_half():
    slow, fast = song_of(bpm=80.0, first=1), song_of(bpm=150.0, first=3)
    metal, ballad = paced(slow, style_of("metal")), paced(fast, style_of("ballad"))
    assert (metal.tempo, ballad.tempo) == (160.0, 75.0)
    # What sounds when stays: the bar that began at some time still begins there.
    assert metal.times[metal.first] == slow.times[slow.first]
    assert np.abs(np.array(fast.times[3::4]) - ballad.times[ballad.first]).min() < 1e-4
    for before, after in ((slow, metal), (fast, ballad)):
        ends = [np.interp(c.end, range(len(x.times)), x.times) for x in (before, after)
                for c in x.harmony[:2]]  # fmt: skip
        assert ends[:2] == pytest.approx(ends[2:])
    assert paced(song_of(bpm=120.0), style_of("rock")) == song_of(bpm=120.0)


def test_a_song_without_chords_has_only_a_rhythm():
    score = arrange(replace(song_of(), harmony=()), style_of("rock"))
    assert [part.name for part in score.parts if part.notes] == ["drums"]


# ---- in sound ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", STYLES)
def test_the_chords_that_are_played_are_those_of_the_song(name):
    song = song_of()
    score = arrange(song, STYLES[name])
    parts = tuple(part for part in score.parts if not part.is_drums)
    played = render_parts(replace(score, parts=parts))
    for audio in played.values():
        assert audio.peak > 0.01
    total = musicnb.mix(list(played.values()))
    assert total.peak <= 0.91
    chroma = chroma_of(total)
    share = []
    for chord in song.harmony:
        start, end = (round(song.times[int(b)] * RATE / 2048) for b in (chord.start, chord.end))
        mean = chroma[:, start + 4 : end - 4].mean(axis=1)
        found = {
            (root, minor): mean[[(root + step) % 12 for step in TRIADS[minor]]].sum()
            for root in range(12)
            for minor in (True, False)
        }
        share.append(found[chord.root, chord.minor] / max(found.values()))
    # A seventh makes C major of A minor, or A minor of F major, nearly.
    assert min(share) > 0.85, share


def test_what_is_kept_is_kept_bit_by_bit(stems, pop):
    assert pop.stems["vocals"] is stems["vocals"]
    names = ["vocals", "drums", "bass", "piano", "strings"]
    assert list(pop.stems) == names
    total = np.sum([pop.stems[n].samples.astype(np.float64) for n in names], axis=0)
    np.testing.assert_allclose(pop.audio.samples, total, atol=1e-6)
    assert pop.audio.samples.shape == stems["vocals"].samples.shape
    assert not pop.stems.residual.samples.any()


def test_the_new_band_is_as_loud_as_the_old_one(stems, pop):
    new = musicnb.mix([pop.stems[name] for name in ("drums", "bass", "piano", "strings")])
    old = musicnb.Audio(stems.mixture.samples - stems["vocals"].samples, RATE)
    # A little less is left where the voice needs the room.
    assert -2.5 <= new.loudness - old.loudness <= 0.5
    assert new.peak <= 1


def test_what_is_heard_is_told(pop):
    assert pop.requested["genre"] == "pop"
    assert pop.measured["key"] == "C minor"
    assert pop.measured["same_chords"] > 0.7
    assert pop.measured["bpm"] == pytest.approx(90, rel=0.04)
    assert "tags" in pop.measured


def test_the_notes_are_there(pop, tmp_path):
    assert isinstance(pop.score, Score)
    pop.score.save(tmp_path / "band.mid")
    again = Score.from_midi(tmp_path / "band.mid")
    assert [part.name for part in again.parts] == ["drums", "bass", "piano", "strings"]
    for name in ("drums", "bass"):
        old, new = pop.score[name].notes, again[name].notes
        assert len(old) == len(new)
        times = [s.seconds([n.onset for n in notes]) for s, notes in
                 ((pop.score, old), (again, new))]  # fmt: skip
        np.testing.assert_allclose(*times, atol=2e-3)


def test_drums_are_heard_on_the_true_beats_of_a_song():
    """The song was composed at 80 beats a minute; what analyze hears is a little off."""
    made = musicnb.change_genre(musicnb.load("demo:glasswork"), "disco", keep=(), verify=False)
    drums = made.stems["drums"].samples.mean(axis=0)
    onsets = librosa.onset.onset_detect(y=drums, sr=RATE, hop_length=256, units="time", delta=0.2)
    kicks = [
        made.score.seconds(n.onset) for n in made.score["drums"].notes if n.pitch == DRUMS["kick"]
    ]
    off = np.abs(np.array(kicks) - 0.75 * np.round(np.array(kicks) / 0.75))
    assert np.median(off) < 0.03
    heard = [np.abs(onsets - kick).min() for kick in kicks]
    assert np.quantile(heard, 0.9) < 0.03


def test_two_runs_of_one_seed_have_the_same_samples_and_another_seed_has_others(stems):
    one, two, other = (
        musicnb.change_genre(stems, "jazz", seed=seed, verify=False).audio.samples
        for seed in (1, 1, 2)
    )
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("name", STYLES)
def test_every_genre_sounds_and_none_clips(stems, name):
    made = musicnb.change_genre(stems, name, verify=False)
    for audio in made.stems.values():
        assert audio.loudness > -45
    assert made.audio.peak <= max(1.0, stems["vocals"].peak)
    assert np.isfinite(made.audio.samples).all()


def test_the_usual_tempo_is_never_further_than_15_percent():
    for style in STYLES.values():
        for bpm in (45.0, 70.0, 100.0, 140.0, 215.0):
            assert 1 / 1.15 - 1e-3 <= usual_ratio(style, bpm) <= 1.15 + 1e-3


def test_at_another_tempo_the_voice_is_stretched_along(stems):
    made = musicnb.change_genre(stems, "disco", tempo=1.1, verify=False)
    assert made.audio.frames == round(stems["vocals"].frames / 1.1)
    stretched = musicnb.change_tempo(stems["vocals"], tempo=1.1, verify=False).audio
    np.testing.assert_array_equal(made.stems["vocals"].samples, stretched.samples)
    kicks = [n for n in made.score["drums"].notes if n.pitch == DRUMS["kick"]]
    period = np.median(np.diff(made.score.seconds([n.onset for n in kicks])))
    assert 60 / period == pytest.approx(90 * 1.1, rel=0.03)


def test_mono_stays_mono():
    song = musicnb.load("demo:glasswork", duration=10).mono()
    made = musicnb.change_genre(song, "latin", keep=(), verify=False)
    assert made.audio.channels == 1
    assert made.audio.peak <= 1


def test_it_is_made_again_from_its_recipe(tmp_path):
    song = musicnb.load("demo:starfall", offset=4, duration=8)
    made = musicnb.change_genre(song, "country", seed=7, verify=False)
    made.save(tmp_path / "country.flac")
    made.stems["banjo"].save(tmp_path / "banjo.flac")
    for name, audio in (("country", made.audio), ("banjo", made.stems["banjo"])):
        assert read_recipe(tmp_path / f"{name}.flac").function == "change_genre"
        again = musicnb.replay(tmp_path / f"{name}.flac")
        assert np.array_equal(again.samples, audio.samples)


def test_a_hostile_recipe_is_refused(pop):
    recipe = replace(pop.audio.recipe, arguments={"genre": "pop", "command": "rm"})
    with pytest.raises(RecipeError, match="command"):
        replay_genre(recipe, [pop.audio])


def test_files_and_the_command_line_do_the_same(tmp_path):
    path, notes = tmp_path / "reggae.flac", tmp_path / "reggae.mid"
    musicnb.load("demo:starfall", duration=8).save(tmp_path / "song.wav")
    arguments = ["edit", str(tmp_path / "song.wav"), "-o", str(path), "--genre", "reggae",
                 "--seed", "3", "--score", str(notes), "--no-verify"]  # fmt: skip
    done = CliRunner().invoke(app.app, arguments)
    assert done.exit_code == 0, done.output
    assert "reggae-ska" in done.output
    song = musicnb.load(tmp_path / "song.wav")
    made = musicnb.change_genre(song, "reggae", seed=3, verify=False)
    assert np.abs(musicnb.load(path).samples - made.audio.samples).max() < 2**-22
    assert Score.from_midi(notes)["organ"].program == "Drawbar Organ"


# ---- what goes wrong -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"genre": "zydeco"}, "there is no genre 'zydeco'"),
        ({"genre": "pop", "keep": ("flute",)}, "there is no stem 'flute'"),
        ({"genre": "pop", "tempo": 9}, "tempo is 9"),
        ({"genre": "pop", "tempo": "fast"}, "tempo is fast"),
        ({"genre": "pop", "swing": 0}, "swing is 0"),
        ({"genre": "pop", "seed": -1}, "seed is -1"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_reason(stems, options, words):
    with pytest.raises(InputError, match=words):
        musicnb.change_genre(stems, **options)


def test_a_sound_without_a_beat_is_refused():
    with pytest.raises(InputError, match="at least 6 s"):
        musicnb.change_genre(musicnb.load("demo:starfall", duration=3), "pop")
    with pytest.raises(InputError, match="beats are heard"):
        musicnb.change_genre(musicnb.Audio(np.zeros(RATE * 8), RATE), "pop", keep=())


def test_a_genre_goes_with_no_edit_but_tempo_and_swing(tmp_path):
    song = musicnb.load("demo:starfall", duration=8)
    with pytest.raises(InputError, match="genre and transpose"):
        musicnb.edit_file(song, tmp_path / "a.wav", genre="pop", transpose=2)
    assert not (tmp_path / "a.wav").exists()


# ---- what is kept of a song ----------------------------------------------------------------------


def test_beats_that_tremble_are_steadied_and_a_song_that_slows_down_is_followed():
    even = np.arange(60) * 0.6
    trembling = even + np.random.default_rng(0).normal(0, 0.02, 60)
    assert np.abs(steady(trembling) - even).max() < 0.5 * np.abs(trembling - even).max()
    slowing = np.cumsum(np.linspace(0.5, 0.7, 60))
    assert np.abs(steady(slowing) - slowing).max() < 0.01


def test_the_outline_has_the_bars_and_chords_that_are_heard():
    song = musicnb.load("demo:glasswork")
    heard = musicnb.analyze(song)
    kept = outline(heard, song.samples, RATE)
    assert kept.meter == 4
    assert (
        abs(kept.times[kept.first] % 3.0 - 0) < 0.06 or abs(kept.times[kept.first] % 3 - 3) < 0.06
    )
    assert {(c.root, c.minor) for c in kept.harmony} == {
        (4, True),
        (0, False),
        (9, True),
        (11, True),
    }
    assert len(kept.loudness) == len(kept.times) - 1
