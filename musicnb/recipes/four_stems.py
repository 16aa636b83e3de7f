"""Train the network that shares an accompaniment out among drums, bass and other.

    python -m musicnb.recipes.four_stems [--cache DIR] [--pieces N] [--test N] [--minutes M]

1. render: pieces as in `musicnb.recipes.renders`, stem by stem at 44.1 kHz, 24 s of each. The test
   pieces have tunes, styles and a soundfont of their own.
2. train: every example is mixed anew, a third of them from stems of different pieces, with gains,
   equalisation and panning of their own. A checkpoint every minute; it goes on from the last.
3. score: SDR and SI-SDR of each stem over those of the mixture, on the test pieces and on the true
   stems of the demo song `glasswork`; the card is written from it.

Network: `musicnb.stems.bandnet`. The loss is the error in each band, in phase with the mixture, and
the SDR.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional

from musicnb.audio.files import load
from musicnb.recipes.compose import MOODS, STEMS, compose, draw_song
from musicnb.recipes.parts import HELD_OUT_FONT, TRAINING_FONTS
from musicnb.recipes.renders import TUNE_STEP, Hits, Player, perform
from musicnb.recipes.styles import styles
from musicnb.recipes.training import train_for
from musicnb.recipes.tunes import read_tunes
from musicnb.runtime.files import atomic, sha256, write_json
from musicnb.runtime.weights import PACKAGED
from musicnb.stems.bandnet import PARTS, BandNet, band_edges, to_bands
from musicnb.stems.masks import BAND, HOP_LENGTH, N_FFT, SAMPLE_RATE, band_gain, parts, stft
from musicnb.stems.metrics import sdr, si_sdr

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from musicnb.recipes.renders import Take
    from musicnb.recipes.styles import Style

    Sound = NDArray[np.float32]

#: Seconds of each piece that are kept, and where they begin.
START, LENGTH = 8.0, 24.0
#: Seconds of an example; examples of a step.
EXAMPLE, BATCH = 6.0, 8
RATE_OF_LEARNING = 2e-3
#: How much the SDR (a tenth of it, in dB) weighs beside the error in the bands.
SDR_WEIGHT = 0.3
#: The share of examples whose parts are of one piece, and fit.
TOGETHER = 0.65
SEED = 7


# ---- render --------------------------------------------------------------------------------------


def render(folder: Path, count: int, *, test: bool, seed: int, cache: Path) -> None:
    """Render pieces into ``NUMBER.npy``: int16, shape (3, 2, frames), in the order of `PARTS`."""
    folder.mkdir(parents=True, exist_ok=True)
    tunes = [t for i, t in enumerate(read_tunes(cache)) if (i % TUNE_STEP == 0) == test]
    library = [s for s in styles(cache) if s.held_out == test]
    fonts = (HELD_OUT_FONT,) if test else TRAINING_FONTS
    players = [Player(font, cache, SAMPLE_RATE) for font in fonts]
    hits = Hits(cache, SAMPLE_RATE)
    for number in range(count):
        path = folder / f"{number:05d}.npy"
        if path.is_file():
            continue
        rng = np.random.default_rng((seed, number))
        take = _take(library, tunes, players, hits, rng, cache)
        with atomic(path) as temporary, temporary.open("wb") as file:
            np.save(file, _parts(take))
        if number % 20 == 0:
            print(f"rendered {number + 1} of {count}", flush=True)


def _take(
    library: list[Style],
    tunes: list[dict[str, Any]],
    players: list[Player],
    hits: Hits,
    rng: np.random.Generator,
    cache: Path,
) -> Take:
    """Return the next performance that has drums and a bass."""
    while True:
        style = library[int(rng.integers(len(library)))]
        mood = str(rng.choice(list(MOODS)))
        bars = int(np.ceil(40 / 60 * style.tempo[1] * 1.15 * style.beat / style.meter)) + 1
        song = draw_song(tunes, style, MOODS[mood][0], rng, bars)
        try:
            piece = compose(song, style, rng, cache, bars)
        except ValueError:
            continue
        take = perform(piece, players[int(rng.integers(len(players)))], hits, mood, rng)
        if all(np.abs(take.stems[name]).max() > 0.01 for name in ("drums", "bass")):
            return take


def _parts(take: Take) -> NDArray[np.int16]:
    """Return the parts, levelled so that they make a mix, with a true peak of the sum below 1."""
    first, last = round(START * SAMPLE_RATE), round((START + LENGTH) * SAMPLE_RATE)
    level = {name: take.stems[name][:, first:last] for name in STEMS}
    loud = {name: max(float(np.sqrt(np.mean(x**2))), 1e-4) for name, x in level.items()}
    other = level["other"] / loud["other"] + 0.8 * level["melody"] / loud["melody"]
    made = [level["drums"] / loud["drums"], 0.8 * level["bass"] / loud["bass"], other]
    stack = np.stack(made)
    stack *= 0.9 / max(float(np.abs(stack).max()), float(np.abs(stack.sum(0)).max()))
    return np.round(stack * 32767).astype(np.int16)


# ---- train ---------------------------------------------------------------------------------------


def train(folder: Path, out: Path, *, minutes: float, device: torch.device) -> tuple[BandNet, int]:
    """Train for so many minutes of this machine, those before a stop included; count the steps."""
    pieces = [np.load(path, mmap_mode="r") for path in sorted(folder.glob("*.npy"))]
    torch.manual_seed(SEED)
    net = BandNet().to(device)

    def loss_of(rng: np.random.Generator) -> Tensor:
        return _loss(net.train(), _batch(pieces, rng).to(device))

    return net, train_for(minutes, net, loss_of, out, rate=RATE_OF_LEARNING, seed=SEED)


def _batch(pieces: list[NDArray[np.int16]], rng: np.random.Generator) -> Tensor:
    """Return the spectra of new mixes: shape (BATCH, 3, 2, bins, frames)."""
    frames = round(EXAMPLE * SAMPLE_RATE)
    made = np.zeros((BATCH, len(PARTS), 2, frames), np.float32)
    for example in made:
        together = rng.random() < TOGETHER
        pick = (int(rng.integers(len(pieces))), rng.random())
        missing = int(rng.integers(len(PARTS))) if rng.random() < 0.15 else -1
        for part in range(len(PARTS)):
            if not together:
                pick = (int(rng.integers(len(pieces))), rng.random())
            piece = pieces[pick[0]][part]
            at = int(pick[1] * (piece.shape[1] - frames))
            sound = piece[:, at : at + frames].astype(np.float32) / 32768
            if rng.random() < 0.5:
                sound = sound[::-1]
            gains = 10 ** ((rng.normal(0, 4) + rng.normal(0, 1.5, (2, 1))) / 20)
            example[part] = sound * gains * (part != missing)
    spectra = stft(torch.from_numpy(made))
    return spectra * _equalised(rng)


def _equalised(rng: np.random.Generator) -> Tensor:
    """Return a curve of gains for each part of each example: shape (BATCH, 3, 1, bins, 1)."""
    octaves = np.log2(np.maximum(np.arange(2049), 1) / 64)
    knots = np.linspace(-6, 5, 7)
    values = rng.normal(0, 2.5, (BATCH * len(PARTS), len(knots)))
    curves = np.stack([np.interp(octaves, knots, each) for each in values])
    gains = torch.from_numpy(10 ** (curves / 20)).float()
    return gains.reshape(BATCH, len(PARTS), 1, 2049, 1)


def _loss(net: BandNet, spectra: Tensor) -> Tensor:
    """Return how far the shares are off: in each band, and in the sound as a whole.

    A share leaves the mixture's phase as it is. What is best under that is the part's component in
    phase with the mixture (Erdogan et al., ICASSP 2015), and these add up to the mixture, as
    shares do. The second term is the SDR itself.
    """
    mixture = spectra.sum(1)
    gain = torch.stack([band_gain(each) for each in mixture])[:, None, None, None]
    frames = mixture.shape[-1]
    power = to_bands(mixture.abs().square())
    shares = net(functional.pad(power * gain**2, (0, -frames % 8)))[..., :frames]
    # Bands differ in width: sums over their bins count as what is heard counts.
    width = (band_edges()[1:] - band_edges()[:-1])[:, None].to(power.device)
    common = (spectra * mixture[:, None].conj()).real
    magnitude = mixture.abs()
    in_phase = to_bands(common / magnitude.clamp(min=1e-9)[:, None]) * width
    heard = to_bands(magnitude)[:, None] * width
    error = (shares * heard - in_phase).abs().mean((2, 3, 4))
    relative = error / heard.mean((2, 3, 4)).clamp(min=1e-3)
    total = spectra.abs().square().sum((2, 3, 4))
    power, common = power[:, None] * width, to_bands(common) * width
    left = (shares.square() * power - 2 * shares * common).sum((2, 3, 4)) + total
    # A part that is silent, or nearly, has no SDR: what is asked of it is that it stays 30 dB down.
    ratio = left / (total + 1e-3 * power.sum((2, 3, 4)))
    loss: Tensor = (relative + SDR_WEIGHT * ratio.clamp(min=1e-4).log10()).sum(1).mean()
    return loss


# ---- score ---------------------------------------------------------------------------------------


@torch.no_grad()
def gains(truth: Tensor, net: BandNet) -> NDArray[np.float64]:
    """Return by how many dB each part is nearer to the truth than the mixture is: (parts, 2).

    By SDR, and by SI-SDR: the first one grows, too, when the mixture is only turned down.
    """
    mixture = truth.sum(0)
    window = torch.hann_window(N_FFT)
    found = parts(stft(mixture), net.eval())
    length = mixture.shape[-1]
    made = [torch.istft(found[p], N_FFT, HOP_LENGTH, window=window, length=length) for p in PARTS]
    return np.array(
        [
            [measure(estimate.numpy(), true.numpy()) - measure(mixture.numpy(), true.numpy())
             for measure in (sdr, si_sdr)]
            for estimate, true in zip(made, truth, strict=True)
        ]
    )  # fmt: skip


def score(folder: Path, net: BandNet) -> dict[str, dict[str, float]]:
    """Return the mean gains of each part on the test pieces, with 95 % intervals (bootstrap)."""
    pieces = (np.load(path).astype(np.float32) / 32768 for path in sorted(folder.glob("*.npy")))
    table = np.array([gains(torch.from_numpy(piece), net) for piece in pieces])
    rng = np.random.default_rng(0)
    drawn = table[rng.integers(len(table), size=(2000, len(table)))].mean(1)
    low, high = np.percentile(drawn, [2.5, 97.5], axis=0)
    found = {}
    for index, part in enumerate(PARTS):
        row = {}
        for column, measure in enumerate(("sdr", "si_sdr")):
            values = (table.mean(0), low, high)
            row[measure] = [round(float(value[index, column]), 2) for value in values]
        found[part] = {
            f"{measure}_{word}": value
            for measure, values in row.items()
            for word, value in zip(("gain_db", "low", "high"), values, strict=True)
        }
    return found


def score_glasswork(net: BandNet) -> dict[str, dict[str, float]]:
    """Return the gains on the demo song that has true stems."""
    stems = {
        name: load(f"demo:glasswork/{name}").samples
        for name in ("drums", "bass", "guitar", "other")
    }
    true = np.stack([stems["drums"], stems["bass"], stems["guitar"] + stems["other"]])
    found = gains(torch.from_numpy(true), net).round(2)
    names = ("sdr_gain_db", "si_sdr_gain_db")
    return {
        p: dict(zip(names, row.tolist(), strict=True)) for p, row in zip(PARTS, found, strict=True)
    }


def card(
    path: Path, net: BandNet, scores: dict[str, Any], about: str, options: str
) -> dict[str, Any]:
    """Return the card of the weights."""
    return {
        "name": BAND,
        "what": "Shares the accompaniment of a song out among drums, bass and other",
        "network": "musicnb.stems.bandnet.BandNet",
        "parameters": sum(each.numel() for each in net.parameters()),
        "precision": "float16 on disk, float32 in use",
        "sha256": sha256(path),
        "licence": "BSD-3-Clause",
        "credit": "The musicnb contributors",
        "source": "trained from scratch by the recipe",
        "data": about,
        "recipe": f"python -m musicnb.recipes.four_stems {options}",
        "seed": SEED,
        "scores": {
            "measure": "SDR and SI-SDR over those of the mixture, dB; mean and 95 % interval",
            **scores,
        },
        "fails": "Learned from synthesised bands only. What the network for vocals leaves behind, "
        "distorted guitars and sound effects end up in any part; toms and low tunings are taken "
        "for bass, plucked attacks for drums. The phase stays the mixture's, so parts bleed where "
        "they overlap.",
    }


def main() -> None:
    """Run the recipe."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--cache", type=Path, default=Path(".cache"))
    parser.add_argument("--pieces", type=int, default=600)
    parser.add_argument("--test", type=int, default=40)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    cache = options.cache.resolve()
    corpus = cache / "stems"
    render(corpus / "test", options.test, test=True, seed=SEED + 1000, cache=cache)
    render(corpus / "train", options.pieces, test=False, seed=SEED, cache=cache)
    torch.set_num_threads(options.threads)
    finish(corpus, cache / f"{BAND}.pt", minutes=options.minutes)


