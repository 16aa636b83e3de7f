"""The demo songs: cards that tell the truth, stems that sound and do not clip together."""

import json

import librosa
import numpy as np
import pytest
import soundfile

from musicnb.audio.songs import FOLDER

KEYS = [
    "name",
    "title",
    "artist",
    "style",
    "licence",
    "credit",
    "source",
    "sample_rate",
    "duration",
    "mixture",
    "stems",
    "tempo_bpm",
    "key",
    "vocals",
    "notes",
]
LICENCES = {
    "CC0-1.0": "CC0-1.0",
    "CC-BY-SA-3.0": "Attribution-ShareAlike 3.0",
    "MIT": "Permission is hereby granted, free of charge",
}
SONGS = sorted(path.parent.name for path in FOLDER.glob("*/card.json"))
STEMMED = ["feelings", "glasswork"]


def card_of(name):
    return json.loads((FOLDER / name / "card.json").read_text("utf-8"))


def stems_of(name):
    return {
        stem: soundfile.read(FOLDER / name / file, always_2d=True)[0]
        for stem, file in card_of(name)["stems"].items()
    }


def mixture_of(name):
    file = card_of(name)["mixture"]
    if file:
        return soundfile.read(FOLDER / name / file, always_2d=True)[0]
    return sum(stems_of(name).values())


def decibels(samples):
    return 20 * np.log10(np.sqrt(np.mean(samples**2)) + 1e-12)


def test_every_song_is_there():
    assert SONGS == ["feelings", "glasswork", "starfall"]


@pytest.mark.parametrize("name", SONGS)
def test_card_is_complete(name):
    card = card_of(name)
    assert list(card) == KEYS
    assert card["name"] == name
    assert card["mixture"] or card["stems"]
    assert card["tempo_bpm"] is None or 40 < card["tempo_bpm"] < 250
    for start, end in card["vocals"]:
        assert 0 <= start < end <= card["duration"]


@pytest.mark.parametrize("name", SONGS)
def test_card_names_all_sound_files_and_their_length(name):
    card = card_of(name)
    files = {*card["stems"].values(), card["mixture"]} - {None}
    there = {path.name for path in (FOLDER / name).iterdir()} - {"card.json", "CREDIT.md"}
    assert files == there
    for file in files:
        info = soundfile.info(FOLDER / name / file)
        assert (info.samplerate, info.channels) == (card["sample_rate"], 2)
        assert info.duration == pytest.approx(card["duration"], abs=1e-4)


@pytest.mark.parametrize("name", STEMMED)
def test_stems_decode_to_the_same_number_of_frames(name):
    assert len({len(samples) for samples in stems_of(name).values()}) == 1


@pytest.mark.parametrize("name", STEMMED)
def test_every_stem_sounds(name):
    assert all(decibels(samples) > -45 for samples in stems_of(name).values())


@pytest.mark.parametrize("name", SONGS)
def test_mixture_is_below_full_scale_and_has_no_steps_at_its_ends(name):
    mixture = mixture_of(name)
    assert 0.5 < np.abs(mixture).max() < 1
    assert np.abs(mixture[[0, -1]]).max() < 0.01


@pytest.mark.parametrize("name", SONGS)
def test_credit_names_artist_and_licence(name):
    card = card_of(name)
    text = (FOLDER / name / "CREDIT.md").read_text("utf-8")
    flat = " ".join(text.replace(">", " ").split())
    assert LICENCES[card["licence"]] in flat
    assert card["licence"] in flat
    if card["licence"] != "CC0-1.0":
        assert card["artist"].split(" (")[0] in text


def test_glasswork_has_the_tempo_and_the_key_of_its_card():
    card, mixture = card_of("glasswork"), mixture_of("glasswork").mean(axis=1)
    found = librosa.beat.beat_track(y=mixture, sr=card["sample_rate"])[0].item()
    assert any(
        found * factor == pytest.approx(card["tempo_bpm"], rel=0.03) for factor in (1, 2, 0.5)
    )
    stems = stems_of("glasswork")
    tuned = sum(stems[name] for name in ("bass", "guitar", "other")).mean(axis=1)
    chroma = librosa.feature.chroma_cqt(y=tuned, sr=card["sample_rate"], tuning=0).mean(axis=1)
    in_key = [4, 6, 7, 9, 11, 0, 2]  # E minor
    assert card["key"] == "E minor"
    assert chroma.argmax() == 4
    assert chroma[in_key].sum() / chroma.sum() > 0.75


def test_glasswork_beats_fall_on_the_grid_of_its_card():
    drums = stems_of("glasswork")["drums"].mean(axis=1)
    beat = round(60 / card_of("glasswork")["tempo_bpm"] * 44_100)
    for number in [8, 9, 11, 12, 13, 15, 16, 17, 19, 24, 25, 27, 28, 29, 31]:  # kick or snare
        around = np.abs(drums[number * beat - 2205 : number * beat + 2205])
        assert abs(np.argmax(around > 0.4 * around.max()) - 2205) < 600
