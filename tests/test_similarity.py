"""How like two voices are: what `similarity` says, and that Resemblyzer itself says the same."""

from __future__ import annotations

import numpy as np
import pytest

import musicnb
from benchmarks.voice_judges import REFERENCE, REFERRED_TO
from musicnb.audio.audio import Audio
from musicnb.errors import InputError
from musicnb.voices.library import PACKAGED
from musicnb.voices.similarity import embed_voice, similarity

VOICES = ("awb", "joe", "kal", "ked", "rms", "robot", "ru", "slt")


def preview(name: str, seconds: float | None = None) -> Audio:
    """Return a voice's own words."""
    return musicnb.load(PACKAGED / name / "preview.ogg", duration=seconds).mono()


@pytest.mark.parametrize("name", VOICES)
def test_it_says_what_the_package_says(name: str) -> None:
    with np.load(REFERENCE, allow_pickle=False) as arrays:
        theirs = arrays[name]
    assert embed_voice(preview(name, REFERRED_TO)) @ theirs > 0.97


def test_a_voice_is_most_like_itself() -> None:
    first = np.stack([embed_voice(preview(name)[:5]) for name in VOICES])
    later = np.stack([embed_voice(preview(name)[6:]) for name in VOICES])
    assert (first @ later.T).argmax(1).tolist() == list(range(len(VOICES)))


def test_what_comes_last_is_heard() -> None:
    one, other = preview("rms")[:1.7], preview("slt")[:1.2]
    both = Audio(np.concatenate((one.samples, other.samples), 1), one.sample_rate)
    assert similarity(both, other) > similarity(one, other) + 0.1


def test_pauses_are_not_heard() -> None:
    said = preview("awb")[:4]
    pause = np.zeros((1, said.sample_rate), np.float32)
    halves = said.samples[:, : said.frames // 2], said.samples[:, said.frames // 2 :]
    longer = Audio(np.concatenate((pause, halves[0], pause, halves[1], pause), 1), said.sample_rate)
    assert similarity(said, longer) > 0.97


def test_how_soft_a_recording_is_does_not_matter() -> None:
    said = preview("slt")[:4]
    soft = Audio(said.samples * np.float32(0.01), said.sample_rate)
    softer = Audio(said.samples * np.float32(0.003), said.sample_rate)
    assert similarity(soft, softer) > 0.999


def test_silence_has_no_voice() -> None:
    with pytest.raises(InputError, match="not silence"):
        embed_voice(Audio(np.zeros((1, 8000), np.float32), 16_000))
