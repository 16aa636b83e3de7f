"""A voice of one's own: what is refused, what is kept, what a kill leaves, and that it learns."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import musicnb
from musicnb.audio.audio import Audio
from musicnb.errors import Cancelled, ConsentError, InputError
from musicnb.voices import recordings as recordings_module
from musicnb.voices import train as train_module
from musicnb.voices.library import PACKAGED, remove_voice, voices_dir
from musicnb.voices.recordings import prepare, snr
from musicnb.voices.train import train_voice_job
from musicnb.voices.voice import CARD, DECODER, INDEX, PREVIEW

AGREED = "I agree that my voice is learned here."


def preview(name: str) -> Audio:
    return musicnb.load(PACKAGED / name / PREVIEW)


def repeated(name: str, seconds: float) -> Audio:
    """Return the preview of a voice, again and again."""
    sound = preview(name)
    times = int(seconds / sound.duration) + 1
    return Audio(np.tile(sound.samples, times), sound.sample_rate)


@pytest.fixture(scope="module")
def minute() -> Audio:
    return repeated("slt", 36)


def quick(patch: pytest.MonkeyPatch) -> None:
    """Have less drawn in a step, and less converted for the scores."""
    patch.setattr("musicnb.voices.few_shot.BATCH", 2)
    patch.setattr("musicnb.voices.few_shot.LOOKED_AT", 2)
    patch.setattr("musicnb.voices.scores.SOURCES", 1)
    patch.setattr("musicnb.voices.scores.SECONDS", 3)


@pytest.fixture(autouse=True)
def own_voices(tmp_path, monkeypatch):
    monkeypatch.setenv("MUSICNB_VOICES", str(tmp_path / "voices"))
    quick(monkeypatch)


@pytest.fixture(scope="module")
def trained(minute, tmp_path_factory):
    """Return a voice after a few real steps, and the job that trained it."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("voices")
        patch.setenv("MUSICNB_VOICES", str(folder))
        patch.setattr("musicnb.voices.few_shot.LOOK", 4)
        quick(patch)
        job = train_voice_job([minute], "maria", preview("slt"), steps=8)
        voice = job.run()
        yield voice, job, folder / "maria"


def test_a_voice_is_learned_kept_and_used(trained, monkeypatch):
    voice, _, folder = trained
    assert {CARD, DECODER, INDEX, PREVIEW, "consent.flac"} == {p.name for p in folder.iterdir()}
    assert not list(folder.parent.glob(".training/*"))
    low, high = voice.range_hz
    assert low < voice.median_hz < high
    assert sum(p.stat().st_size for p in folder.iterdir()) < 6e6
    monkeypatch.setenv("MUSICNB_VOICES", str(folder.parent))
    assert "maria" in musicnb.voice_names()
    source = preview("rms")[:2]
    made = musicnb.convert(source, "maria")
    assert made.audio.duration == pytest.approx(source.duration, abs=0.01)
    assert "maria" in made.whose
    again = musicnb.voice("maria")
    assert again.fingerprint == voice.fingerprint


def test_it_tells_how_good_it_is(trained):
    scores = trained[0].about["scores"]
    assert scores["similarity"] > scores["similarity_before"]
    assert scores["similarity_of_takes"] > 0.85
    assert scores["f0_cents"] < 50
    assert scores["loss"] <= scores["loss_before"]


def test_the_loss_and_a_sample_can_be_followed(trained):
    _, job, _ = trained
    assert len(job.losses) == 8
    assert [step for step, _ in job.held_out] == [0, 4, 8]
    assert job.sample is not None
    assert job.sample.level > -50


def test_the_consent_is_kept_in_its_own_words(tmp_path, minute, monkeypatch):
    monkeypatch.setattr("musicnb.voices.few_shot.LOOK", 1)
    voice = train_module.train_voice(minute, "anna", f" {AGREED} ", steps=1)
    consent = voice.about["consent"]
    assert (consent["kind"], consent["statement"]) == ("written", AGREED)
    assert consent["date"].startswith("20")
    remove_voice("anna")
    assert "anna" not in musicnb.voice_names()


@pytest.mark.parametrize("consent", ["", "yes", None])
def test_no_consent_no_voice(minute, consent):
    with pytest.raises(ConsentError, match=r"the owner of the voice says"):
        train_voice_job(minute, "maria", consent)


def test_the_consent_of_somebody_else_is_none(minute):
    with pytest.raises(ConsentError, match="another voice"):
        train_voice_job(minute, "maria", preview("joe")).run()
    assert not list(voices_dir().glob("*/*.json"))


def test_a_name_that_is_taken_or_none_is_refused(minute):
    with pytest.raises(InputError, match="there is a voice 'slt' already"):
        train_voice_job(minute, "slt", AGREED)
    with pytest.raises(InputError, match="small letters"):
        train_voice_job(minute, "../up", AGREED)


