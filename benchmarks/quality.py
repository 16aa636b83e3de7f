"""How well songs come apart into two stems and into four: ``python -m benchmarks quality``."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

from benchmarks import four
from benchmarks.baselines import EXCHANGED, METHODS, oracle
from benchmarks.items import SECONDS, Item, items, recipe
from benchmarks.machine import machine
from benchmarks.metrics import METRICS, RESAMPLES, interval, scores
from benchmarks.packages import note

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STEMS = ("vocals", "accompaniment")
FORMS = ("spoken", "sung")
ORACLE = "oracle_mask"
NOTES = (
    f"dB, higher is better; mean, 95 % bootstrap interval over items, {RESAMPLES} resamples",
    "items that share a song are not independent: the intervals are somewhat too narrow",
    "sdr forgives any 512-tap filter of the true stem (as BSS Eval's sources); whole excerpts",
    "si_sdr forgives a gain; plain_sdr forgives nothing",
    "training: musicnb runs Spleeter's weights, trained on a private catalogue, none of them here",
    "not held out: the level at which musicnb shows segments to the networks was chosen on them",
    "no item has a real singer on a track of its own, so these scores do not carry over to songs",
    "speech is not singing, and re-sung speech has the artefacts of its synthesis",
    "mixture is what doing nothing gives",
    "the oracle is the ideal ratio mask on the same STFT (4096/1024), a ceiling for masks",
)


def quality(stems: str = "all") -> dict[str, Any]:
    """Score every method on every item: of two stems, of four, or all."""
    os.environ.setdefault("TQDM_DISABLE", "1")
    report: dict[str, Any] = {"benchmark": "quality", "machine": machine(), "notes": []}
    if stems != "4":
        report["notes"] += NOTES
        report |= two_stems()
    if stems != "2":
        report["notes"] += four.NOTES
        report["four_stems"] = four.four_stems()
    return report


def two_stems() -> dict[str, Any]:
    """Score vocals and accompaniment."""
    everything = items()
    rows: list[dict[str, Any]] = []
    taken = dict.fromkeys((*METHODS, ORACLE), 0.0)
    for number, item in enumerate(everything, 1):
        note(f"{number}/{len(everything)} {item.name}")
        truth = item.stems
        mixture = truth.sum(axis=0)
        estimates: dict[str, NDArray[np.float32]] = {}
        for name in taken:
            started = time.process_time()
            estimates[name] = oracle(truth) if name == ORACLE else METHODS[name][0](mixture)
            taken[name] += time.process_time() - started
        for name, (other, _) in EXCHANGED.items():
            estimates[name] = estimates[other][::-1]
        for name, estimate in estimates.items():
            rows += scored(item, name, truth, estimate)
    seconds = SECONDS * len(everything)
    return {
        "recipe": recipe(),
        "methods": {
            **{name: words for name, (_, words) in (METHODS | EXCHANGED).items()},
            ORACLE: "ideal ratio mask made from the true stems",
        },
        "core_rtf": {name: round(value / seconds, 4) for name, value in taken.items()},
        "summary": summary(rows),
        "items": [item.described() for item in everything],
        "scores": rows,
    }


def scored(
    item: Item, method: str, truth: NDArray[np.float32], estimate: NDArray[np.float32]
) -> list[dict[str, Any]]:
    """Return one row for each stem."""
    return [
        {"item": item.name, "form": item.form, "method": method, "stem": stem}
        | {key: round(value, 3) for key, value in scores(truth[i], estimate[i]).items()}
        for i, stem in enumerate(STEMS)
    ]


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return form -> method -> stem -> metric -> mean and interval.

    Examples
    --------
    >>> row = {"form": "sung", "method": "m", "sdr": 1.0, "si_sdr": 2.0, "plain_sdr": 3.0}
    >>> made = summary([row | {"stem": "vocals"}, row | {"stem": "accompaniment"}])
    >>> made["sung"]["m"]["vocals"]["si_sdr"]
    {'mean': 2.0, 'low': 2.0, 'high': 2.0, 'items': 1}
    """
    grouped: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in rows:
        grouped.setdefault((row["form"], row["method"], row["stem"]), []).append(row)
    made: dict[str, Any] = {}
    for (form, method, stem), group in grouped.items():
        made.setdefault(form, {}).setdefault(method, {})[stem] = {
            metric: interval([row[metric] for row in group]) for metric in METRICS
        }
    return made
