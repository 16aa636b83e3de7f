"""How well vocals, drums, bass and other come apart: the second half of `benchmarks quality`."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import musicnb
from benchmarks.bands import PARTS, RATE, songs
from benchmarks.baselines import OURS
from benchmarks.measure import run
from benchmarks.metrics import METRICS, interval, scores
from benchmarks.packages import note
from benchmarks.speed import rounded, sound
from musicnb.runtime.weights import card
from musicnb.stems.masks import BAND

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from benchmarks.bands import Song

    Sound = NDArray[np.float32]

FOUR = ("vocals", *PARTS)
#: Between bass and what lies above it, for the method that has no network; in Hz.
CROSSOVER = 200.0
METHODS = {
    "musicnb": "musicnb.separate, stems vocals, drums, bass and other",
    "hpss": f"librosa HPSS: percussive = drums; of the rest, below {CROSSOVER:.0f} Hz = bass",
    "mixture": "the mixture for every stem",
    "turned_down": "the mixture for every stem, divided by their number",
    "oracle_mask": "ideal ratio mask made from the true stems",
}
#: The least gain over the mixture, in dB of plain SDR: group, stem, and what must hold.
FLOORS = (
    ("rendered", "drums", 6.0),
    ("rendered", "bass", 5.0),
    ("composed", "drums", 0.0),
    ("composed", "bass", 0.0),
    ("real", "guitar", 0.0),
    ("real", "backing", 0.0),
)
#: The least gain in dB of SI-SDR, which turning the mixture down does not raise, for the same.
LEAST_SI_SDR = 1.0
MOST_RTF, MOST_MB = 0.15, 900.0
NOTES = (
    "four stems, rendered: 24 s each, of tunes, styles and a soundfont training never saw",
    "sung: with 15 s of a voice (speech, re-sung) over some of them; HPSS has no voice to offer",
    "composed: glasswork, arranged from samples, the drum hits of which training used; one item",
    "real: 4 songs of one metal band, as guitar and backing. `other` is scored against the guitar",
    "and drums + bass against the backing, which holds whatever else the band plays",
    "without truth: drums and bass of a real band by themselves, and a real singer; not measured",
    "gain: the score less that of the mixture, item by item",
    "turned_down gains plain SDR and separates nothing: compare gains of plain SDR with its",
)


def four_stems() -> dict[str, Any]:
    """Score every method on every song, and measure time and memory."""
    rows: list[dict[str, Any]] = []
    for song in songs():
        note(f"four stems, {song.name}")
        rows += scored(song)
    cost = costs()
    made = {
        "methods": METHODS,
        "training": card(BAND)["data"],
        "cost": cost,
        "summary": summary(rows),
        "gains": gains(rows),
        "scores": rows,
    }
    return {**made, "floors": floors(made["gains"], cost)}


def separated(mixture: Sound) -> Iterator[tuple[str, dict[str, Sound]]]:
    """Yield what each method makes of a mixture."""
    stems = musicnb.separate(musicnb.Audio(mixture, RATE), stems=FOUR)
    yield "musicnb", {name: stems[name].samples for name in FOUR}
    yield "hpss", hpss(mixture)


def hpss(mixture: Sound) -> dict[str, Sound]:
    """Split percussive from harmonic, and the harmonic part at a frequency."""
    import librosa

    harmonic, percussive = librosa.effects.hpss(mixture)
    spectrum = np.fft.rfft(harmonic)
    spectrum[:, np.fft.rfftfreq(mixture.shape[1], 1 / RATE) > CROSSOVER] = 0
    bass = np.fft.irfft(spectrum, mixture.shape[1]).astype(np.float32)
    return {"drums": percussive, "bass": bass, "other": harmonic - bass}


def oracle(truth: dict[str, Sound]) -> dict[str, Sound]:
    """Apply the ideal ratio masks, stem by stem: no mask on our STFT does much better."""
    import librosa

    spectra = librosa.stft(np.stack(list(truth.values())), **OURS)
    power = np.abs(spectra) ** 2
    share = power / np.maximum(power.sum(axis=0), 1e-20)
    length = next(iter(truth.values())).shape[1]
    made: Any = librosa.istft(
        spectra.sum(axis=0) * share, hop_length=OURS["hop_length"], length=length
    )
    return dict(zip(truth, made, strict=True))


def scored(song: Song) -> list[dict[str, Any]]:
    """Return one row for each method and true stem."""
    truth = song.truth()
    mixture = np.sum(list(truth.values()), axis=0)
    pairs: list[tuple[str, str, Sound]] = []
    for stem in truth:
        pairs.append(("mixture", stem, mixture))
        pairs.append(("turned_down", stem, mixture / len(truth)))
    for method, made in separated(mixture):
        for stem in truth:
            role = song.role(stem)
            if all(name in made for name in role):
                pairs.append((method, stem, np.sum([made[name] for name in role], axis=0)))
    pairs += [("oracle_mask", stem, estimate) for stem, estimate in oracle(truth).items()]
    return [
        {"item": song.name, "group": song.group, "method": method, "stem": stem}
        | {key: round(value, 3) for key, value in scores(truth[stem], estimate).items()}
        for method, stem, estimate in pairs
    ]


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return group -> method -> stem -> metric -> mean and interval.

    Examples
    --------
    >>> row = {"group": "real", "method": "m", "stem": "guitar"}
    >>> row |= {"sdr": 1.0, "si_sdr": 2.0, "plain_sdr": 3.0}
    >>> summary([row])["real"]["m"]["guitar"]["sdr"]["mean"]
    1.0
    """
    return {
        group: {
            method: {
                stem: {m: interval([row[m] for row in items]) for m in METRICS}
                for stem, items in by(inner, "stem").items()
            }
            for method, inner in by(outer, "method").items()
        }
        for group, outer in by(rows, "group").items()
    }


