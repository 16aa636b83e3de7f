"""Fit the hidden Markov model of the chords, and score them, on pieces that training never saw.

Run by `musicnb.recipes.chords` after training.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

import musicnb
from musicnb.analysis.beats import find_beats, find_downbeats
from musicnb.analysis.chord_network import CLASSES
from musicnb.analysis.chords import Settings, beat_views, decode, emissions, grid
from musicnb.analysis.listen import network as analysis_network
from musicnb.analysis.listen import temperatures
from musicnb.recipes.chord_scores import (
    GLASSWORK,
    OTHER,
    Span,
    recall,
    said,
    template_emissions,
    true_chords,
)
from musicnb.recipes.measures import calibration_error, interval, reliability
from musicnb.recipes.renders import CALIBRATION, SECONDS
from musicnb.recipes.styles import styles
from musicnb.recipes.tunes import read_tunes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from musicnb.analysis.chord_network import ChordNet

#: What is tried for the hidden Markov model; the temperatures of the network and of the templates.
CHANGES = (0.05, 0.1, 0.2)
ON_DOWNBEATS = (0.3, 0.5, 0.7)
TEMPERATURES = (0.5, 0.7, 1.0, 1.4)
OF_TEMPLATES = (0.02, 0.03, 0.05, 0.08, 0.12)
OF_CONFIDENCE = (1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 2.2, 2.5, 2.8, 3.2, 3.6, 4.0)
#: Recalls that differ by less than this are equally good.
EQUAL = 0.005


@dataclass(frozen=True)
class Row:
    """A test piece: what is said at the beats that were found, and what is true."""

    name: str
    edges: NDArray[np.float64]
    downbeat: NDArray[np.bool_]
    logits: NDArray[np.float64]
    templates: NDArray[np.float64]
    truth: list[Span]

    def right(self) -> NDArray[np.float64]:
        """Return for how many seconds of each beat each chord is right, shape (beats, 25)."""
        made = np.zeros((len(self.edges) - 1, CLASSES))
        for start, end, chord in self.truth:
            if chord != OTHER:
                inside = np.minimum(self.edges[1:], end) - np.maximum(self.edges[:-1], start)
                made[:, chord] += np.maximum(inside, 0)
        return made

    def recall(self, path: NDArray[np.int64]) -> float:
        """Return the weighted chord symbol recall of a path."""
        judged = sum(end - start for start, end, chord in self.truth if chord != OTHER)
        return float(self.right()[np.arange(len(path)), path].sum()) / judged if judged else 0.0


def catalogue(cache: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the tunes and the styles by name."""
    return {t["name"]: t for t in read_tunes(cache)}, {s.name: s for s in styles(cache)}


def hear(net: ChordNet, cache: Path, most: int) -> list[Row]:
    """Return what the network and the templates say of the test pieces."""
    tunes, library = catalogue(cache)
    listener = analysis_network(torch.device("cpu"))
    rows = []
    for path in sorted((cache / "renders" / "test").glob("*.npz"))[:most]:
        with np.load(path, allow_pickle=False) as arrays:
            piece = dict(arrays)
        name, key = str(piece["name"]), int(piece["labels"][0])
        pitch = piece["pitch"].astype(np.float32)
        rhythm = torch.from_numpy(piece["rhythm"].astype(np.float32))
        with torch.inference_mode():
            made = listener(rhythm[None], torch.from_numpy(pitch)[None])
        beat, downbeat = (torch.sigmoid(made[n][0]).numpy() for n in ("beat", "downbeat"))
        beats = find_beats(beat)
        first, _ = find_downbeats(beats, downbeat, temperatures()["meter"])
        edges = grid(beats, SECONDS)
        rows.append(
            Row(
                name,
                edges,
                np.isin(edges[:-1], beats[first]),
                emissions(net, pitch, edges),
                template_emissions(beat_views(pitch, edges)),
                true_chords(name, key, piece["beats"], tunes, library),
            )
        )
    return rows


def recalls(rows: list[Row], settings: Settings, *, templates: bool = False) -> list[float]:
    """Return the recall of each piece, by the network or by the templates."""
    made = []
    for row in rows:
        logits = row.templates if templates else row.logits
        made.append(row.recall(decode(logits, row.downbeat, settings)[0]))
    return made


def fit(rows: list[Row]) -> Settings:
    """Return, of the models that recall most, the steadiest, as sure of itself as it is right.

    Recordings are less clear than renders, so that they need steadiness more.
    """
    tried = {s: float(np.mean(recalls(rows, s))) for s in _grid(TEMPERATURES)}
    best = max(tried.values())
    good = [s for s, value in tried.items() if value > best - EQUAL]
    steady = max(good, key=lambda s: (s.temperature, -s.change, -s.change_on_downbeat))
    sure = [replace(steady, confidence_temperature=value) for value in OF_CONFIDENCE]
    return min(sure, key=lambda s: gap(rows, s))


def fit_templates(rows: list[Row]) -> Settings:
    """Return the model with which the templates recall most."""
    return max(_grid(OF_TEMPLATES), key=lambda s: np.mean(recalls(rows, s, templates=True)))


def _grid(every: tuple[float, ...]) -> Iterator[Settings]:
    for change, on_downbeat, value in itertools.product(CHANGES, ON_DOWNBEATS, every):
        yield Settings(change, on_downbeat, value)


def gap(rows: list[Row], settings: Settings) -> float:
    """Return by how much the mean confidence differs from the share of beats that are right."""
    sure, right = told(rows, settings)
    return abs(float(sure.mean()) - float(right.mean()))


def told(rows: list[Row], settings: Settings) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return how sure the chord of each judged beat is, and whether it is right.

    A beat is judged by what is true for most of it.
    """
    sure, right = [], []
    for row in rows:
        path, shares = decode(row.logits, row.downbeat, settings)
        seconds = row.right()
        judged = seconds.sum(axis=1) > np.diff(row.edges) / 2
        at = np.arange(len(path))
        sure.append(shares[at, path][judged])
        right.append((seconds.argmax(axis=1) == path)[judged])
    return np.concatenate(sure), np.concatenate(right)


def score(rows: list[Row]) -> dict[str, Any]:
    """Return the settings, fitted on every fifth piece, and the scores of the others."""
    fitted = [row for i, row in enumerate(rows) if i % CALIBRATION == 0]
    scored = [row for i, row in enumerate(rows) if i % CALIBRATION]
    settings, of_templates = fit(fitted), fit_templates(fitted)
    diagram = reliability(*told(scored, settings))
    tunes = [row for row in scored if " | progression" not in row.name]
    return {
        "settings": settings,
        "template_settings": of_templates,
        "scores": {
            "recall": interval(recalls(scored, settings)),
            "recall_tunes": interval(recalls(tunes, settings)),
            "recall_templates": interval(recalls(scored, of_templates, templates=True)),
        },
        "calibration_error": calibration_error(diagram),
        "reliability": diagram,
        "calibration_pieces": len(fitted),
        "held_out_pieces": [row.name for row in scored],
    }


def demo_song() -> float:
    """Return the recall on the demo song glasswork, from its third bar on, of what is shipped."""
    return round(recall(GLASSWORK, said(musicnb.analyze("demo:glasswork").chords)), 4)
