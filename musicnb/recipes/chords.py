"""Train `chords`, the small network that hears chords for `musicnb.analyze`, on the renders.

    python -m musicnb.recipes.renders [--cache DIR]     # first: the corpus
    python -m musicnb.recipes.chords  [--cache DIR] [--steps N] [--threads N] [--seed S]

1. Average the pitch view of each training piece over each of its true beats, and train on those
   and the chords that are known; on noise and on drums alone too, where there is no chord.
2. Fit the hidden Markov model on the calibration pieces (every fifth test piece), with the beats
   that the analysis network finds.
3. Score on the other test pieces, whose tunes, styles and soundfont training never saw, beside
   templates with the same beats and the same model; and on the demo song whose chords are known.
4. Write the weights in float16, and the card with the scores.

With `--score` only 2 to 4 are done, with the weights that are there. It takes ten minutes on one
core.
"""

from __future__ import annotations

import argparse
import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional

from musicnb.analysis.chord_network import NONE, ChordNet
from musicnb.analysis.chords import WEIGHTS, beat_views
from musicnb.analysis.features import level_gain, views
from musicnb.recipes.analysis import coloured, noises
from musicnb.recipes.chord_fit import catalogue, demo_song, hear, score
from musicnb.recipes.chord_scores import OTHER, Span, true_chords
from musicnb.recipes.compose import DRUM_CHANNEL, Event
from musicnb.recipes.renders import HITS, Hits
from musicnb.runtime.files import atomic, sha256, write_json
from musicnb.runtime.weights import PACKAGED

if TYPE_CHECKING:
    from numpy.typing import NDArray

STEPS, BATCH, BEATS = 1600, 24, 24
#: Of each batch, crops without a chord: every twelfth.
WITHOUT = 2
PEAK_RATE, WARM_UP = 3e-3, 50


@dataclass(frozen=True)
class Piece:
    """One spectrum a beat, and the chord of each beat."""

    views: NDArray[np.float32]
    chords: NDArray[np.int64]


def training_pieces(folder: Path, cache: Path) -> list[Piece]:
    """Return the pieces of a folder, cut at their true beats."""
    tunes, library = catalogue(cache)
    pieces = []
    for path in sorted(folder.glob("*.npz")):
        with np.load(path, allow_pickle=False) as arrays:
            beats, pitch = arrays["beats"], arrays["pitch"]
            name, key = str(arrays["name"]), int(arrays["labels"][0])
        truth = true_chords(name, key, beats, tunes, library)
        pieces.append(Piece(beat_views(pitch, beats), at_beats(truth, beats)))
    return pieces


