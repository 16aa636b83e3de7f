"""The network of lesson 03: rebuilt from its arrays, scored on any mixture, safe to open."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import torch

import musicnb
from musicnb.course import masknet, master
from musicnb.course.masknet import by_hand
from musicnb.course.question import Wrong
from musicnb.course.questions.l03 import QUESTIONS, judge_gain

MASTER = Path(__file__).parent.parent / "lessons" / "source" / "03_stems.py"
RANDOM = np.random.default_rng(0)


@pytest.fixture
def network(tmp_path):
    return by_hand(tmp_path)


def test_the_network_of_the_lesson_makes_the_masks_that_are_graded(tmp_path):
    (cell,) = [cell for cell in master.read(MASTER).cells if "class MaskNet" in cell.source]
    import librosa

    names = {
        "torch": torch,
        "librosa": librosa,
        "RATE": masknet.RATE,
        "N_FFT": masknet.N_FFT,
    }
    names["spectrum"] = torch.ones(513, 20, dtype=torch.complex64)
    exec(cell.source, names)  # noqa: S102  (what students run)
    lessons = names["MaskNet"](width=5)
    arrays = {}
    for number, layer in enumerate(lessons.layers, start=1):
        arrays[f"weight{number}"] = layer.weight.detach().numpy()
        arrays[f"bias{number}"] = layer.bias.detach().numpy()
    np.savez(tmp_path / "l03-network.npz", **arrays)
    magnitude = torch.from_numpy(RANDOM.uniform(0, 2, (513, 90)).astype(np.float32))
    with torch.no_grad():
        theirs = lessons(magnitude[None])[0]
        ours = masknet.mask_of(masknet.load_network(tmp_path / "l03-network.npz"), magnitude)
    assert torch.allclose(ours, theirs, atol=1e-5)


def test_any_mixture_scores_a_network(network):
    drums, bass = (musicnb.load(f"demo:glasswork/{name}")[6:10] for name in ("drums", "bass"))
    mixture = musicnb.mix([drums, bass])
    gain = masknet.score_network(network, mixture.samples, drums.samples, 44_100)
    assert gain > 3
    mono = masknet.score_network(network, mixture.mono().samples[0], drums.mono().samples, 44_100)
    assert mono == pytest.approx(gain, abs=0.01)
    # What is right for the drums is wrong for the bass.
    assert masknet.score_network(network, mixture.samples, bass.samples, 44_100) < 0


@pytest.mark.parametrize(("gain", "part"), [(3.5, 2 / 3), (1.5, 1 / 3), (0.2, 0), (-9, 0)])
def test_points_grow_with_the_gain(gain, part):
    with pytest.raises(Wrong, match="gains") as wrong:
        judge_gain(gain)
    assert wrong.value.part == pytest.approx(part)


def test_a_file_that_unpacks_to_much_is_refused_unread(tmp_path):
    path = tmp_path / "l03-network.npz"
    np.savez_compressed(path, weight1=np.zeros((200, 1000, 1000), np.uint8))
    assert path.stat().st_size < masknet.MOST_BYTES
    tracemalloc.start()
    with pytest.raises(Wrong, match="at most 2 MB"):
        masknet.load_network(path)
    assert tracemalloc.get_traced_memory()[1] < 10e6
    tracemalloc.stop()
    path.write_bytes(b"0" * 2_000_000)
    with pytest.raises(Wrong, match="1 MB"):
        masknet.load_network(path)


def test_weights_that_are_no_numbers_or_far_too_large_are_told(tmp_path):
    with pytest.raises(Wrong, match="not finite"):
        masknet.load_network(by_hand(tmp_path, bias1=np.full(1, np.nan, np.float32)))
    for number in (5, -5):
        huge = np.full((1, 1, 3, 3), number * 1e37, np.float32)
        question = QUESTIONS[6]
        assert question.judge(by_hand(tmp_path, weight5=huge)).state == "incorrect"
