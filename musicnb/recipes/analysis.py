"""Train `analysis`, the network behind `musicnb.analyze`, on the renders; calibrate and score it.

    python -m musicnb.recipes.renders  [--cache DIR]     # first: the corpus
    python -m musicnb.recipes.analysis [--cache DIR] [--steps N] [--threads N] [--seed S]

1. Train beats, tempo and key on crops of 20 s, with the level of each band changed at random. It
   saves its state as it goes, and goes on where it was stopped. Then train the small heads for
   genre and mood on the patterns at the true beats.
2. Fit a temperature and a slip for each head on the calibration pieces (`renders`).
3. Score on the other test pieces: tunes, styles and a soundfont that training never saw.
4. Write the weights in float16, and the card with the scores.

With `--score` only 2 to 4 are done, with the weights that ship.
"""

from __future__ import annotations

import argparse
import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional

from musicnb.analysis.features import (
    PITCH_RATE,
    RHYTHM_RATE,
    SAMPLE_RATE,
    level_gain,
    views,
)
from musicnb.analysis.listen import WEIGHTS as WEIGHTS_NAME
from musicnb.analysis.network import (
    TEMPO_CLASSES,
    TEMPO_LOW,
    TEMPO_STEP,
    AnalysisNet,
)
from musicnb.recipes.analysis_scores import (
    calibrate,
    cross_fitted,
    described,
    hear,
    score,
    split,
)
from musicnb.recipes.analysis_style import train_style
from musicnb.runtime.files import atomic, sha256, write_json
from musicnb.runtime.weights import PACKAGED

if TYPE_CHECKING:
    from numpy.typing import NDArray

CROP_S = 20
BATCH = 12
PEAK_RATE, WARM_UP = 3e-3, 150
#: Weight of a frame with a beat over one without, and of each loss in the sum.
POSITIVE = {"beat": 6.0, "downbeat": 18.0}
WEIGHTS = {"beat": 3.0, "downbeat": 2.0, "tempo": 0.3, "local_tempo": 0.15, "key": 0.5,
           "local_key": 0.25}  # fmt: skip
SAVE_EVERY = 100
STEPS = 850


@dataclass(frozen=True)
class Corpus:
    """Pieces in memory: their views, and what is true of them."""

    rhythm: list[NDArray[np.float16]]
    pitch: list[NDArray[np.float16]]
    beats: list[NDArray[np.float64]]
    downbeats: list[NDArray[np.float64]]
    tempo: NDArray[np.float64]
    labels: NDArray[np.int64]
    names: list[str]

    @staticmethod
    def load(folder: Path) -> Corpus:
        """Read every piece of a folder."""
        rows: list[dict[str, Any]] = []
        for path in sorted(folder.glob("*.npz")):
            with np.load(path, allow_pickle=False) as arrays:
                rows.append({name: arrays[name] for name in arrays})
        return Corpus(
            [row["rhythm"] for row in rows],
            [row["pitch"] for row in rows],
            [row["beats"] for row in rows],
            [row["downbeats"] for row in rows],
            np.array([float(row["tempo"]) for row in rows]),
            np.array([row["labels"] for row in rows]),
            [str(row["name"]) for row in rows],
        )

    def __len__(self) -> int:
        return len(self.names)


def noises(seed: int) -> list[tuple[Tensor, Tensor]]:
    """Return the views of sounds that are no music: noise of several colours, hum, clicks."""
    rng = np.random.default_rng(seed)
    samples = CROP_S * SAMPLE_RATE
    frequency = np.fft.rfftfreq(samples, 1 / SAMPLE_RATE)
    made = []
    for number in range(40):
        spectrum = np.fft.rfft(rng.normal(0, 1, samples))
        spectrum *= np.maximum(frequency, 20) ** -rng.uniform(-0.2, 1.2)
        sound = np.fft.irfft(spectrum, samples)
        if number % 4 == 1:  # gusts
            knots = rng.uniform(0.02, 1, int(rng.integers(4, 60)))
            sound *= np.interp(np.linspace(0, 1, samples), np.linspace(0, 1, len(knots)), knots)
        elif number % 4 == 2:  # irregular clicks
            sound *= 0.003
            for at in rng.integers(0, samples - 2000, int(rng.integers(3, 60))):
                decay = np.exp(-np.arange(2000) / rng.uniform(20, 500))
                sound[at : at + 2000] += rng.normal(0, 1, 2000) * decay * sound.std() * 300
        tensor = torch.from_numpy(sound.astype(np.float32))
        made.append(views(tensor * level_gain(tensor)))
    return made


