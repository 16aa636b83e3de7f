"""How well effects are heard: ``python -m benchmarks effects``.

Random chains are put on dry sounds that the network never learned from: held-out instruments, a
held-out speaker, held-out drum samples, and, beside them, real recordings. Those have a room and a
mastering of their own already, which counts against what is heard.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.items import BANDS, VOICES, read_band, read_voice
from benchmarks.machine import machine
from benchmarks.packages import CACHE, note
from musicnb.audio.resample import resample
from musicnb.effects.hear import calibration, network
from musicnb.effects.rooms import room_network
from musicnb.recipes.dry import FRAMES, RATE, dry_clips, levelled
from musicnb.recipes.effect_scores import calibrated_by, crossed, heard_examples, scored

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Sounds on each set; another seed than the one the card was scored with.
COUNT, QUICK, SEED = 540, 90, 1
FLOORS = {"rt60_mae_s": 0.25, "delay_within_20_ms": 0.8}
REAL_VOICES = ("en", "fr", "it", "ru")
NOTES = (
    "mean absolute error of each setting where the effect is there; 95 % bootstrap interval",
    "mean: the error of always saying the mean of what settings are drawn from",
    "held out: instruments, speaker and drum samples of their own; every effect in half of them",
    "real: Sectoid's guitars and songs, and speech in four languages, as if they were dry",
    "presence: area under the ROC curve (0.5 is chance), and calibration error over ten bins",
)


def effects(*, quick: bool = False) -> dict[str, Any]:
    """Score what is heard on held-out dry sounds and on real recordings."""
    count = QUICK if quick else COUNT
    cache = CACHE / "effects"
    cache.mkdir(parents=True, exist_ok=True)
    net, rooms = network(), room_network()
    report: dict[str, Any] = {"benchmark": "effects", "machine": machine(), "notes": list(NOTES)}
    for name in ("held_out", "real"):
        note(f"{name}: {count} sounds")
        clips = dry_clips("test", cache)[0] if name == "held_out" else real_clips()
        heard = heard_examples(net, rooms, clips, count, SEED)
        # The shipped calibration was fitted on the held-out clips; crossed() refits it fairly.
        fair = crossed(heard) if name == "held_out" else calibrated_by(heard, *calibration())
        report[name] = scored(heard["labels"], *fair)
    report["floors"] = [row for name in ("held_out", "real") for row in floors(name, report[name])]
    return report


def real_clips() -> NDArray[np.float32]:
    """Return real recordings in excerpts of 6 s, mono: songs first, then voices."""
    clips = []
    for name, (package, song, start) in BANDS.items():
        if package == "sectoid":
            note(f"reading {name}")
            band = read_band(package, song, start).mean(0, keepdims=True)
            clips.append(resample(band, 44_100, RATE)[0, :FRAMES])
    for voice in REAL_VOICES:
        note(f"reading {voice}")
        spoken = resample(read_voice(*VOICES[voice])[None].astype(np.float32), 44_100, RATE)[0]
        clips += [spoken[:FRAMES], spoken[FRAMES : 2 * FRAMES]]
    return np.stack([levelled(np.resize(clip, FRAMES)) for clip in clips])


def floors(name: str, scores: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what must hold, and whether it does."""
    settings = scores["parameters"]
    rt60 = settings["reverb.rt60"]["mae"]["mean"]
    within = settings["delay.time"]["within_20_ms"]["mean"]
    worse = [n for n, row in settings.items() if row["mae"]["mean"] >= row["mae_of_the_mean"]]
    rows = (
        ("RT60 within 0.25 s on average", rt60, rt60 <= FLOORS["rt60_mae_s"]),
        ("delay within 20 ms in 80 %", within, within >= FLOORS["delay_within_20_ms"]),
        ("every setting better than the mean", ", ".join(worse) or "all are", not worse),
    )
    return [
        {"floor": floor, "where": name, "value": value, "passed": bool(passed)}
        for floor, value, passed in rows
        if not (isinstance(value, float) and math.isnan(value))
    ]
