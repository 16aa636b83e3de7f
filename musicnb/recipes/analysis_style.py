"""Train the heads for genre and mood, on the patterns that the true beats give.

Run by `musicnb.recipes.analysis` after the network that finds beats, tempo and key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from musicnb.analysis.features import RHYTHM_RATE
from musicnb.analysis.network import GENRES, MOODS, StyleNet
from musicnb.analysis.pattern import rises, style_features

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicnb.recipes.analysis import Corpus

STEPS, BATCH, RATE, DECAY, SMOOTHING = 1500, 128, 2e-3, 0.1, 0.05
#: Deviation of the noise on normalised features, and how often the mode is told wrong.
NOISE, WRONG_MODE = 0.3, 0.1
#: Parts of a piece, in seconds: all of it, and either half.
PARTS = ((0, 40), (0, 20), (20, 40))


def features_of(
    rhythm: Tensor, beats: NDArray[np.float64], downbeats: NDArray[np.float64], mode: float
) -> Tensor:
    """Return the features of a rhythm view."""
    spread = rhythm.var(dim=0, correction=0).sqrt()
    return style_features(rises(rhythm), rhythm.mean(dim=0), spread, beats, downbeats, mode)


def examples(
    corpus: Corpus, noise: list[tuple[Tensor, Tensor]], rng: np.random.Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """Return features, and the probability of each genre and mood: even where there is no music."""
    rows, genres, moods = [], [], []
    one_genre, one_mood = np.eye(len(GENRES)), np.eye(len(MOODS))
    for i in range(len(corpus)):
        rhythm = torch.from_numpy(corpus.rhythm[i].astype(np.float32))
        key, genre, mood, _ = corpus.labels[i]
        for start, stop in PARTS:
            beats, downbeats = (
                times[(times >= start) & (times < stop)] - start
                for times in (corpus.beats[i], corpus.downbeats[i])
            )
            part = rhythm[start * RHYTHM_RATE : stop * RHYTHM_RATE]
            rows.append(features_of(part, beats, downbeats, 1.0 if key < 12 else -1.0))
            genres.append(one_genre[genre])
            moods.append(one_mood[mood])
    for rhythm, _ in noise * 2:
        beats = np.arange(rng.uniform(0, 1), 20, 60 / rng.uniform(60, 180))
        rows.append(features_of(rhythm, beats, beats[::4], rng.uniform(-1, 1)))
        genres.append(np.full(len(GENRES), 1 / len(GENRES)))
        moods.append(np.full(len(MOODS), 1 / len(MOODS)))
    return (
        torch.stack(rows),
        torch.from_numpy(np.array(genres)).float(),
        torch.from_numpy(np.array(moods)).float(),
    )


def train_style(
    net: StyleNet, corpus: Corpus, noise: list[tuple[Tensor, Tensor]], seed: int
) -> None:
    """Train the heads in place."""
    torch.manual_seed(seed)
    x, genres, moods = examples(corpus, noise, np.random.default_rng(seed))
    net.mean.copy_(x.mean(dim=0))
    net.scale.copy_(x.std(dim=0) + 1e-3)
    x = net.normalised(x)
    optimiser = torch.optim.AdamW(net.parameters(), RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, STEPS)
    net.train()
    for step in range(STEPS):
        chosen = torch.randint(len(x), (BATCH,))
        seen = x[chosen] + NOISE * torch.randn(BATCH, x.shape[1])
        wrong = torch.rand(BATCH) < WRONG_MODE
        seen[wrong, -1] *= -1
        genre, mood = net.heads(seen)
        loss = functional.cross_entropy(genre, genres[chosen], label_smoothing=SMOOTHING)
        loss = loss + functional.cross_entropy(mood, moods[chosen], label_smoothing=SMOOTHING)
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()
        schedule.step()
        if (step + 1) % 500 == 0:
            print(f"style {step + 1}/{STEPS}: loss {float(loss.detach()):.3f}", flush=True)
    net.eval()
