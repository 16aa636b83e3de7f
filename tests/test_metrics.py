"""Scores of stems: what they forgive, and that another library finds the same."""

from __future__ import annotations

import fast_bss_eval
import numpy as np
import pytest
import torch

from musicnb.errors import InputError
from musicnb.stems.metrics import LIMIT, sdr, si_sdr

TRUE, NOISE = np.random.default_rng(0).normal(0, 0.1, (2, 2, 8000))
ESTIMATE = 0.7 * TRUE + 0.3 * NOISE + 0.01


def test_si_sdr_is_what_fast_bss_eval_finds():
    pair = torch.from_numpy(ESTIMATE), torch.from_numpy(TRUE)
    for zero_mean in (True, False):
        theirs = -fast_bss_eval.si_sdr_loss(*pair, zero_mean=zero_mean).mean()
        ours = si_sdr(ESTIMATE, TRUE, zero_mean=zero_mean)
        assert ours == pytest.approx(float(theirs), abs=1e-3)


def test_sdr_is_the_energy_of_the_stem_over_that_of_the_error():
    assert sdr(TRUE + 0.1 * TRUE, TRUE) == pytest.approx(20)
    assert sdr(0.5 * TRUE, TRUE) == pytest.approx(6.02, abs=0.01)


def test_si_sdr_forgives_a_gain_of_either_sign_and_an_offset_and_nothing_else():
    score = si_sdr(ESTIMATE, TRUE)
    assert si_sdr(-4 * ESTIMATE + 0.5, TRUE - 0.2) == pytest.approx(score)
    assert si_sdr(np.roll(ESTIMATE, 1), TRUE) < score - 3


def test_perfect_and_silent_estimates_have_the_ends_of_the_scale():
    assert si_sdr(3 * TRUE, TRUE) == sdr(TRUE, TRUE) == LIMIT
    silence = np.zeros_like(TRUE)
    assert si_sdr(silence, TRUE) == si_sdr(TRUE, silence) == sdr(TRUE, silence) == -LIMIT
    assert sdr(silence, TRUE) == pytest.approx(0)


@pytest.mark.parametrize("score", [sdr, si_sdr])
def test_what_cannot_be_compared_is_refused(score):
    with pytest.raises(InputError, match="shape"):
        score(TRUE[:, 1:], TRUE)
    with pytest.raises(InputError, match="sample"):
        score([], [])
