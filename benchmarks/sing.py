"""Re-sing a spoken voice along a melody with WORLD; runs where pyworld is installed.

    python sing.py SPOKEN.npy SUNG.npy SEED

Each voiced run of the speech becomes a note: it is stretched to the note's length, and its pitch
becomes the note's, with a glide into it and a vibrato. Consonants keep their length. The melody is
a seeded walk on a minor pentatonic scale near the speaker's own pitch.
"""

import sys

import numpy as np

RATE = 44_100
FRAME = 5.0  # ms
PENTATONIC = np.array([-12, -9, -7, -5, -2, 0, 3, 5, 7, 10, 12])
SHORTEST = 12  # frames of a voiced run that can carry a note
MAX_STRETCH = 4.0


def voiced_runs(f0: np.ndarray) -> list[tuple[int, int]]:
    """Return (start, end) of each run of voiced frames long enough for a note."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], f0 > 0, [0])).astype(int)))
    return [(a, b) for a, b in edges.reshape(-1, 2) if b - a >= SHORTEST]


def melody(notes: int, base: float, rng: np.random.Generator) -> np.ndarray:
    """Return the pitches in Hz of a walk by small steps."""
    steps = rng.choice([-2, -1, -1, 0, 1, 1, 2], size=notes)
    at = len(PENTATONIC) // 2
    pitches = []
    for step in steps:
        at = int(np.clip(at + step, 0, len(PENTATONIC) - 1))
        pitches.append(base * 2 ** (PENTATONIC[at] / 12))
    return np.array(pitches)


def note(length: int, pitch: float, previous: float, rng: np.random.Generator) -> np.ndarray:
    """Return f0 over `length` frames: a glide of 60 ms, then vibrato that swells in."""
    time = np.arange(length) * FRAME / 1000
    glide = np.exp(-time / 0.03) * np.log2(previous / pitch)
    depth = rng.uniform(25, 55) / 1200 * np.clip((time - 0.2) / 0.3, 0, 1)
    vibrato = depth * np.sin(2 * np.pi * rng.uniform(5, 6.2) * time)
    drift = np.cumsum(rng.normal(size=length)) * 0.6 / 1200
    return pitch * 2 ** (glide + vibrato + drift - drift.mean())


def sing(spoken: np.ndarray, seed: int) -> np.ndarray:
    """Return the sung voice, as long as the spoken one."""
    import pyworld

    rng = np.random.default_rng(seed)
    x = spoken.astype(float)
    rough, times = pyworld.harvest(x, RATE, f0_floor=65, f0_ceil=500, frame_period=FRAME)
    f0 = pyworld.stonemask(x, rough, times, RATE)
    envelope = pyworld.cheaptrick(x, f0, times, RATE)
    aperiodicity = pyworld.d4c(x, f0, times, RATE)
    base = float(np.median(f0[f0 > 0])) * 2 ** (rng.integers(1, 5) / 12)
    runs = voiced_runs(f0)
    pitches = melody(len(runs), base, rng)
    index, pitch, end, previous = [], [], 0, base
    for (a, b), target in zip(runs, pitches, strict=True):
        index.append(np.arange(end, a))
        pitch.append(f0[end:a])
        wanted = rng.choice([0.25, 0.35, 0.5, 0.5, 0.8]) * 1000 / FRAME
        length = int(np.clip(wanted, b - a, MAX_STRETCH * (b - a)))
        index.append(np.linspace(a, b - 1, length))
        pitch.append(note(length, target, previous, rng))
        end, previous = b, target
    frames = np.concatenate(index).round().astype(int)
    made = pyworld.synthesize(
        np.concatenate(pitch), envelope[frames], aperiodicity[frames], RATE, FRAME
    )
    made = np.pad(made, (0, max(len(x) - len(made), 0)))[: len(x)]
    return made.astype(np.float32)


if __name__ == "__main__":
    np.save(sys.argv[2], sing(np.load(sys.argv[1], allow_pickle=False), int(sys.argv[3])))
