"""Conversion block by block: as long as what came, close to that of the whole, without seams."""

from __future__ import annotations

import numpy as np
import pytest

import musicnb
from musicnb import Audio, Controls
from musicnb.errors import ConsentError, InputError
from musicnb.voices.library import voice
from musicnb.voices.stream import VoiceStream

RATE = 44_100


def vowel(hz=220.0, seconds=4.0, vibrato=0.3, rate=RATE):
    """Return a sung vowel: (frames,)."""
    when = np.arange(round(seconds * rate)) / rate
    phase = 2 * np.pi * np.cumsum(hz * 2 ** (vibrato / 12 * np.sin(2 * np.pi * 5 * when))) / rate
    made = sum(np.sin(n * phase) / (1 + ((n * hz - 700) / 400) ** 2) for n in range(1, 16))
    return np.asarray(0.2 * made / np.abs(made).max(), np.float32)


def streamed(samples, size, target="slt", rate=RATE, **controls):
    """Return what a stream makes of blocks, without what it gives before anything came through."""
    stream = VoiceStream(target, sample_rate=rate, controls=Controls(**controls))
    parts = [samples[i : i + size] for i in range(0, len(samples), size)]
    made = [stream.process(part) for part in parts]
    assert [len(each) for each in made] == [len(each) for each in parts]
    return np.concatenate(made)[round(stream.delay * rate) :]


def envelope(samples, rate=RATE):
    """Return the level in dB every 20 ms."""
    step = rate // 50
    power = np.square(samples[: len(samples) // step * step].reshape(-1, step)).mean(1)
    return 10 * np.log10(power + 1e-9)


@pytest.mark.parametrize(("size", "rate"), [(RATE // 2, RATE), (11_000, RATE), (12_000, 48_000)])
def test_blocks_sing_what_the_whole_sings(size, rate):
    song = np.concatenate([vowel(220, 2, rate=rate), vowel(277, 2, rate=rate)])
    whole = musicnb.convert(Audio(song, rate), "slt").audio.resample(rate).samples[0]
    made = streamed(song, size, rate=rate)
    heard, known = (
        musicnb.estimate_f0(Audio(each[: len(made)], rate)).hz for each in (made, whole)
    )
    both = ~np.isnan(heard) & ~np.isnan(known)
    assert both.mean() > 0.9
    cents = 1200 * np.abs(np.log2(heard[both] / known[both]))
    assert np.median(cents) < 5
    # After half a second the level is that of the whole.
    half = round(0.5 * 50)
    levels = envelope(made, rate)[half:], envelope(whole[: len(made)], rate)[half:]
    assert np.median(np.abs(levels[0] - levels[1])) < 1.5


def test_there_are_no_seams_in_a_steady_note():
    size = 11_025
    made = streamed(vowel(200, 4, vibrato=0), size)[RATE:]
    # A jump, or a pulse out of time, is a bend where the blocks meet that is not elsewhere.
    bends = np.abs(np.diff(made, 2))
    stream = VoiceStream("slt")
    first = -(RATE + round(stream.delay * RATE)) % size
    at = np.arange(first, len(bends) - 200, size)
    near = np.concatenate([np.arange(max(0, each - 100), each + 100) for each in at])
    elsewhere = np.delete(bends, near)
    assert len(at) >= 8
    assert bends[near].max() <= 1.3 * elsewhere.max()


def test_controls_can_be_changed_while_one_sings():
    stream = VoiceStream("slt")
    song = vowel(220, 3)
    low = np.concatenate([stream.process(part) for part in np.split(song, 6)])
    stream.controls = Controls(transpose=12)
    high = np.concatenate([stream.process(part) for part in np.split(song, 6)])
    pitches = [musicnb.estimate_f0(Audio(each[RATE:], RATE)).median for each in (low, high)]
    assert pitches == pytest.approx([220, 440], rel=0.02)


def test_silence_stays_silent():
    made = streamed(np.zeros(2 * RATE, np.float32), RATE // 2)
    assert np.abs(made).max() < 1e-3


def test_small_blocks_are_as_good():
    assert np.abs(streamed(vowel(seconds=1), 1000)).max() > 0.02


@pytest.mark.parametrize("block", [np.zeros((2, 100)), np.full(100, np.nan)])
def test_what_is_no_block_is_refused(block):
    with pytest.raises(InputError):
        VoiceStream("slt").process(block)


def test_without_consent_nothing_is_converted(monkeypatch):
    monkeypatch.setitem(voice("slt").about, "consent", None)
    with pytest.raises(ConsentError):
        VoiceStream("slt")
