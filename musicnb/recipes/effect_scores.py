"""How far what is heard is from how the effects were set, beside predicting the mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from musicnb.effects.hear import evidence_in, settings_at
from musicnb.effects.network import PARAMETERS, PRESENCE, EffectsNet
from musicnb.recipes.effect_examples import example

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from musicnb.effects.rooms import RoomNet


def sounds(
    clips: NDArray[np.float32], count: int, seed: int
) -> Iterator[tuple[int, NDArray[np.float32], NDArray[np.float32]]]:
    """Yield which clip, its sound after a random chain, and the labels: not the trained ones."""
    for number in range(count):
        rng = np.random.default_rng([seed, 99, number])
        chosen = number % len(clips)
        sound, _, labels = example(clips[chosen], rng)
        yield chosen, sound, labels


def heard_examples(
    net: EffectsNet, rooms: RoomNet, clips: NDArray[np.float32], count: int, seed: int
) -> dict[str, NDArray[Any]]:
    """Return what is found in `count` sounds after random chains, their labels, and their clips."""
    rows: dict[str, list[Any]] = {
        name: [] for name in ("clip", "labels", "evidence", "places", "time")
    }
    for chosen, sound, labels in sounds(clips, count, seed):
        evidence, places, time = evidence_in(sound, net, rooms)
        found = (chosen, labels, evidence.numpy(), places.numpy(), time or 0.0)
        for row, value in zip(rows.values(), found, strict=True):
            row.append(value)
    return {name: np.array(row) for name, row in rows.items()}


def calibrated(evidence: NDArray[Any], there: NDArray[Any]) -> Tensor:
    """Return the factors (effects, 3) that make probabilities of the evidence."""
    factors = torch.zeros(len(PRESENCE), 3, requires_grad=True)
    x, y = torch.tensor(evidence, dtype=torch.float32), torch.tensor(there, dtype=torch.float32)
    optimizer = torch.optim.LBFGS([factors], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        logits = (factors * x).sum(-1)
        loss = functional.binary_cross_entropy_with_logits(logits, y)
        loss = loss + 1e-3 * factors.square().sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    return factors.detach()


def lines(places: NDArray[Any], wanted: NDArray[Any]) -> NDArray[Any]:
    """Return for each setting the constant and the factor that bring places to the wanted ones."""
    made = []
    for column in range(places.shape[1]):
        known = ~np.isnan(wanted[:, column])
        slope = np.polyfit(places[known, column], wanted[known, column], 1)[0]
        slope = float(np.clip(slope, 0, 1.5))  # the wrong way round is worse than nothing
        constant = float(np.mean(wanted[known, column] - slope * places[known, column]))
        made.append((constant, slope))
    return np.array(made)


def fitted(heard: dict[str, NDArray[Any]]) -> tuple[Tensor, Tensor]:
    """Return the calibration of presence and of settings on all that was heard."""
    labels = heard["labels"]
    presence = calibrated(heard["evidence"], labels[:, : len(PRESENCE)])
    values = lines(heard["places"], labels[:, len(PRESENCE) :])
    return presence, torch.tensor(values, dtype=torch.float32)


def calibrated_by(
    heard: dict[str, NDArray[Any]], presence: Tensor, values: Tensor
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return probabilities (sounds, effects) and settings (sounds, settings)."""
    logits = (heard["evidence"] * presence.numpy()).sum(-1)
    constant, factor = values.numpy().T
    places = torch.from_numpy(constant + factor * heard["places"])
    made = np.array([list(settings_at(row).values()) for row in places])
    made[:, list(PARAMETERS).index("delay.time")] = heard["time"]
    return 1 / (1 + np.exp(-logits)), made


def crossed(heard: dict[str, NDArray[Any]]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return probabilities and settings, each calibrated on the clips of the other half."""
    half = heard["clip"] % 2 == 0
    probability = np.zeros((len(half), len(PRESENCE)))
    values = np.zeros((len(half), len(PARAMETERS)))
    for part in (half, ~half):
        factors = fitted({name: row[~part] for name, row in heard.items()})
        here = {name: row[part] for name, row in heard.items()}
        probability[part], values[part] = calibrated_by(here, *factors)
    return probability, values


def scored(labels: NDArray[Any], probability: NDArray[Any], values: NDArray[Any]) -> dict[str, Any]:
    """Return errors of each setting beside those of predicting the mean, and of presence."""
    there = labels[:, : len(PRESENCE)] > 0.5
    made: dict[str, Any] = {"parameters": {}, "presence": {}}
    for column, (name, allowed) in enumerate(PARAMETERS.items()):
        places = labels[:, len(PRESENCE) + column]
        known = ~np.isnan(places)
        truth = np.array([allowed.at(float(p)) for p in places[known]])
        error = np.abs(values[known, column] - truth)
        # The best constant, knowing the range that settings are drawn from.
        middle = float(np.mean([allowed.at(p) for p in np.linspace(0, 1, 1001)]))
        made["parameters"][name] = {
            "unit": allowed.unit,
            "mae": interval(error),
            "mae_of_the_mean": round(float(np.abs(middle - truth).mean()), 4),
        }
        if name == "delay.time":
            made["parameters"][name]["within_20_ms"] = interval(error <= 0.02)
    for column, name in enumerate(PRESENCE):
        sure, true = probability[:, column], there[:, column]
        made["presence"][name] = {
            "auc": round(area(sure, true), 3),
            "calibration_error": round(gap(sure, true), 3),
            "accuracy": round(float(((sure > 0.5) == true).mean()), 3),
        }
    return made


def interval(values: NDArray[Any]) -> dict[str, float]:
    """Return the mean with its 95 % bootstrap interval."""
    values = np.asarray(values, float)
    picks = np.random.default_rng(0).integers(0, len(values), (1000, len(values)))
    low, high = np.percentile(values[picks].mean(1), [2.5, 97.5])
    return {
        k: round(float(v), 4) for k, v in {"mean": values.mean(), "low": low, "high": high}.items()
    }


def area(probability: NDArray[Any], there: NDArray[Any]) -> float:
    """Return the area under the ROC curve: how often one that is there is ranked higher."""
    higher = probability[there][:, None] - probability[~there][None]
    return float((higher > 0).mean() + 0.5 * (higher == 0).mean())


def gap(probability: NDArray[Any], there: NDArray[Any], bins: int = 10) -> float:
    """Return the expected calibration error over ten bins."""
    which = np.minimum((probability * bins).astype(int), bins - 1)
    parts = [which == b for b in range(bins)]
    return float(
        sum(abs(probability[p].mean() - there[p].mean()) * p.mean() for p in parts if p.any())
    )