def noisy(audio: Audio) -> Audio:
    noise = np.random.default_rng(0).standard_normal(audio.samples.shape)
    return Audio(audio.samples + 10 ** (audio.level / 20 - 0.4) * noise, audio.sample_rate)


def clipped(audio: Audio) -> Audio:
    return Audio(np.clip(audio.samples * 8 / audio.peak, -0.9, 0.9), audio.sample_rate)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda voice: voice[:15], "s of voice, the pauses left out"),
        (lambda voice: Audio(np.zeros(44100 * 40), 44100), "there are 0 s of voice"),
        (noisy, "dB under the voice"),
        (clipped, "are clipped"),
        (lambda voice: [voice, repeated("joe", 12)], "two voices"),
        (lambda voice: musicnb.load("demo:starfall"), "noise or accompaniment"),
    ],
)
def test_recordings_that_will_not_do_are_refused_in_a_sentence(minute, change, words):
    with pytest.raises(InputError, match=words):
        prepare(change(minute))


def test_noise_is_measured_to_a_few_db(minute):
    samples = minute.samples[0]
    # Below 8 kHz, where voices are listened to.
    white = np.random.default_rng(1).standard_normal(round(minute.duration * 16000) + 1)
    noise = Audio(0.1 * white, 16000).resample(minute.sample_rate)
    for wanted in (20, 30):
        gain = 10 ** ((minute.level - wanted - noise.level) / 20)
        heard = samples + gain * noise.samples[0, : len(samples)]
        assert snr(heard.astype(np.float32)) == pytest.approx(wanted, abs=3)


def test_pauses_are_cut_out(minute):
    rate = minute.sample_rate
    pause = np.zeros((1, 3 * rate), np.float32)
    parts = [minute.samples[:, i * 9 * rate : (i + 1) * 9 * rate] for i in range(4)]
    spread = np.concatenate([piece for part in parts for piece in (part, pause)], axis=1)
    found = prepare(Audio(spread, rate))
    assert found.seconds == pytest.approx(prepare(minute[:36]).seconds, abs=3)
    assert min(each.duration for each in found.slices) >= recordings_module.SLICE


def test_a_cancelled_training_leaves_no_voice_and_goes_on(minute, monkeypatch):
    monkeypatch.setattr(train_module, "CHECKPOINT_S", 0)
    job = train_voice_job(minute, "maria", AGREED, steps=3)
    advance = job.advance

    def stop_after_two(amount: float = 1) -> None:
        advance(amount)
        if len(job.losses) == 2:
            job.cancel()
            advance(0)

    job.advance = stop_after_two
    with pytest.raises(Cancelled, match="go on from there"):
        job.run()
    assert "maria" not in musicnb.voice_names()
    again = train_voice_job(minute, "maria", AGREED, steps=3)
    voice = again.run()
    assert again.losses[:2] == job.losses
    assert len(again.losses) == 3
    assert voice.about["steps"] == 3


def test_a_killed_training_goes_on_where_it_was(minute, tmp_path, monkeypatch):
    """The process is killed outright; what it had saved is gone on from, to the same losses."""
    monkeypatch.setattr(train_module, "CHECKPOINT_S", 0)
    minute.save(tmp_path / "minute.flac")
    code = (
        "import sys, musicnb, musicnb.voices.train as t; t.CHECKPOINT_S = 0; "
        f"musicnb.train_voice(sys.argv[1], 'maria', {AGREED!r}, steps=300)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "minute.flac")]
    process = subprocess.Popen(command, env=os.environ, stderr=subprocess.DEVNULL)
    checkpoint = voices_dir() / ".training" / "maria.safetensors"
    while not checkpoint.exists():
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert "maria" not in musicnb.voice_names()
    job = train_voice_job(tmp_path / "minute.flac", "maria", AGREED, steps=300)
    done = job.load()["losses"]
    job.save = lambda **_: job.cancel()
    with pytest.raises(Cancelled):
        job.run()
    assert job.losses[: len(done)] == done
    assert len(job.losses) > len(done)


def test_a_checkpoint_of_other_recordings_is_not_gone_on_from(minute, monkeypatch):
    monkeypatch.setattr(train_module, "CHECKPOINT_S", 0)
    job = train_voice_job(minute, "maria", AGREED, steps=2)
    save = job.save  # as it is, and then no further
    job.save = lambda **state: (save(**state), job.cancel())
    with pytest.raises(Cancelled):
        job.run()
    other = train_voice_job(minute[:34], "maria", AGREED, steps=2)
    other.run()
    assert len(other.losses) == 2
    assert other.losses[0] != job.losses[0]


def test_the_card_is_plain_json(trained):
    _, _, folder = trained
    about = json.loads(Path(folder / CARD).read_text("utf-8"))
    assert about["consent"]["kind"] == "recorded"
    assert about["consent"]["likeness"] > 0.6