def at_beats(truth: list[Span], edges: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the chord in the middle of each beat."""
    middles = (edges[1:] + edges[:-1]) / 2
    starts = np.array([start for start, _, _ in truth])
    chords = np.array([chord for _, _, chord in truth])
    made: NDArray[np.int64] = chords[np.searchsorted(starts, middles, side="right") - 1]
    return made


def without_chords(cache: Path, seed: int) -> list[Piece]:
    """Return noises, silence, and drums that Sonic Pi's hits play at random."""
    rng = np.random.default_rng(seed)
    pitch_views = [pitch for _, pitch in noises(seed)]
    hits = Hits(cache)
    drums = sorted({note for notes in HITS.values() for note in notes})
    for _ in range(60):
        step, kit = 60 / rng.uniform(60, 180) / 2, rng.choice(drums, int(rng.integers(2, 6)))
        pattern = rng.random((len(kit), 8)) < rng.uniform(0.15, 0.6)
        notes = [
            (k * step, 0.0, Event(0, 0, DRUM_CHANNEL, 0, int(note), int(rng.integers(50, 127))))
            for k in range(int(20 / step))
            for note, line in zip(kit, pattern, strict=True)
            if line[k % 8]
        ]
        sound = torch.from_numpy(hits.play(notes, 20.0, rng)[0])
        pitch_views.append(views(sound * level_gain(sound))[1])
    pitch_views.append(torch.zeros_like(pitch_views[0]))
    pieces = []
    for pitch in pitch_views:
        cut = beat_views(pitch.numpy(), np.arange(0, 19.5, rng.uniform(0.3, 0.8)))
        pieces.append(Piece(cut, np.full(len(cut), NONE)))
    return pieces


def batch(
    pieces: list[Piece], nothing: list[Piece], seed: tuple[int, int]
) -> tuple[Tensor, Tensor]:
    """Return crops with the level of each band changed at random, and their chords."""
    rng = np.random.default_rng(seed)
    x = np.zeros((BATCH, BEATS, pieces[0].views.shape[1]), np.float32)
    y = np.full((BATCH, BEATS), OTHER)
    for row in range(BATCH):
        pool = nothing if row < WITHOUT else pieces
        piece = pool[int(rng.integers(len(pool)))]
        length = min(BEATS, len(piece.chords))
        start = int(rng.integers(len(piece.chords) - length + 1))
        x[row, :length] = piece.views[start : start + length]
        y[row, :length] = piece.chords[start : start + length]
    return coloured(torch.from_numpy(x), rng), torch.from_numpy(y)


def train(pieces: list[Piece], nothing: list[Piece], steps: int, seed: int) -> ChordNet:
    """Train from the start."""
    torch.manual_seed(seed)
    net = ChordNet()
    optimiser = torch.optim.AdamW(net.parameters(), lr=PEAK_RATE, weight_decay=0.01)
    net.train()
    mean = 0.0
    for step in range(steps):
        x, y = batch(pieces, nothing, (seed, step))
        fall = 0.5 * (1 + math.cos(math.pi * step / steps))
        for group in optimiser.param_groups:
            group["lr"] = PEAK_RATE * min((step + 1) / WARM_UP, 1) * max(fall, 0.01)
        loss = functional.cross_entropy(net(x).flatten(0, 1), y.flatten(), ignore_index=OTHER)
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        mean = 0.98 * mean + 0.02 * float(loss.detach()) if step else float(loss.detach())
        if (step + 1) % 100 == 0:
            print(f"{step + 1}/{steps} cross-entropy {mean:.3f}", flush=True)
    return net.eval()


def finish(net: ChordNet, cache: Path, most: int, card: dict[str, Any]) -> None:
    """Fit and score what the file will hold; write it, and the card."""
    path = PACKAGED / f"{WEIGHTS}.safetensors"
    halves = {k: v.half().contiguous() for k, v in net.state_dict().items()}
    net.load_state_dict({k: v.float() for k, v in halves.items()})
    made = score(hear(net, cache, most))
    with atomic(path) as temporary:
        save_file(halves, temporary)
    written = {
        "name": WEIGHTS,
        **described(),
        **card,
        "parameters": sum(p.numel() for p in net.parameters()),
        "sha256": sha256(path),
        **made,
        "settings": asdict(made["settings"]),
        "template_settings": asdict(made["template_settings"]),
    }
    write_json(path.with_suffix(".json"), written)
    # Of the sound, through all of `analyze`, with the file just written.
    demo = demo_song()
    write_json(path.with_suffix(".json"), {**written, "recall_glasswork": demo})
    for name, value in made["scores"].items():
        print(f"{name}: {value['mean']:.3f} [{value['low']:.3f}, {value['high']:.3f}]")
    print(f"recall_glasswork (one song): {demo}")
    for name in ("calibration_error", "settings", "template_settings"):
        print(f"{name}: {made[name]}")


def load_net(path: Path) -> ChordNet:
    """Return the network with the weights of a file."""
    net = ChordNet()
    net.load_state_dict({name: value.float() for name, value in load_file(path).items()})
    return net.eval()


def described() -> dict[str, Any]:
    """Return the parts of the card that do not change."""
    return {
        "what": "chords of music, major and minor, beat by beat",
        "network": "musicnb.analysis.chord_network.ChordNet",
        "precision": "float16 on disk, float32 in use",
        "licence": "BSD-3-Clause",
        "credit": "The musicnb contributors",
        "source": "trained from scratch by the recipe",
        "data": "17.6 hours of music rendered by musicnb.recipes.renders, as for the weights "
        "`analysis`; drums alone from Sonic Pi's hits (CC0), and noise. No recording was used.",
        "held_out": "every eighth tune, every eighth style of each genre, and the soundfont "
        "TimGM6mb, which only the test pieces use; one in five test pieces fitted the settings "
        "and is not scored",
        "not_held_out": "The made-up progressions (two pieces in five) come from one list in "
        "training and test: recall_tunes leaves them out.",
        "labels": "The chords that the accompaniment was told to play. A tune's chords are those "
        "that hold most of its notes. Sevenths count as their triads; half-diminished chords are "
        "not judged.",
        "scores_mean": "recall is the weighted chord symbol recall, major and minor, with the "
        "beats that the analysis finds; intervals are of 95 %, by bootstrap over pieces; "
        "recall_templates is of binary templates with the same beats and the same kind of model",
        "fails": "Trained on renders only: on recordings it is right less often than it says. "
        "Diminished, augmented, suspended and power chords get the nearest triad. A chord that "
        "changes between beats is put on a beat. Music tuned a quarter tone off may come out a "
        "semitone off. Singing was never heard.",
    }


def main() -> None:
    """Run the recipe."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--cache", type=Path, default=Path(".cache"))
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--test", type=int, default=500, help="test pieces")
    parser.add_argument("--score", action="store_true", help="only fit and score")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    cache = options.cache.resolve()
    path = PACKAGED / f"{WEIGHTS}.safetensors"
    card = {
        "recipe": "python -m musicnb.recipes.renders && python -m musicnb.recipes.chords "
        f"--steps {options.steps}",
        "training": f"{options.steps} steps of {BATCH} crops of {BEATS} beats",
        "seed": options.seed,
    }
    if options.score:
        old = json.loads(path.with_suffix(".json").read_text("utf-8"))
        finish(load_net(path), cache, options.test, {name: old[name] for name in card})
        return
    pieces = training_pieces(cache / "renders" / "train", cache)
    nothing = without_chords(cache, options.seed)
    net = train(pieces, nothing, options.steps, options.seed)
    finish(net, cache, options.test, card)


if __name__ == "__main__":
    main()