def finish(corpus: Path, checkpoint: Path, *, minutes: float) -> None:
    """Train, score what is in the file, and write weights and card."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    trained, steps = train(corpus / "train", checkpoint, minutes=minutes, device=device)
    path = PACKAGED / f"{BAND}.safetensors"
    with atomic(path) as temporary:
        state = {name: value.half() for name, value in trained.state_dict().items()}
        save_file({name: value.cpu().contiguous() for name, value in state.items()}, temporary)
    net = BandNet()
    net.load_state_dict({name: value.float() for name, value in load_file(path).items()})
    count = len(list((corpus / "train").glob("*.npy")))
    about = (
        f"{count} pieces of {LENGTH:.0f} s ({count * LENGTH / 3600:.1f} h), rendered with "
        f"{' and '.join(TRAINING_FONTS)} (MIT) and Sonic Pi's drum hits (CC0), tunes of music21's "
        f"corpus and invented ones; mixed anew for each of {steps} steps of {BATCH} examples of "
        f"{EXAMPLE:.0f} s ({steps * BATCH * EXAMPLE / 3600:.1f} h heard)"
    )
    test = len(list((corpus / "test").glob("*.npy")))
    held_out = f"{test} pieces: other tunes, other styles, soundfont {HELD_OUT_FONT}"
    scores = {
        "held_out": {"items": held_out, **score(corpus / "test", net)},
        "glasswork": {"items": "demo song, made of samples", **score_glasswork(net)},
    }
    print(scores)
    options = f"--minutes {minutes:g} --threads {torch.get_num_threads()}"
    write_json(path.with_suffix(".json"), card(path, net, scores, about, options))


if __name__ == "__main__":
    main()