def batch(
    corpus: Corpus, noise: list[tuple[Tensor, Tensor]], rng: np.random.Generator
) -> dict[str, Tensor]:
    """Return a batch of augmented crops and their targets; half of the batches hold a noise."""
    chosen = rng.integers(len(corpus), size=BATCH)
    # One factor for all: faster or slower by up to 10 %, without a change of pitch.
    stretch = float(np.exp(rng.uniform(-0.1, 0.1)))
    frames = CROP_S * RHYTHM_RATE
    taken = round(frames * stretch / 10) * 10
    stretch = taken / frames
    rhythm, pitch, tempo = [], [], []
    beat: list[NDArray[np.float32]] = []
    downbeat: list[NDArray[np.float32]] = []
    for i in chosen:
        start = int(rng.integers((len(corpus.rhythm[i]) - taken) // 10 + 1)) * 10
        slow = start * PITCH_RATE // RHYTHM_RATE
        rhythm.append(corpus.rhythm[i][start : start + taken].astype(np.float32))
        pitch.append(corpus.pitch[i][slow : slow + CROP_S * PITCH_RATE - 20].astype(np.float32))
        for times, marks in ((corpus.beats[i], beat), (corpus.downbeats[i], downbeat)):
            at = np.round((times * RHYTHM_RATE - start) / stretch).astype(int)
            line = np.zeros(frames, np.float32)
            line[at[(at >= 0) & (at < frames)]] = 1
            marks.append(line)
        times = corpus.beats[i] * RHYTHM_RATE - start
        times = times[(times >= 0) & (times < taken)]
        local = 60 * RHYTHM_RATE / np.median(np.diff(times)) if len(times) > 4 else corpus.tempo[i]
        tempo.append(local * stretch)
    x = torch.from_numpy(np.stack(rhythm))
    x = functional.interpolate(x.transpose(1, 2), frames, mode="linear").transpose(1, 2)
    y = torch.from_numpy(np.stack(pitch))
    labels = torch.from_numpy(corpus.labels[chosen])
    truth = {
        "beat": torch.from_numpy(np.stack(beat)),
        "downbeat": torch.from_numpy(np.stack(downbeat)),
        "tempo": tempo_target(torch.tensor(tempo)),
        "key": functional.one_hot(labels[:, 0], 24).float(),
    }
    if rng.random() < 0.5:
        x[0], slow_view = noise[int(rng.integers(len(noise)))]
        y[0] = slow_view[: y.shape[1]]
        for name, target in truth.items():
            # Where there is no music there are no beats, and all answers are equally good.
            target[0] = 0.0 if "beat" in name else 1 / target.shape[1]
    return {"rhythm": coloured(x, rng), "pitch": coloured(y, rng), **truth}


def coloured(x: Tensor, rng: np.random.Generator) -> Tensor:
    """Change the level of the bands by a smooth random curve for each crop."""
    knots = rng.normal(0, 4, (len(x), 8)) + rng.normal(0, 3, (len(x), 1))
    curve = functional.interpolate(
        torch.from_numpy(knots).float()[:, None], x.shape[2], mode="linear", align_corners=True
    )
    return torch.log1p(torch.expm1(x) * 10 ** (curve / 20))


def tempo_target(bpm: Tensor) -> Tensor:
    """Return a bell over the tempo classes around each tempo."""
    centre = torch.log(bpm / TEMPO_LOW) / np.log(TEMPO_STEP)
    bell = torch.exp(-0.5 * ((torch.arange(TEMPO_CLASSES) - centre[:, None]) / 1.3) ** 2)
    return bell / bell.sum(dim=1, keepdim=True).clamp(min=1e-6)


def beat_loss(logits: Tensor, target: Tensor, weight: float) -> Tensor:
    """Return the cross-entropy that forgives being off by a frame, as in "Beat This!".

    Foscarin, Schlueter and Widmer, "Beat this! Accurate beat tracking without DBN postprocessing",
    ISMIR 2024. A beat wants a peak within a frame of it; frames around a beat want nothing.
    """
    peaks = functional.max_pool1d(logits[:, None], 3, 1, 1)[:, 0]
    near = functional.max_pool1d(target[:, None], 5, 1, 2)[:, 0]
    missed = weight * target * functional.softplus(-peaks)
    false = (1 - near) * functional.softplus(peaks)
    return (missed + false).mean()


def losses(made: dict[str, Tensor], truth: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the loss of each head."""
    seconds = made["local_key"].shape[1]
    return {
        "beat": beat_loss(made["beat"], truth["beat"], POSITIVE["beat"]),
        "downbeat": beat_loss(made["downbeat"], truth["downbeat"], POSITIVE["downbeat"]),
        "tempo": functional.cross_entropy(made["tempo"], truth["tempo"]),
        "local_tempo": functional.cross_entropy(
            made["local_tempo"].transpose(1, 2),
            truth["tempo"][..., None].expand(-1, -1, made["local_tempo"].shape[1]),
        ),
        "key": functional.cross_entropy(made["key"], truth["key"]),
        "local_key": functional.cross_entropy(
            made["local_key"].transpose(1, 2), truth["key"][..., None].expand(-1, -1, seconds)
        ),
    }


def learning_rate(step: int, steps: int) -> float:
    """Rise, then fall along a cosine."""
    if step < WARM_UP:
        return PEAK_RATE * (step + 1) / WARM_UP
    share = (step - WARM_UP) / max(steps - WARM_UP, 1)
    return PEAK_RATE * max(0.5 * (1 + math.cos(math.pi * min(share, 1))), 0.003)


def train(corpus: Corpus, state: Path, steps: int, seed: int) -> AnalysisNet:
    """Train, from the saved state if there is one."""
    torch.manual_seed(seed)
    net = AnalysisNet()
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimiser = torch.optim.AdamW(net.parameters(), lr=PEAK_RATE, weight_decay=0.01)
    first = 0
    if state.is_file():
        kept = torch.load(state, weights_only=True)
        net.load_state_dict(kept["net"])
        if kept["optimiser"]:
            optimiser.load_state_dict(kept["optimiser"])
        first = kept["step"]
    net.train()
    noise = noises(seed)
    means: dict[str, float] = {}
    started = time.monotonic()
    for step in range(first, steps):
        rng = np.random.default_rng((seed, step))
        truth = batch(corpus, noise, rng)
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(step, steps)
        # bfloat16 takes little more than half the time.
        with torch.autocast("cpu", dtype=torch.bfloat16):
            made = net(truth["rhythm"], truth["pitch"])
        parts = losses({name: value.float() for name, value in made.items()}, truth)
        total = torch.stack([WEIGHTS[name] * value for name, value in parts.items()]).sum()
        optimiser.zero_grad()
        torch.autograd.backward(total)
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        for name, value in parts.items():
            latest = float(value.detach())
            means[name] = 0.98 * means.get(name, latest) + 0.02 * latest
        if (step + 1) % 25 == 0:
            pace = (time.monotonic() - started) / (step + 1 - first)
            words = " ".join(f"{name} {value:.3f}" for name, value in means.items())
            print(f"{step + 1}/{steps} {pace:.2f} s a step | {words}", flush=True)
        if (step + 1) % SAVE_EVERY == 0 or step + 1 == steps:
            save_state(state, net, optimiser, step + 1)
    return net.eval()


def save_state(
    path: Path, net: AnalysisNet, optimiser: torch.optim.Optimizer | None, step: int
) -> None:
    """Keep the point to go on from; without an optimiser training is over."""
    kept = {} if optimiser is None else optimiser.state_dict()
    with atomic(path) as temporary:
        torch.save({"net": net.state_dict(), "optimiser": kept, "step": step}, temporary)


def load_net(path: Path) -> AnalysisNet:
    """Return the network with the weights of a file."""
    net = AnalysisNet()
    net.load_state_dict({name: value.float() for name, value in load_file(path).items()})
    return net.eval()


def finish(net: AnalysisNet, corpus: Path, steps: int, seed: int) -> None:
    """Write the weights; calibrate and score what is in the file; write the card."""
    path = PACKAGED / f"{WEIGHTS_NAME}.safetensors"
    with atomic(path) as temporary:
        save_file({k: v.half().contiguous() for k, v in net.state_dict().items()}, temporary)
    rows = hear(load_net(path), Corpus.load(corpus / "test"))
    fitted, judged = split(rows)
    temperatures, slips = calibrate(fitted)
    made = score(judged, temperatures, slips)
    train_s = len(list((corpus / "train").glob("*.npz"))) * 40.0
    card = {
        "name": WEIGHTS_NAME,
        **described(train_s, steps),
        "parameters": sum(p.numel() for p in net.parameters()),
        "sha256": sha256(path),
        "seed": seed,
        "temperatures": temperatures,
        "slips": slips,
        "calibration_pieces": len(fitted),
        "calibration_error_cross_fitted": {**cross_fitted(rows), "pieces": len(rows)},
        **made,
        "held_out_styles": sorted({row["name"].partition(" | ")[0] for row in judged}),
        "held_out_pieces": [row["name"] for row in judged],
    }
    write_json(path.with_suffix(".json"), card)
    for name, value in made["scores"].items():
        print(f"{name}: {value['mean']:.3f} [{value['low']:.3f}, {value['high']:.3f}]")
    print("calibration error:", made["calibration_error"])
    print("by chance alone:", made["calibration_error_of_chance"])
    print("cross-fitted:", card["calibration_error_cross_fitted"])


def main() -> None:
    """Run the recipe."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--cache", type=Path, default=Path(".cache"))
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--score", action="store_true", help="only the weights that ship")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    cache = options.cache.resolve()
    state = cache / "analysis-training.pt"
    if options.score:
        net = load_net(PACKAGED / f"{WEIGHTS_NAME}.safetensors")
    else:
        corpus = Corpus.load(cache / "renders" / "train")
        net = train(corpus, state, options.steps, options.seed)
        train_style(net.style, corpus, noises(options.seed), options.seed)
        save_state(state, net, None, options.steps)
    finish(net.eval(), cache / "renders", options.steps, options.seed)


if __name__ == "__main__":
    main()