def gains(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return group -> method -> stem -> metric -> gain over the mixture, with its interval.

    Examples
    --------
    >>> row = {"item": "a", "group": "real", "stem": "guitar"}
    >>> better = row | {"method": "m", "sdr": 4.0, "si_sdr": 3.0, "plain_sdr": 2.0}
    >>> nothing = row | {"method": "mixture", "sdr": 1.0, "si_sdr": 1.0, "plain_sdr": 1.0}
    >>> gains([better, nothing])["real"]["m"]["guitar"]["sdr"]["mean"]
    3.0
    """
    nothing = {(row["item"], row["stem"]): row for row in rows if row["method"] == "mixture"}
    return summary(
        [
            row | {m: row[m] - nothing[row["item"], row["stem"]][m] for m in METRICS}
            for row in rows
            if row["method"] != "mixture"
        ]
    )


def by(rows: list[dict[str, Any]], key: str) -> dict[str, list[dict[str, Any]]]:
    """Group rows by one of their entries."""
    made: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        made.setdefault(row[key], []).append(row)
    return made


def costs() -> dict[str, Any]:
    """Separate 30 s into four stems in a process of its own: time, memory, how busy it was."""
    note("four stems, time and memory")
    busy = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="musicnb-four-") as folder:
        script = str(Path(__file__).parent / "steady.py")
        made = run([sys.executable, script, "musicnb_four", str(sound(Path(folder)))])
    row = rounded(json.loads(made.output.splitlines()[-1]))
    return {**row, "load_average": round(busy, 2)}


def floors(made: dict[str, Any], cost: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what must hold, and whether it does."""
    rows = []
    for group, stem, least in FLOORS:
        gain = made[group]["musicnb"][stem]
        for metric, name, limit in (
            ("plain_sdr", "SDR", least),
            ("si_sdr", "SI-SDR", LEAST_SI_SDR),
        ):
            value = gain[metric]["mean"]
            passed = value >= limit and value > 0
            rows.append(
                {"floor": f"{name} gain of {stem} >= {limit:g} dB", "where": group}
                | {"value": value, "passed": passed}
            )
    where = f"four stems of 30 s, 2 threads, load average {cost['load_average']}"
    for name, key, most in (("RTF", "rtf", MOST_RTF), ("peak MB", "peak_rss_mb", MOST_MB)):
        rows.append(
            {"floor": f"{name} <= {most:g}", "where": where, "value": cost[key]}
            | {"passed": cost[key] <= most}
        )
    return rows
