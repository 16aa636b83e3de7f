"""What the listeners hear that polish the voices of the library."""

import math

import numpy as np
import torch

import musicnb
from musicnb.recipes.campplus import heard_of
from musicnb.recipes.polish import lowered, misheard, word_listener
from musicnb.voices.fit import Pieces
from musicnb.voices.library import PACKAGED
from musicnb.voices.listen import Performance, listen
from musicnb.voices.synthesis import HOP_LENGTH, SAMPLE_RATE


def test_a_tone_is_as_high_and_as_loud_at_the_listeners_rate() -> None:
    seconds = torch.arange(Pieces.FRAMES * HOP_LENGTH) / SAMPLE_RATE
    low = lowered(torch.sin(2 * math.pi * 440 * seconds)[None])
    assert low.shape == (1, Pieces.FRAMES * 160)
    again = torch.sin(2 * math.pi * 440 * torch.arange(low.shape[1]) / 16_000)
    assert torch.allclose(low[0], again, atol=1e-3)


def test_how_loud_a_voice_is_does_not_tell_whose_it_is() -> None:
    sound = torch.randn(1, 16_000, generator=torch.Generator().manual_seed(0)) / 10
    soft, loud = (
        each - each.mean(1, keepdim=True) for each in (heard_of(sound), heard_of(3 * sound))
    )
    assert torch.allclose(soft, loud, atol=1e-3)


def test_the_words_that_were_said_are_heard_and_others_are_not() -> None:
    said = musicnb.load(PACKAGED / "rms" / "preview.ogg").mono().resample(SAMPLE_RATE)
    content = listen(said).content
    starts = np.arange(0, 600, Pieces.FRAMES)
    stretches = torch.stack(
        [
            torch.tensor(said.samples[0, s * HOP_LENGTH : (s + Pieces.FRAMES) * HOP_LENGTH])
            for s in starts
        ]
    ).requires_grad_()
    parts = [
        Performance(content[:, start : start + Pieces.FRAMES], *np.zeros((2, Pieces.FRAMES)))
        for start in starts
    ]
    words = word_listener(torch.device("cpu"))
    own = misheard(words, lowered(stretches), parts)
    assert own < 0.7 * misheard(words, lowered(stretches), parts[::-1])
    (slope,) = torch.autograd.grad(own, stretches)
    assert float(slope.abs().max()) > 0
